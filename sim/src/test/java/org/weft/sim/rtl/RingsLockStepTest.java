package org.weft.sim.rtl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.lockstep.SimModel;
import org.weft.sim.map.Little;
import org.weft.sim.map.MapTable;
import org.weft.sim.map.RingBuffer;
import org.weft.sim.nic.Fate;
import org.weft.sim.nic.NicEngine;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.nic.Programs;
import org.weft.sim.packet.PacketBuffer;

/**
 * Ring buffers of the hardware do in each clock what those of engine sim do, while a host writes
 * how far it has read.
 */
final class RingsLockStepTest {
  private static final int RING_BYTES = 4096;
  private static final int PACKETS = 1500;
  private static final long LIMIT = 1_000_000;

  /** Clocks from one look of the host to the next, and between two writes. */
  private static final int LOOK = 2048;

  private static final int WRITE = 8;

  /** Clocks after which MAP can be written once more. */
  private static final int SETTLED = 128;

  private static final List<MapDefinition> MAPS =
      List.of(
          MapDefinition.of("counts", MapType.ARRAY, 4, 8, 4, 0),
          MapDefinition.of("ring", MapType.RINGBUF, 0, 0, RING_BYTES, 0),
          MapDefinition.of("other", MapType.RINGBUF, 0, 0, 2 * RING_BYTES, 0));

  private static ProgramImage image(MachineSpec machine, String... rows) {
    return Programs.image(machine, MAPS, rows);
  }

  /**
   * Records of a length that the packet says, of which words at both ends and across them are
   * written and read, some discarded, some longer than any ring; positions go into the packet.
   */
  private static ProgramImage records(MachineSpec machine) {
    return image(
        machine,
        "r8 = load16 pkt[1] | r1 = load8 pkt[3]",
        "r8 = and r8, 1023 | r9 = mov 0",
        "r8 = add r8, 16 | r13 = and r1, 3",
        "nop | r5 = and r1, 1",
        "nop | r5 = add r5, 2",
        "goto 7 if r1 >= 8 | nop",
        "r8 = lsh r8, 3 | nop",
        "goto 9 if r1 != 9 | nop",
        "nop | r9 = mov 64",
        "r4 = call ringbuf_reserve(r5, r8, r9) | nop",
        "r0 = call ringbuf_query(map2, r13) | nop",
        "store64 pkt[4] = r0 | goto 22 if r4 == 0",
        "store64 map[r4] = r0 | r17 = add r4, r8",
        "store64 map[r17 - 8] = r1 | nop",
        "store64 map[r17 - 13] = r8 | nop",
        "store16 map[r4 + 5] = r1 | nop",
        "r12 = load64 map[r17 - 11] | nop",
        "r16 = load64 map[r4 + 3] | goto 20 if r1 < 60",
        "r0 = call ringbuf_submit(r4, r9) | store64 pkt[14] = r16",
        "store64 pkt[22] = r12 | exit TX",
        "r0 = call ringbuf_discard(r4, r9) | store64 pkt[14] = r12",
        "exit PASS",
        "atomic_add map1[0], 1 | exit DROP");
  }

  /** Two records of a packet, ended in the other order, after a division. */
  private static ProgramImage nested(MachineSpec machine) {
    return image(
        machine,
        "r8 = mov 24 | r1 = load8 pkt[3]",
        "r12 = and r1, 63 | r9 = mov 0",
        "r12 = add r12, 8 | r13 = mov 3",
        "r4 = call ringbuf_reserve(map2, r8, r9) | nop",
        "exit DROP if r4 == 0 | r5 = add r1, 1",
        "r0 = call ringbuf_reserve(map2, r12, r9) | nop",
        "r16 = add r0, 0 | goto 11 if r0 == 0",
        "store64 map[r16] = r12 | r17 = div r12, r5",
        "store64 map[r4 + 16] = r17 | nop",
        "r0 = call ringbuf_submit(r16, r9) | nop",
        "r0 = call ringbuf_query(map2, r13) | nop",
        "store64 map[r4] = r0 | nop",
        "r0 = call ringbuf_submit(r4, r9) | nop",
        "exit TX");
  }

  /** How far a host can have read: up to the first record that is busy. */
  private static long committed(RingBuffer ring) {
    long at = ring.begin();
    while (at < ring.end()) {
      int header = (int) Little.INT.get(ring.values(), (int) (at % ring.definition().maxEntries()));
      if (header < 0) {
        return at;
      }
      at += RingBuffer.taken(header & 0x3fffffff);
    }
    return at;
  }

  /** A write, and its clock. */
  private record Timed(long clock, RegisterWrite write) {}

  /** A host that looks into rings every so often, and writes how far it could have read. */
  private static final class Host implements Runnable {
    private final SimModel sim;
    final List<Timed> writes = new ArrayList<>();
    private int done;

    Host(SimModel sim) {
      this.sim = sim;
    }

    private void plan(long clock, Register register, int word, long value) {
      RegisterWrite write = new RegisterWrite(register.offset() + 4 * word, (int) value);
      writes.add(new Timed(clock, write));
    }

