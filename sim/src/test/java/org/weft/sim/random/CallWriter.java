package org.weft.sim.random;

import java.util.List;
import java.util.Random;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** Calls of helpers. Arguments are put into r1 and up in order. */
class CallWriter extends MemoryWriter {
  private static final List<HelperFunction> WITHOUT_ARGUMENTS =
      List.of(
          HelperFunction.KTIME_GET_NS,
          HelperFunction.KTIME_GET_BOOT_NS,
          HelperFunction.KTIME_GET_COARSE_NS,
          HelperFunction.KTIME_GET_TAI_NS,
          HelperFunction.JIFFIES64,
          HelperFunction.GET_PRANDOM_U32,
          HelperFunction.GET_SMP_PROCESSOR_ID);

  final RandomMaps maps;

  CallWriter(Random random, Code code, RandomMaps maps, int numbers, int slots) {
    super(random, code, numbers, slots);
    this.maps = maps;
  }

  private boolean isFree(int register, int argument) {
    return register == 0 || register >= argument;
  }

  /** A number as argument, constant or not. */
  void numberArgument(int argument, int constant) {
    for (int register = 0; register < State.REGISTERS && chance(60); register++) {
      if (isFree(register, argument) && isNumber(register)) {
        code.move(argument, register);
        set(argument, Held.NUMBER);
        return;
      }
    }
    constantArgument(argument, constant);
  }

  private void constantArgument(int argument, int constant) {
    code.constant(argument, constant);
    set(argument, Held.NUMBER);
  }

  /** A number from 0 to a power of two less one, or a multiple in it. */
  private void maskedArgument(int argument, int mask) {
    numberArgument(argument, constant());
    code.alu(AluOp.AND, true, argument, Operand.constant(mask));
  }

  /** A pointer to so many bytes as argument. */
  void pointerArgument(int argument, int allowed, int bytes) {
    int first = below(State.REGISTERS);
    for (int i = 0; i < State.REGISTERS && chance(90); i++) {
      int register = (first + i) % State.REGISTERS;
      if (isFree(register, argument) && state.register(register).reaches(allowed, bytes)) {
        Held pointer = state.register(register);
        code.move(argument, register);
        set(argument, pointer);
        return;
      }
    }
    int words = (bytes + SLOT_BYTES - 1) / SLOT_BYTES;
    stackPointer(argument, words + below(numbers - words + 1));
  }

  private void mapArgument(int argument, int map) {
    code.map(argument, map);
    set(argument, Held.NOTHING);
  }

  private void keyArgument(int argument, MapDefinition map) {
    int bytes = (int) map.keySize();
    if (chance(10)) {
      pointerArgument(argument, Held.ANY_POINTER, bytes);
      return;
    }
    int place = numberPlace((bytes + SLOT_BYTES - 1) / SLOT_BYTES);
    for (int at = 0; at < bytes; at += SLOT_BYTES) {
      code.store(FRAME_POINTER, place + at, SLOT_BYTES, Operand.constant(0));
    }
    boolean trie = map.type() == MapType.LPM_TRIE;
    maskedArgument(argument, chance(5) ? -1 : trie ? 8 * (bytes - 4) : 7);
    code.store(FRAME_POINTER, place, 1, Operand.register(argument));
    if (trie) {
      numberArgument(argument, constant());
      code.alu(AluOp.AND, true, argument, Operand.constant(0xc0));
      code.store(FRAME_POINTER, place + 4, 1, Operand.register(argument));
    }
    code.move(argument, FRAME_POINTER);
    code.addConstant(argument, place);
    set(argument, new Held(Held.STACK, bytes));
  }

  private void call(HelperFunction helper) {
    code.call(helper);
    state.afterCall(Held.NUMBER);
  }

  void lookup() {
    int map = maps.of(oneOf(RandomMaps.OF_VALUES));
    MapDefinition definition = maps.definition(map);
    mapArgument(1, map);
    keyArgument(2, definition);
    call(HelperFunction.MAP_LOOKUP_ELEM);
    found(definition);
  }

  /** A lookup in a map that was found in another one. */
  void lookupTwice() {
    int outer = maps.ofMaps(chance(80) ? MapType.ARRAY_OF_MAPS : MapType.HASH_OF_MAPS);
    mapArgument(1, outer);
    keyArgument(2, maps.definition(outer));
    call(HelperFunction.MAP_LOOKUP_ELEM);
    set(0, Held.NOTHING);
    int none = code.jump(JumpOp.JEQ, true, 0, Operand.constant(0));
    State without = state.copy();
    code.move(1, 0);
    MapDefinition inner = maps.definition(outer).inner();
    keyArgument(2, inner);
    call(HelperFunction.MAP_LOOKUP_ELEM);
    found(inner);
    code.land(none);
    state = state.meet(without);
  }

  /** Uses the result of a lookup, which may be that there is nothing. */
  private void found(MapDefinition definition) {
    Held value = new Held(Held.VALUE, (int) definition.valueSize());
    set(0, Held.NOTHING);
    int dst = pointerTarget();
    code.move(dst, 0);
    JumpOp op = chance(50) ? JumpOp.JNE : JumpOp.JEQ;
    int jump = code.jump(op, true, dst, Operand.constant(0));
    if (op == JumpOp.JNE) {
      // Without a value there is another pointer.
      stackPointer(dst, numbers);
      code.land(jump);
      set(dst, value.meet(state.register(dst)));
    } else if (chance(50)) {
      leave(jump);
      set(dst, value);
    } else {
      set(dst, Held.NOTHING);
      State without = state.copy();
      set(dst, value);
      for (int i = below(4); i >= 0; i--) {
        access();
      }
      code.land(jump);
      state = state.meet(without);
    }
  }

