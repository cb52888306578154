package org.weft.sim.nic;

/** The host's memory, as the NIC reaches it. */
public interface HostMemory {
  /** No memory: what is written is lost. */
  HostMemory NONE = (address, from, offset, bytes) -> {};

  /** Writes so many bytes of an array, from an offset on, to an address and those behind it. */
  void write(long address, byte[] from, int offset, int bytes);
}
