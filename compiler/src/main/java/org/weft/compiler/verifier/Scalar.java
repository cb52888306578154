package org.weft.compiler.verifier;

import org.weft.compiler.ebpf.AluOp;

/**
 * What is known of a number: its bits, its bounds, and the bounds of its low half.
 *
 * @param wide of all 64 bits
 * @param narrow of the low 32 bits
 */
record Scalar(Bits bits, Bounds wide, Bounds narrow) {
  private static final long LOW = 0xffff_ffffL;
  static final Scalar UNKNOWN = new Scalar(Bits.UNKNOWN, Bounds.FULL_64, Bounds.FULL_32);
  static final Scalar ZERO = of(0);

  static Scalar of(long value) {
    return new Scalar(Bits.of(value), Bounds.of(64, value), Bounds.of(32, value));
  }

  /** A number of so many bytes, as a load of memory gives it. */
  static Scalar loaded(int bytes, boolean signed) {
    if (bytes == 8) {
      return UNKNOWN;
    }
    return signed ? UNKNOWN.signExtended(8 * bytes) : UNKNOWN.low(8 * bytes);
  }

  /** A number from min to max, both not negative. */
  static Scalar range(long min, long max) {
    return of(Bits.UNKNOWN, Bounds.FULL_64.unsigned(min, max), Bounds.FULL_32);
  }

  /** Makes all parts say what one of them says; null when they contradict each other. */
  static Scalar of(Bits bits, Bounds wide, Bounds narrow) {
    Bits known = bits;
    Bounds all = wide;
    Bounds low = narrow;
    for (int round = 0; round < 3; round++) {
      all = all.and(known).consistent();
      low = low.and(known.low(32)).consistent();
      low = narrowed(low, all);
      all = widened(all, low);
      if (all.isEmpty() || low.isEmpty()) {
        return null;
      }
      Bits next = known.and(Bits.ofRange(all.umin(), all.umax()));
      Bits half = next == null ? null : next.low(32).and(Bits.ofRange(low.umin(), low.umax()));
      if (half == null) {
        return null;
      }
      next = half.below(next);
      if (next.equals(known) && round > 0) {
        break;
      }
      known = next;
    }
    all = all.and(known).consistent();
    low = low.and(known.low(32)).consistent();
    return all.isEmpty() || low.isEmpty() ? null : new Scalar(known, all, low);
  }

  /**
   * The same for what was computed from numbers. When they contradict each other, the operands did,
   * which no packet's are: anything may be said.
   */
  private static Scalar derived(Bits bits, Bounds wide, Bounds narrow) {
    Scalar number = of(bits, wide, narrow);
    return number == null ? UNKNOWN : number;
  }

  /** What the whole number says of its low half. */
  private static Bounds narrowed(Bounds low, Bounds all) {
    Bounds result = low;
    if (all.umin() >>> 32 == all.umax() >>> 32) {
      result = result.and(Bounds.FULL_32.unsigned(all.umin() & LOW, all.umax() & LOW));
    }
    if (all.smin() >> 32 == all.smax() >> 32 && (int) all.smin() <= (int) all.smax()) {
      result = result.and(Bounds.FULL_32.signed((int) all.smin(), (int) all.smax()));
    }
    if (all.smin() == (int) all.smin() && all.smax() == (int) all.smax()) {
      result = result.and(Bounds.FULL_32.signed(all.smin(), all.smax()));
    }
    return result.consistent();
  }

  /** What the low half says of the whole number. */
  private static Bounds widened(Bounds all, Bounds low) {
    Bounds result = all;
    long high = all.umin() & ~LOW;
    if (all.umin() >>> 32 == all.umax() >>> 32) {
      result = result.and(Bounds.FULL_64.unsigned(high | low.umin(), high | low.umax()));
    }
    if (all.smin() >= Integer.MIN_VALUE && all.smax() <= Integer.MAX_VALUE) {
      result = result.and(Bounds.FULL_64.signed(low.smin(), low.smax()));
    }
    return result.consistent();
  }

  boolean isConstant() {
    return bits.isConstant();
  }

  /** The number, if it is constant. */
  long value() {
    return bits.value();
  }

  boolean isZero() {
    return isConstant() && value() == 0;
  }

  boolean isUnknown() {
    return equals(UNKNOWN);
  }

  boolean contains(Scalar other) {
    return bits.contains(other.bits) && wide.contains(other.wide) && narrow.contains(other.narrow);
  }

  /** What both say, or null when they contradict each other. */
  Scalar and(Scalar other) {
    Bits both = bits.and(other.bits);
    return both == null ? null : of(both, wide.and(other.wide), narrow.and(other.narrow));
  }

  /** The low bits, zero-extended. */
  Scalar low(int width) {
    if (width == 64) {
      return this;
    }
    Bits low = bits.low(width);
    Bounds all = Bounds.FULL_64.unsigned(0, (1L << width) - 1);
    if (wide.umax() >>> width == 0) {
      return derived(low, all.and(wide), narrow);
    }
    return derived(low, all, width == 32 ? narrow : Bounds.FULL_32);
  }

  /** The low bytes in the other order, zero-extended. */
  Scalar swapped(int width) {
    return derived(bits.swapped(width), Bounds.FULL_64, Bounds.FULL_32);
  }

  /** The low bits, sign-extended. */
  Scalar signExtended(int width) {
    long least = -1L << width - 1;
    Bounds all = Bounds.FULL_64.signed(least, ~least);
    if (wide.smin() >= least && wide.smax() <= ~least) {
      return this;
    }
    if (width == 32) {
      all = all.signed(narrow.smin(), narrow.smax());
    }
    return derived(bits.signExtended(width), all, width == 32 ? narrow : Bounds.FULL_32);
  }

