package org.weft.sim.nic;

import java.util.Arrays;
import org.weft.isa.control.Register;
import org.weft.sim.helper.EventSink;
import org.weft.sim.map.Little;
import org.weft.sim.packet.PacketBuffer;

/**
 * The ring of events in host memory, and the queue in front of it. A record:
 *
 * <pre>
 *  0  bytes of all of it, a multiple of 8
 *  4  map (2 bytes), logical CPU (2 bytes)
 *  8  time that the program sees (8 bytes)
 * 16  bytes that the program gives
 * 20  bytes of the packet
 * 24  the program's bytes, the packet's behind them, zeros
 * </pre>
 *
 * <p>Its bytes are in host memory at once, but nobody may look at them before EVENT_HEAD says so;
 * when that is follows from the clock in which an event is taken, so that nothing is to be done in
 * each clock.
 */
final class EventRing implements EventSink {
  private static final int HEADER_BYTES = 24;
  private static final int ENOSPC = -28;

  private final Nic nic;
  private final int busBytes;
  private final int queueBytes;
  private final byte[] record;
  private HostMemory memory = HostMemory.NONE;
  private long base;
  private int ringBytes;
  private int tail;
  private int lost;

  /** Bytes of the ring that were written, and those with the records on their way; they wrap. */
  private int head;

  private int reserved;

  // By record on its way, modulo their most: where it ends, and the clock in which that is written.
  private final int[] ends;
  private final long[] clocks;
  private int first;
  private int waiting;

  /** The clock in which the last one is written. */
  private long last;

  EventRing(Nic nic) {
    this.nic = nic;
    busBytes = nic.machine().busBytes();
    queueBytes = nic.machine().portQueueBytes();
    record = new byte[queueBytes];
    ends = new int[queueBytes / HEADER_BYTES];
    clocks = new long[ends.length];
  }

  void connect(HostMemory newMemory) {
    memory = newMemory;
  }

  @Override
  public long take(
      PacketBuffer packet, int map, byte[] data, int offset, int bytes, int packetBytes) {
    if (ringBytes == 0) {
      lost++;
      return 0;
    }
    settle();
    long size = (long) HEADER_BYTES + bytes + packetBytes + 7 & -8;
    long used = Integer.toUnsignedLong(reserved - tail);
    if (used + size > ringBytes || reserved - head + size > queueBytes) {
      lost++;
      return ENOSPC;
    }
    fill((int) size, packet, map, data, offset, bytes, packetBytes);
    put((int) size);
    last = Math.max(last, nic.now()) + (size + busBytes - 1) / busBytes;
    int at = (first + waiting) % ends.length;
    ends[at] = reserved;
    clocks[at] = last;
    waiting++;
    return 0;
  }

  private void fill(
      int size, PacketBuffer packet, int map, byte[] data, int offset, int bytes, int packetBytes) {
    Little.INT.set(record, 0, size);
    Little.INT.set(record, 4, map | packet.cpu << 16);
    Little.LONG.set(record, 8, packet.timestampNs);
    Little.INT.set(record, 16, bytes);
    Little.INT.set(record, 20, packetBytes);
    System.arraycopy(data, offset, record, HEADER_BYTES, bytes);
    System.arraycopy(packet.bytes, packet.data, record, HEADER_BYTES + bytes, packetBytes);
    Arrays.fill(record, HEADER_BYTES + bytes + packetBytes, size, (byte) 0);
  }

  /** Copies the record to where the ring goes on, which may be its beginning. */
  private void put(int size) {
    int at = reserved & ringBytes - 1;
    int before = Math.min(size, ringBytes - at);
    memory.write(base + at, record, 0, before);
    if (before < size) {
      memory.write(base, record, before, size - before);
    }
    reserved += size;
  }

  /** Counts what has been written by now. */
  private void settle() {
    while (waiting > 0 && clocks[first] <= nic.now()) {
      head = ends[first];
      first = (first + 1) % ends.length;
      waiting--;
    }
  }

  int read(Register register, int word) {
    settle();
    return switch (register) {
      case EVENT_BASE -> (int) (base >>> 32 * word);
      case EVENT_BYTES -> ringBytes;
      case EVENT_HEAD -> head;
      case EVENT_TAIL -> tail;
      default -> lost;
    };
  }

  void write(Register register, int word, int data) {
    switch (register) {
      case EVENT_BASE -> {
        long half = Integer.toUnsignedLong(data) << 32 * word;
        base = base & ~(0xffffffffL << 32 * word) | half;
      }
      case EVENT_BYTES -> begin(data);
      default -> tail = data;
    }
  }

  /** An empty ring of so many bytes; what is no power of two, or too short for a word, is none. */
  private void begin(int bytes) {
    ringBytes = bytes >= Long.BYTES && Integer.bitCount(bytes) == 1 ? bytes : 0;
    head = 0;
    reserved = 0;
    tail = 0;
    waiting = 0;
    last = 0;
  }
}
