package org.weft.sim.random;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.isa.xdp.ContextField;

/**
 * What clang makes of common C: several instructions that belong together, which passes look for.
 * Now and then they are not quite what a pass expects.
 */
final class IdiomWriter extends CallWriter {
  private static final int[] ADDRESS_PIECES = {4, 2};

  IdiomWriter(Random random, Code code, RandomMaps maps, int numbers, int slots) {
    super(random, code, maps, numbers, slots);
  }

  void idiom() {
    switch (below(10)) {
      case 0 -> fold();
      case 1 -> copy();
      case 2 -> exchange();
      case 3 -> assemble();
      case 4 -> limit();
      case 5 -> increment();
      case 6 -> cases();
      case 7 -> part();
      case 8 -> table();
      default -> walk();
    }
  }

  private int numberTargetBeside(int... others) {
    for (int other : others) {
      reserve(other);
    }
    int target = numberTarget();
    for (int other : others) {
      release(other);
    }
    return target;
  }

  private void shift(AluOp op, boolean is64, int dst, int distance) {
    code.alu(op, is64, dst, Operand.constant(distance));
  }

  /** Folds a checksum to 16 bits, once or more, and inverts it. */
  private void fold() {
    int sum = number();
    int carry = numberTargetBeside(sum);
    boolean is64 = chance(70);
    if (chance(60)) {
      shift(AluOp.LSH, true, sum, 32);
      shift(AluOp.RSH, true, sum, 32);
    }
    for (int round = below(3); round >= 0; round--) {
      code.alu(AluOp.MOV, is64, carry, Operand.register(sum));
      shift(AluOp.RSH, is64, carry, 16);
      code.alu(AluOp.AND, is64, sum, Operand.constant(0xffff));
      code.alu(AluOp.ADD, is64, sum, Operand.register(carry));
    }
    set(carry, Held.NUMBER);
    if (chance(60)) {
      code.alu(AluOp.XOR, is64, sum, Operand.constant(chance(50) ? -1 : 0xffff));
    }
    if (chance(50)) {
      code.alu(AluOp.AND, is64, sum, Operand.constant(0xffff));
    } else if (chance(50)) {
      int base = pointer(Held.ANY_POINTER, 2);
      if (base != sum && isNumber(sum)) {
        code.store(base, offset(state.register(base), 2, false), 2, Operand.register(sum));
      }
    }
  }

  /** Copies memory word by word, from either end; the two may overlap. */
  private void copy() {
    int bytes = 1 << below(4);
    int words = 1 + below(24 / bytes > 4 ? 4 : 24 / bytes);
    int size = bytes * words;
    int from = pointer(Held.ANY_POINTER, size);
    reserve(from);
    int to = pointer(Held.ANY_POINTER, size);
    release(from);
    int value = numberTargetBeside(from, to);
    int source = offset(state.register(from), size, false);
    int target = offset(state.register(to), size, false);
    boolean down = chance(30);
    for (int i = 0; i < words; i++) {
      int at = bytes * (down ? words - 1 - i : i);
      code.load(value, from, source + at, bytes);
      code.store(to, target + at, bytes, Operand.register(value));
    }
    set(value, Held.NUMBER);
  }

  /** Exchanges two neighbouring fields, as of Ethernet or IP addresses. */
  private void exchange() {
    int base = pointer(Held.PACKET | Held.VALUE, 12);
    boolean stack = (state.register(base).kinds() & Held.STACK) != 0;
    int one = numberTargetBeside(base);
    int two = numberTargetBeside(base, one);
    int field = stack ? 4 : chance(60) ? 6 : 4;
    int offset = offset(state.register(base), stack ? 8 : 2 * field, false);
    int piece = 0;
    for (int at = 0; at < field; at += piece) {
      piece = field - at < 4 ? 2 : stack ? 4 : ADDRESS_PIECES[below(2)];
      code.load(one, base, offset + at, piece);
      code.load(two, base, offset + field + at, piece);
      code.store(base, offset + at, piece, Operand.register(two));
      code.store(base, offset + field + at, piece, Operand.register(one));
    }
    set(one, Held.NUMBER);
    set(two, Held.NUMBER);
  }

  /** A number from single bytes, in either order, as of a packed structure. */
  private void assemble() {
    int base = pointer(Held.ANY_POINTER, 8);
    int sum = numberTargetBeside(base);
    int part = numberTargetBeside(base, sum);
    int bytes = 2 + below(3);
    int offset = below(state.register(base).size() - bytes + 1);
    boolean big = chance(50);
    boolean is64 = chance(70);
    code.load(sum, base, offset, 1);
    if (big) {
      shift(AluOp.LSH, is64, sum, 8 * (bytes - 1));
    }
    for (int i = 1; i < bytes; i++) {
      code.load(part, base, offset + i, 1);
      shift(AluOp.LSH, is64, part, 8 * (big ? bytes - 1 - i : i));
      code.alu(chance(90) ? AluOp.OR : AluOp.ADD, is64, sum, Operand.register(part));
    }
    set(sum, Held.NUMBER);
    set(part, Held.NUMBER);
  }

