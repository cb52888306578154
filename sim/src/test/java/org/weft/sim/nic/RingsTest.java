package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.control.Register;
import org.weft.isa.control.Registers;
import org.weft.isa.control.RingReader;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.Little;

/** Ring buffers in the NIC, and the host that reads them through its registers. */
final class RingsTest {
  private static final MachineSpec HXDP = MachineSpec.preset("hxdp");
  private static final int RING_BYTES = 4096;
  private static final int EINVAL = -22;

  private static ProgramImage image(MachineSpec machine, int ringBytes, String... rows) {
    MapDefinition ring = MapDefinition.of("ring", MapType.RINGBUF, 0, 0, ringBytes, 0);
    return Programs.image(machine, List.of(ring), rows);
  }

  /**
   * A record of so many bytes whose first and last words are the packet's first byte, some clocks
   * later; TX if there was room for it.
   */
  private static ProgramImage records(MachineSpec machine, int ringBytes, int bytes, String end) {
    return image(
        machine,
        ringBytes,
        "r8 = mov " + bytes + " | r1 = load8 pkt[0] | nop | nop",
        "r4 = call ringbuf_reserve(map1, r8, r9)",
        "exit DROP if r4 == 0",
        "store64 map[r4] = r1",
        "store64 map[r4 + " + (bytes - 8) + "] = r1",
        "r0 = call ringbuf_" + end + "(r4, r9)",
        "exit TX");
  }

  /** Registers of a NIC: what waits on the bus waits for clocks. */
  private record Bus(Nic nic) implements Registers {
    @Override
    public int read(int offset) {
      wait(offset, false);
      return nic.control().read(offset);
    }

    @Override
    public void write(int offset, int value) {
      wait(offset, true);
      nic.control().write(offset, value);
    }

    private void wait(int offset, boolean isWrite) {
      do {
        nic.step();
      } while (nic.control().holds(offset, isWrite));
    }
  }

  /** The records that are there now, each by its first byte. */
  private static List<Integer> read(Wire wire, int ringBytes) {
    List<Integer> numbers = new ArrayList<>();
    new RingReader(new Bus(wire.nic))
        .read(
            0,
            ringBytes,
            record -> {
              assertEquals(record[0], record[record.length - 8]);
              numbers.add((int) record[0]);
            });
    return numbers;
  }

  private static List<Integer> upTo(int count) {
    return IntStream.range(0, count).boxed().collect(Collectors.toList());
  }

  @Test
  void h5PacketsThatReserveTogetherHaveTheirOwnRecords() {
    for (String machine : List.of("hxdp", "nic100")) {
      ProgramImage image = records(MachineSpec.preset(machine), RING_BYTES, 40, "submit");
      int[] frames = IntStream.generate(() -> 64).limit(50).toArray();
      Wire wire = new Wire(image).offer(0, frames).until(50);
      wire.step(100);
      assertEquals(50, wire.nic.count(Fate.TX));
      List<Integer> numbers = read(wire, RING_BYTES);
      assertEquals(upTo(50), numbers.stream().sorted().toList());
    }
  }

  @Test
  void h5RecordsLieInTheOrderInWhichTheyWereReserved() {
    Wire wire = new Wire(records(HXDP, RING_BYTES, 16, "submit")).offer(0, 64, 64, 64).until(3);
    wire.step(100);
    assertEquals(upTo(3), read(wire, RING_BYTES));
  }

  @Test
  void h5FullRingAnswersNullUntilTheHostHasRead() {
    int[] frames = IntStream.generate(() -> 64).limit(20).toArray();
    Wire wire = new Wire(records(HXDP, RING_BYTES, 400, "submit")).offer(0, frames).until(20);
    assertEquals(10, wire.nic.count(Fate.TX));
    assertEquals(10, wire.nic.count(Fate.DROP));
    assertEquals(10, read(wire, RING_BYTES).size());
    wire.offer(0, frames).until(40);
    assertEquals(20, wire.nic.count(Fate.TX));
    // These go on at the ring's beginning.
    assertEquals(10, read(wire, RING_BYTES).size());
    assertEquals(20 * 408, wire.nic.control().read(Register.RING_PRODUCER.offset()));
    assertEquals(20 * 408, wire.nic.control().read(Register.RING_CONSUMER.offset()));
  }

