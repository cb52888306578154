package org.weft.isa.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.weft.isa.xdp.HelperFunction;

/** One instruction of a row. Register numbers are 0 to 31. */
public sealed interface Slot {
  /** The entry of the instruction table. */
  Opcode opcode();

  /** Registers read, as a set of bits. */
  int reads();

  /** Registers written, as a set of bits. */
  int writes();

  /** The region that a load, store or atomic goes to; null for all others. */
  default Region region() {
    return null;
  }

  /** Base register value that stands for none: the access begins at the region's address 0. */
  int NO_BASE = -1;

  /**
   * First operand of arithmetic with a constant, of a branch or of an exit: from here on facts by
   * their ordinal, below it registers. The other operand of a fact is a constant.
   */
  int FIRST_FACT = 32;

  /** Operand of an atomic operation or call: from here on constants, below it registers. */
  int FIRST_CONSTANT = 32;

  /** The fact that a first operand stands for, or null for a register. */
  static Fact factOf(int a) {
    return a < FIRST_FACT ? null : Fact.of(a - FIRST_FACT);
  }

  /** The fact that it has for its first operand, or null. */
  default Fact operandFact() {
    return null;
  }

  /** How often its row is issued: two registers are read each time, it has its effect the last. */
  default int issues() {
    return 1;
  }

  private static int readsOf(Opcode opcode, int a, Operand b) {
    if (opcode.condition() == Condition.ALWAYS) {
      return 0;
    }
    return (a < FIRST_FACT ? 1 << a : 0) | b.reads();
  }

  /** Does nothing. */
  record Nop() implements Slot {
    /** The only one that is needed. */
    public static final Nop NOP = new Nop();

    @Override
    public Opcode opcode() {
      return Opcode.NOP;
    }

    @Override
    public int reads() {
      return 0;
    }

    @Override
    public int writes() {
      return 0;
    }
  }

  /**
   * {@code dst = op(b)} or {@code dst = a op b}.
   *
   * @param opcode of format UNARY or BINARY
   * @param is32 whether operands are cut to, and the result zero-extended from, 32 bits
   * @param dst register written
   * @param a register of the first operand, or fact from {@link #FIRST_FACT} on; 0 for UNARY
   * @param b second or only operand
   */
  record Alu(Opcode opcode, boolean is32, int dst, int a, Operand b) implements Slot {
    public Alu {
      Objects.requireNonNull(b);
    }

    /** Whether the instruction reads {@code a}. */
    public boolean isBinary() {
      return opcode.format() == Opcode.Format.BINARY;
    }

    @Override
    public int reads() {
      return (isBinary() && a < FIRST_FACT ? 1 << a : 0) | b.reads();
    }

    @Override
    public Fact operandFact() {
      return factOf(a);
    }

    @Override
    public int writes() {
      return 1 << dst;
    }
  }

  /**
   * {@code dst = region[base + offset]}, little-endian unless swapped, zero- or sign-extended.
   *
   * @param base register, or {@link #NO_BASE}
   * @param offset signed 16 bits
   * @param bytes 1 to 8
   * @param map handle of the map that a value is of, 1 to 65535; 0 when the address says it, and
   *     for other regions
   */
  record Load(
      int dst,
      Region region,
      int map,
      int base,
      int offset,
      int bytes,
      boolean signed,
      boolean swapped)
      implements Slot {
    /** A load whose address says which map value it goes to, if it is one. */
    public Load(
        int dst, Region region, int base, int offset, int bytes, boolean signed, boolean swapped) {
      this(dst, region, 0, base, offset, bytes, signed, swapped);
    }

    @Override
    public Opcode opcode() {
      return Opcode.LOAD;
    }

    @Override
    public int reads() {
      return base == NO_BASE ? 0 : 1 << base;
    }

    @Override
    public int writes() {
      return 1 << dst;
    }
  }

  /**
   * {@code region[base + offset] = value}, little-endian unless swapped.
   *
   * @param base register, or {@link #NO_BASE}
   * @param offset signed 16 bits
   * @param bytes 1 to 8
   * @param value register, or constant of signed 16 bits
   * @param map as of a load; 0 when the value is a constant
   */
  record Store(
      Region region, int map, int base, int offset, int bytes, boolean swapped, Operand value)
      implements Slot {
    /** A store whose address says which map value it goes to, if it is one. */
    public Store(Region region, int base, int offset, int bytes, boolean swapped, Operand value) {
      this(region, 0, base, offset, bytes, swapped, value);
    }

    @Override
    public Opcode opcode() {
      return Opcode.STORE;
    }

    @Override
    public int reads() {
      return (base == NO_BASE ? 0 : 1 << base) | value.reads();
    }

    @Override
    public int writes() {
      return 0;
    }
  }

  /** {@code dst = fact}. */
  record ReadFact(int dst, Fact fact) implements Slot {
    @Override
    public Opcode opcode() {
      return Opcode.FACT;
    }

    @Override
    public int reads() {
      return 0;
    }

    @Override
    public int writes() {
      return 1 << dst;
    }
  }

