package org.weft.compiler.object;

import java.util.List;
import org.weft.compiler.ebpf.Instruction;
import org.weft.isa.xdp.HelperFunction;

/**
 * One XDP program, linked: its own function first, then the functions it calls.
 *
 * @param name the function's symbol
 * @param section the section it stands in
 * @param code decoded instructions; see {@link Instruction} for how they are counted
 * @param functions where functions begin, by ascending index, the first at 0
 * @param lines source lines by ascending index, empty without BTF.ext
 */
public record Program(
    String name,
    String section,
    List<Instruction> code,
    List<Function> functions,
    List<SourceLine> lines) {

  /**
   * A function of the program.
   *
   * @param index its first instruction
   * @param name its symbol
   */
  public record Function(int index, String name) {}

  /**
   * The source of the instructions from an index on.
   *
   * @param index first instruction
   * @param file file name as in BTF
   * @param line from 1
   * @param text the line's text, empty if unknown
   */
  public record SourceLine(int index, String file, int line, String text) {}

  public Program {
    code = List.copyOf(code);
    functions = List.copyOf(functions);
    lines = List.copyOf(lines);
  }

  /** Whether an instruction calls a helper. */
  public boolean calls(HelperFunction helper) {
    return code.stream()
        .anyMatch(i -> i instanceof Instruction.CallHelper c && c.number() == helper.number());
  }

  /** The source line of an instruction, or null. */
  public SourceLine lineAt(int index) {
    int low = 0;
    int high = lines.size() - 1;
    SourceLine found = null;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (lines.get(middle).index() <= index) {
        found = lines.get(middle);
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return found;
  }

  /** Where an instruction is, for messages: {@code program NAME, insn 7 (file.c:12)}. */
  public String place(int index) {
    SourceLine line = lineAt(index);
    return "program "
        + name
        + ", insn "
        + index
        + (line == null ? "" : " (" + line.file() + ":" + line.line() + ")");
  }
}
