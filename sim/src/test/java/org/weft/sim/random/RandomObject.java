package org.weft.sim.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.AtomicOp;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Operand;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.xdp.HelperFunction;

/**
 * Random objects that the kernel's verifier mostly accepts: a program, sometimes with functions,
 * and sometimes another one that it tail-calls.
 */
final class RandomObject {
  private static final int NUMBERS = 9;
  private static final int SLOTS = 6;
  private static final int VERDICTS = 5;

  /** Bytes of the caller's stack that a callback is given. */
  private static final int SHARED_BYTES = 24;

  private static final int RESULT_BYTES = 8 * (State.REGISTERS + NUMBERS);

  /** What a function takes: NUMBER, CONTEXT or a pointer for r1 and up. */
  private record Signature(List<Held> parameters, boolean movesBounds) {}

  private record Call(int place, int function) {}

  private final Random random;

  /** Says which programs have callbacks, so that the others stay what they were without. */
  private final Random callbacks;

  private final RandomMaps maps;
  private final boolean plain;
  private final List<Program> programs = new ArrayList<>();
  private List<Signature> signatures;
  private List<Call> calls;

  private RandomObject(long seed, boolean alwaysPlain) {
    random = new Random(seed);
    callbacks = new Random(~seed);
    maps = new RandomMaps(random);
    plain = random.nextInt(5) == 0 || alwaysPlain;
  }

  /** The object of a seed. */
  static XdpObject of(long seed) {
    return new RandomObject(seed, false).object();
  }

  /** An object that small machines can run, too: smaller, without multiplications and atomics. */
  static XdpObject plain(long seed) {
    return new RandomObject(seed, true).object();
  }

  private XdpObject object() {
    boolean tail = random.nextInt(5) == 0;
    int steps = plain ? 5 + random.nextInt(20) : 10 + random.nextInt(40);
    programs.add(program("main", tail ? "other" : null, steps));
    if (tail) {
      String back = random.nextInt(3) == 0 ? "other" : null;
      programs.add(program("other", back, 5 + random.nextInt(15)));
    }
    return new XdpObject("random.o", programs, maps.definitions(), "GPL", List.of());
  }

  private Program program(String name, String tailCallTarget, int steps) {
    Code code = new Code();
    signatures = new ArrayList<>();
    calls = new ArrayList<>();
    int functions = random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0;
    for (int i = 0; i < functions; i++) {
      signatures.add(signature());
    }
    List<Program.Function> starts = new ArrayList<>();
    starts.add(new Program.Function(0, name));
    IdiomWriter main = new IdiomWriter(random, code, maps, NUMBERS, SLOTS);
    main.setPlain(plain);
    main.keepContext(random.nextInt(3) != 0);
    prologue(main);
    int callback = -1;
    if (callbacks.nextInt(4) == 0) {
      body(main, steps / 2, -1, tailCallTarget);
      callback = loop(main);
    }
    body(main, callback < 0 ? steps : steps - steps / 2, -1, tailCallTarget);
    main.arriveAll();
    epilogue(main);
    main.leavingArrives(VERDICTS);
    for (int i = 0; i < functions; i++) {
      int function = i;
      if (calls.stream().noneMatch(c -> c.function() == function)) {
        continue;
      }
      starts.add(new Program.Function(code.size(), name + "_" + i));
      for (Call call : calls) {
        if (call.function() == i) {
          code.land(call.place());
        }
      }
      function(code, i);
    }
    if (callback >= 0) {
      starts.add(new Program.Function(code.size(), name + "_callback"));
      code.land(callback);
      callback(code);
    }
    return new Program(name, "xdp", code.instructions, starts, List.of());
  }

  /** A call of {@code bpf_loop}; where the callback's address is loaded. */
  private int loop(IdiomWriter writer) {
    writer.numberArgument(1, random.nextInt(7));
    // Linux 6.18 does not take a callback that it sees will never be called.
    writer.code.alu(AluOp.AND, true, 1, Operand.constant(7));
    writer.code.alu(AluOp.OR, true, 1, Operand.constant(1));
    writer.set(2, Held.NOTHING);
    int place = writer.code.size();
    writer.code.add(new Instruction.LoadImmediate(2, ImmediateKind.CODE, 0));
    writer.reserve(1);
    writer.reserve(2);
    writer.stackPointer(3, SHARED_BYTES / 8 + random.nextInt(NUMBERS - SHARED_BYTES / 8 + 1));
    writer.release(1);
    writer.release(2);
    writer.code.constant(4, random.nextInt(20) == 0 ? 1 : 0);
    writer.code.call(HelperFunction.LOOP);
    writer.state.afterCall(Held.NUMBER);
    return place;
  }

