package org.weft.isa.row;

/** What a branch or exit tests, on two operands. */
public enum Condition {
  ALWAYS("always") {
    @Override
    public boolean test(long a, long b) {
      return true;
    }
  },
  EQ("==") {
    @Override
    public boolean test(long a, long b) {
      return a == b;
    }
  },
  NE("!=") {
    @Override
    public boolean test(long a, long b) {
      return a != b;
    }
  },
  GT(">") {
    @Override
    public boolean test(long a, long b) {
      return Long.compareUnsigned(a, b) > 0;
    }
  },
  GE(">=") {
    @Override
    public boolean test(long a, long b) {
      return Long.compareUnsigned(a, b) >= 0;
    }
  },
  LT("<") {
    @Override
    public boolean test(long a, long b) {
      return Long.compareUnsigned(a, b) < 0;
    }
  },
  LE("<=") {
    @Override
    public boolean test(long a, long b) {
      return Long.compareUnsigned(a, b) <= 0;
    }
  },
  SGT("s>", true) {
    @Override
    public boolean test(long a, long b) {
      return a > b;
    }
  },
  SGE("s>=", true) {
    @Override
    public boolean test(long a, long b) {
      return a >= b;
    }
  },
  SLT("s<", true) {
    @Override
    public boolean test(long a, long b) {
      return a < b;
    }
  },
  SLE("s<=", true) {
    @Override
    public boolean test(long a, long b) {
      return a <= b;
    }
  },
  /** The operands have a bit in common. */
  SET("&") {
    @Override
    public boolean test(long a, long b) {
      return (a & b) != 0;
    }
  },
  /** The operands have no bit in common. */
  CLEAR("!&") {
    @Override
    public boolean test(long a, long b) {
      return (a & b) == 0;
    }
  };

  private final String symbol;

  private final boolean signed;

  Condition(String symbol) {
    this(symbol, false);
  }

  Condition(String symbol, boolean signed) {
    this.symbol = symbol;
    this.signed = signed;
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
  public abstract boolean test(long a, long b);

  /** The condition on the low 32 bits of the operands. */
  public final boolean test32(long a, long b) {
    return signed ? test((int) a, (int) b) : test(Arithmetic.cut(a), Arithmetic.cut(b));
  }
}
