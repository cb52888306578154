package org.weft.compiler.profile;

import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;

/** What packets usually are: long enough, untagged, IPv4 before IPv6, TCP or UDP, no fragments. */
final class Usual {
  private static final double SHORT = 0.02;
  private static final double MOST = 0.95;
  private static final int MAX_CHAIN = 8;

  private Usual() {}

  /**
   * How likely a branch on a packet's length or headers is taken; negative when it says nothing.
   */
  static double likelihood(Block block, Terminator.Branch branch) {
    if (isLength(branch.a()) || isLength(branch.b())) {
      double less = isLength(branch.a()) ? SHORT : 1 - SHORT;
      return switch (branch.condition()) {
        case LT, LE -> less;
        case GT, GE -> 1 - less;
        default -> -1;
      };
    }
    if (!branch.b().isConstant()
        || branch.condition() != Condition.EQ && branch.condition() != Condition.NE) {
      return -1;
    }
    double equal = equal(branch.a(), branch.b().constant());
    if (equal < 0) {
      return equal;
    }
    double left = left(block, branch.a());
    equal = left > equal ? equal / left : MOST;
    return branch.condition() == Condition.EQ ? equal : 1 - equal;
  }

  /** The share of packets that comparisons of a value on the way to a block leave. */
  private static double left(Block block, Value value) {
    double left = 1;
    Block now = block;
    for (int i = 0; i < MAX_CHAIN && now.predecessors().size() == 1; i++) {
      Block before = now.predecessors().get(0);
      if (before.terminator() instanceof Terminator.Branch branch
          && branch.a() == value
          && branch.b().isConstant()
          && branch.condition() == (branch.taken() == now ? Condition.NE : Condition.EQ)) {
        left -= Math.max(0, equal(value, branch.b().constant()));
      }
      now = before;
    }
    return left;
  }

  private static boolean isLength(Value value) {
    Value base =
        value.operation() instanceof Operation.Alu alu
                && alu.opcode() == Opcode.ADD
                && value.operand(1).isConstant()
            ? value.operand(0)
            : value;
    return base.operation() instanceof Operation.ReadFact fact && fact.fact() == Fact.LENGTH;
  }

  private static double equal(Value value, long constant) {
    if (!(value.operation() instanceof Operation.Load load) || load.region() != Region.PACKET) {
      return -1;
    }
    if (load.bytes() == 1) {
      // The protocol of an IP header: TCP or UDP.
      return constant == 6 || constant == 17 ? 0.5 : -1;
    }
    if (load.bytes() == 2) {
      long type = load.swapped() ? constant : Short.reverseBytes((short) constant) & 0xffffL;
      return switch ((int) type) {
        case 0x0800 -> 0.75;
        case 0x86dd -> 0.14;
        case 0x8100, 0x88a8, 0x0806 -> 0.03;
        default -> -1;
      };
    }
    return -1;
  }
}
