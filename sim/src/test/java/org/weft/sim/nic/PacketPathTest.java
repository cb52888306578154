package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.control.Register;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.Little;

/** Ports, dispatcher and reordering, in which clock. */
final class PacketPathTest {
  /** A packet whose length is over 64 bytes stays long in its core. */
  private static final String[] SLOW = {
    "r4 = mov 0 | exit TX if length <= 64", "r4 = add r4, 1 | goto 1 if r4 < 100", "exit TX"
  };

  private static Wire stopped(Wire wire) {
    wire.nic.control().write(Register.CONTROL.offset(), 0);
    return wire;
  }

  @Test
  void i1InputQueueHoldsFourTimesACoresFifoAndDropsWholePacketsThatFindNoRoom() {
    ProgramImage image = Programs.image("hxdp", "exit DROP");
    MachineSpec machine = image.machine();
    assertEquals(4 * machine.coreQueueBytes(), machine.portQueueBytes());
    Wire wire = stopped(new Wire(image));
    int most = (machine.portQueueBytes() - machine.frameBytes()) / 64 + 1;
    for (int i = 0; i < most + 10; i++) {
      wire.offer(0, 64);
    }
    wire.step(2 * (most + 10));
    assertEquals(10, wire.nic.count(Fate.OVERFLOW));
    assertEquals(64 * most, wire.nic.port(0).inputBytes());
    // A beat a clock, though nothing is taken: two for each packet.
    assertEquals(2L * (most + 10), wire.of(most + 9).ended());
  }

  @ParameterizedTest
  @CsvSource({"1536, 48,", "1537, 0, OVERSIZE", "1700, 0, OVERSIZE", "13, 0, UNDERSIZE", "14, 1,"})
  void i1RoomOfWhatIsNotTakenIsFreeAtOnce(int bytes, int beats, Fate fate) {
    Wire wire = stopped(new Wire(Programs.image("hxdp", "exit DROP"))).offer(0, bytes);
    wire.step(49);
    assertEquals(32 * beats, wire.nic.port(0).inputBytes());
    wire.step(20);
    assertEquals(fate == null ? 0 : 1, wire.left.size());
    assertTrue(fate == null || wire.of(0).fate() == fate);
  }

  @Test
  void i3DispatcherServesPortsAndCpusAndHalvesInTurn() {
    MachineSpec machine =
        Programs.machine("nic100", Map.of("dispatch", "round_robin", "cores", "3", "cpus", "6"));
    ProgramImage image = Programs.image(machine, List.of(), "r4 = fact cpu", "exit r4");
    Wire wire = stopped(new Wire(image));
    wire.offer(0, 64, 64, 64, 64, 64, 64).offer(1, 64, 64, 64, 64, 64, 64);
    wire.step(10);
    wire.nic.control().write(Register.CONTROL.offset(), 1);
    wire.until(12);
    // Both ports gave packets in each clock: port 0 the even numbers, port 1 the odd ones. The one
    // behind port 0 is the first.
    for (int i = 0; i < 12; i++) {
      int turn = i ^ 1;
      Packet packet = wire.packets.get(i);
      assertEquals(turn % 6, packet.cpu);
      assertEquals(turn % 3, packet.half.number() >> 1);
      assertEquals(turn / 3 % 2, packet.half.number() & 1);
    }
  }

  @Test
  void i4PacketsOfAPortWaitForThoseDispatchedBeforeAndForNoOthers() {
    Wire wire = new Wire(Programs.image("hxdp", SLOW));
    wire.offer(0, 65, 64, 64).offer(1, 64, 64);
    wire.until(5);
    List<Integer> ports = wire.left.stream().map(l -> l.output()).toList();
    assertEquals(List.of(1, 1, 0, 0, 0), ports);
    List<Integer> numbers = wire.left.stream().map(l -> l.number()).toList();
    assertEquals(List.of(0, 3, 4), numbers.subList(2, 5));
  }

