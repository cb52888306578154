package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.map.Little;
import org.weft.sim.rows.RowsEngine;

/** The ring of events in host memory. */
final class EventsTest {
  private static final MapDefinition EVENTS =
      MapDefinition.of("events", MapType.PERF_EVENT_ARRAY, 4, 4, 8, 0);

  private static final long BASE = 0x1_2345_6000L;
  private static final int ENOSPC = -28;
  private static final int ENOENT = -2;

  /** Memory of a host that has only a ring. */
  private static final class Ring implements HostMemory {
    final byte[] bytes;
    private int read;

    Ring(int size) {
      bytes = new byte[size];
    }

    @Override
    public void write(long address, byte[] from, int offset, int count) {
      System.arraycopy(from, offset, bytes, (int) (address - BASE), count);
    }

    /** The records up to EVENT_HEAD, each as its bytes; gives their room back. */
    List<byte[]> read(Wire wire) {
      List<byte[]> records = new ArrayList<>();
      int head = wire.nic.control().read(Register.EVENT_HEAD.offset());
      while (read != head) {
        byte[] record = new byte[(int) Little.INT.get(bytes, read % bytes.length)];
        for (int i = 0; i < record.length; i++) {
          record[i] = bytes[(read + i) % bytes.length];
        }
        records.add(record);
        read += record.length;
      }
      wire.nic.control().write(Register.EVENT_TAIL.offset(), read);
      return records;
    }
  }

  /** Gives so many bytes of the stack and of the packet, which its first byte numbers. */
  private static String[] rows(int mark, int bytes, int packetBytes) {
    return new String[] {
      "r8 = mov " + packetBytes + " | r9 = mov " + bytes,
      "r8 = lsh r8, 32 | r13 = mov -1 | r14 = mov " + mark,
      "store64 stk[0] = r14 | r13 = rsh r13, 32",
      "r8 = or r8, r13 | r5 = mov 1",
      "r4 = call perf_event_output(ctx, r5, r8, stk 0, r9)",
      "exit r4",
    };
  }

  private static ProgramImage image(MachineSpec machine, String... rows) {
    return Programs.image(machine, List.of(EVENTS), rows);
  }

  private static Wire wire(ProgramImage image, HostMemory memory, int bytes) {
    Wire wire = new Wire(image);
    wire.nic.connect(memory);
    for (int cpu = 0; cpu < 8; cpu++) {
      wire.nic.maps().put(0, new byte[] {(byte) cpu, 0, 0, 0}, new byte[] {1, 0, 0, 0});
    }
    write(wire, Register.EVENT_BASE, (int) BASE);
    wire.nic.control().write(Register.EVENT_BASE.offset() + 4, (int) (BASE >>> 32));
    write(wire, Register.EVENT_BYTES, bytes);
    return wire;
  }

  private static void write(Wire wire, Register register, int data) {
    wire.nic.control().write(register.offset(), data);
  }

  private static int read(Wire wire, Register register) {
    return wire.nic.control().read(register.offset());
  }

  private static final MachineSpec HXDP = MachineSpec.preset("hxdp");

