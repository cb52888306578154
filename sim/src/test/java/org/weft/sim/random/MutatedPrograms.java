package org.weft.sim.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.compiler.ebpf.StructureCheck;
import org.weft.compiler.object.Program;
import org.weft.isa.InputException;
import org.weft.isa.xdp.HelperFunction;

/** Programs in which a few instructions were changed: some are safe, most are not. */
final class MutatedPrograms {
  private static final AluOp[] OPS = AluOp.values();
  private static final JumpOp[] CONDITIONS = JumpOp.values();
  private static final HelperFunction[] HELPERS = HelperFunction.values();
  private static final int[] SIZES = {1, 2, 4, 8};

  private final Random random;

  MutatedPrograms(long seed) {
    random = new Random(seed);
  }

  /** A program with changes that is well formed. */
  Program mutate(Program program) {
    while (true) {
      List<Instruction> code = new ArrayList<>(program.code());
      for (int i = random.nextInt(3); i >= 0; i--) {
        change(code);
      }
      try {
        StructureCheck.check(code);
      } catch (InputException e) {
        continue;
      }
      return new Program(
          program.name(), program.section(), code, program.functions(), program.lines());
    }
  }

  private void change(List<Instruction> code) {
    int index = random.nextInt(code.size());
    Instruction old = code.get(index);
    boolean wide = old instanceof Instruction.LoadImmediate || old instanceof Instruction.WideTail;
    int next = index + 1;
    int way = random.nextInt(10);
    if (wide) {
      return;
    } else if (way == 0) {
      code.set(index, new Instruction.Jump(JumpOp.JA, true, 0, Operand.constant(0), 0));
    } else if (way == 1 && next < code.size() && !isWide(code.get(next))) {
      code.set(index, code.get(next));
      code.set(next, old);
    } else {
      code.set(index, changed(old));
    }
  }

  private static boolean isWide(Instruction instruction) {
    return instruction instanceof Instruction.LoadImmediate
        || instruction instanceof Instruction.WideTail;
  }

  private Instruction changed(Instruction old) {
    int what = random.nextInt(5);
    if (old instanceof Instruction.Alu alu) {
      return alu(alu, what);
    } else if (old instanceof Instruction.Load load) {
      return new Instruction.Load(
          what == 0 ? random.nextInt(10) : load.dst(),
          what == 1 ? random.nextInt(11) : load.base(),
          what == 2 || what == 3 ? near(load.offset()) : load.offset(),
          what == 4 ? SIZES[random.nextInt(4)] : load.bytes(),
          load.signed() && what != 4);
    } else if (old instanceof Instruction.Store store) {
      return new Instruction.Store(
          what == 1 ? random.nextInt(11) : store.base(),
          what == 2 || what == 3 ? near(store.offset()) : store.offset(),
          what == 4 ? SIZES[random.nextInt(4)] : store.bytes(),
          what == 0 ? operand(store.value()) : store.value());
    } else if (old instanceof Instruction.Atomic atomic) {
      return new Instruction.Atomic(
          atomic.op(),
          atomic.fetch(),
          atomic.is64(),
          what == 0 ? random.nextInt(11) : atomic.base(),
          what == 1 ? near(atomic.offset()) : atomic.offset(),
          what == 2 ? random.nextInt(10) : atomic.src());
    } else if (old instanceof Instruction.Jump jump && jump.op() != JumpOp.JA) {
      return new Instruction.Jump(
          what == 0 ? CONDITIONS[1 + random.nextInt(CONDITIONS.length - 1)] : jump.op(),
          what == 1 ? !jump.is64() : jump.is64(),
          what == 2 ? random.nextInt(11) : jump.dst(),
          what == 3 ? operand(jump.src()) : jump.src(),
          what == 4 ? jump.offset() + random.nextInt(5) - 2 : jump.offset());
    } else if (old instanceof Instruction.CallHelper) {
      return new Instruction.CallHelper(HELPERS[random.nextInt(HELPERS.length)].number());
    }
    return old;
  }

  private Instruction alu(Instruction.Alu alu, int what) {
    if (what == 0 && !alu.op().isSignExtendingMove()) {
      AluOp op = OPS[random.nextInt(OPS.length)];
      if (!op.isSignExtendingMove() && op != AluOp.NEG && alu.op() != AluOp.NEG) {
        return new Instruction.Alu(op, alu.is64(), alu.dst(), alu.src());
      }
    }
    boolean narrow = what == 1 && alu.op() != AluOp.MOVSX32;
    return new Instruction.Alu(
        alu.op(),
        narrow ? !alu.is64() : alu.is64(),
        what == 2 ? random.nextInt(10) : alu.dst(),
        what >= 3 && alu.op() != AluOp.NEG ? operand(alu.src()) : alu.src());
  }

  private Operand operand(Operand old) {
    if (old.isRegister()) {
      return Operand.register(random.nextInt(11));
    }
    return Operand.constant(
        switch (random.nextInt(4)) {
          case 0 -> old.value() + 1;
          case 1 -> old.value() - 1;
          case 2 -> -old.value();
          default -> random.nextInt();
        });
  }

  private int near(int offset) {
    int bound = 1 << random.nextInt(8);
    return offset + random.nextInt(2 * bound + 1) - bound;
  }
}
