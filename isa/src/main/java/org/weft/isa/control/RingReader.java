package org.weft.isa.control;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;
import org.weft.isa.InputException;

/**
 * Reads a ring buffer of a NIC through its registers, as its only consumer: what is committed, in
 * order, up to the first record that is still reserved. Packets may run meanwhile. See
 * docs/microarchitecture.md, 6.
 */
public final class RingReader {
  /** Bytes of a record's header; records are filled up to a multiple of as many. */
  private static final int WORD = Long.BYTES;

  private static final int BUSY = 1 << 31;
  private static final int DISCARDED = 1 << 30;
  private static final int LOOKUP = 1;
  private static final int UNDER_WAY = 1;

  /** Reads until a command that does not end is given up. */
  private static final int PATIENCE = 10_000_000;

  private final Registers registers;

  /** Reads rings behind these registers. */
  public RingReader(Registers registers) {
    this.registers = registers;
  }

  /**
   * Takes all records that are committed.
   *
   * @param map the ring's number
   * @param bytes of its data area, a power of two
   * @param records is given each that was not discarded
   * @throws InputException when the NIC does not answer, or the map is no ring
   */
  public void read(int map, long bytes, Consumer<byte[]> records) {
    registers.write(Register.MAP.offset(), map);
    // A command for a CPU that is not there, which another one may have left, is refused.
    registers.write(Register.COMMAND_CPU.offset(), 0);
    long end = position(Register.RING_PRODUCER);
    long at = position(Register.RING_CONSUMER);
    while (at < end) {
      int header = (int) word(at & bytes - 1);
      if ((header & BUSY) != 0) {
        return;
      }
      int length = header & ~DISCARDED;
      int words = (length + WORD - 1) / WORD;
      if ((header & DISCARDED) == 0) {
        ByteBuffer record = ByteBuffer.allocate(WORD * words).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 1; i <= words; i++) {
          record.putLong(word(at + (long) WORD * i & bytes - 1));
        }
        records.accept(Arrays.copyOf(record.array(), length));
      }
      at += (long) WORD * (1 + words);
      registers.write(Register.RING_CONSUMER.offset(), (int) at);
      registers.write(Register.RING_CONSUMER.offset() + Integer.BYTES, (int) (at >>> 32));
    }
  }

  private long position(Register register) {
    long low = Integer.toUnsignedLong(registers.read(register.offset()));
    return (long) registers.read(register.offset() + Integer.BYTES) << 32 | low;
  }

  /** The word at a byte of the data area. */
  private long word(long offset) {
    registers.write(Register.KEY.offset(), (int) (offset / WORD));
    registers.write(Register.COMMAND.offset(), LOOKUP);
    int left = PATIENCE;
    int status;
    do {
      status = registers.read(Register.COMMAND_STATUS.offset());
    } while (status == UNDER_WAY && left-- > 0);
    if (status != 0) {
      throw new InputException(
          "the device does not read word " + offset / WORD + " of a ring: status " + status);
    }
    long low = Integer.toUnsignedLong(registers.read(Register.VALUE.offset()));
    return (long) registers.read(Register.VALUE.offset() + Integer.BYTES) << 32 | low;
  }
}