  @Test
  void e1RecordHasSizeMapCpuTimeAndBytes() {
    Ring ring = new Ring(4096);
    Wire wire = wire(image(HXDP, rows(77, 8, 5)), ring, 4096).offer(0, 64, 64);
    wire.until(2).step(50);
    List<byte[]> records = ring.read(wire);
    assertEquals(2, records.size());
    byte[] expected = new byte[40];
    expected[0] = 40;
    Little.LONG.set(expected, 8, wire.packets.get(1).data().timestampNs);
    expected[16] = 8;
    expected[20] = 5;
    expected[24] = 77;
    expected[32] = 1;
    assertArrayEquals(expected, records.get(1));
    assertEquals(0, wire.of(1).result());
    assertEquals(0, read(wire, Register.EVENT_LOST));
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 24", "1, 0, 32", "8, 0, 32", "3, 5, 40", "3, 9, 48", "0, 64, 88"})
  void e1RecordsAreMultiplesOfEight(int bytes, int packetBytes, int size) {
    Ring ring = new Ring(4096);
    Wire wire = wire(image(HXDP, rows(-1, bytes, packetBytes)), ring, 4096).offer(0, 64, 64);
    wire.until(2).step(50);
    byte[] record = ring.read(wire).get(1);
    assertEquals(size, record.length);
    for (int i = 24; i < size; i++) {
      int packet = i == 24 + (bytes + 7 & -8) && packetBytes > 0 ? 1 : 0;
      assertEquals(i < 24 + bytes ? -1 : packet, record[i], "byte " + i);
    }
  }

  /** Clocks from a packet's context to its program's end. */
  private static long clocks(ProgramImage image, int ringBytes) {
    Wire wire = wire(image, new Ring(4096), ringBytes).offer(0, 600);
    while (wire.packets.isEmpty() || wire.packets.get(0).arrived < 600) {
      wire.step(1);
    }
    Packet packet = wire.packets.get(0);
    while (packet.fate() == null) {
      wire.step(1);
    }
    return wire.nic.now();
  }

  @ParameterizedTest
  @CsvSource({"4096, 32", "0, 0", "64, 0"})
  void e2ProgramWaitsForReadingIfThereIsRoom(int ringBytes, int more) {
    int bytes = ringBytes == 64 ? 48 : 32;
    long one = clocks(image(HXDP, rows(1, bytes, 0)), ringBytes);
    long five = clocks(image(HXDP, rows(1, bytes, 128)), ringBytes);
    // 16 words more, each in a second clock; the packet has arrived before.
    assertEquals(more, five - one);
  }

  @Test
  void e2HeldUpMemoryHoldsUpNoProgram() {
    ProgramImage image = image(HXDP, rows(1, 32, 0));
    HostMemory never =
        new HostMemory() {
          @Override
          public void write(long address, byte[] from, int offset, int bytes) {
            throw new IllegalStateException("takes nothing");
          }

          @Override
          public boolean takesAddress(long clock) {
            return false;
          }

          @Override
          public boolean takesData(long clock) {
            return false;
          }
        };
    Wire held = wire(image, never, 4096).offer(0, 64, 64).until(2);
    Wire free = wire(image, new Ring(4096), 4096).offer(0, 64, 64).until(2);
    assertEquals(free.of(1).ended(), held.of(1).ended());
    assertEquals(112, read(held, Register.EVENT_TAKEN));
    held.step(100);
    assertEquals(0, read(held, Register.EVENT_HEAD));
  }

  @Test
  void e2WhatFailsItsChecksReadsNothingAndIsNoEvent() {
    Ring ring = new Ring(4096);
    ProgramImage image = image(HXDP, rows(1, 32, 0));
    Wire wire = new Wire(image).offer(0, 64);
    wire.nic.connect(ring);
    write(wire, Register.EVENT_BYTES, 4096);
    wire.until(1);
    assertEquals(ENOENT, wire.of(0).result());
    assertEquals(0, read(wire, Register.EVENT_LOST));
    assertEquals(0, read(wire, Register.EVENT_HEAD));
  }

  /** The clock from which on EVENT_HEAD shows a packet's record. */
  private static long written(Wire wire, int head) {
    while (read(wire, Register.EVENT_HEAD) < head) {
      wire.step(1);
    }
    return wire.nic.now();
  }

  @ParameterizedTest
  @CsvSource({"8, 4, 1", "40, 8, 1", "48, 9, 2", "104, 16, 2"})
  void e3RecordIsWrittenAWordInAClockInBurstsOfEight(int bytes, int beats, int bursts) {
    // The row has three registers, so that it is issued twice; in its memory stage 5 clocks after
    // the second time; its entry is asked for in the next clock, and known 6 later; it is taken in
    // the half's next clock, and words are read in those after it.
    Wire wire = wire(image(HXDP, rows(1, bytes, 0)), new Ring(4096), 4096).offer(0, 64);
    while (wire.nic.core(0).selected() != 0 || wire.nic.core(0).rowOf(0) != 4) {
      wire.step(1);
    }
    long row = wire.nic.now();
    long words = (bytes + 7) / 8;
    long read = row + 8 + 6 + 10 + 2 * (words - 1);
    // Seen 3 clocks later, a clock for its length and for each burst, and one for the answer.
    assertEquals(read + 3 + 1 + bursts + beats, written(wire, 24 + (bytes + 7 & -8)));
  }

  @Test
  void e3RecordsWrapAround() {
    Ring ring = new Ring(256);
    Wire wire = wire(image(HXDP, rows(5, 8, 64)), ring, 256);
    for (int i = 0; i < 40; i++) {
      wire.offer(0, 64).until(i + 1).step(20);
      List<byte[]> records = ring.read(wire);
      assertEquals(1, records.size());
      assertEquals(96, records.get(0).length);
      assertEquals(5, records.get(0)[24]);
      byte[] rest = Arrays.copyOfRange(records.get(0), 32, 96);
      assertArrayEquals(new byte[64], rest, "packet " + i);
    }
    assertEquals(40 * 96, read(wire, Register.EVENT_HEAD));
    assertEquals(0, read(wire, Register.EVENT_LOST));
  }

  @Test
  void e4EventWithoutRoomIsCountedAndRefused() {
    Ring ring = new Ring(128);
    Wire wire = wire(image(HXDP, rows(9, 8, 0)), ring, 128).offer(0, 64, 64, 64, 64, 64, 64, 64);
    wire.until(7).step(50);
    assertEquals(3, read(wire, Register.EVENT_LOST));
    assertEquals(128, read(wire, Register.EVENT_HEAD));
    assertEquals(3, wire.left.stream().filter(l -> l.result() == ENOSPC).count());
    assertEquals(4, ring.read(wire).size());
    wire.offer(0, 64).until(8).step(50);
    assertEquals(0, wire.of(7).result());
    assertEquals(1, ring.read(wire).size());
  }

  @Test
  void e4EventThatFindsTheQueueFullIsLost() {
    boolean[] takes = {false};
    HostMemory memory =
        new HostMemory() {
          @Override
          public void write(long address, byte[] from, int offset, int bytes) {}

          @Override
          public boolean takesData(long clock) {
            return takes[0];
          }
        };
    int most = HXDP.portQueueBytes() / 1424;
    Wire wire = wire(image(HXDP, rows(9, 8, 1392)), memory, 1 << 20);
    for (int i = 0; i < most + 2; i++) {
      wire.offer(0, 1400).until(i + 1);
      assertEquals(i < most ? 0 : ENOSPC, wire.of(i).result(), "event " + i);
    }
    assertEquals(2, read(wire, Register.EVENT_LOST));
    takes[0] = true;
    wire.step(30_000);
    wire.offer(0, 1400).until(most + 3).step(300);
    assertEquals(0, wire.of(most + 2).result());
    assertEquals(1424 * (most + 1), read(wire, Register.EVENT_HEAD));
  }

  @Test
  void e4WithoutARingEventsAreLostAndProgramsDoNotSeeIt() {
    Wire wire = wire(image(HXDP, rows(9, 8, 0)), new Ring(1), 0).offer(0, 64, 64).until(2);
    assertEquals(2, read(wire, Register.EVENT_LOST));
    assertEquals(0, read(wire, Register.EVENT_HEAD));
    wire.left.forEach(l -> assertEquals(0, l.result()));
    RowsEngine rows = new RowsEngine(image(HXDP, rows(9, 8, 0)), EngineOptions.DEFAULT);
    rows.maps().put(0, new byte[4], new byte[] {1, 0, 0, 0});
    assertEquals(0, rows.run(Programs.packet(64)));
  }

  @ParameterizedTest
  @CsvSource({"96", "32", "-2147483648"})
  void e4SizesThatAreNoneAreZero(int bytes) {
    Wire wire = wire(image(HXDP, rows(9, 8, 0)), new Ring(1), bytes);
    assertEquals(0, read(wire, Register.EVENT_BYTES));
    assertEquals((int) BASE, read(wire, Register.EVENT_BASE));
    assertEquals(1, wire.nic.control().read(Register.EVENT_BASE.offset() + 4));
  }

  @Test
  void e3ProgramsOfBothBanksWriteToOneRing() {
    Ring ring = new Ring(4096);
    Wire wire = wire(image(HXDP, rows(1, 8, 0)), ring, 4096).offer(0, 64, 64);
    wire.until(2);
    for (RegisterWrite write : LoadedProgram.writes(image(HXDP, rows(2, 8, 0)))) {
      wire.nic.control().write(write.offset(), write.data());
    }
    wire.offer(0, 64).until(3).step(50);
    List<Byte> marks = ring.read(wire).stream().map(r -> r[24]).toList();
    assertEquals(List.of((byte) 1, (byte) 1, (byte) 2), marks);
  }

  @Test
  void e3EventsOfCoresAreTakenOneAfterTheOther() {
    MachineSpec machine =
        Programs.machine("nic100", Map.of("dispatch", "round_robin", "cores", "2", "cpus", "2"));
    Ring ring = new Ring(4096);
    Wire wire = wire(image(machine, rows(1, 8, 0)), ring, 4096);
    wire.offer(0, 64, 64, 64, 64).offer(1, 64, 64, 64, 64).until(8).step(100);
    List<Byte> cpus = ring.read(wire).stream().map(r -> r[6]).toList();
    assertEquals(8, cpus.size());
    assertEquals(4, cpus.stream().filter(cpu -> cpu == 0).count());
  }
}
