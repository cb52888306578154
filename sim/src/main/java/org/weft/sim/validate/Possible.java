package org.weft.sim.validate;

import org.weft.compiler.ebpf.JumpOp;

/** Which ways a comparison can go, and what is known of its first operand then. */
final class Possible {
  private Possible() {}

  /**
   * What is known of the first operand where the jump is taken, or is not; null when it cannot be.
   */
  static Fact refine(JumpOp op, boolean is64, Fact a, Fact b, boolean taken) {
    if (a.is(Fact.Kind.VALUE) && b.equals(Fact.constant(0)) && is64) {
      boolean equal = op == JumpOp.JEQ || op == JumpOp.JNE;
      return equal && taken == (op == JumpOp.JEQ) ? null : a;
    }
    boolean wide = !is64 && !(a.is(Fact.Kind.NUMBER) && a.high() <= 0xffffffffL);
    Fact left = is64 ? a : a.word();
    Fact right = is64 ? b : b.word();
    boolean comparesAddress = a.is(Fact.Kind.ANY) || a.is(Fact.Kind.STACK);
    if (!right.is(Fact.Kind.NUMBER) || comparesAddress) {
      return a;
    }
    if (!left.is(Fact.Kind.NUMBER) && (op == JumpOp.JSET || isSigned(op))) {
      return a;
    }
    if (isSigned(op) && !is64 && Math.max(left.high(), right.high()) > Integer.MAX_VALUE) {
      return a;
    }
    Fact refined =
        left.is(Fact.Kind.NUMBER) ? number(op, left, right, taken) : open(op, a, right, taken);
    return refined == null || !wide ? refined : a;
  }

  private static boolean isSigned(JumpOp op) {
    return op.ordinal() >= JumpOp.JSGT.ordinal() && op.ordinal() <= JumpOp.JSGE.ordinal()
        || op == JumpOp.JSLT
        || op == JumpOp.JSLE;
  }

  /** The comparison that holds where another one was not taken. */
  private static JumpOp opposite(JumpOp op) {
    return switch (op) {
      case JEQ -> JumpOp.JNE;
      case JNE -> JumpOp.JEQ;
      case JGT, JSGT -> JumpOp.JLE;
      case JGE, JSGE -> JumpOp.JLT;
      case JLT, JSLT -> JumpOp.JGE;
      case JLE, JSLE -> JumpOp.JGT;
      case JSET, JA -> op;
    };
  }

  /** Something of which only the comparison says that it is a small number. */
  private static Fact open(JumpOp op, Fact a, Fact b, boolean taken) {
    JumpOp holds = taken ? op : opposite(op);
    return switch (holds) {
      case JEQ -> b;
      case JLE -> Fact.number(0, b.high());
      case JLT -> b.high() == 0 ? null : Fact.number(0, b.high() - 1);
      default -> a;
    };
  }

  private static Fact number(JumpOp op, Fact a, Fact b, boolean taken) {
    if (op == JumpOp.JSET) {
      boolean isConstant = b.low() == b.high();
      long bits = isConstant ? b.low() : Fact.mask(b.high());
      boolean never = (Fact.mask(a.high()) & bits) == 0;
      boolean always = isConstant && a.low() == a.high() && (a.low() & bits) != 0;
      return (taken ? never : always) ? null : a;
    }
    long low = a.low();
    long high = a.high();
    switch (taken ? op : opposite(op)) {
      case JEQ -> {
        low = Math.max(low, b.low());
        high = Math.min(high, b.high());
      }
      case JNE -> {
        boolean one = b.low() == b.high();
        low += one && low == b.low() ? 1 : 0;
        high -= one && high == b.low() ? 1 : 0;
      }
      case JGT, JSGT -> low = Math.max(low, b.low() + 1);
      case JGE, JSGE -> low = Math.max(low, b.low());
      case JLT, JSLT -> high = Math.min(high, b.high() - 1);
      case JLE, JSLE -> high = Math.min(high, b.high());
      default -> {
        // Not reached: the others are dealt with.
      }
    }
    return low > high ? null : Fact.number(low, high);
  }
}
