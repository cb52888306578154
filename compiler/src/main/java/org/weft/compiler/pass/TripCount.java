package org.weft.compiler.pass;

import java.util.LinkedHashSet;
import java.util.List;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.NaturalLoop;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Arithmetic;

/** How often a loop turns at most, where a counter with a constant step says so. */
final class TripCount {
  private TripCount() {}

  /**
   * Entries of the head until a test of a counter leaves the loop, by any of its tests that every
   * turn comes to; 0 when nothing is known or it is more than a limit.
   */
  static int of(NaturalLoop loop, int limit) {
    int least = 0;
    Block latch = loop.latches().get(0);
    for (Block block : new LinkedHashSet<>(List.of(loop.head(), latch))) {
      if (block.terminator() instanceof Terminator.Branch branch) {
        boolean takenLeaves = !loop.contains(branch.taken());
        boolean nextLeaves = !loop.contains(branch.next());
        if (takenLeaves != nextLeaves) {
          int count = count(loop, branch, takenLeaves, limit);
          least = count > 0 && (least == 0 || count < least) ? count : least;
        }
      }
    }
    return least;
  }

  private static int count(
      NaturalLoop loop, Terminator.Branch branch, boolean takenLeaves, int limit) {
    if (!branch.b().isConstant()) {
      return 0;
    }
    Value tested = branch.a();
    Value phi = tested;
    Operation.Alu beforeTest = null;
    if (!phi.isPhi() && step(phi) != null) {
      beforeTest = (Operation.Alu) phi.operation();
      phi = phi.operand(0);
    }
    if (!phi.isPhi() || phi.block() != loop.head() || phi.size() != 2) {
      return 0;
    }
    int back = loop.head().predecessors().indexOf(loop.latches().get(0));
    Value start = phi.operand(1 - back);
    Value next = phi.operand(back);
    if (!start.isConstant() || step(next) == null || next.operand(0) != phi) {
      return 0;
    }
    long number = start.constant();
    for (int turn = 1; turn <= limit; turn++) {
      long seen = beforeTest == null ? number : apply(tested, number);
      boolean taken =
          branch.is32()
              ? branch.condition().test32(seen, branch.b().constant())
              : branch.condition().test(seen, branch.b().constant());
      if (taken == takenLeaves) {
        return turn;
      }
      number = apply(next, number);
    }
    return 0;
  }

  /** The constant that a value adds to another one or takes from it, or null. */
  private static Value step(Value value) {
    boolean known =
        value.operation() instanceof Operation.Alu
            && value.size() == 2
            && value.operand(1).isConstant();
    return known ? value.operand(1) : null;
  }

  private static long apply(Value step, long number) {
    Operation.Alu alu = (Operation.Alu) step.operation();
    long constant = step.operand(1).constant();
    return alu.is32()
        ? Arithmetic.narrow(alu.opcode(), number, constant)
        : Arithmetic.wide(alu.opcode(), number, constant);
  }
}
