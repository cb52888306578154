package org.weft.isa.row;

import java.util.ArrayList;
import java.util.List;
import org.weft.isa.InputException;
import org.weft.isa.xdp.HelperFunction;

/** Rows as 64-bit slot words and back; {@link Opcode.Format} draws the layouts. */
public final class RowCodec {
  private static final int MAX_ARGUMENTS = 5;

  private RowCodec() {}

  /** The slot words of a row, one per lane. */
  public static long[] encode(Row row, int lanes) {
    long[] words = new long[lanes];
    for (int i = 0; i < row.slots().size(); i++) {
      words[i] = encode(row.slots().get(i));
    }
    return words;
  }

  /**
   * The row of these slot words.
   *
   * @throws InputException naming the slot that is no instruction
   */
  public static Row decode(long... words) {
    List<Slot> slots = new ArrayList<>(words.length);
    for (int i = 0; i < words.length; i++) {
      Slot slot;
      try {
        slot = new Fields(words[i]).slot();
      } catch (InputException e) {
        throw e.at("slot " + i);
      }
      if (encode(slot) != words[i]) {
        throw new InputException(
            "slot "
                + i
                + ": "
                + Long.toHexString(words[i])
                + " has bits set that "
                + slot.opcode().mnemonic()
                + " does not use");
      }
      slots.add(slot);
    }
    return new Row(slots);
  }

  private static long pack(
      Opcode opcode, boolean f1, boolean f0, int dst, int a, int b, int mod, int imm) {
    return (long) opcode.number() << 57
        | (f1 ? 1L << 56 : 0)
        | (f0 ? 1L << 55 : 0)
        | (long) dst << 50
        | (long) a << 45
        | (long) b << 40
        | (mod & 0xffL) << 32
        | imm & 0xffffffffL;
  }

  private static int access(Region region, int bytes, boolean signed, boolean swapped) {
    return region.ordinal() << 5 | (bytes - 1) << 2 | (signed ? 2 : 0) | (swapped ? 1 : 0);
  }

  private static int registerOf(Operand operand) {
    return operand.isRegister() ? operand.value() : 0;
  }

  private static int constantOf(Operand operand) {
    return operand.isRegister() ? 0 : operand.value();
  }

  private static long encode(Slot slot) {
    Opcode op = slot.opcode();
    if (slot instanceof Slot.Nop) {
      return 0;
    } else if (slot instanceof Slot.Alu s) {
      return operands(s, s.is32(), s.a(), s.b(), s.dst(), 0);
    } else if (slot instanceof Slot.Load s) {
      boolean absolute = s.base() == Slot.NO_BASE;
      int mod = access(s.region(), s.bytes(), s.signed(), s.swapped());
      int imm = s.map() << 16 | s.offset() & 0xffff;
      return pack(op, false, absolute, s.dst(), absolute ? 0 : s.base(), 0, mod, imm);
    } else if (slot instanceof Slot.Store s) {
      boolean absolute = s.base() == Slot.NO_BASE;
      int mod = access(s.region(), s.bytes(), false, s.swapped());
      int high = s.value().isRegister() ? s.map() : constantOf(s.value());
      int imm = high << 16 | s.offset() & 0xffff;
      int base = absolute ? 0 : s.base();
      return pack(op, !s.value().isRegister(), absolute, 0, base, registerOf(s.value()), mod, imm);
    } else if (slot instanceof Slot.ReadFact s) {
      return pack(op, false, false, s.dst(), 0, 0, s.fact().ordinal(), 0);
    } else if (slot instanceof Slot.Atomic s) {
      boolean absolute = s.base() == Slot.NO_BASE;
      int imm = s.map() << 21 | s.compare() << 16 | s.offset() & 0xffff;
      boolean constant = s.value() >= Slot.FIRST_CONSTANT;
      int mod = s.region().ordinal() << 5 | (constant ? 2 : 0) | (absolute ? 1 : 0);
      int base = absolute ? 0 : s.base();
      return pack(op, s.is32(), s.fetch(), s.dst(), base, s.value() & 31, mod, imm);
    } else if (slot instanceof Slot.Call s) {
      return call(s);
    } else if (slot instanceof Slot.TailCall s) {
      return pack(op, false, false, 0, s.map(), s.index(), 0, 0);
    } else if (slot instanceof Slot.Branch s) {
      return operands(s, s.is32(), s.a(), s.b(), s.target() & 31, s.target() >>> 5);
    } else if (slot instanceof Slot.Exit s) {
      boolean register = s.verdict().isRegister();
      int mod = register ? 0x80 : s.verdict().value();
      int dst = register ? s.verdict().value() : 0;
      return operands(s, s.is32(), s.a(), s.b(), dst, mod);
    }
    throw new IllegalStateException("no encoding for " + slot);
  }

  private static long operands(Slot slot, boolean is32, int a, Operand b, int dst, int mod) {
    boolean fact = slot.operandFact() != null;
    int right = fact ? 1 : registerOf(b);
    int left = fact ? a - Slot.FIRST_FACT : a;
    return pack(slot.opcode(), is32, !b.isRegister(), dst, left, right, mod, constantOf(b));
  }

