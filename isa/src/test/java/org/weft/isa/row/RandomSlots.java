package org.weft.isa.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.weft.isa.xdp.HelperFunction;

/** Slots of all forms, with random fields. */
public final class RandomSlots {
  private final Random random;

  /** A source of slots. */
  public RandomSlots(long seed) {
    random = new Random(seed);
  }

  private int register() {
    return random.nextInt(32);
  }

  private Operand operand() {
    return random.nextBoolean() ? Operand.register(register()) : Operand.constant(random.nextInt());
  }

  private Region region() {
    return Region.values()[random.nextInt(Region.values().length)];
  }

  private int offset() {
    return (short) random.nextInt();
  }

  private int fact() {
    return Slot.FIRST_FACT + random.nextInt(Fact.values().length);
  }

  private Operand constant() {
    return Operand.constant(random.nextInt(120));
  }

  private int base() {
    return random.nextInt(4) == 0 ? Slot.NO_BASE : register();
  }

  /** A slot of this instruction. */
  public Slot slot(Opcode opcode) {
    return switch (opcode.format()) {
      case NOP -> Slot.Nop.NOP;
      case UNARY -> new Slot.Alu(opcode, random.nextBoolean(), register(), 0, operand());
      case BINARY -> {
        boolean fact = random.nextInt(3) == 0;
        int a = fact ? fact() : register();
        yield new Slot.Alu(
            opcode, random.nextBoolean(), register(), a, fact ? constant() : operand());
      }
      case LOAD ->
          new Slot.Load(
              register(),
              Region.MAP,
              random.nextInt(1 << 16),
              base(),
              offset(),
              1 + random.nextInt(8),
              random.nextBoolean(),
              random.nextBoolean());
      case STORE -> {
        boolean constant = random.nextBoolean();
        yield new Slot.Store(
            constant ? region() : Region.MAP,
            constant ? 0 : random.nextInt(1 << 16),
            base(),
            offset(),
            1 + random.nextInt(8),
            random.nextBoolean(),
            constant ? Operand.constant((short) random.nextInt()) : Operand.register(register()));
      }
      case FACT ->
          new Slot.ReadFact(register(), Fact.values()[random.nextInt(Fact.values().length)]);
      case ATOMIC -> atomic(opcode);
      case CALL -> call();
      case TAIL_CALL -> new Slot.TailCall(register(), register());
      case BRANCH -> {
        boolean always = opcode.condition() == Condition.ALWAYS;
        boolean fact = random.nextInt(3) == 0;
        yield new Slot.Branch(
            opcode,
            !always && random.nextBoolean(),
            always ? 0 : fact ? fact() : register(),
            always ? Operand.constant(0) : fact ? constant() : operand(),
            random.nextInt(8192));
      }
      case EXIT -> {
        boolean always = opcode.condition() == Condition.ALWAYS;
        boolean fact = random.nextInt(3) == 0;
        Operand verdict =
            random.nextBoolean()
                ? Operand.register(register())
                : Operand.constant(random.nextInt(128));
        yield new Slot.Exit(
            opcode,
            !always && random.nextBoolean(),
            always ? 0 : fact ? fact() : register(),
            always ? Operand.constant(0) : fact ? constant() : operand(),
            verdict);
      }
    };
  }

  private Slot atomic(Opcode opcode) {
    boolean fetch = random.nextBoolean();
    return new Slot.Atomic(
        opcode,
        random.nextBoolean(),
        fetch,
        fetch ? register() : 0,
        Region.MAP,
        random.nextInt(1 << 11),
        base(),
        offset(),
        random.nextInt(64),
        opcode == Opcode.ATOMIC_CMPXCHG ? register() : 0);
  }

  private Slot call() {
    HelperFunction helper;
    do {
      helper = HelperFunction.values()[random.nextInt(HelperFunction.values().length)];
    } while (helper == HelperFunction.TAIL_CALL);
    List<Integer> arguments = new ArrayList<>();
    List<Region> regions = new ArrayList<>();
    for (HelperFunction.Arg arg : helper.args()) {
      int argument = register();
      if (arg.isMemory()) {
        boolean address = regions.isEmpty() && random.nextInt(3) == 0;
        regions.add(address ? Region.STACK : region());
        argument = address ? Slot.FIRST_CONSTANT + 4 * random.nextInt(128) : argument;
      } else if (arg == HelperFunction.Arg.MAP && random.nextBoolean()) {
        argument = Slot.FIRST_CONSTANT + 1 + random.nextInt(Slot.Call.MAX_MAP);
      }
      arguments.add(argument);
    }
    return new Slot.Call(register(), helper, arguments, regions);
  }
}
