package org.weft.sim.random;

import java.util.Random;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.AtomicOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.isa.xdp.ContextField;

/** Accesses to memory of all kinds. */
class MemoryWriter extends FunctionWriter {
  MemoryWriter(Random random, Code code, int numbers, int slots) {
    super(random, code, numbers, slots);
  }

  /** A load or store through a pointer. */
  void access() {
    int bytes = 1 << below(4);
    Operand value = operand();
    if (value.isRegister()) {
      reserve(value.value());
    }
    int base = pointer(Held.ANY_POINTER, bytes);
    if (value.isRegister()) {
      release(value.value());
    }
    access(base, offset(state.register(base), bytes, false), bytes, value);
  }

  /** A load or store in the part of the frame that holds numbers. */
  void stack() {
    int bytes = 1 << below(4);
    access(FRAME_POINTER, -bytes * (1 + below(numbers * SLOT_BYTES / bytes)), bytes, operand());
  }

  private void access(int base, int offset, int bytes, Operand value) {
    if (chance(50)) {
      int dst = numberTarget();
      code.add(new Instruction.Load(dst, base, offset, bytes, bytes < 8 && chance(40)));
      set(dst, Held.NUMBER);
    } else {
      code.store(base, offset, bytes, value);
    }
  }

  /** Spills a register, or overwrites what was spilled in whole or in part. */
  void spill() {
    if (inLoop()) {
      return;
    }
    int slot = below(state.slots());
    int register = below(State.REGISTERS);
    Held value = state.register(register);
    if (value.equals(Held.NOTHING) || value.equals(Held.CONTEXT)) {
      return;
    }
    int bytes = value.isPointer() || chance(60) ? 8 : 1 << below(3);
    int place = slotPlace(slot) + (bytes == 8 ? 0 : bytes * below(8 / bytes));
    code.store(FRAME_POINTER, place, bytes, Operand.register(register));
    if (bytes == 8) {
      state.setSlot(slot, value);
    } else if (!state.slot(slot).equals(Held.NUMBER)) {
      state.setSlot(slot, Held.NOTHING);
    }
  }

  /** Loads what was spilled. */
  void fill() {
    int slot = below(state.slots());
    Held value = state.slot(slot);
    if (value.equals(Held.NUMBER)) {
      int bytes = 1 << below(4);
      int dst = numberTarget();
      int place = slotPlace(slot) + bytes * below(8 / bytes);
      code.add(new Instruction.Load(dst, FRAME_POINTER, place, bytes, bytes < 8 && chance(30)));
      set(dst, value);
    } else if (value.isPointer()) {
      int dst = pointerTarget();
      code.load(dst, FRAME_POINTER, slotPlace(slot), 8);
      set(dst, value);
    }
  }

  void atomic() {
    boolean is64 = chance(60);
    int bytes = is64 ? 8 : 4;
    AtomicOp[] ops = AtomicOp.values();
    AtomicOp op = ops[below(ops.length)];
    int src = number();
    if (op == AtomicOp.CMPXCHG && !isNumber(0)) {
      code.move(0, src);
      set(0, Held.NUMBER);
    }
    int base = FRAME_POINTER;
    int offset = -bytes * (1 + below(numbers * SLOT_BYTES / bytes));
    if (chance(70)) {
      reserve(src);
      base = pointer(Held.STACK | Held.VALUE, bytes);
      release(src);
      if (base == src || !isNumber(src) || op == AtomicOp.CMPXCHG && !isNumber(0)) {
        return;
      }
      offset = offset(state.register(base), bytes, true);
    }
    if (op == AtomicOp.CMPXCHG && chance(50)) {
      code.load(0, base, offset, bytes);
    }
    boolean fetch = op.alwaysFetches() || chance(50);
    code.add(new Instruction.Atomic(op, fetch, is64, base, offset, src));
    if (op == AtomicOp.CMPXCHG && !is64) {
      // Linux on x86 may leave the upper half of r0 as it was (seen with 6.18), against RFC 9669.
      code.alu(AluOp.MOV, false, 0, Operand.register(0));
    }
  }