  void update() {
    int map = maps.of(oneOf(RandomMaps.OF_VALUES));
    MapDefinition definition = maps.definition(map);
    mapArgument(1, map);
    keyArgument(2, definition);
    pointerArgument(3, Held.ANY_POINTER, (int) definition.valueSize());
    if (chance(90)) {
      constantArgument(4, chance(50) ? 0 : below(chance(80) ? 3 : 6));
    } else {
      numberArgument(4, constant());
    }
    call(HelperFunction.MAP_UPDATE_ELEM);
  }

  void delete() {
    int map = maps.of(oneOf(RandomMaps.OF_VALUES));
    mapArgument(1, map);
    keyArgument(2, maps.definition(map));
    call(HelperFunction.MAP_DELETE_ELEM);
  }

  /** The address of the results, without a call. */
  void results(int bytes) {
    int dst = pointerTarget();
    long map = maps.results(bytes);
    int at = below(bytes - 8);
    code.add(
        new Instruction.LoadImmediate(dst, ImmediateKind.MAP_INDEX_VALUE, (long) at << 32 | map));
    int odd = at % 8;
    code.addConstant(dst, -odd);
    set(dst, new Held(Held.VALUE, bytes - at + odd));
  }

  void withoutArguments() {
    call(oneOf(WITHOUT_ARGUMENTS));
  }

  void redirect() {
    if (chance(30)) {
      numberArgument(1, 1);
      numberArgument(2, 0);
      call(HelperFunction.REDIRECT);
    } else {
      mapArgument(1, maps.of(oneOf(RandomMaps.OF_TARGETS)));
      numberArgument(2, below(4));
      numberArgument(3, below(chance(70) ? 4 : 32));
      call(HelperFunction.REDIRECT_MAP);
    }
  }

  void csumDiff() {
    int most = 8 * (numbers - 1);
    for (int argument = 1; argument < 5; argument += 2) {
      if (chance(20)) {
        constantArgument(argument, 0);
        constantArgument(argument + 1, 0);
        continue;
      }
      boolean masked = chance(40);
      int mask = chance(95) ? 0xc : 0xf;
      int bytes = masked ? 16 : 4 * below(most / 4 + 1);
      pointerArgument(argument, Held.ANY_POINTER, Math.max(bytes, 1));
      if (masked) {
        maskedArgument(argument + 1, mask);
      } else {
        constantArgument(argument + 1, bytes);
      }
    }
    numberArgument(5, constant());
    call(HelperFunction.CSUM_DIFF);
  }

  void moveBounds() {
    context(1);
    set(1, Held.CONTEXT);
    int delta = below(chance(90) ? 64 : 400) * (chance(50) ? 1 : -1);
    HelperFunction helper =
        oneOf(
            List.of(
                HelperFunction.XDP_ADJUST_HEAD,
                HelperFunction.XDP_ADJUST_META,
                HelperFunction.XDP_ADJUST_TAIL));
    boolean meta = helper == HelperFunction.XDP_ADJUST_META;
    numberArgument(2, meta && chance(90) ? delta & ~3 : delta);
    if (chance(50)) {
      code.alu(AluOp.AND, chance(50), 2, Operand.constant(0x3c));
    }
    call(helper);
    state.dropPacketPointers();
  }

  void copyBytes() {
    context(1);
    set(1, Held.CONTEXT);
    numberArgument(2, below(chance(80) ? 64 : 0x20000) - (chance(5) ? 100 : 0));
    if (chance(70)) {
      code.alu(AluOp.AND, chance(50), 2, Operand.constant(0x3f));
    }
    int bytes = 1 + below(24);
    pointerArgument(3, Held.STACK | Held.VALUE, bytes);
    if (chance(50)) {
      constantArgument(4, bytes);
    } else {
      maskedArgument(4, Integer.highestOneBit(bytes) - 1);
      code.addConstant(4, 1);
    }
    call(chance(50) ? HelperFunction.XDP_LOAD_BYTES : HelperFunction.XDP_STORE_BYTES);
  }

  void bufferLength() {
    context(1);
    call(HelperFunction.XDP_GET_BUFF_LEN);
  }

  void perfEvent() {
    context(1);
    set(1, Held.CONTEXT);
    mapArgument(2, maps.events());
    numberArgument(3, below(4));
    pointerArgument(4, Held.STACK | Held.VALUE, 8);
    constantArgument(5, 1 + below(8));
    call(HelperFunction.PERF_EVENT_OUTPUT);
  }

  void tailCall(String target) {
    context(1);
    set(1, Held.CONTEXT);
    mapArgument(2, maps.programs(target));
    numberArgument(3, below(4));
    if (chance(50)) {
      code.alu(AluOp.AND, true, 3, Operand.constant(3));
    }
    code.call(HelperFunction.TAIL_CALL);
    // What is in r0 where no program was found is the just-in-time compiler's.
    state.afterCall(Held.NOTHING);
  }
}
