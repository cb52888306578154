package org.weft.sim.nic;

/** The host's memory, as the NIC reaches it: through an AXI4 port to which it writes. */
@FunctionalInterface
public interface HostMemory {
  /** No memory: what is written is lost. */
  HostMemory NONE = (address, from, offset, bytes) -> {};

  /** Writes so many bytes of an array, from an offset on, to an address and those behind it. */
  void write(long address, byte[] from, int offset, int bytes);

  /** Whether it takes an address in a clock. */
  default boolean takesAddress(long clock) {
    return true;
  }

  /** Whether it takes data. */
  default boolean takesData(long clock) {
    return true;
  }

  /** Whether it answers a burst of which it has taken all in a clock before. */
  default boolean answers(long clock) {
    return true;
  }
}
