package org.weft.sim.engine;

import java.util.Optional;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.map.MapStore;
import org.weft.sim.packet.PacketBuffer;

/** Something that runs an XDP program on one packet after the other, with maps that last. */
public interface Engine extends AutoCloseable {
  /** The engine's name as in {@code --engine}. */
  String name();

  /**
   * Runs the program on a packet, changing the packet in place.
   *
   * @return the raw 32-bit r0
   * @throws ProgramFault when the program does what the kernel's verifier would not have let it do
   */
  int run(PacketBuffer packet);

  /** Rows executed for the last packet; -1 when the engine executes none. */
  default long rowsExecuted() {
    return -1;
  }

  /** Why nobody sees the last packet's bytes, if so. */
  default Optional<String> hidesPacket() {
    return Optional.empty();
  }

  /** The machine in whose buffers packets have to stay, if it is one's. */
  default Optional<MachineSpec> buffers() {
    return Optional.empty();
  }

  /** Whether the last packet's metadata is not seen, though its bytes are. */
  default boolean hidesMetadata() {
    return false;
  }

  /** Clocks from the last packet's first beat to its fate; -1 when the engine has no clock. */
  default long cycles() {
    return -1;
  }

  /** The engine's maps. */
  MapStore maps();

  /**
   * Whether this is not weft's own, as the Linux kernel is not: it does not say where redirects go,
   * chooses itself which entry of a full LRU map is thrown out, and its addresses are its own.
   */
  default boolean isForeign() {
    return false;
  }

  /**
   * Whether hash maps and tries are the hardware's: which entry a full LRU map throws out, and when
   * a key finds no room though the map is not full, is not as in Linux.
   */
  default boolean hasHardwareTables() {
    return false;
  }

  /** Why the engine does not run a packet, if it does not; to be asked before {@link #run}. */
  default Optional<String> refuses(PacketBuffer packet) {
    return Optional.empty();
  }

  /**
   * Why the result for a packet cannot be compared with that of another engine, if it cannot; to be
   * asked before {@link #run}.
   */
  default Optional<String> incomparable(PacketBuffer packet) {
    return refuses(packet);
  }

  /** Why the contents of a map cannot be compared with those of another engine, if they cannot. */
  default Optional<String> incomparable(int map) {
    return Optional.empty();
  }

  /** Releases what the engine holds outside the heap. */
  @Override
  default void close() {}
}
