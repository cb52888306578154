package org.weft.sim.ref;

import org.weft.compiler.ebpf.AtomicOp;
import org.weft.compiler.ebpf.Instruction;

/** Atomic operations (RFC 9669 section 5.3). */
final class Atomics {
  private Atomics() {}

  static void execute(Instruction instruction, long[] r, Memory memory) {
    Instruction.Atomic atomic = (Instruction.Atomic) instruction;
    int bytes = atomic.is64() ? 8 : 4;
    long address = r[atomic.base()] + atomic.offset();
    memory.resolve(address, bytes, true);
    long old = memory.load(address, bytes);
    long operand = r[atomic.src()];
    if (atomic.op() == AtomicOp.CMPXCHG) {
      long expected = atomic.is64() ? r[0] : r[0] & 0xffffffffL;
      if (old == expected) {
        memory.store(address, bytes, operand);
      }
      r[0] = old;
      return;
    }
    long result =
        switch (atomic.op()) {
          case ADD -> old + operand;
          case OR -> old | operand;
          case AND -> old & operand;
          case XOR -> old ^ operand;
          default -> operand;
        };
    memory.store(address, bytes, result);
    if (atomic.fetch()) {
      r[atomic.src()] = old;
    }
  }
}
