package org.weft.sim.rows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.weft.isa.InputException;
import org.weft.isa.image.ImageCheck;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Region;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** Random images that {@link ImageCheck} accepts; branches go forward. */
public final class RandomRows {
  // Registers that only the first rows write.
  private static final int SMALL = 26;
  private static final int ARRAY = 27;
  private static final int HASH = 28;
  private static final int VALUE = 29;

  /** Holds an address in the middle of the stack, and is never changed. */
  public static final int STACK = 30;

  private static final int PROGRAMS = 31;
  private static final int FREE_REGISTERS = 26;
  private static final int PACKET = 25;

  private static final List<MapDefinition> MAPS =
      List.of(
          MapDefinition.of("array", MapType.ARRAY, 4, 32, 4, 0),
          MapDefinition.of("hash", MapType.HASH, 1, 16, 8, 0),
          new MapDefinition(
              "programs",
              MapType.PROG_ARRAY,
              4,
              4,
              32,
              0,
              null,
              Bytes.EMPTY,
              List.of(new MapDefinition.Reference(8, "second"))));

  private static final List<HelperFunction> HELPERS =
      List.of(
          HelperFunction.MAP_LOOKUP_ELEM,
          HelperFunction.MAP_UPDATE_ELEM,
          HelperFunction.MAP_DELETE_ELEM,
          HelperFunction.GET_PRANDOM_U32,
          HelperFunction.REDIRECT,
          HelperFunction.CSUM_DIFF,
          HelperFunction.XDP_ADJUST_HEAD,
          HelperFunction.XDP_ADJUST_META,
          HelperFunction.XDP_ADJUST_TAIL,
          HelperFunction.XDP_GET_BUFF_LEN,
          HelperFunction.XDP_LOAD_BYTES,
          HelperFunction.XDP_STORE_BYTES);

  private final Random random;
  private final MachineSpec machine;
  private final List<Row> rows = new ArrayList<>();
  private int last;

  private RandomRows(Random random, MachineSpec machine) {
    this.random = random;
    this.machine = machine;
  }

  /** An image of two programs, the first with about so many rows. */
  public static ProgramImage image(Random random, MachineSpec machine, int length) {
    return new RandomRows(random, machine).image(length);
  }

  private ProgramImage image(int length) {
    program(length, length + 32);
    int second = rows.size();
    program(length / 2, second + length / 2 + 32);
    ProgramImage image =
        image(
            List.of(new ProgramImage.Entry("first", 0), new ProgramImage.Entry("second", second)));
    ImageCheck.check(image);
    return image;
  }

  private ProgramImage image(List<ProgramImage.Entry> entries) {
    return new ProgramImage(machine, rows, MAPS, entries, List.of());
  }

  private void program(int length, int end) {
    set(SMALL, 8);
    set(ARRAY, 1);
    set(HASH, 2);
    set(PROGRAMS, 3);
    set(STACK, 0x10000 + 64);
    set(VALUE, 32);
    alone(
        new Slot.Alu(Opcode.HIGH, false, VALUE, VALUE, Operand.constant(1)), machine.laneOf(VALUE));
    set(PACKET, 0x10000);
    for (int i = 0; i < length; i++) {
      row();
    }
    while (rows.size() < end) {
      row();
    }
    Operand verdict = Operand.register(random.nextInt(FREE_REGISTERS));
    alone(new Slot.Exit(Opcode.EXIT, false, 0, Operand.constant(0), verdict), 0);
    last = rows.size() - 1;
    for (int i = 0; i < rows.size(); i++) {
      rows.set(i, aimed(rows.get(i), i));
    }
  }

  /** Branches not yet aimed go to row 0. */
  private Row aimed(Row row, int number) {
    List<Slot> slots = new ArrayList<>();
    for (Slot slot : row.slots()) {
      if (slot instanceof Slot.Branch branch && branch.target() == 0) {
        int to = Math.min(last, number + 1 + random.nextInt(6));
        slots.add(new Slot.Branch(branch.opcode(), branch.is32(), branch.a(), branch.b(), to));
      } else {
        slots.add(slot);
      }
    }
    return new Row(slots);
  }

  private void set(int register, int value) {
    alone(
        new Slot.Alu(Opcode.MOV, false, register, 0, Operand.constant(value)),
        machine.laneOf(register));
  }