  @Test
  void o1DroppedPacketsAreCountedOneInAClockForEachHalf() {
    ProgramImage image =
        Programs.image("hxdp", "r4 = mov 0 | exit DROP if length <= 64", SLOW[1], "exit DROP");
    Wire wire = new Wire(image).offer(0, 65, 64, 64, 64, 64, 64, 64).until(7);
    // The first holds all up; then one of the port is looked at in a clock.
    for (int i = 1; i < 7; i++) {
      assertEquals(wire.of(0).ended() + i, wire.of(i).ended(), "packet " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void o1OnePacketLeavesAHalfInAClock(int phase) {
    ProgramImage image =
        Programs.image("hxdp", "r4 = mov 0 | exit DROP if length <= 64", SLOW[1], "exit DROP");
    Wire wire = new Wire(image);
    wire.step(phase);
    // The first one's port waits for it; so what is behind that port's second packet in its half
    // waits, though it is of another port.
    wire.offer(0, 65, 64).step(15);
    wire.offer(2, 64).step(15);
    wire.offer(1, 64).until(4);
    assertEquals(wire.of(0).ended() + 1, wire.of(1).ended());
    assertEquals(wire.of(1).ended() + 1, wire.of(3).ended());
  }

  @Test
  void o1BeatLeavesAnOutputThreeClocksAfterItCame() {
    Wire wire = new Wire(Programs.image("hxdp", "exit TX")).offer(0, 64);
    long forwarded = 0;
    while (wire.left.isEmpty()) {
      wire.step(1);
      boolean came = !wire.packets.isEmpty() && wire.packets.get(0).forwarded == 64;
      forwarded = came && forwarded == 0 ? wire.nic.now() : forwarded;
    }
    assertEquals(forwarded + 3, wire.of(0).ended());
  }

  @Test
  void o1OutputTakesFromOnePortAtATimeAndFromAnotherInTheClockAfter() {
    Wire wire = new Wire(Programs.image("hxdp", "exit PASS")).offer(0, 640).offer(1, 640);
    long[] first = new long[2];
    long[] last = new long[2];
    while (wire.left.size() < 2) {
      wire.step(1);
      for (int i = 0; i < 2; i++) {
        Packet packet = wire.packets.get(i);
        if (packet != null && packet.forwarded > 0) {
          first[i] = first[i] == 0 ? wire.nic.now() : first[i];
          last[i] = last[i] == 0 && packet.forwarded == 640 ? wire.nic.now() : last[i];
        }
      }
    }
    int begins = first[0] < first[1] ? 0 : 1;
    assertEquals(last[begins] + 1, first[begins ^ 1]);
  }

  @Test
  void o2RedirectWithoutPortIsDropped() {
    ProgramImage image =
        Programs.image("hxdp", "r4 = mov 3 | r5 = mov 0", "r0 = call redirect(r4, r5)", "exit r0");
    Wire wire = new Wire(image).offer(0, 64).until(1);
    assertEquals(Fate.REDIRECT, wire.of(0).fate());
    assertEquals(2, wire.of(0).output());
    wire.nic.control().write(Register.PORT_OF.offset() + 4 * 2, -1);
    wire.offer(0, 64).until(2);
    assertEquals(Fate.NO_PORT, wire.of(1).fate());
    assertEquals(1, wire.nic.count(Fate.NO_PORT));
  }

  @Test
  void o2PacketWithoutRoomInTheOutputQueueIsDropped() {
    ProgramImage image = Programs.image("hxdp", "exit TX");
    Wire wire = new Wire(image);
    wire.takes(output -> false);
    int most = image.machine().portQueueBytes() / 64;
    for (int i = 0; i < most + 7; i++) {
      wire.offer(0, 64);
    }
    wire.until(7).step(1_000);
    assertEquals(7, wire.nic.count(Fate.OUTPUT_OVERFLOW));
    assertEquals(64 * most, wire.nic.port(0).outputBytes());
    wire.takes(output -> true);
    wire.until(most + 7);
    assertEquals(most, wire.nic.count(Fate.TX));
  }

  @ParameterizedTest
  @CsvSource({"PASS, 72, 4", "TX, 64, 0"})
  void o4MetadataLeavesBeforeAPacketThatIsPassedOnly(String verdict, int bytes, int output) {
    ProgramImage image =
        Programs.image(
            "hxdp",
            "r4 = mov -8",
            "r0 = call xdp_adjust_meta(ctx, r4)",
            "store64 pkt[-8] = r4",
            "exit " + verdict);
    Wire wire = new Wire(image).offer(0, 64).until(1);
    assertEquals(output, wire.of(0).output());
    assertEquals(bytes, wire.of(0).bytes().length);
    long first = (long) Little.LONG.get(wire.of(0).bytes(), 0);
    assertEquals(verdict.equals("PASS") ? -8 : 0, first);
  }

  @ParameterizedTest
  @CsvSource({"XSKMAP, 0, 4", "CPUMAP, 0, 4", "DEVMAP, 0, 2", "DEVMAP, 8, 4"})
  void o4RedirectsToSocketsCpusAndManyInterfacesGoToTheHost(MapType type, int flags, int output) {
    MapDefinition map = MapDefinition.of("targets", type, 4, 4, 4, 0);
    ProgramImage image =
        Programs.image(
            MachineSpec.preset("hxdp"),
            List.of(map),
            "r4 = mov 1 | r5 = mov " + flags,
            "r0 = call redirect_map(map1, r4, r5)",
            "exit r0");
    Wire wire = new Wire(image);
    wire.nic.maps().put(0, new byte[] {1, 0, 0, 0}, new byte[] {3, 0, 0, 0});
    wire.offer(0, 64).until(1);
    assertEquals(Fate.REDIRECT, wire.of(0).fate());
    assertEquals(output, wire.of(0).output());
  }
}
