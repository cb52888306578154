package org.weft.sim.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.AtomicOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * Programs of any size with the mix of real ones: checks of the length, fields that are compared,
 * branches that meet again, lookups, counters, stack, calls of own functions, short loops.
 *
 * <p>r6 is the context, r7 the packet, r8 its end, r9 a number that everything goes into.
 */
final class LargeProgram {
  private static final int SURE_BYTES = 64;
  private static final int STACK_WORDS = 24;
  private static final int FUNCTIONS = 4;
  private static final Operand NONE = Operand.constant(0);

  private final Random random;
  private final Code code = new Code();
  private final List<Integer> calls = new ArrayList<>();

  private LargeProgram(long seed) {
    random = new Random(seed);
  }

  /** An object whose program has about so many instructions. */
  static XdpObject of(int instructions, long seed) {
    return new LargeProgram(seed).object(instructions);
  }

  private XdpObject object(int instructions) {
    prologue();
    while (code.size() < instructions) {
      part(random.nextInt(100));
    }
    code.move(0, 9);
    code.alu(AluOp.AND, true, 0, Operand.constant(3));
    code.exit();
    List<Program.Function> functions = new ArrayList<>(List.of(new Program.Function(0, "main")));
    for (int i = 0; i < Math.min(FUNCTIONS, calls.size()); i++) {
      functions.add(new Program.Function(code.size(), "mix" + i));
      for (int call = i; call < calls.size(); call += FUNCTIONS) {
        code.land(calls.get(call));
      }
      function();
    }
    Program main = new Program("main", "xdp", code.instructions, functions, List.of());
    List<MapDefinition> maps =
        List.of(
            MapDefinition.of("flows", MapType.HASH, 8, 16, 1024, 0),
            MapDefinition.of("counters", MapType.ARRAY, 4, 16, 64, 0));
    return new XdpObject("large.o", List.of(main), maps, "", List.of());
  }

  private void prologue() {
    code.move(6, 1);
    code.load(7, 1, 0, 4);
    code.load(8, 1, 4, 4);
    code.constant(9, 0);
    check(SURE_BYTES);
    for (int i = 1; i <= STACK_WORDS; i++) {
      code.store(10, -8 * i, 8, Operand.constant(i));
    }
    code.load(9, 7, 0, 8);
  }

  private void part(int choice) {
    if (choice < 12) {
      check(SURE_BYTES + 2 * random.nextInt(32));
    } else if (choice < 30) {
      field();
    } else if (choice < 48) {
      eitherWay();
    } else if (choice < 58) {
      lookup();
    } else if (choice < 76) {
      stack();
    } else if (choice < 84) {
      code.store(7, random.nextInt(SURE_BYTES - 8), 1 << random.nextInt(4), Operand.register(9));
    } else if (choice < 92) {
      mix();
    } else if (choice < 95) {
      leave();
    } else if (choice < 98) {
      code.move(1, 9);
      calls.add(code.size());
      code.add(new Instruction.CallLocal(0));
      code.move(9, 0);
    } else {
      loop();
    }
  }

  private int constant() {
    return random.nextInt(1 << 1 + random.nextInt(30));
  }

  private void check(int bytes) {
    code.move(2, 7);
    code.addConstant(2, bytes);
    int inside = code.jump(JumpOp.JLE, true, 2, Operand.register(8));
    code.constant(0, random.nextInt(3));
    code.exit();
    code.land(inside);
    code.load(2, 7, bytes - 2, 2);
    code.alu(AluOp.ADD, true, 9, Operand.register(2));
  }

  private void read(int register) {
    int bytes = 1 << random.nextInt(4);
    code.load(register, 7, random.nextInt(SURE_BYTES - bytes), bytes);
  }

  private void field() {
    read(2);
    int other = code.jump(JumpOp.JNE, random.nextBoolean(), 2, Operand.constant(constant()));
    code.load(9, 7, random.nextInt(SURE_BYTES - 8), 8);
    code.alu(AluOp.XOR, true, 9, Operand.register(2));
    code.land(other);
  }

  private void eitherWay() {
    read(2);
    read(3);
    int other = code.jump(JumpOp.JSGT, true, 2, Operand.register(3));
    mix();
    code.alu(AluOp.XOR, true, 9, Operand.register(2));
    int end = code.jump(JumpOp.JA, true, 0, NONE);
    code.land(other);
    code.alu(AluOp.RSH, true, 9, Operand.constant(1 + random.nextInt(8)));
    code.load(3, 10, -8 - 8 * random.nextInt(STACK_WORDS), 8);
    code.alu(AluOp.XOR, true, 9, Operand.register(3));
    code.land(end);
  }

  private void lookup() {
    boolean flow = random.nextBoolean();
    read(2);
    code.store(10, -8, 8, Operand.register(2));
    code.map(1, flow ? 0 : 1);
    code.move(2, 10);
    code.addConstant(2, -8);
    code.call(HelperFunction.MAP_LOOKUP_ELEM);
    int none = code.jump(JumpOp.JEQ, true, 0, NONE);
    code.constant(1, 1);
    code.add(new Instruction.Atomic(AtomicOp.ADD, false, true, 0, 0, 1));
    code.load(2, 0, 8, 8);
    code.alu(AluOp.XOR, true, 9, Operand.register(2));
    code.land(none);
  }

  private void stack() {
    int place = -8 - 8 * random.nextInt(STACK_WORDS);
    if (random.nextBoolean()) {
      code.store(10, place, 8, Operand.register(9));
    } else {
      code.load(2, 10, place, 8);
      code.alu(AluOp.ADD, true, 9, Operand.register(2));
    }
  }

  private void mix() {
    AluOp[] ops = {AluOp.ADD, AluOp.XOR, AluOp.OR, AluOp.SUB};
    for (int i = random.nextInt(3); i >= 0; i--) {
      read(4);
      code.alu(ops[random.nextInt(ops.length)], true, 9, Operand.register(4));
    }
    code.alu(AluOp.ADD, true, 9, Operand.constant(constant()));
  }

  private void leave() {
    int on = code.jump(JumpOp.JNE, true, 9, Operand.constant(constant()));
    code.constant(0, random.nextInt(4));
    code.exit();
    code.land(on);
  }

  private void loop() {
    code.constant(5, 2 + random.nextInt(3));
    int begin = code.size();
    mix();
    code.addConstant(5, -1);
    code.aim(code.jump(JumpOp.JNE, true, 5, NONE), begin);
  }

  private void function() {
    code.move(0, 1);
    for (int i = 0; i < 3; i++) {
      code.alu(AluOp.LSH, true, 0, Operand.constant(1 + random.nextInt(12)));
      code.alu(AluOp.XOR, true, 0, Operand.register(1));
    }
    int small = code.jump(JumpOp.JLT, true, 0, Operand.constant(constant()));
    code.alu(AluOp.ADD, true, 0, Operand.constant(constant()));
    code.land(small);
    code.exit();
  }
}
