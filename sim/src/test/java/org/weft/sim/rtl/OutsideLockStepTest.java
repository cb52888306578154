package org.weft.sim.rtl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.Aspect;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.lockstep.LockStep;
import org.weft.sim.lockstep.SimModel;
import org.weft.sim.map.MapTable;
import org.weft.sim.nic.Fate;
import org.weft.sim.nic.NicEngine;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.nic.Programs;
import org.weft.sim.packet.PacketBuffer;

/** Maps behind the memory port, in the hardware as in engine sim, to the clock. */
final class OutsideLockStepTest {
  static final MachineSpec ONE =
      MachineFile.parse("preset = hxdp\nname = outside\nlanes = 2\nmap_kbytes = 1\ncpus = 2\n");

  static final MachineSpec TWO =
      MachineFile.parse(
          """
          preset = nic100
          name = two_outside
          cores = 2
          lanes = 2
          cpus = 4
          bank_bytes = 2
          bus_bytes = 32
          map_kbytes = 1
          table_slots = 1024
          """);

  static final MachineSpec ONE_SMALL = withoutRoom(ONE);
  static final MachineSpec TWO_SMALL = withoutRoom(TWO);

  private static final long LIMIT = 2_000_000;

  private static final List<MapDefinition> MAPS =
      List.of(
          MapDefinition.of("counters", MapType.PERCPU_ARRAY, 4, 16, 256, 0),
          MapDefinition.of("shared", MapType.ARRAY, 4, 8, 1, 0),
          MapDefinition.of("large", MapType.ARRAY, 4, 8, 1024, 0));

  /** The same, with room for the keys of six entries of tables. */
  private static MachineSpec withoutRoom(MachineSpec machine) {
    String text = MachineFile.print(machine);
    return MachineFile.parse(
        text.replace("name = ", "name = small_")
            .replaceAll("table_slots = [0-9]+", "table_slots = 16"));
  }

  static void same(ProgramImage image, NicOptions around, long seed, int gap, long stalls) {
    MachineSpec machine = image.machine();
    EngineOptions options = new EngineOptions(machine.cpus(), EngineOptions.DEFAULT.seed());
    LockStep.Setting setting = new LockStep.Setting(image, options, around, stalls, maps -> {});
    Random random = new Random(seed);
    try (LockStep both = new LockStep(setting, null)) {
      for (int batch = 0; batch < 2; batch++) {
        List<RtlModel.Offer> offers = RandomTraffic.of(random, machine, 400, gap);
        long now = both.clocks();
        assertTrue(both.run(later(offers, now)), () -> "seed " + seed + ": " + text(both));
      }
      both.finish();
      assertEquals("", text(both), "seed " + seed);
      assertTrue(both.found().tally(Aspect.PACKETS).equalCount() == 800);
    }
  }

  private static List<RtlModel.Offer> later(List<RtlModel.Offer> offers, long clocks) {
    return offers.stream()
        .map(
            o ->
                new RtlModel.Offer(
                    o.port(),
                    clocks + o.clock(),
                    o.frame(),
                    o.ifindex(),
                    o.queue(),
                    o.time(),
                    o.cpu(),
                    o.damaged()))
        .toList();
  }

  private static String text(LockStep both) {
    StringBuilder text = new StringBuilder();
    for (Aspect aspect : Aspect.values()) {
      both.found().tally(aspect).firstDifferences().forEach(d -> text.append("\n").append(d));
    }
    return text.toString();
  }

  static Stream<Arguments> latencies() {
    return Stream.of(ONE, TWO)
        .flatMap(
            m ->
                Stream.of(1, 2, 30, 150)
                    .map(l -> Arguments.of(m, l, l == 2 ? 77 : 0, l == 30 ? 3 : 40)));
  }

  /** In map memory and behind the port. */
  @ParameterizedTest
  @MethodSource("latencies")
  void valuesOfMaps(MachineSpec machine, int latency, long stalls, int gap) {
    same(
        MapPrograms.counts(machine, MAPS, 3),
        new NicOptions(latency, true),
        3 + latency,
        gap,
        stalls);
  }