  @Test
  void h5DiscardedRecordsAreNotSeen() {
    Wire wire = new Wire(records(HXDP, RING_BYTES, 64, "discard")).offer(0, 64, 64).until(2);
    wire.step(100);
    assertEquals(List.of(), read(wire, RING_BYTES));
    assertEquals(144, wire.nic.control().read(Register.RING_CONSUMER.offset()));
  }

  @Test
  void h5RingBehindTheMemoryPortIsTheSame() {
    int bytes = 1 << 20;
    Wire wire = new Wire(records(HXDP, bytes, 40, "submit")).offer(0, 64, 64, 64).until(3);
    wire.step(400);
    assertEquals(upTo(3), read(wire, bytes));
  }

  /** Reserves two records, ends the second, and leaves with the first one busy for a while. */
  @Test
  void h5HostStopsAtTheFirstRecordThatIsBusy() {
    String wait = "r6 = div r6, 3";
    ProgramImage image =
        image(
            HXDP,
            RING_BYTES,
            "r8 = mov 8 | r1 = load8 pkt[0] | nop | nop",
            "r4 = call ringbuf_reserve(map1, r8, r9)",
            "r12 = call ringbuf_reserve(map1, r8, r9)",
            "store64 map[r12] = r1",
            "r0 = call ringbuf_submit(r12, r9)",
            "nop | nop | " + wait,
            "nop | nop | " + wait,
            "r0 = call ringbuf_discard(r4, r9)",
            "exit TX");
    Wire wire = new Wire(image).offer(0, 64);
    while (wire.nic.control().read(Register.RING_PRODUCER.offset()) < 32) {
      wire.step(1);
    }
    wire.step(30);
    assertTrue(wire.left.isEmpty());
    wire.nic.maps().drainRings();
    assertEquals(0, wire.nic.control().read(Register.RING_CONSUMER.offset()));
    wire.until(1).step(100);
    assertEquals(List.of(0), read(wire, RING_BYTES));
  }

  /** A packet has filled the smallest ring; then another one comes. */
  private static Wire second(int ringBytes) {
    Wire wire = new Wire(records(HXDP, ringBytes, 4080, "submit")).offer(0, 64).until(1);
    wire.step(50);
    return wire.offer(0, 64);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void r6ConsumerHoldsForRequestsWhosePositionsAreReadLater(int clocks) {
    // Where there is room, the header is written two clocks after positions are read.
    Wire probe = second(2 * RING_BYTES);
    while (probe.nic.control().read(Register.RING_PRODUCER.offset()) == 4088) {
      probe.step(1);
    }
    Wire wire = second(RING_BYTES);
    while (wire.nic.now() < probe.nic.now() - 3 + clocks) {
      wire.step(1);
    }
    wire.nic.control().write(Register.RING_CONSUMER.offset(), 4088);
    assertEquals(0, wire.nic.control().read(Register.RING_CONSUMER.offset()));
    wire.nic.control().write(Register.RING_CONSUMER.offset() + 4, 0);
    wire.until(2);
    assertEquals(clocks == 0 ? Fate.TX : Fate.DROP, wire.of(1).fate());
  }

  @Test
  void hostMayOnlyReadTheDataArea() {
    Wire wire = new Wire(records(HXDP, RING_BYTES, 16, "submit")).offer(0, 64).until(1);
    Bus bus = new Bus(wire.nic);
    bus.write(Register.MAP.offset(), 0);
    assertEquals(8, bus.read(Register.DESCRIPTOR.offset() + 8));
    assertEquals(RING_BYTES / 8, bus.read(Register.DESCRIPTOR.offset() + 12));
    for (int command = 1; command <= 3; command++) {
      bus.write(Register.KEY.offset(), 0);
      bus.write(Register.COMMAND.offset(), command);
      bus.read(Register.VALUE.offset());
      assertEquals(command == 1 ? 0 : EINVAL, bus.read(Register.COMMAND_STATUS.offset()));
    }
    bus.write(Register.KEY.offset(), RING_BYTES / 8);
    bus.write(Register.COMMAND.offset(), 1);
    bus.read(Register.VALUE.offset());
    assertEquals(-2, bus.read(Register.COMMAND_STATUS.offset()));
    assertEquals(16, (int) Little.INT.get(wire.nic.maps().map(0).values(), 0));
  }
}
