package org.weft.isa.row;

/** What a branch or exit tests, on two operands. */
public enum Condition {
  ALWAYS("always"),
  EQ("=="),
  NE("!="),
  GT(">"),
  GE(">="),
  LT("<"),
  LE("<="),
  SGT("s>"),
  SGE("s>="),
  SLT("s<"),
  SLE("s<="),
  /** The operands have a bit in common. */
  SET("&"),
  /** The operands have no bit in common. */
  CLEAR("!&");

  private final String symbol;

  Condition(String symbol) {
    this.symbol = symbol;
  }

  /** The condition that holds when this one does not; null for ALWAYS. */
  public Condition inverse() {
    return switch (this) {
      case ALWAYS -> null;
      case EQ -> NE;
      case NE -> EQ;
      case GT -> LE;
      case GE -> LT;
      case LT -> GE;
      case LE -> GT;
      case SGT -> SLE;
      case SGE -> SLT;
      case SLT -> SGE;
      case SLE -> SGT;
      case SET -> CLEAR;
      case CLEAR -> SET;
    };
  }

  /** The condition that holds when the operands change places. */
  public Condition swapped() {
    return switch (this) {
      case GT -> LT;
      case GE -> LE;
      case LT -> GT;
      case LE -> GE;
      case SGT -> SLT;
      case SGE -> SLE;
      case SLT -> SGT;
      case SLE -> SGE;
      default -> this;
    };
  }

  /** The operator in row text. */
  public String symbol() {
    return symbol;
  }

  /** The condition on 64-bit values; comparisons without {@code s} are unsigned. */
  public boolean test(long a, long b) {
    return switch (this) {
      case ALWAYS -> true;
      case EQ -> a == b;
      case NE -> a != b;
      case GT -> Long.compareUnsigned(a, b) > 0;
      case GE -> Long.compareUnsigned(a, b) >= 0;
      case LT -> Long.compareUnsigned(a, b) < 0;
      case LE -> Long.compareUnsigned(a, b) <= 0;
      case SGT -> a > b;
      case SGE -> a >= b;
      case SLT -> a < b;
      case SLE -> a <= b;
      case SET -> (a & b) != 0;
      case CLEAR -> (a & b) == 0;
    };
  }

  /** The condition on the low 32 bits of the operands. */
  public boolean test32(long a, long b) {
    boolean signed = ordinal() >= SGT.ordinal() && ordinal() <= SLE.ordinal();
    return signed ? test((int) a, (int) b) : test(a & 0xffffffffL, b & 0xffffffffL);
  }
}
