package org.weft.sim.ref;

import org.weft.compiler.ebpf.AtomicOp;
import org.weft.sim.engine.ProgramFault;

/** Atomic operations (RFC 9669 section 5.3). */
final class Atomics {
  private static final AtomicOp[] OPERATIONS = AtomicOp.values();

  private Atomics() {}

  /**
   * Executes one.
   *
   * @param operation ordinal of the {@link AtomicOp}
   * @param fetch whether the source register gets the old value
   * @param bytes 4 or 8
   */
  static void execute(
      int operation, boolean fetch, int bytes, long address, int src, long[] r, Memory memory) {
    int where = Address.memory(address);
    if (where == Address.PACKET || where == Address.CONTEXT) {
      throw new ProgramFault(
          "is an atomic operation on "
              + (where == Address.PACKET ? "the packet" : "the context")
              + ", which Linux refuses: load, compute and store");
    }
    if (address % bytes != 0) {
      throw new ProgramFault(
          "is an atomic operation of "
              + bytes
              + " bytes at offset "
              + (int) address
              + ": align it to its size");
    }
    memory.resolve(address, bytes, true);
    long old = memory.load(address, bytes);
    long operand = r[src];
    AtomicOp op = OPERATIONS[operation];
    if (op == AtomicOp.CMPXCHG) {
      long expected = bytes == 8 ? r[0] : r[0] & 0xffffffffL;
      if (old == expected) {
        memory.store(address, bytes, operand);
      }
      r[0] = old;
      return;
    }
    long result =
        switch (op) {
          case ADD -> old + operand;
          case OR -> old | operand;
          case AND -> old & operand;
          case XOR -> old ^ operand;
          case XCHG, CMPXCHG -> operand;
        };
    memory.store(address, bytes, result);
    if (fetch) {
      r[src] = old;
    }
  }
}
