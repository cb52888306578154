package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.packet.PacketBuffer;

/** In which clock things happen, one packet in flight; names are those of the page. */
final class TimingTest {
  private static final String EXIT = "exit DROP";
  private static final String NOP = "r0 = mov 1";

  private static long clocks(ProgramImage image, int bytes) {
    return clocks(image, bytes, 100);
  }

  private static long clocks(ProgramImage image, int bytes, int memoryLatency) {
    NicEngine engine = new NicEngine(image, EngineOptions.DEFAULT, memoryLatency);
    engine.run(Programs.packet(bytes));
    // The second packet comes at another phase of the halves.
    engine.nic().step();
    engine.run(Programs.packet(bytes));
    return engine.cycles();
  }

  private static void near(long expected, long actual, long by) {
    assertTrue(Math.abs(expected - actual) <= by, expected + " expected, not " + actual);
  }

  /** Clocks that rows take beside those of a program that only exits. */
  private static long more(String... rows) {
    String[] all = Arrays.copyOf(rows, rows.length + 1);
    all[rows.length] = EXIT;
    return clocks(Programs.image("hxdp", all), 64) - clocks(Programs.image("hxdp", EXIT), 64);
  }

  @Test
  void c1RowTakesDepthClocks() {
    assertEquals(8, more(NOP));
    assertEquals(24, more(NOP, NOP, NOP));
  }

  @Test
  void c2OddDepthsWaitForTheirHalf() {
    MachineSpec odd = Programs.machine("hxdp", Map.of("depth", "7"));
    long one = clocks(Programs.image(odd, List.of(), EXIT), 64);
    long two = clocks(Programs.image(odd, List.of(), NOP, EXIT), 64);
    assertEquals(8, two - one);
  }

  @Test
  void c5LoadOfMapValueIsLate() {
    // Selected in 0, in the memory stage in 5, taken by the bank in 6, answered in 9, written in
    // 10; the next turn of the context's half is 12.
    assertEquals(12, more("r4 = load64 map1[0]"));
  }

  @Test
  void v1AccessAcrossTwoWordsTakesTwoTurnsOfBanks() {
    assertEquals(14, more("r4 = load64 map1[4]"));
  }

  @Test
  void c6StoresAreNotWaitedFor() {
    assertEquals(8, more("store64 map[r8] = 5"));
    assertEquals(8, more("atomic_add map1[0], 5"));
  }

  @Test
  void v3FetchingAtomicTakesTwoClocksMore() {
    long load = more("r4 = load64 map1[0]");
    long atomic = more("r4 = atomic_add map1[0], 5");
    assertEquals(2, atomic - load);
  }

  @Test
  void c7DivisionTakes34Clocks() {
    // From clock 5 to 39; written in 40, and the next turn of the half is 42.
    assertEquals(42, more("r4 = div r8, 3"));
  }

  @ParameterizedTest
  @CsvSource({"64, 0", "96, 1", "1000, 30"})
  void i2PacketIsDispatchedWhenItIsThereAsAWhole(int bytes, int beats) {
    ProgramImage image = Programs.image("hxdp", EXIT);
    // A clock for a beat to come in, and two for its way into the buffer. The program exits while
    // the last bytes of a long packet are on that way.
    long most = clocks(image, 64) + 3L * beats;
    long taken = clocks(image, bytes);
    assertTrue(taken <= most && taken >= most - 8, most + " at most, not " + taken);
  }

  @Test
  void c4RowWaitsForTheBytesItReachesFor() {
    ProgramImage early = Programs.image("hxdp", "r4 = load8 pkt[0]", "exit TX");
    ProgramImage late = Programs.image("hxdp", "r4 = load8 pkt[1400]", "exit TX");
    NicEngine one = new NicEngine(early, EngineOptions.DEFAULT, 100);
    NicEngine other = new NicEngine(late, EngineOptions.DEFAULT, 100);
    one.run(Programs.packet(1500));
    other.run(Programs.packet(1500));
    assertEquals(0, one.nic().account().packetData());
    // 1,401 bytes are moved in 88 clocks, and a row is issued again every 8.
    assertEquals(11, other.nic().account().packetData());
    assertEquals(2, other.nic().account().issued());
  }

  @Test
  void c4BytesOutsideThePacketAreNotWaitedFor() {
    ProgramImage image = Programs.image("hxdp", "r4 = load64 pkt[1496]", "exit TX");
    NicEngine engine = new NicEngine(image, EngineOptions.DEFAULT, 100);
    engine.run(Programs.packet(1000));
    assertEquals(0, engine.nic().account().packetData());
  }

  @ParameterizedTest
  @CsvSource({"1", "100", "400"})
  void v5MapBehindTheMemoryPortTakesItsLatency(int latency) {
    MachineSpec small = Programs.machine("hxdp", Map.of("map_kbytes", "1"));
    MapDefinition large = MapDefinition.of("large", MapType.ARRAY, 4, 8, 1000, 0);
    ProgramImage load = Programs.image(small, List.of(large), "r4 = load64 map1[0]", EXIT);
    ProgramImage none = Programs.image(small, List.of(large), EXIT);
    long taken = clocks(load, 64, latency) - clocks(none, 64, latency);
    // Rounded up to the turn of the context's half.
    near(16 + latency, taken, 1);
  }

  @Test
  void m2KeyInMemoryIsReadBeforeTheLookup() {
    long inRegister = more("r4 = call map_lookup_elem(map2, reg r8)");
    long inStack = more("r4 = call map_lookup_elem(map2, stk 0)");
    near(2, inStack - inRegister, 2);
  }

  @Test
  void c9RowOfACallIsIssuedAgainUntilItsRegistersAreReadTwoEachTime() {
    long two = more("r4 = call xdp_load_bytes(ctx, r5, stk 0, r8)");
    assertEquals(two + 8, more("r4 = call xdp_load_bytes(ctx, r5, stk r6, r8)"));
    long four = more("r4 = call csum_diff(stk 0, r7, stk r6, r8, r9)");
    assertEquals(two + 8, four);
    assertEquals(two + 16, more("r4 = call csum_diff(stk r5, r7, stk r6, r8, r9)"));
    long fetched = more("r4 = atomic_add map1[0], r8");
    assertEquals(fetched + 8, more("r4 = atomic_cmpxchg map1[0], r8, r0"));
  }

  @Test
  void cpuThatThePacketBringsIsSeen() {
    ProgramImage image = Programs.image("nic100", "r0 = fact cpu", "exit r0");
    NicEngine engine = new NicEngine(image, EngineOptions.DEFAULT, 100);
    PacketBuffer packet = Programs.packet(64);
    packet.cpu = 5;
    assertEquals(5, engine.run(packet));
  }

  private static long ring(String... rows) {
    String[] all = Arrays.copyOf(rows, rows.length + 1);
    all[rows.length] = EXIT;
    MachineSpec machine = MachineSpec.preset("hxdp");
    List<MapDefinition> maps = List.of(Programs.RING);
    return clocks(Programs.image(machine, maps, all), 64)
        - clocks(Programs.image(machine, maps, EXIT), 64);
  }

  @Test
  void h5RecordIsReservedInSixClocksMoreThanARowAndEndedInNone() {
    long row = ring("r4 = mov 0");
    long reserve = ring("r4 = call ringbuf_reserve(map1, r8, r9)");
    long both =
        ring("r4 = call ringbuf_reserve(map1, r8, r9)", "r12 = call ringbuf_discard(r4, r9)");
    assertEquals(6, reserve - row);
    assertEquals(row, both - reserve);
    assertEquals(reserve, ring("r4 = call ringbuf_query(map1, r8)"));
  }
}
