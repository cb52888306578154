package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.map.Little;
import org.weft.sim.packet.PacketBuffer;

/** How a packet gets into a core, to a context, and out again. */
final class CorePacketsTest {
  /** A program of so many rows that ends with an exit. */
  private static ProgramImage rows(Map<String, String> machine, int count, String exit) {
    String[] rows = new String[count];
    Arrays.fill(rows, "nop");
    rows[count - 1] = exit;
    return Programs.image(Programs.machine("hxdp", machine), List.of(), rows);
  }

  @Test
  void p1InputFifosHoldTwoLargestFrames() {
    for (String preset : MachineSpec.PRESETS) {
      MachineSpec machine = MachineSpec.preset(preset);
      assertTrue(machine.coreQueueBytes() >= 2 * machine.frameBytes(), preset);
    }
  }

  @ParameterizedTest
  @CsvSource({"32, 33, 64", "64, 33, 64", "16, 33, 64", "16, 31, 32"})
  void p1PacketBeginsAWordOfTheFifo(int bus, int bytes, int taken) {
    Wire wire = new Wire(rows(Map.of("bus_bytes", Integer.toString(bus)), 1, "exit DROP"));
    wire.offer(0, bytes);
    int most = 0;
    for (int i = 0; i < 30; i++) {
      wire.step(1);
      most = Math.max(most, wire.nic.core(0).memory().half(0).incomingBytes());
    }
    assertEquals(taken, most);
  }

