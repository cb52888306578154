package org.weft.compiler.pass;

import java.util.HashMap;
import java.util.Map;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Dominators;
import org.weft.compiler.ir.NaturalLoop;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Arithmetic;

/**
 * How often a loop turns at most, found by computing what its exits compare, turn by turn, from the
 * numbers that flow in.
 */
final class Turns {
  private final NaturalLoop loop;

  /** What the head's phis and what is computed from them are in a turn; null when not known. */
  private Map<Value, Long> known = new HashMap<>();

  private Turns(NaturalLoop loop) {
    this.loop = loop;
  }

  /**
   * The end of a loop.
   *
   * @param turns how often control enters the loop's head at most
   * @param leaving the block that leaves in the last of these turns, if no other one did before,
   *     and in no turn before
   * @param exit where it leaves to
   */
  record End(int turns, Block leaving, Block exit) {}

  /** The end of a loop, or null if none is found within a number of turns. */
  static End of(NaturalLoop loop, Dominators dominators, int most) {
    End first = null;
    for (Block block : loop.blocks()) {
      boolean always =
          loop.exit(block) != null
              && loop.latches().stream().allMatch(latch -> dominators.dominates(block, latch));
      if (always) {
        int turns = new Turns(loop).until(block, first == null ? most : first.turns() - 1);
        first = turns > 0 ? new End(turns, block, loop.exit(block)) : first;
      }
    }
    return first;
  }

  /** The turn, from 1, in which a block leaves; 0 if that is not known. */
  private int until(Block leaving, int most) {
    Terminator.Branch branch = (Terminator.Branch) leaving.terminator();
    boolean leavesWhenTaken = loop.exit(leaving) == branch.taken();
    for (Value phi : loop.head().phis()) {
      known.put(phi, common(phi, false));
    }
    for (int turn = 1; turn <= most; turn++) {
      Long a = number(branch.a());
      Long b = number(branch.b());
      if (a == null || b == null) {
        return 0;
      }
      boolean taken =
          branch.is32() ? branch.condition().test32(a, b) : branch.condition().test(a, b);
      if (taken == leavesWhenTaken) {
        return turn;
      }
      Map<Value, Long> next = new HashMap<>();
      for (Value phi : loop.head().phis()) {
        next.put(phi, common(phi, true));
      }
      known = next;
    }
    return 0;
  }

  /** The number that flows into a phi of the head from all latches, or from all others. */
  private Long common(Value phi, boolean fromLatches) {
    Long common = null;
    for (int i = 0; i < phi.size(); i++) {
      if (loop.latches().contains(loop.head().predecessors().get(i)) == fromLatches) {
        Long one = number(phi.operand(i));
        if (one == null || common != null && !common.equals(one)) {
          return null;
        }
        common = one;
      }
    }
    return common;
  }

  private Long number(Value value) {
    if (value.isConstant()) {
      return value.constant();
    }
    boolean computed = value.operation() instanceof Operation.Alu && loop.contains(value.block());
    if (!computed || known.containsKey(value)) {
      return known.get(value);
    }
    Operation.Alu alu = (Operation.Alu) value.operation();
    Long b = number(value.operand(value.size() - 1));
    Long a = value.size() == 2 ? number(value.operand(0)) : b;
    Long result = a == null || b == null ? null : Arithmetic.apply(alu.opcode(), alu.is32(), a, b);
    known.put(value, result);
    return result;
  }
}