  /** The result of an operation whose operands are numbers. */
  static Scalar compute(AluOp op, boolean is64, Scalar dst, Scalar src) {
    if (!is64) {
      return compute32(op, dst.low(32), src.low(32));
    }
    return switch (op) {
      case MOV -> src;
      case MOVSX8 -> src.signExtended(8);
      case MOVSX16 -> src.signExtended(16);
      case MOVSX32 -> src.signExtended(32);
      case NEG -> compute(AluOp.SUB, true, ZERO, dst);
      case ADD ->
          derived(dst.bits.plus(src.bits), dst.wide.plus(src.wide), dst.narrow.plus(src.narrow));
      case SUB ->
          derived(dst.bits.minus(src.bits), dst.wide.minus(src.wide), dst.narrow.minus(src.narrow));
      case MUL ->
          derived(dst.bits.times(src.bits), dst.wide.times(src.wide), dst.narrow.times(src.narrow));
      case AND, OR, XOR ->
          derived(bitwise(op, dst, src), Bounds.FULL_64, Bounds.FULL_32).bounded(op, dst, src);
      case LSH, RSH, ARSH -> shift(op, 64, dst, src);
      case DIV, MOD -> divide(op, dst, src);
      default -> UNKNOWN;
    };
  }

  private static Scalar compute32(AluOp op, Scalar dst, Scalar src) {
    return switch (op) {
      case MOVSX8 -> src.signExtended(8).low(32);
      case MOVSX16 -> src.signExtended(16).low(32);
      case LSH, RSH, ARSH -> shift(op, 32, dst, src);
      case SDIV, SMOD -> UNKNOWN.low(32);
      default -> compute(op, true, dst, src).low(32);
    };
  }

  private static Bits bitwise(AluOp op, Scalar dst, Scalar src) {
    return switch (op) {
      case AND -> dst.bits.bitAnd(src.bits);
      case OR -> dst.bits.bitOr(src.bits);
      default -> dst.bits.bitXor(src.bits);
    };
  }

  /** AND is at most the smaller operand, OR at least the greater one. */
  private Scalar bounded(AluOp op, Scalar dst, Scalar src) {
    return switch (op) {
      case AND ->
          derived(
              bits,
              wide.and(Bounds.FULL_64.unsigned(0, Bounds.min(dst.wide.umax(), src.wide.umax()))),
              narrow.and(
                  Bounds.FULL_32.unsigned(0, Bounds.min(dst.narrow.umax(), src.narrow.umax()))));
      case OR ->
          derived(
              bits,
              wide.and(Bounds.FULL_64.unsigned(Bounds.max(dst.wide.umin(), src.wide.umin()), -1)),
              narrow.and(
                  Bounds.FULL_32.unsigned(Bounds.max(dst.narrow.umin(), src.narrow.umin()), LOW)));
      default -> this;
    };
  }

  /** Shifts; the distance counts modulo the width. */
  private static Scalar shift(AluOp op, int width, Scalar dst, Scalar src) {
    Scalar by = compute(AluOp.AND, true, src, of(width - 1));
    boolean known = by.isConstant();
    int distance = (int) by.value();
    Bounds low = Bounds.FULL_32;
    Bounds operand = width == 64 ? dst.wide : dst.narrow;
    Bounds result =
        switch (op) {
          case LSH -> operand.shiftLeft(by.wide);
          case RSH -> operand.shiftRight(by.wide);
          default -> operand.shiftRightSigned(by.wide);
        };
    Bits bits = Bits.UNKNOWN.low(width);
    if (known) {
      bits =
          switch (op) {
            case LSH -> dst.bits.shiftLeft(distance).low(width);
            case RSH -> dst.bits.low(width).shiftRight(distance);
            default -> dst.bits.shiftRightSigned(distance, width);
          };
      if (op == AluOp.LSH && width == 64 && distance == 32) {
        // Half of a sign extension: the sign of the low half is that of the result.
        result =
            result.and(Bounds.FULL_64.signed(dst.narrow.smin() << 32, dst.narrow.smax() << 32));
      }
    }
    if (width == 32) {
      return derived(bits, Bounds.FULL_64.unsigned(0, LOW), result.and(low));
    }
    return derived(bits, result, low);
  }

  /** Unsigned division; by zero it gives 0, the remainder the dividend. */
  private static Scalar divide(AluOp op, Scalar dst, Scalar src) {
    if (!src.isConstant() || src.value() == 0) {
      return UNKNOWN;
    }
    Bounds result =
        op == AluOp.DIV
            ? dst.wide.dividedBy(src.value())
            : Bounds.FULL_64.unsigned(0, Bounds.min(dst.wide.umax(), src.value() - 1));
    return derived(Bits.UNKNOWN, result, Bounds.FULL_32);
  }

  @Override
  public String toString() {
    if (isConstant()) {
      return Long.toString(value());
    }
    if (isUnknown()) {
      return "number";
    }
    StringBuilder text = new StringBuilder("number");
    if (wide.smin() >= 0 || wide.umax() != -1 || wide.umin() != 0) {
      text.append(' ').append(Long.toUnsignedString(wide.umin()));
      text.append("..").append(Long.toUnsignedString(wide.umax()));
    } else if (wide.smin() != Long.MIN_VALUE || wide.smax() != Long.MAX_VALUE) {
      text.append(' ').append(wide.smin()).append("..").append(wide.smax());
    } else if (!narrow.equals(Bounds.FULL_32)) {
      text.append(" with low half ").append(narrow.umin()).append("..").append(narrow.umax());
    }
    long width = bits.max();
    if (bits.value() != 0 || (width & width + 1) != 0) {
      text.append(" bits ").append(Long.toHexString(bits.value()));
      text.append('/').append(Long.toHexString(bits.mask()));
    }
    return text.toString();
  }
}