  /** The smaller or larger of two numbers, or one of two numbers otherwise. */
  private void limit() {
    int value = number();
    Operand other = operand();
    JumpOp op = oneOf(List.of(JumpOp.JGT, JumpOp.JLT, JumpOp.JSGE, JumpOp.JSLE, JumpOp.JNE));
    boolean is64 = chance(60);
    int jump = code.jump(op, is64, value, other);
    code.alu(AluOp.MOV, is64 || chance(50), value, chance(80) ? other : Operand.constant(1));
    code.land(jump);
  }

  /** Adds to what is in memory. */
  private void increment() {
    int bytes = 1 << below(4);
    int base = pointer(Held.ANY_POINTER, bytes);
    int value = numberTargetBeside(base);
    reserve(base);
    int other = number();
    release(base);
    int offset = offset(state.register(base), bytes, false);
    if (!state.register(base).isPointer() || other == value) {
      return;
    }
    code.load(value, base, offset, bytes);
    set(value, Held.NUMBER);
    Operand by = chance(60) ? Operand.constant(1 + below(64)) : Operand.register(other);
    code.alu(AluOp.ADD, chance(70), value, by);
    code.store(base, offset, bytes, Operand.register(value));
  }

  /** A number is compared with one constant after the other. */
  private void cases() {
    int value = number();
    boolean is64 = chance(50);
    if (chance(60)) {
      code.alu(AluOp.AND, is64, value, Operand.constant(0xff));
    }
    for (int i = 1 + below(4); i >= 0; i--) {
      int constant = chance(70) ? below(8) : constant();
      jumpAhead(chance(80) ? JumpOp.JEQ : JumpOp.JGT, is64, value, Operand.constant(constant));
    }
  }

  /** One access at a variable offset: at any on map values, aligned on the stack. */
  private void part() {
    int bytes = 1 << below(4);
    int base = pointer(Held.STACK | Held.VALUE, 16);
    Held from = state.register(base);
    int mask = Integer.highestOneBit(from.size() - bytes + 1) - 1;
    if ((from.kinds() & Held.STACK) != 0) {
      mask &= -bytes;
    }
    reserve(base);
    int distance = number();
    int value = number();
    release(base);
    int place = pointerTarget();
    if (place == distance || place == base || mask == 0 || place == value || value == distance) {
      return;
    }
    set(place, Held.NOTHING);
    code.alu(AluOp.AND, chance(50), distance, Operand.constant(mask));
    code.move(place, base);
    code.alu(AluOp.ADD, true, place, Operand.register(distance));
    if (chance(50)) {
      code.load(value, place, 0, bytes);
    } else {
      code.store(place, 0, bytes, Operand.register(value));
    }
  }

  /** An entry of a table of read-only data. */
  private void table() {
    int bytes = 1 << below(4);
    int index = number();
    int place = pointerTarget();
    if (place == index) {
      return;
    }
    int map = maps.readOnlyData();
    int mask = chance(70) ? RandomMaps.READ_ONLY_BYTES / 2 - bytes : 0;
    set(place, Held.NOTHING);
    long offset = below(RandomMaps.READ_ONLY_BYTES / 2);
    code.add(
        new Instruction.LoadImmediate(place, ImmediateKind.MAP_INDEX_VALUE, offset << 32 | map));
    if (mask != 0) {
      code.alu(AluOp.AND, true, index, Operand.constant(mask));
      code.alu(AluOp.ADD, true, place, Operand.register(index));
    }
    code.load(index, place, 0, bytes);
  }

  /**
   * Goes from header to header through the packet, each as long as it says, until one is the last
   * or the packet ends.
   */
  private void walk() {
    if (!hasContext()) {
      return;
    }
    List<Integer> registers = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5));
    Collections.shuffle(registers, random);
    registers.forEach(register -> set(register, Held.NOTHING));
    int place = registers.get(0);
    int end = registers.get(1);
    int other = registers.get(2);
    int type = registers.get(3);
    int round = registers.get(4);
    context(end);
    code.load(place, end, ContextField.DATA.offset(), 4);
    code.load(end, end, ContextField.DATA_END.offset(), 4);
    code.addConstant(place, below(20));
    code.constant(type, below(4));
    code.constant(round, 0);
    final int begin = code.size();
    final int ends = beyond(place, other, end);
    int base = chance(50) ? 0 : 2;
    code.load(type, place, base, 1);
    code.load(other, place, base + 1, 1);
    int last =
        code.jump(chance(50) ? JumpOp.JEQ : JumpOp.JGT, true, type, Operand.constant(below(99)));
    code.alu(AluOp.AND, true, other, Operand.constant(chance(50) ? 7 : 15));
    if (chance(50)) {
      shift(AluOp.LSH, true, other, chance(50) ? 2 : 3);
    }
    if (chance(50)) {
      code.addConstant(other, 8);
    }
    code.alu(AluOp.ADD, true, place, Operand.register(other));
    code.addConstant(round, 1);
    code.aim(code.jump(JumpOp.JNE, true, round, Operand.constant(1 + below(4))), begin);
    code.land(last);
    if (chance(60)) {
      leave(ends);
      leave(beyond(place, other, end));
      set(place, new Held(Held.PACKET, 8));
    } else {
      code.land(ends);
    }
    set(type, Held.NUMBER);
    set(round, Held.NUMBER);
  }

  /** A jump if there are less than eight bytes behind this place. */
  private int beyond(int place, int scratch, int end) {
    code.move(scratch, place);
    code.addConstant(scratch, 8);
    return code.jump(JumpOp.JGT, true, scratch, Operand.register(end));
  }
}
