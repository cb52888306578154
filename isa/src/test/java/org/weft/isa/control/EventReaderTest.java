package org.weft.isa.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.isa.InputException;

class EventReaderTest {
  private static final int BYTES = 128;
  private static final long ADDRESS = 0x1_0000_0040L;

  /** Registers of a NIC that writes nothing, and ends with its old ring after some reads. */
  private static final class Nic implements Registers {
    final Map<Integer, Integer> values = new HashMap<>();
    final List<String> writes = new ArrayList<>();
    private int left;
    private boolean hasPort = true;

    void set(Register register, int value) {
      values.put(register.offset(), value);
    }

    @Override
    public int read(int offset) {
      if (offset == Register.EVENT_HEAD.offset() && left > 0 && --left == 0) {
        set(Register.EVENT_HEAD, values.get(Register.EVENT_TAKEN.offset()));
      }
      return values.getOrDefault(offset, 0);
    }

    @Override
    public void write(int offset, int value) {
      writes.add("%x %x".formatted(offset, value));
      if (offset != Register.EVENT_BYTES.offset() || hasPort) {
        values.put(offset, value);
      }
    }
  }

  private static EventReader.Memory memory(byte... bytes) {
    return (offset, count) -> Arrays.copyOfRange(bytes, offset, offset + count);
  }

  /** A NIC whose ring is set up, with so many bytes in it from a position on. */
  private static Nic ready(int tail, int bytes) {
    Nic nic = new Nic();
    nic.set(Register.EVENT_BASE, (int) ADDRESS);
    nic.values.put(Register.EVENT_BASE.offset() + 4, (int) (ADDRESS >>> 32));
    nic.set(Register.EVENT_BYTES, BYTES);
    nic.set(Register.EVENT_TAIL, tail);
    nic.set(Register.EVENT_HEAD, tail + bytes);
    return nic;
  }

  private static byte[] ring(int from, byte... record) {
    byte[] ring = new byte[BYTES];
    for (int i = 0; i < record.length; i++) {
      ring[(from + i) % BYTES] = record[i];
    }
    return ring;
  }

  private static byte[] record(int size, int data, int packet) {
    ByteBuffer record = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    record.putInt(size).putShort((short) 7).putShort((short) 255).putLong(-5);
    record.putInt(data).putInt(packet);
    record.position(24).put(new byte[] {1, 2, 3}).position(32).put(new byte[] {4, 5});
    return record.array();
  }

  @Test
  void recordThatGoesOnAtTheBeginningOfTheRingIsRead() {
    // Positions wrap at 32 bits, too.
    int tail = -16;
    Nic nic = ready(tail, 48);
    List<EventReader.Event> events = new ArrayList<>();
    new EventReader(nic, memory(ring(BYTES - 16, record(48, 3, 2))), ADDRESS, BYTES)
        .read(events::add);
    assertEquals(1, events.size());
    EventReader.Event event = events.get(0);
    assertEquals(7, event.map());
    assertEquals(255, event.cpu());
    assertEquals(-5, event.time());
    assertArrayEquals(new byte[] {1, 2, 3}, event.data());
    assertArrayEquals(new byte[] {4, 5}, event.packet());
    assertEquals(
        List.of("%x %x".formatted(Register.EVENT_TAIL.offset(), 32)),
        nic.writes,
        "room comes back");
  }

  @Test
  void whatIsNoRecordIsRefusedAndNothingIsTaken() {
    for (byte[] wrong :
        new byte[][] {
          record(0, 3, 2),
          record(44, 3, 2),
          record(56, 3, 2),
          record(48, 17, 9),
          record(48, -1, 0),
          record(48, 0, 25),
          record(48, Integer.MAX_VALUE, Integer.MAX_VALUE),
        }) {
      Nic nic = ready(0, 48);
      EventReader reader = new EventReader(nic, memory(ring(0, wrong)), ADDRESS, BYTES);
      InputException e = assertThrows(InputException.class, () -> reader.read(event -> {}));
      assertTrue(e.getMessage().contains("byte 0 of the ring begins no event"), e.getMessage());
      assertEquals(List.of(), nic.writes);
    }
    EventReader more = new EventReader(ready(0, BYTES + 8), memory(ring(0)), ADDRESS, BYTES);
    assertThrows(InputException.class, () -> more.read(event -> {}));
  }

  @Test
  void newRingIsGivenWhenTheOldOneIsWrittenToItsEnd() {
    Nic nic = ready(0, 48);
    nic.set(Register.EVENT_TAKEN, 96);
    nic.left = 3;
    new EventReader(nic, memory(), 0x80, 64);
    int base = Register.EVENT_BASE.offset();
    int bytes = Register.EVENT_BYTES.offset();
    assertEquals(
        List.of(
            "%x 0".formatted(bytes),
            "%x 80".formatted(base),
            "%x 0".formatted(base + 4),
            "%x 40".formatted(bytes)),
        nic.writes);
    assertEquals(0, nic.left, "had to wait");
  }

  @Test
  void deviceWithoutPortTakesNoRing() {
    Nic nic = new Nic();
    nic.hasPort = false;
    InputException e =
        assertThrows(InputException.class, () -> new EventReader(nic, memory(), 0x80, 64));
    assertTrue(e.getMessage().contains("takes no ring of events"), e.getMessage());
  }
}