  private static long call(Slot.Call call) {
    int[] registers = new int[MAX_ARGUMENTS];
    int count = 0;
    int map = 0;
    int address = -1;
    for (int i = 0; i < call.arguments().size(); i++) {
      int argument = call.arguments().get(i);
      HelperFunction.Arg kind = call.helper().args().get(i);
      if (argument >= Slot.FIRST_CONSTANT && kind == HelperFunction.Arg.MAP) {
        map = argument - Slot.FIRST_CONSTANT;
      } else if (argument >= Slot.FIRST_CONSTANT) {
        address = (argument - Slot.FIRST_CONSTANT) / 4;
      } else if (kind != HelperFunction.Arg.CONTEXT) {
        registers[count++] = argument;
      }
    }
    int mod = address < 0 ? 0 : address >>> 5;
    for (int i = 0; i < call.regions().size(); i++) {
      mod |= call.regions().get(i).ordinal() << 5 - 3 * i;
    }
    // A call with an address has four arguments in registers at most.
    int last = address < 0 ? registers[4] : address & 31;
    int imm =
        registers[2] << 27 | registers[3] << 22 | last << 17 | map << 8 | call.helper().number();
    return pack(
        call.opcode(), map > 0, address >= 0, call.dst(), registers[0], registers[1], mod, imm);
  }

  /** The fields of one slot word. */
  private static final class Fields {
    private final Opcode opcode;
    private final boolean f1;
    private final boolean f0;
    private final int dst;
    private final int a;
    private final int b;
    private final int mod;
    private final int imm;

    Fields(long word) {
      opcode = Opcode.of((int) (word >>> 57));
      if (opcode == null) {
        throw new InputException("unknown opcode " + (word >>> 57));
      }
      f1 = (word >>> 56 & 1) != 0;
      f0 = (word >>> 55 & 1) != 0;
      dst = (int) (word >>> 50 & 31);
      a = (int) (word >>> 45 & 31);
      b = (int) (word >>> 40 & 31);
      mod = (int) (word >>> 32 & 0xff);
      imm = (int) word;
    }

    private Operand operand() {
      return f0 ? Operand.constant(imm) : Operand.register(b);
    }

    private Region region(int shift) {
      Region region = Region.of(mod >>> shift & 7);
      if (region == null) {
        throw new InputException("unknown region " + (mod >>> shift & 7));
      }
      return region;
    }

    Slot slot() {
      int bytes = (mod >>> 2 & 7) + 1;
      boolean swapped = (mod & 1) != 0;
      return switch (opcode.format()) {
        case NOP -> Slot.Nop.NOP;
        case UNARY -> new Slot.Alu(opcode, f1, dst, a, operand());
        case BINARY -> new Slot.Alu(opcode, f1, dst, left(), operand());
        case LOAD ->
            new Slot.Load(
                dst,
                region(5),
                imm >>> 16,
                f0 ? Slot.NO_BASE : a,
                (short) imm,
                bytes,
                (mod & 2) != 0,
                swapped);
        case STORE ->
            new Slot.Store(
                region(5),
                f1 ? 0 : imm >>> 16,
                f0 ? Slot.NO_BASE : a,
                (short) imm,
                bytes,
                swapped,
                f1 ? Operand.constant(imm >> 16) : Operand.register(b));
        case FACT -> {
          if (Fact.of(mod) == null) {
            throw new InputException("unknown fact " + mod);
          }
          yield new Slot.ReadFact(dst, Fact.of(mod));
        }
        case ATOMIC ->
            new Slot.Atomic(
                opcode,
                f1,
                f0,
                dst,
                region(5),
                imm >>> 21,
                swapped ? Slot.NO_BASE : a,
                (short) imm,
                (mod & 2) == 0 ? b : Slot.FIRST_CONSTANT + b,
                imm >>> 16 & 31);
        case CALL -> call();
        case TAIL_CALL -> new Slot.TailCall(a, b);
        case BRANCH -> new Slot.Branch(opcode, f1, left(), operand(), mod << 5 | dst);
        case EXIT ->
            new Slot.Exit(
                opcode,
                f1,
                left(),
                operand(),
                mod >= 0x80 ? Operand.register(dst) : Operand.constant(mod));
      };
    }

    /** The first operand of two. */
    private int left() {
      if (!f0 || b != 1 || opcode.condition() == Condition.ALWAYS) {
        return a;
      }
      if (Fact.of(a) == null) {
        throw new InputException("unknown fact " + a);
      }
      return Slot.FIRST_FACT + a;
    }

    private Slot call() {
      HelperFunction helper = HelperFunction.of(imm & 0xff);
      if (helper == null || helper == HelperFunction.TAIL_CALL) {
        throw new InputException("unknown helper " + (imm & 0xff));
      }
      int[] registers = {a, b, imm >>> 27 & 31, imm >>> 22 & 31, imm >>> 17 & 31};
      List<Integer> arguments = new ArrayList<>();
      List<Region> regions = new ArrayList<>();
      int next = 0;
      for (HelperFunction.Arg kind : helper.args()) {
        boolean isAddress = f0 && kind.isMemory() && regions.isEmpty();
        if (kind.isMemory()) {
          regions.add(region(5 - 3 * regions.size()));
        }
        if (isAddress) {
          arguments.add(Slot.FIRST_CONSTANT + 4 * ((mod & 3) << 5 | imm >>> 17 & 31));
        } else if (f1 && kind == HelperFunction.Arg.MAP) {
          arguments.add(Slot.FIRST_CONSTANT + (imm >>> 8 & 0x1ff));
        } else {
          arguments.add(kind == HelperFunction.Arg.CONTEXT ? 0 : registers[next++]);
        }
      }
      return new Slot.Call(dst, helper, arguments, regions);
    }
  }
}
