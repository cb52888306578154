package org.weft.sim.nic;

import java.util.ArrayDeque;
import org.weft.isa.control.Register;
import org.weft.sim.helper.EventSink;
import org.weft.sim.map.Little;
import org.weft.sim.packet.PacketBuffer;

/**
 * The unit that takes events of all cores, one after the other, and writes their records to the
 * ring in host memory. A record:
 *
 * <pre>
 *  0  bytes of all of it, a multiple of 8
 *  4  map (2 bytes), logical CPU (2 bytes)
 *  8  time that the program sees (8 bytes)
 * 16  bytes that the program gives
 * 20  bytes of the packet
 * 24  the program's bytes, zeros to a multiple of 8, the packet's, zeros to a multiple of 8
 * </pre>
 */
final class EventUnit implements EventSink {
  private static final int HEADER_BYTES = 24;
  private static final int ENOSPC = -28;

  /** Bytes that bursts do not cross; the least that a ring has. */
  private static final int BURST_BYTES = 64;

  /** Bursts whose answers are outstanding at most. */
  private static final int MOST_BURSTS = 16;

  /** From the clock in which a record's last word is asked for to when the writer sees it. */
  private static final int WHOLE_CYCLES = 3;

  private record Whole(byte[] bytes, long from) {}

  private final int queueBytes;
  private HostMemory memory = HostMemory.NONE;
  private long base;
  private int ringBytes;

  /** Bytes of the ring before its end: kept while records of a ring that is none are written. */
  private int mask;

  private int tail;
  private int lost;

  // Bytes that were taken, written, and answered for; they wrap.
  private int taken;
  private int written;
  private int head;

  // By core: who asks in this clock, as a set, too; and whose turn was last.
  private final Request[] asking;
  private long asks;
  private int last;

  /** Whether words of an event come; when the next one can be taken. */
  private boolean comes;

  private long free;

  /** The bytes of an event, as it was given. */
  private byte[] given = {};

  // The writer: records, and what is left of the first one in words; of a burst.
  private final ArrayDeque<Whole> records = new ArrayDeque<>();
  private int left;
  private int burst;
  private boolean offersAddress;

  /** Of bursts that were begun: bytes of the record that ends with each. */
  private final ArrayDeque<Integer> bursts = new ArrayDeque<>();

  /** Those whose last word and address were taken, and that can be answered. */
  private int complete;

  EventUnit(int cores, int queueBytes) {
    this.queueBytes = queueBytes;
    asking = new Request[cores];
  }

  void connect(HostMemory newMemory) {
    memory = newMemory;
  }

  /** The oldest call of a core's half asks to be taken in this clock. */
  void ask(int core, Request event) {
    asking[core] = event;
    asks |= 1L << core;
  }

  /** The end of a clock. */
  void step(long now) {
    if (!bursts.isEmpty() || !records.isEmpty()) {
      write(now);
    }
    if (asks != 0) {
      if (!comes && now >= free) {
        last = Outbox.next(asks, last);
        decide(asking[last]);
      }
      asks = 0;
    }
  }

  private void decide(Request event) {
    int size = event.eventBytes();
    long used = Integer.toUnsignedLong(taken - tail);
    if (ringBytes == 0) {
      lost++;
      event.taken(0, false);
    } else if (used + size > ringBytes || taken - written + size > queueBytes) {
      lost++;
      event.taken(ENOSPC, false);
    } else {
      taken += size;
      comes = true;
      event.taken(0, true);
    }
  }

  /** The last word of the event that was taken is asked for. */
  void read(Request event, long now) {
    event.give(this);
    records.add(new Whole(given, now + WHOLE_CYCLES));
    comes = false;
    free = now + WHOLE_CYCLES - 1;
  }

  /** Bytes of a record. */
  static int size(int bytes, int packetBytes) {
    return HEADER_BYTES + (bytes + 7 & -8) + (packetBytes + 7 & -8);
  }

  @Override
  public void take(
      PacketBuffer packet, int map, byte[] data, int offset, int bytes, int packetBytes) {
    given = new byte[size(bytes, packetBytes)];
    Little.INT.set(given, 0, given.length);
    Little.INT.set(given, 4, map | packet.cpu << 16);
    Little.LONG.set(given, 8, packet.timestampNs);
    Little.INT.set(given, 16, bytes);
    Little.INT.set(given, 20, packetBytes);
    System.arraycopy(data, offset, given, HEADER_BYTES, bytes);
    int behind = HEADER_BYTES + (bytes + 7 & -8);
    System.arraycopy(packet.bytes, packet.data, given, behind, packetBytes);
  }

  /** A clock of the writer: answers, then words of a burst, or what comes before it. */
  private void write(long now) {
    int answerable = complete;
    if (burst > 0 || offersAddress) {
      move(now);
    } else if (left > 0) {
      if (bursts.size() < MOST_BURSTS) {
        burst = Math.min(left, (BURST_BYTES - (written & BURST_BYTES - 1)) / Long.BYTES);
        offersAddress = true;
        bursts.add(burst == left ? records.peek().bytes().length : 0);
      }
    } else if (!records.isEmpty() && records.peek().from() <= now) {
      left = records.peek().bytes().length / Long.BYTES;
    }
    if (answerable > 0 && memory.answers(now)) {
      head += bursts.remove();
      complete--;
    }
  }

  private void move(long now) {
    if (offersAddress && memory.takesAddress(now)) {
      offersAddress = false;
    }
    if (burst > 0 && memory.takesData(now)) {
      byte[] bytes = records.peek().bytes();
      memory.write(base + (written & mask), bytes, bytes.length - Long.BYTES * left, Long.BYTES);
      written += Long.BYTES;
      burst--;
      if (--left == 0) {
        records.remove();
      }
    }
    if (burst == 0 && !offersAddress) {
      complete++;
    }
  }

  int read(Register register, int word) {
    return switch (register) {
      case EVENT_BASE -> (int) (base >>> 32 * word);
      case EVENT_BYTES -> ringBytes;
      case EVENT_HEAD -> head;
      case EVENT_TAIL -> tail;
      case EVENT_TAKEN -> taken;
      default -> lost;
    };
  }

  void write(Register register, int word, int data) {
    switch (register) {
      case EVENT_BASE -> {
        long half = Integer.toUnsignedLong(data) << 32 * word;
        base = (base & ~(0xffffffffL << 32 * word) | half) & -BURST_BYTES;
      }
      case EVENT_BYTES -> begin(data);
      default -> tail = data;
    }
  }

  /** An empty ring of so many bytes; what is no power of two, or shorter than a burst, is none. */
  private void begin(int bytes) {
    ringBytes = bytes >= BURST_BYTES && Integer.bitCount(bytes) == 1 ? bytes : 0;
    mask = ringBytes == 0 ? mask : ringBytes - 1;
    tail = taken;
  }
}