  private void alone(Slot slot, int lane) {
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < lane; i++) {
      slots.add(Slot.Nop.NOP);
    }
    slots.add(slot);
    rows.add(new Row(slots));
  }

  /** A row of random slots, as many as the machine can take together. */
  private void row() {
    List<Slot> slots = new ArrayList<>();
    for (int lane = 0; lane < machine.lanes(); lane++) {
      slots.add(slot(lane));
      if (!isValid(slots)) {
        slots.set(lane, Slot.Nop.NOP);
      }
    }
    rows.add(new Row(slots));
  }

  private boolean isValid(List<Slot> slots) {
    List<Row> two =
        List.of(
            new Row(slots),
            new Row(
                List.of(
                    new Slot.Exit(
                        Opcode.EXIT, false, 0, Operand.constant(0), Operand.constant(0)))));
    try {
      ImageCheck.check(new ProgramImage(machine, two, MAPS, List.of(), List.of()));
      return true;
    } catch (InputException e) {
      return false;
    }
  }

  private int register() {
    return random.nextInt(32);
  }

  /** A register that a lane may write. */
  private int target(int lane) {
    int register;
    do {
      register = random.nextInt(FREE_REGISTERS - 1);
    } while (machine.laneOf(register) != lane);
    return register;
  }

  private Operand operand() {
    if (random.nextInt(3) > 0) {
      return Operand.register(register());
    }
    return Operand.constant(random.nextBoolean() ? random.nextInt(9) - 2 : random.nextInt());
  }

  private Slot slot(int lane) {
    Opcode[] opcodes = Opcode.values();
    Opcode opcode = opcodes[random.nextInt(opcodes.length)];
    if (opcode.condition() != null && random.nextInt(3) > 0) {
      opcode = random.nextBoolean() ? Opcode.LOAD : Opcode.STORE;
    }
    int dst = target(lane);
    boolean flag = random.nextBoolean();
    Region region = Region.values()[random.nextInt(3)];
    return switch (opcode.format()) {
      case NOP -> new Slot.Alu(Opcode.MOV, flag, dst, 0, operand());
      // The compiler makes no 32-bit swap64, and nothing says what it is.
      case UNARY -> new Slot.Alu(opcode, flag && opcode != Opcode.SWAP64, dst, 0, operand());
      case BINARY -> {
        boolean fact = random.nextInt(5) == 0;
        int a = fact ? fact() : register();
        yield new Slot.Alu(opcode, flag, dst, a, fact ? constant() : operand());
      }
      case LOAD ->
          new Slot.Load(
              dst,
              region,
              map(region),
              base(region),
              random.nextInt(24),
              1 + random.nextInt(8),
              flag,
              random.nextBoolean());
      case STORE ->
          new Slot.Store(
              region,
              flag ? map(region) : 0,
              base(region),
              random.nextInt(24),
              1 + random.nextInt(8),
              flag,
              flag ? Operand.register(register()) : Operand.constant((short) random.nextInt()));
      case FACT -> new Slot.ReadFact(dst, Fact.values()[random.nextInt(Fact.values().length)]);
      case ATOMIC -> {
        boolean compares = opcode == Opcode.ATOMIC_CMPXCHG;
        yield new Slot.Atomic(
            opcode,
            random.nextBoolean(),
            flag,
            flag ? dst : 0,
            region,
            map(region),
            random.nextInt(5) == 0 ? Slot.NO_BASE : base(region),
            random.nextInt(24),
            random.nextInt(4) == 0 ? Slot.FIRST_CONSTANT + random.nextInt(32) : register(),
            compares ? register() : 0);
      }
      case CALL -> call(dst);
      case TAIL_CALL -> new Slot.TailCall(PROGRAMS, random.nextInt(4) == 0 ? SMALL : register());
      case BRANCH -> {
        boolean always = opcode.condition() == Condition.ALWAYS;
        boolean fact = random.nextInt(3) == 0;
        yield new Slot.Branch(
            opcode,
            !always && flag,
            always ? 0 : fact ? fact() : register(),
            always ? Operand.constant(0) : fact ? constant() : operand(),
            0);
      }
      case EXIT -> {
        boolean always = opcode.condition() == Condition.ALWAYS;
        boolean fact = random.nextInt(3) == 0;
        yield random.nextInt(8) > 0
            ? Slot.Nop.NOP
            : new Slot.Exit(
                opcode,
                !always && flag,
                always ? 0 : fact ? fact() : register(),
                always ? Operand.constant(0) : fact ? constant() : operand(),
                flag ? Operand.register(register()) : Operand.constant(random.nextInt(128)));
      }
    };
  }

  private int fact() {
    return Slot.FIRST_FACT + random.nextInt(Fact.values().length);
  }

  private Operand constant() {
    return Operand.constant(random.nextInt(120));
  }

  private int map(Region region) {
    return region == Region.MAP ? random.nextInt(3) : 0;
  }

  private int base(Region region) {
    int base =
        switch (region) {
          case PACKET -> PACKET;
          case STACK -> STACK;
          default -> VALUE;
        };
    return random.nextInt(10) == 0 ? register() : base;
  }

  private Slot call(int dst) {
    HelperFunction helper = HELPERS.get(random.nextInt(HELPERS.size()));
    List<Integer> arguments = new ArrayList<>();
    List<Region> regions = new ArrayList<>();
    for (HelperFunction.Arg arg : helper.args()) {
      Region region = Region.values()[random.nextInt(3)];
      if (arg.isMemory()) {
        regions.add(region);
      }
      arguments.add(
          switch (arg) {
            case MAP ->
                random.nextInt(3) == 0
                    ? Slot.FIRST_CONSTANT + 1 + random.nextInt(2)
                    : random.nextBoolean() ? ARRAY : HASH;
            case SIZE -> SMALL;
            case SCALAR -> random.nextBoolean() ? SMALL : register();
            case CONTEXT -> 0;
            default ->
                region == Region.STACK && regions.size() == 1 && random.nextBoolean()
                    ? Slot.FIRST_CONSTANT + 4 * random.nextInt(120)
                    : base(region);
          });
    }
    return new Slot.Call(dst, helper, arguments, regions);
  }
}
