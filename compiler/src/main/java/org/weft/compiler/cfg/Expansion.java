package org.weft.compiler.cfg;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.library.HelperLibrary;
import org.weft.compiler.object.Program;
import org.weft.compiler.verifier.Facts;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;

/**
 * Writes calls of helpers out that no unit makes: each becomes a call of a function behind the
 * program. {@code bpf_loop} is a loop that calls the callback, {@code bpf_ringbuf_output} a record
 * that is reserved, filled and submitted, {@code bpf_strncmp} a loop over bytes, {@code
 * bpf_xdp_load_bytes} to a map's value, and {@code bpf_xdp_store_bytes} of one, loads and stores,
 * {@code bpf_xdp_adjust_head} moves metadata that may be there by loads and stores; for calls of
 * maps see {@link MapFunction}; those of {@link HelperLibrary} have functions there.
 *
 * <p>Requires: a proof, which says what callbacks reach each call of {@code bpf_loop}, which copies
 * reach values, where metadata may be, and which maps calls work on; of the library, its maps
 * behind those of the object. Ensures: no such call is left, but those on maps that cannot be told
 * apart; no other instruction moves.
 *
 * @param program the program with the functions behind it
 * @param calls by instruction behind the program: the call that it is for
 * @param stackBytes by first instruction of a function behind the program: the stack that it uses
 */
record Expansion(Program program, List<Integer> calls, Map<Integer, Integer> stackBytes) {

  /**
   * Expands all calls of a program.
   *
   * @param maps those of the object, and those of the library behind them
   */
  static Expansion of(Program program, Facts facts, List<MapDefinition> maps) {
    int libraryMap = (int) maps.stream().filter(map -> !map.isOfLibrary()).count();
    List<Instruction> code = new ArrayList<>(program.code());
    List<Program.SourceLine> lines = new ArrayList<>(program.lines());
    List<Integer> calls = new ArrayList<>();
    Map<Integer, Integer> stackBytes = new HashMap<>();
    FunctionWriter writer = new FunctionWriter(code);
    for (int i = 0; i < program.code().size(); i++) {
      HelperFunction helper =
          program.code().get(i) instanceof Instruction.CallHelper call
              ? HelperFunction.of(call.number())
              : null;
      int start = code.size();
      if (helper == HelperFunction.LOOP) {
        new LoopFunction(writer).add(facts.callbacks().getOrDefault(i, new TreeSet<>()));
      } else if (helper == HelperFunction.RINGBUF_OUTPUT) {
        new OutputFunction(writer).add();
      } else if (helper == HelperFunction.STRNCMP) {
        new CompareFunction(writer).add();
      } else if (facts.valueCopies().get(i)) {
        new CopyFunction(writer, helper == HelperFunction.XDP_LOAD_BYTES).add();
      } else if (facts.metadataMoves().get(i)) {
        new AdjustHeadFunction(writer).add();
      } else if (MapFunction.isFor(helper, facts.calledMaps().getOrDefault(i, Set.of()))) {
        MapFunction function = new MapFunction(writer, helper, maps);
        if (!function.add(facts.calledMaps().get(i))) {
          if (function.needs(facts.calledMaps().get(i))) {
            throw new RefusedException(
                program.place(i)
                    + ": "
                    + helper.functionName()
                    + " works on maps with a spin lock that were found in different maps of maps;"
                    + " call it where each is found");
          }
          continue;
        }
      } else if (HelperLibrary.has(helper)) {
        stackBytes.put(start, HelperLibrary.add(helper, code, libraryMap));
      } else {
        continue;
      }
      if (!facts.isProof()) {
        throw new RefusedException(
            program.place(i) + ": " + helper.functionName() + " in a program without object");
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

  /** Of these, those that are accessed through other registers than r10, at most. */
  int mostPointedBytes(int function, Facts facts) {
    Integer own = stackBytes.get(function);
    return own == null ? facts.mostPointedBytes(function) : own;
  }
}
