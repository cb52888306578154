package org.weft.sim.validate;

import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.xdp.HelperFunction;

/**
 * The edges of an object's programs, numbered: twice the instruction, counted through all programs,
 * plus one for the second outcome. Edge {@code e ^ 1} is what happens instead of {@code e}.
 */
final class Edges {
  private final List<Program> programs;
  private final int[] base;
  private final BitSet present = new BitSet();
  private final BitSet impossible = new BitSet();
  private final BitSet narrow = new BitSet();
  private final BitSet boundary = new BitSet();

  /** The edges of those programs of an object that are named; the others have none. */
  Edges(XdpObject object, Set<String> names) {
    programs = object.programs();
    base = new int[programs.size() + 1];
    for (int p = 0; p < programs.size(); p++) {
      List<Instruction> code = programs.get(p).code();
      base[p + 1] = base[p] + 2 * code.size();
      for (int i = 0; names.contains(programs.get(p).name()) && i < code.size(); i++) {
        add(code.get(i), base[p] + 2 * i);
      }
      BitSet none = Impossible.edges(programs.get(p), object.maps());
      for (int i = none.nextSetBit(0); i >= 0; i = none.nextSetBit(i + 1)) {
        impossible.set(base[p] + i, present.get(base[p] + i));
      }
    }
    present.andNot(impossible);
  }

  private void add(Instruction instruction, int edge) {
    if (instruction instanceof Instruction.Jump jump && jump.op() != JumpOp.JA) {
      boolean isZeroTest = !jump.src().isRegister() && jump.src().value() == 0;
      boundary.set(edge, edge + 2, !isZeroTest && jump.op() != JumpOp.JSET);
      narrow.set(edge, edge + 2, !jump.is64());
      present.set(edge);
      present.set(edge + 1, jump.offset() != 0);
    } else if (instruction instanceof Instruction.CallHelper call && goesTwoWays(call.number())) {
      present.set(edge, edge + 2);
    }
  }

  private static boolean goesTwoWays(int helper) {
    return helper == HelperFunction.TAIL_CALL.number()
        || helper == HelperFunction.REDIRECT_MAP.number();
  }

  /** The number of an edge, which may not be {@link #isPresent}. */
  int number(int program, int instruction, boolean second) {
    return base[program] + 2 * instruction + (second ? 1 : 0);
  }

  /** Numbers of edges are below this. */
  int limit() {
    return base[programs.size()];
  }

  boolean isPresent(int edge) {
    return present.get(edge);
  }

  /** How many there are, without those that are impossible. */
  int count() {
    return present.cardinality();
  }

  /** Whether an edge is that of a jump which compares 32 bits. */
  boolean isNarrow(int edge) {
    return narrow.get(edge);
  }

  /** Edges besides that no run can reach. */
  BitSet impossible() {
    return impossible;
  }

  /** Whether an edge's jump compares numbers, and not a result with 0 or bits. */
  boolean hasBoundary(int edge) {
    return boundary.get(edge);
  }

  /** The first edge at or after a number, or -1. */
  int next(int from) {
    return present.nextSetBit(from);
  }

  Instruction instruction(int edge) {
    int program = program(edge);
    return programs.get(program).code().get((edge - base[program]) / 2);
  }

  private int program(int edge) {
    int program = 0;
    while (base[program + 1] <= edge) {
      program++;
    }
    return program;
  }

  /** An edge in words. */
  Edge describe(int edge) {
    Program program = programs.get(program(edge));
    int index = (edge - base[program(edge)]) / 2;
    Program.SourceLine line = program.lineAt(index);
    return new Edge(
        program.name(),
        index,
        outcome(program.code().get(index), (edge & 1) != 0),
        line == null ? "" : line.file(),
        line == null ? 0 : line.line());
  }

  private static String outcome(Instruction instruction, boolean second) {
    if (instruction instanceof Instruction.CallHelper call) {
      return call.number() == HelperFunction.TAIL_CALL.number()
          ? second ? "goes" : "stays"
          : second ? "found" : "not found";
    }
    return second ? "taken" : "not taken";
  }
}
