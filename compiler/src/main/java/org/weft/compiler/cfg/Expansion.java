package org.weft.compiler.cfg;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.object.Program;
import org.weft.compiler.verifier.Facts;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.HelperFunction;

/**
 * Writes calls of helpers out that no unit makes: each becomes a call of a function behind the
 * program. {@code bpf_loop} is a loop that calls the callback, {@code bpf_ringbuf_output} a record
 * that is reserved, filled and submitted, {@code bpf_xdp_load_bytes} to a map's value, and {@code
 * bpf_xdp_store_bytes} of one, loads and stores.
 *
 * <p>Requires: a proof that says which callbacks reach each call, and which calls reach values.
 * Ensures: no such call is left; no other instruction moves.
 *
 * @param program the program with the functions behind it
 * @param calls by instruction behind the program: the call that it is for
 */
record Expansion(Program program, List<Integer> calls) {

  /** Expands all calls of a program. */
  static Expansion of(Program program, Facts facts) {
    List<Instruction> code = new ArrayList<>(program.code());
    List<Program.SourceLine> lines = new ArrayList<>(program.lines());
    List<Integer> calls = new ArrayList<>();
    for (int i = 0; i < program.code().size(); i++) {
      int start = code.size();
      if (!add(code, program, facts, i)) {
        continue;
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
    return new Expansion(expanded, List.copyOf(calls));
  }

  /** Adds the function that an instruction calls; whether it is such a call. */
  private static boolean add(List<Instruction> code, Program program, Facts facts, int index) {
    if (!(program.code().get(index) instanceof Instruction.CallHelper call)) {
      return false;
    }
    FunctionWriter writer = new FunctionWriter(code);
    if (call.number() == HelperFunction.LOOP.number()) {
      if (!facts.isProof()) {
        throw new RefusedException(program.place(index) + ": bpf_loop in a program without object");
      }
      new LoopFunction(writer).add(facts.callbacks().getOrDefault(index, new TreeSet<>()));
      return true;
    } else if (call.number() == HelperFunction.RINGBUF_OUTPUT.number()) {
      new OutputFunction(writer).add();
      return true;
    } else if (facts.valueCopies().get(index)) {
      new CopyFunction(writer, call.number() == HelperFunction.XDP_LOAD_BYTES.number()).add();
      return true;
    }
    return false;
  }

  /** The instruction of the program as it was that one of the expanded one comes from. */
  int origin(int index) {
    int behind = index - (program.code().size() - calls.size());
    return behind < 0 ? index : calls.get(behind);
  }
}