  /**
   * Read-modify-write of 4 or 8 bytes at {@code region[base + offset]}.
   *
   * @param is32 4 bytes, and the old value zero-extended; else 8
   * @param fetch whether the old value is written to dst
   * @param dst register; 0 when not fetched
   * @param map as of a load, up to 2047
   * @param base register, or {@link #NO_BASE}
   * @param offset signed 16 bits
   * @param value register of the operand (CMPXCHG: the new value), or constant from {@link
   *     #FIRST_CONSTANT} on
   * @param compare register compared with memory (CMPXCHG only, else 0)
   */
  record Atomic(
      Opcode opcode,
      boolean is32,
      boolean fetch,
      int dst,
      Region region,
      int map,
      int base,
      int offset,
      int value,
      int compare)
      implements Slot {
    /** An atomic operation whose address says which map value it goes to, if it is one. */
    public Atomic(
        Opcode opcode,
        boolean is32,
        boolean fetch,
        int dst,
        Region region,
        int base,
        int offset,
        int value,
        int compare) {
      this(opcode, is32, fetch, dst, region, 0, base, offset, value, compare);
    }

    @Override
    public int reads() {
      return (base == NO_BASE ? 0 : 1 << base)
          | (value < FIRST_CONSTANT ? 1 << value : 0)
          | (opcode == Opcode.ATOMIC_CMPXCHG ? 1 << compare : 0);
    }

    @Override
    public int writes() {
      return fetch ? 1 << dst : 0;
    }

    @Override
    public int issues() {
      return opcode == Opcode.ATOMIC_CMPXCHG ? 2 : 1;
    }
  }

  /**
   * {@code dst = helper(arguments)}; the thread waits for the result.
   *
   * @param arguments one register for each of the helper's arguments; what stands for the context
   *     is ignored. From {@link #FIRST_CONSTANT} on the map is a constant, 1 to {@link #MAX_MAP},
   *     or the first memory argument an address of the stack, a multiple of 4 up to {@link
   *     #MAX_ADDRESS}
   * @param regions one for each memory argument, in order; two at most
   */
  record Call(int dst, HelperFunction helper, List<Integer> arguments, List<Region> regions)
      implements Slot {
    /** The greatest map handle that a call names. */
    public static final int MAX_MAP = 511;

    /** The greatest stack address that a call names. */
    public static final int MAX_ADDRESS = 508;

    public Call {
      arguments = canonical(helper, arguments);
      regions = List.copyOf(regions);
    }

    /** What stands for the context is register 0, so that equal calls are equal. */
    private static List<Integer> canonical(HelperFunction helper, List<Integer> arguments) {
      List<Integer> registers = new ArrayList<>();
      for (int i = 0; i < helper.args().size(); i++) {
        boolean context = helper.args().get(i) == HelperFunction.Arg.CONTEXT;
        registers.add(context ? 0 : arguments.get(i));
      }
      return List.copyOf(registers);
    }

    @Override
    public Opcode opcode() {
      return Opcode.CALL;
    }

    @Override
    public int reads() {
      int set = 0;
      for (int i = 0; i < arguments.size(); i++) {
        int argument = arguments.get(i);
        if (helper.args().get(i) != HelperFunction.Arg.CONTEXT && argument < FIRST_CONSTANT) {
          set |= 1 << argument;
        }
      }
      return set;
    }

    @Override
    public int writes() {
      return 1 << dst;
    }

    @Override
    public int issues() {
      long registers =
          IntStream.range(0, arguments.size())
              .filter(i -> helper.args().get(i) != HelperFunction.Arg.CONTEXT)
              .filter(i -> arguments.get(i) < FIRST_CONSTANT)
              .count();
      return Math.max(1, (int) (registers + 1) / 2);
    }
  }

  /**
   * Leaves for the program at an index of a program array; goes on with the next row when there is
   * none or after 33 tail calls.
   *
   * @param map register with the program array's handle
   * @param index register; its low 32 bits are the index
   */
  record TailCall(int map, int index) implements Slot {
    @Override
    public Opcode opcode() {
      return Opcode.TAIL_CALL;
    }

    @Override
    public int reads() {
      return 1 << map | 1 << index;
    }

    @Override
    public int writes() {
      return 0;
    }
  }

  /**
   * {@code if a cond b goto target}.
   *
   * @param opcode of format BRANCH
   * @param a register, or fact from {@link #FIRST_FACT} on; 0 when unconditional
   * @param b {@code Operand.constant(0)} when unconditional
   * @param target row, 0 to 8191
   */
  record Branch(Opcode opcode, boolean is32, int a, Operand b, int target) implements Slot {
    @Override
    public int reads() {
      return readsOf(opcode, a, b);
    }

    @Override
    public Fact operandFact() {
      return factOf(a);
    }

    @Override
    public int writes() {
      return 0;
    }
  }

  /**
   * {@code exit verdict if a cond b}.
   *
   * @param opcode of format EXIT
   * @param a register, or fact from {@link #FIRST_FACT} on; 0 when unconditional
   * @param b {@code Operand.constant(0)} when unconditional
   * @param verdict register holding the 32-bit return value, or constant 0 to 127
   */
  record Exit(Opcode opcode, boolean is32, int a, Operand b, Operand verdict) implements Slot {
    @Override
    public int reads() {
      return readsOf(opcode, a, b) | verdict.reads();
    }

    @Override
    public Fact operandFact() {
      return factOf(a);
    }

    @Override
    public int writes() {
      return 0;
    }
  }
}
