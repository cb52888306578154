package org.weft.sim.validate;

import org.weft.compiler.ebpf.AluOp;

/**
 * What is known of a register.
 *
 * @param kind what it holds
 * @param low the least number, of a NUMBER; the map's index, of a MAP; the offset, of a STACK
 * @param high the greatest number, of a NUMBER; else the same as low
 */
record Fact(Kind kind, long low, long high) {
  /** What a register holds. */
  enum Kind {
    /** Anything. */
    ANY,
    /** Anything but an address of the stack. */
    NOT_STACK,
    /** A number from low to high, neither negative. */
    NUMBER,
    /** An address so many bytes above the frame pointer. */
    STACK,
    /** The context. */
    CONTEXT,
    /** A map. */
    MAP,
    /** The address of a value, never null. */
    VALUE
  }

  static final Fact ANY = new Fact(Kind.ANY, 0, 0);
  static final Fact NOT_STACK = new Fact(Kind.NOT_STACK, 0, 0);
  static final Fact CONTEXT = new Fact(Kind.CONTEXT, 0, 0);
  static final Fact VALUE = new Fact(Kind.VALUE, 0, 0);

  private static final long WORD = 0xffffffffL;
  private static final Fact ANY_WORD = number(0, WORD);
  private static final long LARGEST = 1L << 62;

  static Fact number(long low, long high) {
    return new Fact(Kind.NUMBER, low, high);
  }

  /** A constant; negative ones are not followed. */
  static Fact constant(long value) {
    return value < 0 ? NOT_STACK : number(value, value);
  }

  static Fact stack(long offset) {
    return new Fact(Kind.STACK, offset, offset);
  }

  static Fact map(int index) {
    return new Fact(Kind.MAP, index, index);
  }

  /** A number of so many bytes. */
  static Fact bytes(int count) {
    return count == 8 ? NOT_STACK : number(0, (1L << 8 * count) - 1);
  }

  boolean is(Kind wanted) {
    return kind == wanted;
  }

  private boolean mayBeStack() {
    return kind == Kind.ANY || kind == Kind.STACK;
  }

  /** What holds of both. */
  Fact join(Fact other) {
    if (equals(other)) {
      return this;
    }
    if (is(Kind.NUMBER) && other.is(Kind.NUMBER)) {
      return number(Math.min(low, other.low), Math.max(high, other.high));
    }
    return mayBeStack() || other.mayBeStack() ? ANY : NOT_STACK;
  }

  /** What holds of the low 32 bits. */
  Fact word() {
    return is(Kind.NUMBER) && high <= WORD ? this : ANY_WORD;
  }

  /** The result of an operation on this and an operand. */
  Fact then(AluOp op, boolean is64, Fact operand) {
    if (!is64) {
      Fact result = op == AluOp.MOV ? operand.word() : word().combine(op, operand.word(), true);
      return result.is(Kind.NUMBER) && result.high <= WORD ? result : ANY_WORD;
    }
    if (op == AluOp.MOV) {
      return operand;
    }
    boolean adds = op == AluOp.ADD && is(Kind.STACK) && operand.isConstant();
    return adds ? stack(low + operand.low) : combine(op, operand, false);
  }

  /** The same for a constant that may be negative. */
  Fact plus(long constant) {
    return is(Kind.STACK) ? stack(low + constant) : then(AluOp.ADD, true, constant(constant));
  }

  private boolean isConstant() {
    return is(Kind.NUMBER) && low == high;
  }

  private Fact combine(AluOp op, Fact b, boolean isWord) {
    if (op == AluOp.AND && (is(Kind.NUMBER) || b.is(Kind.NUMBER))) {
      long most = Math.min(is(Kind.NUMBER) ? high : LARGEST, b.is(Kind.NUMBER) ? b.high : LARGEST);
      return number(0, most);
    }
    if (is(Kind.NUMBER) && b.is(Kind.NUMBER)) {
      return numbers(op, b);
    }
    if (op == AluOp.MOD && b.isConstant() && b.low > 0) {
      return number(0, b.low - 1);
    }
    if (op == AluOp.RSH && b.isConstant() && b.low > 1 && b.low < 64) {
      return number(0, -1L >>> b.low);
    }
    return isWord || !(mayBeStack() || b.mayBeStack()) ? NOT_STACK : ANY;
  }

  private Fact numbers(AluOp op, Fact b) {
    boolean small = high < LARGEST && b.high < LARGEST;
    return switch (op) {
      case ADD -> small ? number(low + b.low, high + b.high) : NOT_STACK;
      case SUB -> low >= b.high ? number(low - b.high, high - b.low) : NOT_STACK;
      case MUL ->
          Math.multiplyHigh(high, b.high) == 0 && high * b.high >= 0
              ? number(low * b.low, high * b.high)
              : NOT_STACK;
      case OR, XOR -> number(0, mask(high | b.high));
      case LSH ->
          b.isConstant() && b.low < 32 && high < 1L << 31
              ? number(low << b.low, high << b.low)
              : NOT_STACK;
      case RSH -> b.isConstant() && b.low < 32 ? number(low >> b.low, high >> b.low) : NOT_STACK;
      case DIV -> b.isConstant() && b.low > 0 ? number(low / b.low, high / b.low) : NOT_STACK;
      case MOD ->
          b.isConstant() && b.low > 0 ? high < b.low ? this : number(0, b.low - 1) : NOT_STACK;
      default -> NOT_STACK;
    };
  }

  /** All ones up to the highest one of a number. */
  static long mask(long value) {
    return value == 0 ? 0 : -1L >>> Long.numberOfLeadingZeros(value);
  }
}