  /** A callback: it is given its turn and some of the caller's stack, and calls nothing itself. */
  private void callback(Code code) {
    IdiomWriter writer = new IdiomWriter(random, code, maps, NUMBERS, 3);
    writer.setPlain(plain);
    writer.set(1, Held.NUMBER);
    writer.set(2, new Held(Held.STACK, SHARED_BYTES));
    numbers(writer);
    body(writer, 2 + random.nextInt(8), signatures.size() - 1, null);
    writer.arriveAll();
    code.move(0, writer.number());
    code.alu(AluOp.AND, true, 0, Operand.constant(random.nextInt(3) == 0 ? 1 : 0));
    code.exit();
    writer.leavingArrives(2);
  }

  private Signature signature() {
    List<Held> parameters = new ArrayList<>();
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      int pointer = Held.STACK | Held.VALUE;
      parameters.add(
          switch (random.nextInt(5)) {
            case 0 -> i == 0 ? Held.CONTEXT : Held.NUMBER;
            case 1, 2 -> Held.NUMBER;
            default -> new Held(pointer, 8 * (1 + random.nextInt(3)));
          });
    }
    boolean context = parameters.get(0).equals(Held.CONTEXT);
    return new Signature(parameters, context && random.nextInt(3) == 0);
  }

  private void function(Code code, int number) {
    Signature signature = signatures.get(number);
    IdiomWriter writer = new IdiomWriter(random, code, maps, NUMBERS, 3);
    writer.setPlain(plain);
    for (int i = 0; i < signature.parameters().size(); i++) {
      writer.set(i + 1, signature.parameters().get(i));
    }
    if (writer.state.register(1).equals(Held.CONTEXT)) {
      writer.keepContext(random.nextBoolean());
      writer.set(1, Held.NOTHING);
    }
    numbers(writer);
    body(writer, 2 + random.nextInt(12), number, null);
    writer.arriveAll();
    code.move(0, writer.number());
    code.exit();
    writer.leavingArrives(VERDICTS);
  }

  /** Registers and the frame's numbers from the packet and from constants. */
  private void prologue(IdiomWriter main) {
    main.set(1, Held.NOTHING);
    main.packet(14 + random.nextInt(40));
    for (int i = random.nextInt(8); i >= 0; i--) {
      int packet = main.pointer(Held.ANY_POINTER, 8);
      main.reserve(packet);
      int dst = main.numberTarget();
      main.release(packet);
      int bytes = 1 << random.nextInt(4);
      int offset = main.offset(main.state.register(packet), bytes, false);
      boolean stack = (main.state.register(packet).kinds() & Held.STACK) != 0;
      if (stack) {
        main.code.constant(dst, main.constant());
      } else {
        main.code.load(dst, packet, offset, bytes);
      }
      main.set(dst, Held.NUMBER);
    }
    numbers(main);
  }

  private static void numbers(IdiomWriter writer) {
    for (int i = 1; i <= writer.numbers + writer.state.slots(); i++) {
      Operand value = writer.operand();
      writer.code.store(FunctionWriter.FRAME_POINTER, -FunctionWriter.SLOT_BYTES * i, 8, value);
    }
  }

  private void body(IdiomWriter writer, int steps, int function, String tailCallTarget) {
    for (int i = 0; i < steps; i++) {
      if (writer.chance(15)) {
        writer.arrive();
      }
      step(writer, function, tailCallTarget);
    }
  }

  private void step(IdiomWriter writer, int function, String tailCallTarget) {
    boolean context = writer.hasContext();
    boolean main = function < 0;
    boolean moves = context && !writer.inLoop() && (main || signatures.get(function).movesBounds());
    int choice = random.nextInt(100);
    if (writer.chance(15)) {
      writer.idiom();
    } else if (choice < 26) {
      writer.arithmetic();
    } else if (choice < 28) {
      writer.rotation();
    } else if (choice < 32) {
      writer.swap();
    } else if (choice < 34) {
      writer.wideConstant();
    } else if (choice < 42) {
      writer.jumpAhead();
    } else if (choice < 48) {
      writer.stack();
    } else if (choice < 53) {
      writer.access();
    } else if (choice < 57) {
      writer.spill();
    } else if (choice < 61) {
      writer.fill();
    } else if (choice < 66) {
      if (plain) {
        writer.access();
      } else {
        writer.atomic();
      }
    } else if (choice < 68) {
      writer.advance();
    } else if (choice < 70) {
      writer.choose();
    } else if (choice < 73) {
      if (writer.chance(20)) {
        writer.lookupTwice();
      } else {
        writer.lookup();
      }
    } else if (choice < 76) {
      writer.update();
    } else if (choice < 77) {
      writer.delete();
    } else if (choice < 79) {
      writer.withoutArguments();
    } else if (choice < 80) {
      writer.redirect();
    } else if (choice < 82) {
      writer.csumDiff();
    } else if (choice < 83) {
      writer.results(RESULT_BYTES);
    } else if (choice < 84 && writer.loops() < 2) {
      writer.loop(() -> body(writer, 1 + random.nextInt(6), function, null));
    } else if (choice < 87) {
      call(writer, function);
    } else if (context) {
      withContext(writer, choice, moves, tailCallTarget);
    }
  }

  private static void withContext(
      IdiomWriter writer, int choice, boolean moves, String tailCallTarget) {
    if (choice < 88) {
      writer.fact();
    } else if (choice < 89) {
      writer.length();
    } else if (choice < 93) {
      writer.packet(8 + writer.below(40));
    } else if (choice < 95) {
      writer.copyBytes();
    } else if (choice < 96) {
      writer.bufferLength();
    } else if (choice < 97) {
      writer.perfEvent();
    } else if (choice < 99 && moves) {
      writer.moveBounds();
      writer.packet(8 + writer.below(40));
    } else if (tailCallTarget != null) {
      writer.tailCall(tailCallTarget);
    }
  }

  private void call(IdiomWriter writer, int from) {
    int callee = from + 1;
    if (callee >= signatures.size()) {
      return;
    }
    Signature signature = signatures.get(callee);
    Held first = signature.parameters().get(0);
    boolean mayMove = from < 0 || signatures.get(from).movesBounds();
    if (first.equals(Held.CONTEXT) && !writer.hasContext()
        || signature.movesBounds() && (writer.inLoop() || !mayMove)) {
      return;
    }
    for (int i = 0; i < signature.parameters().size(); i++) {
      Held parameter = signature.parameters().get(i);
      if (parameter.equals(Held.CONTEXT)) {
        writer.context(1);
        writer.set(1, Held.CONTEXT);
      } else if (parameter.isPointer()) {
        writer.pointerArgument(i + 1, parameter.kinds(), parameter.size());
      } else {
        writer.numberArgument(i + 1, writer.constant());
      }
    }
    calls.add(new Call(writer.code.size(), callee));
    writer.code.add(new Instruction.CallLocal(0));
    writer.state.afterCall(Held.NUMBER);
    if (signature.movesBounds()) {
      writer.state.dropPacketPointers();
    }
  }

  /** Shows what registers and frame hold: in a map, or in the packet. */
  private void epilogue(IdiomWriter main) {
    Code code = main.code;
    int place = main.pointerTarget();
    code.add(
        new Instruction.LoadImmediate(
            place, ImmediateKind.MAP_INDEX_VALUE, maps.results(RESULT_BYTES)));
    main.set(place, Held.NOTHING);
    for (int i = 0; i < State.REGISTERS; i++) {
      if (main.isNumber(i)) {
        show(code, place, 8 * i, i);
      }
    }
    main.reserve(place);
    int value = main.pointerTarget();
    for (int i = 0; i < NUMBERS; i++) {
      code.load(value, FunctionWriter.FRAME_POINTER, -8 * (i + 1), 8);
      show(code, place, 8 * (State.REGISTERS + i), value);
    }
    main.set(value, Held.NUMBER);
    main.reserve(value);
    if (random.nextBoolean()) {
      main.packet(8);
      int packet = main.pointer(Held.ANY_POINTER, 8);
      code.store(packet, 0, 8, Operand.register(value));
    }
    code.move(0, random.nextBoolean() ? value : main.number());
    if (random.nextBoolean()) {
      code.alu(AluOp.AND, true, 0, Operand.constant(7));
    }
    code.exit();
  }

  private void show(Code code, int place, int offset, int register) {
    if (plain || random.nextInt(4) == 0) {
      code.store(place, offset, 8, Operand.register(register));
    } else {
      code.add(new Instruction.Atomic(AtomicOp.ADD, false, true, place, offset, register));
    }
  }
}