    @Override
    public void run() {
      long now = sim.nic().now();
      if (now % LOOK == 0) {
        for (int map = 1; map <= 2; map++) {
          long position = committed((RingBuffer) sim.nic().maps().map(map));
          long from = now + (map - 1) * SETTLED;
          plan(from, Register.MAP, 0, map);
          plan(from + WRITE, Register.RING_CONSUMER, 0, position);
          plan(from + 2 * WRITE, Register.RING_CONSUMER, 1, position >>> 32);
        }
      }
      while (done < writes.size() && writes.get(done).clock() == now) {
        RegisterWrite write = writes.get(done++).write();
        sim.nic().control().write(write.offset(), write.data());
      }
    }
  }

  private static void same(ProgramImage image, long seed, int gap, long stalls) {
    MachineSpec machine = image.machine();
    List<RtlModel.Offer> offers = RandomTraffic.of(new Random(seed), machine, PACKETS, gap);
    EngineOptions options = new EngineOptions(machine.cpus(), EngineOptions.DEFAULT.seed());
    SimModel sim = new SimModel(image, options, new NicOptions(100, true), stalls);
    Host host = new Host(sim);
    RtlModel.Met[] simulated = sim.run(offers, LIMIT, host);
    long ended = sim.nic().now();
    sim.settle();
    MapTable maps = new MapTable(MAPS, List.of("main"), machine.cpus(), MapTable.Model.HARDWARE);
    try (RtlModel rtl = new RtlModel(image, maps, true)) {
      rtl.stall(stalls);
      List<Timed> writes = host.writes.stream().filter(w -> w.clock() <= ended).toList();
      writes.forEach(w -> rtl.schedule(w.clock(), w.write()));
      RtlModel.Met[] hardware = rtl.run(offers, false, LIMIT);
      for (int i = 0; i < hardware.length; i++) {
        assertEquals(text(simulated[i]), text(hardware[i]), "seed " + seed + ", packet " + i);
      }
      assertArrayEquals(writes.stream().mapToLong(Timed::clock).toArray(), rtl.taken());
      for (int map = 1; map <= 2; map++) {
        rtl.write(List.of(new RegisterWrite(Register.MAP.offset(), map)));
        RingBuffer ring = (RingBuffer) sim.nic().maps().map(map);
        assertEquals((int) ring.end(), rtl.read(Register.RING_PRODUCER.offset()), "ring " + map);
        assertEquals((int) ring.begin(), rtl.read(Register.RING_CONSUMER.offset()), "ring " + map);
      }
      rtl.readMaps();
      for (int i = 0; i < MAPS.size(); i++) {
        assertEquals(
            sim.nic().maps().contents(i).entries(), maps.contents(i).entries(), "map " + i);
      }
    }
    assertTrue(sim.nic().count(Fate.TX) > PACKETS / 40, "records that found room");
    assertTrue(sim.nic().count(Fate.DROP) > PACKETS / 40, "and that did not");
  }

  private static String text(RtlModel.Met met) {
    return "%d to %d %s, r0 %d, %d rows, %s"
        .formatted(
            met.begun(),
            met.ended(),
            met.fate(),
            met.result(),
            met.rows(),
            HexFormat.of().formatHex(met.frame()));
  }

  static Stream<Arguments> machines() {
    return Stream.of(
            LockStepTest.HXDP, LockStepTest.TWO, OutsideLockStepTest.ONE, OutsideLockStepTest.TWO)
        .flatMap(m -> Stream.of(Arguments.of(m, 60, 0), Arguments.of(m, 5, 77)));
  }

  @ParameterizedTest
  @MethodSource("machines")
  void recordsOfAnyLength(MachineSpec machine, int gap, long stalls) {
    same(records(machine), 31 + gap, gap, stalls);
  }

  @ParameterizedTest
  @MethodSource("machines")
  void recordsThatAreReservedTogether(MachineSpec machine, int gap, long stalls) {
    same(nested(machine), 41 + gap, gap, stalls);
  }

  /** The host reads rings between packets, of the hardware through registers. */
  @Test
  void oneAfterTheOtherInTheSameClocks() {
    ProgramImage image = records(LockStepTest.HXDP);
    Random random = new Random(51);
    NicEngine sim = new NicEngine(image, EngineOptions.DEFAULT, 100);
    try (RtlEngine rtl = new RtlEngine(image, EngineOptions.DEFAULT)) {
      for (int i = 0; i < 40; i++) {
        byte[] frame = new byte[60 + random.nextInt(100)];
        random.nextBytes(frame);
        assertEquals(sim.run(packet(frame)), rtl.run(packet(frame)), "packet " + i);
        assertEquals(sim.cycles(), rtl.cycles(), "packet " + i);
      }
      for (int map = 1; map <= 2; map++) {
        assertEquals(
            sim.maps().contents(map).entries(), rtl.maps().contents(map).entries(), "map " + map);
        assertTrue(sim.maps().contents(map).entries().size() > 5, "map " + map);
      }
    }
  }

  private static PacketBuffer packet(byte... frame) {
    PacketBuffer packet = new PacketBuffer();
    packet.receive(frame, 0, frame.length);
    packet.ingressIfindex = 1;
    return packet;
  }
}