  /**
   * Words all over a map, some of them by all contexts, the last one and what is behind it, too.
   */
  private static ProgramImage scattered(MachineSpec machine) {
    return Programs.image(
        machine,
        MAPS,
        "r4 = load16 pkt[4] | r5 = load8 pkt[1]",
        "r4 = and r4, 8191 | r9 = load64 pkt[6]",
        "goto 4 if r5 >= 100 | nop",
        "r4 = and r4, 31 | nop",
        "r4 = high r4, 3 | r13 = mov 1",
        "store64 map[r4] = r9 | nop",
        "atomic_add map[r4], r13 | nop",
        "r8 = load64 map[r4 + 3] | nop",
        "r12 = atomic_add map[r4 + 8], r5 | nop",
        "store16 map[r4 + 7] = r5 | nop",
        "nop | r1 = load16swap map[r4 + 7]",
        "r16 = atomic_cmpxchg map[r4], r9, r8 | nop",
        "r20 = atomic_xchg.32 map[r4 + 4], r5 | store64 pkt[14] = r8",
        "store64 pkt[22] = r12 | nop",
        "store64 pkt[30] = r16 | nop",
        "store16 pkt[38] = r1 | exit TX");
  }

  @ParameterizedTest
  @MethodSource("latencies")
  void wordsAllOverAMap(MachineSpec machine, int latency, long stalls, int gap) {
    same(scattered(machine), new NicOptions(latency, true), 23 + latency, gap, stalls);
  }

  /** The values of a table whose directory and keys are in the engines. */
  @ParameterizedTest
  @EnumSource(
      value = MapType.class,
      names = {"HASH", "LRU_HASH", "PERCPU_HASH"})
  void valuesOfTables(MapType type) {
    List<MapDefinition> maps =
        List.of(
            MapDefinition.of("counters", MapType.ARRAY, 4, 8, 16, 0),
            MapDefinition.of("table", type, 8, 20, 200, 0));
    same(MapPrograms.changes(ONE, maps, 2), new NicOptions(20, true), 51, 20, 0);
    same(MapPrograms.changes(TWO, maps, 2), new NicOptions(60, true), 52, 5, 7);
  }

  static Stream<Arguments> allTables() {
    return Stream.of(MapType.HASH, MapType.LRU_HASH, MapType.PERCPU_HASH, MapType.LRU_PERCPU_HASH)
        .flatMap(type -> Stream.of(1, 30, 100).map(latency -> Arguments.of(type, latency)));
  }

  static Stream<Arguments> tables() {
    return Stream.of(
        Arguments.of(MapType.HASH, 1),
        Arguments.of(MapType.LRU_HASH, 30),
        Arguments.of(MapType.PERCPU_HASH, 100),
        Arguments.of(MapType.LRU_PERCPU_HASH, 1));
  }

  /** The same for all types and latencies. */
  @ParameterizedTest
  @Tag("campaign")
  @MethodSource("allTables")
  void allTablesThatCoresChange(MapType type, int latency) {
    tablesThatCoresChange(type, latency);
  }

