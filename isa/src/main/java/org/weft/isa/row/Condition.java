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
  SET("&");

  private final String symbol;

  Condition(String symbol) {
    this.symbol = symbol;
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
    };
  }

  /** The condition on the low 32 bits of the operands. */
  public boolean test32(long a, long b) {
    boolean signed = ordinal() >= SGT.ordinal() && ordinal() <= SLE.ordinal();
    return signed ? test((int) a, (int) b) : test(a & 0xffffffffL, b & 0xffffffffL);
  }
}
