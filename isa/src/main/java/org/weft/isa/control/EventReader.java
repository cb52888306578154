package org.weft.isa.control;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.weft.isa.InputException;

/**
 * Reads events of a NIC from their ring in the host's memory, as its only reader. Packets may run
 * meanwhile. See docs/microarchitecture.md, 6, [E1] to [E4].
 */
public final class EventReader {
  /** The least that a ring has, and what its address is a multiple of, in bytes. */
  public static final int ALIGNMENT = 64;

  private static final int HEADER = 24;
  private static final int WORD = Long.BYTES;

  /** Reads until records that are not written are given up. */
  private static final int PATIENCE = 10_000_000;

  /** The ring's memory, as the host reaches it. */
  @FunctionalInterface
  public interface Memory {
    /** Reads bytes that follow each other, from an offset in the ring on. */
    byte[] read(int offset, int bytes);
  }

  /**
   * An event.
   *
   * @param map the number of the map that the program named
   * @param cpu logical CPU
   * @param time nanoseconds, as the program sees them
   * @param data what the program gave
   * @param packet the packet's first bytes, as many as it asked for
   */
  public record Event(int map, int cpu, long time, byte[] data, byte[] packet) {}

  private final Registers registers;
  private final Memory memory;
  private final int bytes;

  /**
   * Has a NIC write its events to a ring, which is empty then, unless it does so already.
   *
   * @param memory the ring's
   * @param address where the NIC reaches it, a multiple of {@link #ALIGNMENT}
   * @param bytes of it, a power of two, {@link #ALIGNMENT} at least
   * @throws InputException when the NIC takes no ring, or does not end with its old one
   */
  public EventReader(Registers registers, Memory memory, long address, int bytes) {
    this.registers = registers;
    this.memory = memory;
    this.bytes = bytes;
    long base = Integer.toUnsignedLong(get(Register.EVENT_BASE));
    base |= (long) registers.read(Register.EVENT_BASE.offset() + Integer.BYTES) << 32;
    if (base != address || get(Register.EVENT_BYTES) != bytes) {
      begin(address);
    }
  }

  private void begin(long address) {
    set(Register.EVENT_BYTES, 0);
    int left = PATIENCE;
    while (get(Register.EVENT_HEAD) != get(Register.EVENT_TAKEN)) {
      if (left-- == 0) {
        throw new InputException("the device does not write events to its old ring to the end");
      }
    }
    set(Register.EVENT_BASE, (int) address);
    registers.write(Register.EVENT_BASE.offset() + Integer.BYTES, (int) (address >>> 32));
    set(Register.EVENT_BYTES, bytes);
    if (get(Register.EVENT_BYTES) != bytes) {
      throw new InputException(
          "the device takes no ring of events: its machine has no perf_event_output, or it no port"
              + " to the host's memory");
    }
  }

  private int get(Register register) {
    return registers.read(register.offset());
  }

  private void set(Register register, int value) {
    registers.write(register.offset(), value);
  }

  /** Events that found no room, since the NIC began; modulo 2^32. */
  public int lost() {
    return get(Register.EVENT_LOST);
  }

  /**
   * Takes all events that are in the ring.
   *
   * @param events is given each, in their order
   * @throws InputException when the memory does not hold them, or the NIC does not answer
   */
  public void read(Consumer<Event> events) {
    int head = get(Register.EVENT_HEAD);
    int at = get(Register.EVENT_TAIL);
    if (Integer.compareUnsigned(head - at, bytes) > 0) {
      throw noRecord(at);
    }
    while (at != head) {
      int size = bytesAt(at, WORD).getInt();
      if (size < HEADER || size % WORD != 0 || size > head - at) {
        throw noRecord(at);
      }
      events.accept(event(at, bytesAt(at, size)));
      at += size;
      set(Register.EVENT_TAIL, at);
    }
  }

  private Event event(int at, ByteBuffer record) {
    int data = record.getInt(16);
    int packet = record.getInt(20);
    long padded = HEADER + (WORD - 1L + data & -WORD);
    if (data < 0 || packet < 0 || padded + packet > record.capacity()) {
      throw noRecord(at);
    }
    byte[] given = new byte[data];
    byte[] taken = new byte[packet];
    record.get(HEADER, given).get((int) padded, taken);
    return new Event(
        Short.toUnsignedInt(record.getShort(4)),
        Short.toUnsignedInt(record.getShort(6)),
        record.getLong(8),
        given,
        taken);
  }

  private InputException noRecord(int at) {
    return new InputException(
        "byte "
            + (at & bytes - 1)
            + " of the ring begins no event: the NIC writes to other memory, or somebody else reads");
  }

  /** Bytes from a position on, which may go on at the ring's beginning. */
  private ByteBuffer bytesAt(int position, int count) {
    int from = position & bytes - 1;
    int before = Math.min(count, bytes - from);
    ByteBuffer all = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    all.put(memory.read(from, before));
    if (before < count) {
      all.put(memory.read(0, count - before));
    }
    return all.rewind();
  }
}
