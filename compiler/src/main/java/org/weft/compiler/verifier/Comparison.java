package org.weft.compiler.verifier;

import org.weft.compiler.ebpf.JumpOp;

/**
 * What is known of two numbers once a comparison came out one way ({@code regs_refine_cond_op} in
 * Linux).
 */
record Comparison(Scalar left, Scalar right) {

  /** The numbers if the condition holds, or does not; null if that cannot be. */
  static Comparison assume(JumpOp op, boolean holds, boolean is64, Value left, Value right) {
    Scalar a = left.number();
    Scalar b = right.number();
    JumpOp condition = holds ? op : opposite(op);
    if (condition == null) {
      return withoutBits(a, b, is64);
    }
    Comparison result =
        switch (condition) {
          case JEQ -> equal(a, b, is64);
          case JNE -> different(a, b, is64);
          case JSET -> withBits(a, b, is64);
          default -> ordered(condition, a, b, is64);
        };
    return result == null || result.left == null || result.right == null ? null : result;
  }

  /** The condition that holds when this one does not; null for JSET, whose has no name. */
  private static JumpOp opposite(JumpOp op) {
    return switch (op) {
      case JEQ -> JumpOp.JNE;
      case JNE -> JumpOp.JEQ;
      case JGT -> JumpOp.JLE;
      case JLE -> JumpOp.JGT;
      case JGE -> JumpOp.JLT;
      case JLT -> JumpOp.JGE;
      case JSGT -> JumpOp.JSLE;
      case JSLE -> JumpOp.JSGT;
      case JSGE -> JumpOp.JSLT;
      case JSLT -> JumpOp.JSGE;
      default -> null;
    };
  }

  private static Bounds bounds(Scalar number, boolean is64) {
    return is64 ? number.wide() : number.narrow();
  }

  private static Scalar with(Scalar number, boolean is64, Bounds bounds) {
    return is64
        ? Scalar.of(number.bits(), number.wide().and(bounds), number.narrow())
        : Scalar.of(number.bits(), number.wide(), number.narrow().and(bounds));
  }

  private static Scalar with(Scalar number, Bits bits) {
    Bits both = number.bits().and(bits);
    return both == null ? null : Scalar.of(both, number.wide(), number.narrow());
  }

  /** Bits of which only the compared ones count. */
  private static Bits compared(Bits bits, boolean is64) {
    return is64 ? bits : bits.low(32).below(Bits.UNKNOWN);
  }

  private static Comparison equal(Scalar a, Scalar b, boolean is64) {
    Scalar left = with(a, compared(b.bits(), is64));
    Scalar right = with(b, compared(a.bits(), is64));
    if (left == null || right == null) {
      return null;
    }
    return new Comparison(with(left, is64, bounds(b, is64)), with(right, is64, bounds(a, is64)));
  }

  private static Comparison different(Scalar a, Scalar b, boolean is64) {
    Bounds left = bounds(a, is64);
    Bounds right = bounds(b, is64);
    if (left.isConstant() && right.isConstant() && left.umin() == right.umin()) {
      return null;
    }
    Scalar newLeft = right.isConstant() ? with(a, is64, left.without(right.umin())) : a;
    Scalar newRight = left.isConstant() ? with(b, is64, right.without(left.umin())) : b;
    return new Comparison(newLeft, newRight);
  }

  /** a & b is not 0. */
  private static Comparison withBits(Scalar a, Scalar b, boolean is64) {
    long mask = is64 ? -1 : 0xffff_ffffL;
    if ((a.bits().max() & b.bits().max() & mask) == 0) {
      return null;
    }
    long tested = b.bits().value() & mask;
    boolean one =
        compared(b.bits(), is64).low(is64 ? 64 : 32).isConstant() && Long.bitCount(tested) == 1;
    return new Comparison(one ? with(a, new Bits(tested, ~tested)) : a, b);
  }

  /** a & b is 0. */
  private static Comparison withoutBits(Scalar a, Scalar b, boolean is64) {
    long mask = is64 ? -1 : 0xffff_ffffL;
    long zeroLeft = b.bits().value() & mask;
    long zeroRight = a.bits().value() & mask;
    Scalar left = with(a, new Bits(0, ~zeroLeft));
    Scalar right = with(b, new Bits(0, ~zeroRight));
    return left == null || right == null ? null : new Comparison(left, right);
  }

  private static Comparison ordered(JumpOp op, Scalar a, Scalar b, boolean is64) {
    switch (op) {
      case JLT, JLE, JSLT, JSLE -> {
        Comparison other = ordered(Branches.flipped(op), b, a, is64);
        return other == null ? null : new Comparison(other.right, other.left);
      }
      default -> {}
    }
    // a > b or a >= b.
    Bounds left = bounds(a, is64);
    Bounds right = bounds(b, is64);
    int step = op == JumpOp.JGT || op == JumpOp.JSGT ? 1 : 0;
    boolean signed = op == JumpOp.JSGT || op == JumpOp.JSGE;
    Bounds full = Bounds.full(is64 ? 64 : 32);
    if (step == 1 && (signed ? right.smin() == full.smax() : right.umin() == full.umax())) {
      return null;
    }
    if (step == 1 && (signed ? left.smax() == full.smin() : left.umax() == 0)) {
      return null;
    }
    Bounds above =
        signed
            ? full.signed(right.smin() + step, full.smax())
            : full.unsigned(right.umin() + step, full.umax());
    Bounds below =
        signed
            ? full.signed(full.smin(), left.smax() - step)
            : full.unsigned(0, left.umax() - step);
    return new Comparison(with(a, is64, above), with(b, is64, below));
  }
}