  /** Another pointer, a masked number further on. */
  void advance() {
    int base = pointer(Held.STACK | Held.VALUE, 16);
    int mask = state.register(base).size() - SLOT_BYTES & 0x18;
    int distance = number();
    int dst = pointerTarget();
    if (dst == distance || dst == base || mask == 0) {
      return;
    }
    Held from = state.register(base);
    code.alu(AluOp.AND, true, distance, Operand.constant(mask));
    code.move(dst, base);
    code.alu(AluOp.ADD, true, dst, Operand.register(distance));
    set(dst, new Held(from.kinds(), from.size() - mask));
  }

  /** One of two pointers, by a condition. */
  void choose() {
    int one = pointer(Held.ANY_POINTER, 8);
    int two = pointer(Held.ANY_POINTER, 8);
    int number = number();
    int dst = pointerTarget();
    if (dst == number || dst == two || isNumber(two) || !state.register(one).isPointer()) {
      return;
    }
    Held both = state.register(one).meet(state.register(two));
    code.move(dst, one);
    int jump = code.jump(JumpOp.JSGT, chance(50), number, Operand.constant(constant()));
    code.move(dst, two);
    code.land(jump);
    set(dst, both);
  }

  /** A number from the context. */
  void fact() {
    if (!hasContext()) {
      return;
    }
    int dst = numberTarget();
    ContextField field = chance(50) ? ContextField.RX_QUEUE_INDEX : ContextField.INGRESS_IFINDEX;
    context(dst);
    code.load(dst, dst, field.offset(), 4);
    set(dst, Held.NUMBER);
  }

  /** The packet's length. */
  void length() {
    int dst = numberTarget();
    int other = pointerTarget();
    if (!hasContext() || dst == other) {
      return;
    }
    context(other);
    code.load(dst, other, ContextField.DATA_END.offset(), 4);
    code.load(other, other, (chance(80) ? ContextField.DATA : ContextField.DATA_META).offset(), 4);
    code.alu(AluOp.SUB, true, dst, Operand.register(other));
    set(dst, Held.NUMBER);
    set(other, Held.NOTHING);
  }

  /** A pointer to so many bytes of the packet; leaves the function when it is shorter. */
  void packet(int bytes) {
    int dst = pointerTarget();
    int end = pointerTarget();
    int limit = pointerTarget();
    if (!hasContext() || dst == end || dst == limit || end == limit) {
      return;
    }
    reserve(dst);
    reserve(end);
    reserve(limit);
    packet(bytes, dst, end, limit);
    release(dst);
    release(end);
    release(limit);
  }

  private void packet(int bytes, int dst, int end, int limit) {
    boolean meta = chance(10);
    set(dst, Held.NOTHING);
    set(end, Held.NOTHING);
    set(limit, Held.NOTHING);
    int distance = number();
    context(end);
    code.load(dst, end, (meta ? ContextField.DATA_META : ContextField.DATA).offset(), 4);
    code.load(end, end, (meta ? ContextField.DATA : ContextField.DATA_END).offset(), 4);
    if (chance(25)) {
      code.move(limit, distance);
      code.alu(AluOp.AND, true, limit, Operand.constant(0x1f));
      code.alu(AluOp.ADD, true, dst, Operand.register(limit));
    }
    int size = meta ? 4 : bytes;
    code.move(limit, dst);
    code.addConstant(limit, size);
    int outside = beyond(limit, end);
    if (meta) {
      // Most packets have no metadata.
      code.load(limit, dst, 0, size);
      int around = code.jump(JumpOp.JA, true, 0, Operand.constant(0));
      code.land(outside);
      code.constant(limit, 0);
      code.land(around);
      set(limit, Held.NUMBER);
    } else {
      leave(outside);
      set(dst, new Held(Held.PACKET, size));
    }
  }

  /** A jump if the limit is beyond the end, as the kernel's verifier understands it. */
  private int beyond(int limit, int end) {
    Operand of = Operand.register(end);
    switch (below(3)) {
      case 0:
        return code.jump(JumpOp.JGT, true, limit, of);
      case 1:
        return code.jump(JumpOp.JLT, true, end, Operand.register(limit));
      default:
        int inside = code.jump(JumpOp.JLE, true, limit, of);
        int outside = code.jump(JumpOp.JA, true, 0, Operand.constant(0));
        code.land(inside);
        return outside;
    }
  }
}