  /** Directories and keys, too: of the larger of two tables, or of both. */
  @ParameterizedTest
  @MethodSource("tables")
  void tablesThatCoresChange(MapType type, int latency) {
    for (int keyBytes : new int[] {8, 37}) {
      List<MapDefinition> maps = MapPrograms.tables(type, keyBytes, 0);
      for (int map = 2; map <= 3; map++) {
        NicOptions around = new NicOptions(latency, true);
        same(MapPrograms.changes(ONE_SMALL, maps, map), around, 81, 40, 0);
        same(MapPrograms.changes(TWO_SMALL, maps, map), around, 82, 10, 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 50})
  void triesThatCoresChange(int latency) {
    for (int keyBytes : new int[] {5, 8, 20}) {
      NicOptions around = new NicOptions(latency, true);
      same(MapPrograms.prefixes(ONE_SMALL, keyBytes), around, 83, 40, 0);
      same(MapPrograms.prefixes(TWO_SMALL, keyBytes), around, 84, 10, 0);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = MapType.class,
      names = {"HASH", "ARRAY"})
  void locksThatCoresTake(MapType type) {
    same(MapPrograms.locks(ONE, type, 200), new NicOptions(5, true), 61, 40, 0);
    same(MapPrograms.locks(TWO, type, 200), new NicOptions(40, true), 62, 5, 0);
  }

  /** What is added up in words of which some are all packets'. */
  private static ProgramImage sums(MachineSpec machine) {
    return Programs.image(
        machine,
        MAPS,
        "r4 = load16 pkt[4] | r5 = load8 pkt[1]",
        "r4 = and r4, 8191 | r9 = load64 pkt[6]",
        "goto 4 if r5 >= 100 | nop",
        "r4 = and r4, 31 | nop",
        "r4 = high r4, 3 | nop",
        "atomic_add map[r4], r9 | nop",
        "r8 = atomic_add.32 map[r4 + 4], r5 | nop",
        "atomic_add map3[8], r5 | nop",
        "exit TX");
  }

  /** Memory that takes and answers when it likes: clocks are others then, sums are not. */
  @ParameterizedTest
  @ValueSource(ints = {1, 50})
  void memoryThatStalls(int latency) {
    ProgramImage image = sums(TWO);
    Random random = new Random(71);
    // As many at once as find room.
    List<List<RtlModel.Offer>> batches =
        Stream.generate(() -> RandomTraffic.of(random, TWO, 80, 3)).limit(20).toList();
    EngineOptions options = new EngineOptions(TWO.cpus(), EngineOptions.DEFAULT.seed());
    SimModel sim = new SimModel(image, options, new NicOptions(latency, true), 0);
    batches.forEach(offers -> sim.run(offers, LIMIT, () -> {}));
    sim.settle();
    MapTable maps = new MapTable(MAPS, List.of("main"), TWO.cpus(), MapTable.Model.HARDWARE);
    try (RtlModel rtl = new RtlModel(image, maps, true)) {
      rtl.memory(latency, 72);
      batches.forEach(offers -> rtl.run(offers, false, LIMIT));
      rtl.readMaps();
    }
    assertEquals(0, sim.nic().count(Fate.OVERFLOW));
    assertFalse(maps.contents(2).entries().isEmpty());
    assertEquals(sim.nic().maps().contents(2).entries(), maps.contents(2).entries());
  }

  @Test
  void wordsAllOverAMapInMemoryThatStalls() {
    sameOneByOne(scattered(ONE), 73);
  }

  @ParameterizedTest
  @EnumSource(
      value = MapType.class,
      names = {"HASH", "LRU_HASH", "PERCPU_HASH"})
  void tablesInMemoryThatStalls(MapType type) {
    sameOneByOne(MapPrograms.changes(ONE_SMALL, MapPrograms.tables(type, 8, 0), 3), 75);
  }

  /**
   * In memory that takes and answers when it likes, packets one after the other, so that all is the
   * same but for clocks: verdicts, bytes, and the third map.
   */
  private static void sameOneByOne(ProgramImage image, long seed) {
    EngineOptions options = new EngineOptions(image.machine().cpus(), EngineOptions.DEFAULT.seed());
    NicEngine sim = new NicEngine(image, options, 100);
    MapTable maps =
        new MapTable(image.maps(), List.of("main"), options.cpus(), MapTable.Model.HARDWARE);
    Random random = new Random(seed);
    try (RtlModel rtl = new RtlModel(image, maps, true)) {
      rtl.memory(9, seed + 1);
      for (int i = 0; i < 300; i++) {
        byte[] frame = new byte[60];
        random.nextBytes(frame);
        PacketBuffer packet = new PacketBuffer();
        packet.receive(frame, 0, frame.length);
        packet.ingressIfindex = 1;
        int verdict = sim.run(packet);
        RtlModel.Offer offer = new RtlModel.Offer(0, 0, frame, 1, 0, 0, 0);
        RtlModel.Met met = rtl.run(List.of(offer), true, LIMIT)[0];
        assertEquals(verdict, met.result(), "packet " + i);
        if (met.frame().length > 0) {
          assertArrayEquals(
              Arrays.copyOfRange(packet.bytes, packet.data, packet.dataEnd), met.frame());
        }
      }
      rtl.readMaps();
    }
    assertFalse(sim.maps().contents(2).entries().isEmpty());
    assertEquals(sim.maps().contents(2).entries(), maps.contents(2).entries());
  }
}
