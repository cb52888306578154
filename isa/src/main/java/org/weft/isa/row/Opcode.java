package org.weft.isa.row;

import java.util.HashMap;
import java.util.Map;

/**
 * The instruction table: the one place that gives name, number, format and unit of an instruction.
 * The codec, the printer, the schedule checker, the executors and the hardware decoder are made
 * from it; {@link Format} draws the encodings.
 */
public enum Opcode {
  NOP(0, "nop", Format.NOP, Unit.ALU),

  MOV(1, "mov", Format.UNARY, Unit.ALU),
  NEG(2, "neg", Format.UNARY, Unit.ALU),
  SEXT8(3, "sext8", Format.UNARY, Unit.ALU),
  SEXT16(4, "sext16", Format.UNARY, Unit.ALU),
  SEXT32(5, "sext32", Format.UNARY, Unit.ALU),
  SWAP16(6, "swap16", Format.UNARY, Unit.SHIFTER),
  SWAP32(7, "swap32", Format.UNARY, Unit.SHIFTER),
  SWAP64(8, "swap64", Format.UNARY, Unit.SHIFTER),
  /** The ones' complement sum of the four 16-bit parts: zero only for zero, RFC 1071. */
  FOLD(9, "fold", Format.UNARY, Unit.SHIFTER),

  /** Rotation to the left. */
  ROL(15, "rol", Format.BINARY, Unit.SHIFTER),
  ADD(16, "add", Format.BINARY, Unit.ALU),
  SUB(17, "sub", Format.BINARY, Unit.ALU),
  AND(18, "and", Format.BINARY, Unit.ALU),
  OR(19, "or", Format.BINARY, Unit.ALU),
  XOR(20, "xor", Format.BINARY, Unit.ALU),
  /** The immediate as upper half over the lower half of a. */
  HIGH(21, "high", Format.BINARY, Unit.ALU),
  LSH(22, "lsh", Format.BINARY, Unit.SHIFTER),
  RSH(23, "rsh", Format.BINARY, Unit.SHIFTER),
  ARSH(24, "arsh", Format.BINARY, Unit.SHIFTER),
  MUL(25, "mul", Format.BINARY, Unit.MULTIPLIER),
  DIV(26, "div", Format.BINARY, Unit.DIVIDER),
  MOD(27, "mod", Format.BINARY, Unit.DIVIDER),
  SDIV(28, "sdiv", Format.BINARY, Unit.DIVIDER),
  SMOD(29, "smod", Format.BINARY, Unit.DIVIDER),
  /** The lesser of two unsigned numbers. */
  MIN(30, "min", Format.BINARY, Unit.ALU),
  /** The greater of two unsigned numbers. */
  MAX(31, "max", Format.BINARY, Unit.ALU),

  LOAD(32, "load", Format.LOAD, Unit.MEMORY),
  STORE(33, "store", Format.STORE, Unit.MEMORY),
  FACT(34, "fact", Format.FACT, Unit.ALU),

  ATOMIC_ADD(40, "atomic_add", Format.ATOMIC, Unit.ATOMIC),
  ATOMIC_OR(41, "atomic_or", Format.ATOMIC, Unit.ATOMIC),
  ATOMIC_AND(42, "atomic_and", Format.ATOMIC, Unit.ATOMIC),
  ATOMIC_XOR(43, "atomic_xor", Format.ATOMIC, Unit.ATOMIC),
  ATOMIC_XCHG(44, "atomic_xchg", Format.ATOMIC, Unit.ATOMIC),
  ATOMIC_CMPXCHG(45, "atomic_cmpxchg", Format.ATOMIC, Unit.ATOMIC),

  CALL(48, "call", Format.CALL, Unit.CALL),
  TAIL_CALL(49, "tail_call", Format.TAIL_CALL, Unit.CALL),

  BRANCH(64, "goto", Format.BRANCH, Unit.BRANCH, Condition.ALWAYS),
  BRANCH_EQ(65, "goto", Format.BRANCH, Unit.BRANCH, Condition.EQ),
  BRANCH_NE(66, "goto", Format.BRANCH, Unit.BRANCH, Condition.NE),
  BRANCH_GT(67, "goto", Format.BRANCH, Unit.BRANCH, Condition.GT),
  BRANCH_GE(68, "goto", Format.BRANCH, Unit.BRANCH, Condition.GE),
  BRANCH_LT(69, "goto", Format.BRANCH, Unit.BRANCH, Condition.LT),
  BRANCH_LE(70, "goto", Format.BRANCH, Unit.BRANCH, Condition.LE),
  BRANCH_SGT(71, "goto", Format.BRANCH, Unit.BRANCH, Condition.SGT),
  BRANCH_SGE(72, "goto", Format.BRANCH, Unit.BRANCH, Condition.SGE),
  BRANCH_SLT(73, "goto", Format.BRANCH, Unit.BRANCH, Condition.SLT),
  BRANCH_SLE(74, "goto", Format.BRANCH, Unit.BRANCH, Condition.SLE),
  BRANCH_SET(75, "goto", Format.BRANCH, Unit.BRANCH, Condition.SET),
  BRANCH_CLEAR(76, "goto", Format.BRANCH, Unit.BRANCH, Condition.CLEAR),

