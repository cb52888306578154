package org.weft.compiler.cfg;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.library.HelperLibrary;
import org.weft.compiler.object.Program;
import org.weft.compiler.verifier.Facts;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.HelperFunction;

/**
 * Writes helpers that are no unit's as what they are: each call of {@code bpf_loop} becomes a call
 * of a loop behind the program ({@link LoopFunction}), which calls the callback; each call of a
 * helper of {@link HelperLibrary} one of its function there.
 *
 * <p>Requires: a proof, which says what callbacks reach each call of {@code bpf_loop}; of the
 * library, its maps behind those of the object. Ensures: no call of these helpers is left; no other
 * instruction moves.
 *
 * @param program the program with the functions behind it
 * @param calls by instruction behind the program: the call that it is for
 * @param stackBytes by first instruction of a function behind the program: the stack that it uses
 */
record Expansion(Program program, List<Integer> calls, Map<Integer, Integer> stackBytes) {

  /**
   * Expands all calls of a program.
   *
   * @param libraryMap number of the first map of the library
   */
  static Expansion of(Program program, Facts facts, int libraryMap) {
    List<Instruction> code = new ArrayList<>(program.code());
    List<Program.SourceLine> lines = new ArrayList<>(program.lines());
    List<Integer> calls = new ArrayList<>();
    Map<Integer, Integer> stackBytes = new HashMap<>();
    for (int i = 0; i < program.code().size(); i++) {
      HelperFunction helper =
          program.code().get(i) instanceof Instruction.CallHelper call
              ? HelperFunction.of(call.number())
              : null;
      boolean isLoop = helper == HelperFunction.LOOP;
      if (!isLoop && !HelperLibrary.has(helper)) {
        continue;
      }
      if (!facts.isProof()) {
        throw new RefusedException(
            program.place(i) + ": " + helper.functionName() + " in a program without object");
      }
      int start = code.size();
      if (isLoop) {
        new LoopFunction(code).add(facts.callbacks().getOrDefault(i, new TreeSet<>()));
      } else {
        stackBytes.put(start, HelperLibrary.add(helper, code, libraryMap));
      }
      code.set(i, new Instruction.CallLocal(start - i - 1));
      Program.SourceLine line = program.lineAt(i);
      if (line != null) {
        lines.add(new Program.SourceLine(start, line.file(), line.line(), line.text()));
      }
      while (calls.size() < code.size() - program.code().size()) {
        calls.add(i);
      }
    }
    Program expanded =
        new Program(program.name(), program.section(), code, program.functions(), lines);
    return new Expansion(expanded, List.copyOf(calls), Map.copyOf(stackBytes));
  }

  /** The instruction of the program as it was that one of the expanded one comes from. */
  int origin(int index) {
    int behind = index - (program.code().size() - calls.size());
    return behind < 0 ? index : calls.get(behind);
  }

  /** Bytes of stack that a function uses at most, by its first instruction. */
  int mostStackBytes(int function, Facts facts) {
    Integer own = stackBytes.get(function);
    return own == null ? facts.mostStackBytes(function) : own;
  }
}