  /** The first clock in which a packet's bytes are in the FIFO of a half. */
  private static long dispatched(Wire wire, int half) {
    while (wire.nic.core(0).memory().half(half).incomingBytes() == 0) {
      wire.step(1);
    }
    return wire.nic.now();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void p1BeatCanBeMovedTwoClocksLaterThanTheClockAfter(int wait) {
    Wire wire = new Wire(rows(Map.of(), 1, "exit DROP"));
    wire.step(wait);
    wire.offer(0, 32);
    long clock = dispatched(wire, 0);
    while (wire.packets.isEmpty()) {
      wire.step(1);
    }
    // In the first clock from then on in which the half moves: an even one.
    assertEquals(clock + 3 + (clock + 3 & 1), wire.packets.get(0).started());
  }

  @Test
  void p2BuffersAreUsedInTheOrderOfPacketsByBothHalvesInTurn() {
    Wire wire = new Wire(rows(Map.of("buffers", "8", "threads", "8"), 100, "exit TX"));
    wire.offer(0, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64);
    wire.step(60);
    assertEquals(4, wire.nic.core(0).memory().half(0).held());
    assertEquals(4, wire.nic.core(0).memory().half(1).held());
    // The fifth packet of each half waits in its FIFO.
    assertEquals(64, wire.nic.core(0).memory().half(0).incomingBytes());
    assertEquals(64, wire.nic.core(0).memory().half(1).incomingBytes());
    wire.until(10);
    for (int i = 0; i < 10; i++) {
      assertEquals(i & 1, wire.packets.get(i).half.number() & 1);
      assertEquals(i, wire.left.get(i).number());
    }
  }

  @Test
  void p2BufferIsFreeInTheClockAfterTheLastByte() {
    Wire wire = new Wire(rows(Map.of("buffers", "8", "threads", "8"), 100, "exit TX"));
    wire.offer(0, 64, 64, 64, 64, 64, 64, 64, 64, 64);
    wire.step(60);
    Packet first = wire.packets.get(0);
    while (first.drained < 64) {
      assertEquals(4, wire.nic.core(0).memory().half(0).held());
      wire.step(1);
    }
    long gone = wire.nic.now();
    while (!wire.packets.containsKey(8)) {
      wire.step(1);
    }
    // The half moves in every second clock.
    assertEquals(gone + 2, wire.packets.get(8).started());
  }

  @Test
  void p3PacketIsGivenTheFreeContextWithTheLowestNumber() {
    // Those of 65 bytes are long in their contexts.
    ProgramImage image =
        Programs.image(
            Programs.machine("hxdp", Map.of("cpus", "1")),
            List.of(),
            "r4 = mov 0",
            "exit DROP if length == 64",
            "r4 = add r4, 1 | goto 2 if r4 < 40",
            "exit DROP");
    Wire wire = new Wire(image);
    int[] context = new int[8];
    Arrays.fill(context, Core.NONE);
    int[][] offers = {{65, 64, 65}, {64, 64, 65}, {64, 64}};
    for (int clock = 0; clock < 180; clock++) {
      if (clock % 60 == 0) {
        wire.offer(0, offers[clock / 60]);
      }
      wire.step(1);
      for (int i = 0; i < 16; i++) {
        int packet = (int) wire.nic.core(0).packetOf(i);
        if (packet != Core.NONE) {
          context[packet] = i;
        }
      }
    }
    assertEquals("[0, 1, 2, 1, 4, 3, 4, 1]", Arrays.toString(context));
  }

  @Test
  void p3ContextCanBeSelectedInTheClockInWhichItIsGiven() {
    Wire wire = new Wire(rows(Map.of(), 1, "exit DROP")).offer(0, 64);
    while (wire.packets.isEmpty()) {
      wire.step(1);
    }
    assertEquals(wire.packets.get(0).started(), wire.nic.now());
    assertEquals(32, wire.packets.get(0).arrived);
    assertEquals(0, wire.nic.core(0).selected());
  }

  @Test
  void p3RegistersStartAsZeroAndOne() {
    ProgramImage image =
        Programs.image(
            Programs.machine("hxdp", Map.of("threads", "8")),
            List.of(),
            "r4 = add r1, r8 | r5 = mov 5",
            "r8 = add r4, r5 | r1 = mov 9",
            "exit r4");
    Wire wire = new Wire(image).offer(0, 64, 64, 64, 64, 64, 64).until(6);
    wire.left.forEach(l -> assertEquals(1, l.result()));
  }

  @Test
  void p3TimeIsThatOfTheClockInWhichItIsGivenAContext() {
    ProgramImage image = Programs.image("hxdp", "r4 = fact time", "store64 pkt[0] = r4", "exit TX");
    int khz = image.machine().clockKhz();
    Traffic traffic = new Traffic(List.of(new Frame(new byte[64], 0)), Load.FULL, 2, khz, 0, 1);
    int[] seen = {0};
    Source source =
        new Source() {
          @Override
          public Frame next(int port, long now, boolean hasRoom) {
            return traffic.next(port, now, hasRoom);
          }

          @Override
          public PacketBuffer buffer(Packet packet) {
            return traffic.buffer(packet);
          }

          @Override
          public void done(Packet packet) {
            long time = (long) Little.LONG.get(packet.leftBytes(), 0);
            assertEquals(packet.started() * 1_000_000 / khz, time);
            assertTrue(packet.started() > packet.begun() + 4);
            seen[0]++;
            traffic.done(packet);
          }
        };
    Nic nic = new Nic(image, NicOptions.DEFAULT, EngineOptions.DEFAULT, source);
    Floods.run(nic, 2_000);
    assertTrue(seen[0] > 100);
  }

  @Test
  void p4ContextIsFreeAtTheEndOfTheExitsLastStage() {
    // Four contexts in each half, all taken for 100 rows.
    Wire wire = new Wire(rows(Map.of("buffers", "32", "threads", "8"), 100, "exit DROP"));
    wire.offer(0, 64, 64, 64, 64, 64, 64, 64, 64, 64);
    wire.step(100);
    long selected = 0;
    while (wire.packets.get(0).fate() == null) {
      selected = wire.nic.core(0).selected() == 0 ? wire.nic.now() : selected;
      wire.step(1);
    }
    // The context begins with the next packet in the clock after the exit's last stage.
    assertEquals(selected + 8, wire.nic.now());
    assertEquals(8, wire.nic.core(0).packetOf(0));
    assertEquals(selected + 8, wire.packets.get(8).started());
  }

  @Test
  void p5BytesCanBeTakenFourClocksLaterThanTheClockAfter() {
    Wire wire = new Wire(rows(Map.of(), 1, "exit TX")).offer(0, 64);
    long drained = 0;
    long forwarded = 0;
    while (wire.left.isEmpty()) {
      wire.step(1);
      if (!wire.packets.isEmpty()) {
        Packet packet = wire.packets.get(0);
        drained = packet.drained == 64 && drained == 0 ? wire.nic.now() : drained;
        forwarded = packet.forwarded == 64 && forwarded == 0 ? wire.nic.now() : forwarded;
      }
    }
    assertEquals(drained + 5, forwarded);
  }

  @Test
  void p5PacketsLeaveBuffersInTheirOrderADroppedOneInOneClock() {
    // The first packet of the half is long at work; those behind it are dropped at once.
    ProgramImage image =
        Programs.image(
            "hxdp",
            "r4 = mov 0 | exit DROP if length > 64",
            "r4 = add r4, 1 | goto 1 if r4 < 40",
            "exit TX");
    Wire wire = new Wire(image).offer(0, 64, 65, 600, 65, 600, 65, 600);
    while (wire.packets.isEmpty() || wire.packets.get(0).drained < 64) {
      wire.step(1);
      assertTrue(!wire.packets.containsKey(2) || !wire.packets.get(2).drains);
    }
    for (int i = 2; i <= 6; i += 2) {
      wire.step(1);
      assertTrue(!wire.packets.get(i).drains, "packet " + i);
      wire.step(1);
      assertTrue(wire.packets.get(i).drains, "packet " + i);
    }
  }

  @Test
  void p5OutputFifoHolds64Packets() {
    ProgramImage image =
        Programs.image(
            "hxdp",
            "r4 = mov 0 | exit DROP if length < 64",
            "r4 = add r4, 1 | goto 1 if r4 < 400",
            "exit DROP");
    Wire wire = new Wire(image).offer(0, 64);
    for (int i = 0; i < 200; i++) {
      wire.offer(0, 32);
    }
    wire.step(2_500);
    long drain = wire.packets.values().stream().filter(p -> p.drains).count();
    assertEquals(64, drain);
    assertEquals(0, wire.left.size());
    wire.until(201);
  }

  @ParameterizedTest
  @CsvSource({
    "xdp_adjust_head, -216, 0",
    "xdp_adjust_head, -217, -22",
    "xdp_adjust_tail, 1472, 0",
    "xdp_adjust_tail, 1473, -22",
    "xdp_adjust_meta, -216, 0",
    "xdp_adjust_meta, -220, -22",
  })
  void p6ProgramsUse216BytesOfHeadroomAndTheLargestFrame(String call, int by, int result) {
    ProgramImage image =
        Programs.image("hxdp", "r4 = mov " + by, "r0 = call " + call + "(ctx, r4)", "exit r0");
    assertEquals(result, new Wire(image).offer(0, 64).until(1).of(0).result());
  }

  /** Clocks between the start of a packet and the end of its program. */
  private static long clocks(String... rows) {
    Wire wire = new Wire(Programs.image("hxdp", rows)).offer(0, 64);
    while (wire.packets.isEmpty() || wire.packets.get(0).fate() == null) {
      wire.step(1);
    }
    return wire.nic.now() - wire.packets.get(0).started();
  }

  @ParameterizedTest
  @CsvSource({
    "xdp_adjust_head, -16, 0",
    "xdp_adjust_head, 16, 0",
    "xdp_adjust_meta, -16, 0",
    "xdp_adjust_tail, -16, 0",
    "xdp_adjust_tail, 32, 4",
    "xdp_adjust_tail, 64, 6",
    "xdp_adjust_tail, 960, 62",
  })
  void p6AdjustingCostsNothingButWhatItMovesOrClears(String call, int by, int more) {
    String move = "r4 = mov " + by;
    long plain = clocks(move, "nop", "exit DROP");
    assertEquals(more, clocks(move, "r0 = call " + call + "(ctx, r4)", "exit DROP") - plain);
  }

  @Test
  void p6MetadataStaysWhereItIsWhenTheHeadMoves() {
    String[] rows = {
      "r4 = mov -32", "r0 = call xdp_adjust_meta(ctx, r4)", "nop", "exit DROP",
    };
    long plain = clocks(rows);
    rows[2] = "r0 = call xdp_adjust_head(ctx, r4)";
    assertEquals(plain, clocks(rows));
  }
}