  EXIT(80, "exit", Format.EXIT, Unit.BRANCH, Condition.ALWAYS),
  EXIT_EQ(81, "exit", Format.EXIT, Unit.BRANCH, Condition.EQ),
  EXIT_NE(82, "exit", Format.EXIT, Unit.BRANCH, Condition.NE),
  EXIT_GT(83, "exit", Format.EXIT, Unit.BRANCH, Condition.GT),
  EXIT_GE(84, "exit", Format.EXIT, Unit.BRANCH, Condition.GE),
  EXIT_LT(85, "exit", Format.EXIT, Unit.BRANCH, Condition.LT),
  EXIT_LE(86, "exit", Format.EXIT, Unit.BRANCH, Condition.LE),
  EXIT_SGT(87, "exit", Format.EXIT, Unit.BRANCH, Condition.SGT),
  EXIT_SGE(88, "exit", Format.EXIT, Unit.BRANCH, Condition.SGE),
  EXIT_SLT(89, "exit", Format.EXIT, Unit.BRANCH, Condition.SLT),
  EXIT_SLE(90, "exit", Format.EXIT, Unit.BRANCH, Condition.SLE),
  EXIT_SET(91, "exit", Format.EXIT, Unit.BRANCH, Condition.SET),
  EXIT_CLEAR(92, "exit", Format.EXIT, Unit.BRANCH, Condition.CLEAR);

  /**
   * How an instruction's fields lie in its 64-bit slot word.
   *
   * <pre>
   *  63     57  56   55   54  50 49  45 44  40 39      32 31                0
   * +---------+----+----+------+------+------+----------+-------------------+
   * | opcode  | f1 | f0 | dst  |  a   |  b   |   mod    |        imm        |
   * +---------+----+----+------+------+------+----------+-------------------+
   * </pre>
   *
   * Fields that a format does not name are zero.
   */
  public enum Format {
    /** All zero. */
    NOP,
    /** {@code dst = op(b)}: f1 = 32-bit, f0 = imm (sign-extended) in place of b. */
    UNARY,
    /**
     * {@code dst = a op b}: f1 = 32-bit, f0 = imm (sign-extended) in place of b; with f0, b = 1
     * says that a is the number of a fact.
     */
    BINARY,
    /**
     * {@code dst = region[a + offset]}: f0 = no base register, mod = region (7..5), bytes - 1
     * (4..2), sign-extend (1), byte swap (0); imm 31..16 = map handle or 0, 15..0 = signed offset.
     */
    LOAD,
    /**
     * {@code region[a + offset] = b}: f0 and mod as LOAD, f1 = signed imm 31..16 in place of b,
     * else that is the map handle or 0; imm 15..0 = signed offset.
     */
    STORE,
    /** {@code dst = fact}: mod = fact. */
    FACT,
    /**
     * {@code dst = region[a + offset]; region[a + offset] op= b}: f1 = 32-bit, f0 = dst is written,
     * mod = region (7..5), b is a constant (1), no base register (0); imm 31..21 = map handle or 0,
     * 20..16 = the register compared with (CMPXCHG), 15..0 = signed offset.
     */
    ATOMIC,
    /**
     * {@code dst = helper(arguments)}: imm 7..0 = helper, mod = regions of the first (7..5) and
     * second (4..2) memory argument; a, b, imm 31..27, 26..22, 21..17 = the arguments that are in
     * registers, in their order. f1: the map is imm 16..8. f0: the first memory argument is the
     * stack address 4 * (mod 1..0 : imm 21..17).
     */
    CALL,
    /** Go on in program b of program array a, if there is one: registers a and b. */
    TAIL_CALL,
    /**
     * To row mod:dst (13 bits) if a cond b: f1 = 32-bit, f0 = imm (sign-extended) in place of b;
     * with f0, b = 1 says that a is the number of a fact.
     */
    BRANCH,
    /**
     * Leave with a verdict if a cond b: f1, f0 as BRANCH; mod bit 7 set: the verdict is register
     * dst; clear: it is mod 6..0.
     */
    EXIT
  }

  private static final Opcode[] BY_NUMBER = new Opcode[128];
  private static final Map<String, Opcode> BY_NAME = new HashMap<>();

  static {
    for (Opcode opcode : values()) {
      BY_NUMBER[opcode.number] = opcode;
      BY_NAME.putIfAbsent(opcode.mnemonic, opcode);
    }
  }

  private final int number;
  private final String mnemonic;
  private final Format format;
  private final Unit unit;
  private final Condition condition;

  Opcode(int number, String mnemonic, Format format, Unit unit) {
    this(number, mnemonic, format, unit, null);
  }

  Opcode(int number, String mnemonic, Format format, Unit unit, Condition condition) {
    this.number = number;
    this.mnemonic = mnemonic;
    this.format = format;
    this.unit = unit;
    this.condition = condition;
  }

  /** The number in the slot word, 0 to 127. */
  public int number() {
    return number;
  }

  /**
   * The name in row text. Branches share one, exits share one: their condition tells them apart.
   */
  public String mnemonic() {
    return mnemonic;
  }

  /** How the fields lie in the slot word. */
  public Format format() {
    return format;
  }

  /** The unit it occupies. */
  public Unit unit() {
    return unit;
  }

  /** What a branch or exit tests; null for all others. */
  public Condition condition() {
    return condition;
  }

  /** The instruction with this number, or null. */
  public static Opcode of(int number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
  }

  /**
   * The instruction with this name in row text (for branches and exits the unconditional), or null.
   */
  public static Opcode ofMnemonic(String mnemonic) {
    return BY_NAME.get(mnemonic);
  }

  /** The branch with this condition. */
  public static Opcode branch(Condition condition) {
    return BY_NUMBER[BRANCH.number + condition.ordinal()];
  }

  /** The exit with this condition. */
  public static Opcode exit(Condition condition) {
    return BY_NUMBER[EXIT.number + condition.ordinal()];
  }
}
