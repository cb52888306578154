package org.weft.sim.rtl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Region;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.lockstep.LockStep;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.nic.Programs;
import org.weft.sim.rows.RandomRows;

/** The hardware does in each clock what engine sim does. */
final class LockStepTest {
  static final MachineSpec HXDP = MachineSpec.preset("hxdp");

  static final MachineSpec TWO =
      MachineFile.parse(
          """
          preset = nic100
          name = two
          cores = 2
          lanes = 2
          cpus = 4
          bank_bytes = 2
          bus_bytes = 32
          """);

  static ProgramImage image(MachineSpec machine, String... rows) {
    return Programs.image(machine, List.of(), rows);
  }

  private static void same(ProgramImage image, long seed, int packets, int gap) {
    List<RtlModel.Offer> offers = RandomTraffic.of(new Random(seed), image.machine(), packets, gap);
    List<List<String>> both = SideBySide.run(image, offers, true);
    for (int i = 0; i < both.get(0).size(); i++) {
      assertEquals(both.get(0).get(i), both.get(1).get(i), "seed " + seed);
    }
  }

  private static void sameOnRandomRows(MachineSpec machine, long seed, int images) {
    for (int i = 0; i < images; i++) {
      Random random = new Random(seed + i);
      ProgramImage image = possible(RandomRows.image(random, machine, 4 + random.nextInt(30)));
      same(image, seed + i, 100, 1 + random.nextInt(100));
    }
  }

  /** The image without what the hardware has no unit for. */
  static ProgramImage possible(ProgramImage image) {
    int size = image.rows().size();
    boolean isPerCpu = size % 2 == 0;
    List<MapDefinition> maps = image.maps().stream().map(map -> possible(map, isPerCpu)).toList();
    List<Row> rows = image.rows().stream().map(row -> possible(row, maps)).toList();
    return new ProgramImage(image.machine(), rows, maps, image.entries(), image.debug());
  }

  /** Arrays in the place of tables, all of whose values are there; of each CPU's own or of all. */
  private static MapDefinition possible(MapDefinition map, boolean isPerCpu) {
    MapType type = isPerCpu ? MapType.PERCPU_ARRAY : MapType.ARRAY;
    return map.type() == MapType.HASH
        ? MapDefinition.of(map.name(), type, 4, map.valueSize(), map.maxEntries(), 0)
        : map;
  }

  /** The row without what the hardware has no unit for. */
  private static Row possible(Row row, List<MapDefinition> maps) {
    return new Row(
        row.slots().stream()
            .map(
                slot ->
                    MissingUnits.missing(slot, maps) == null && !mayReadOutside(slot)
                        ? slot
                        : Slot.Nop.NOP)
            .toList());
  }

  /** Whether bytes outside of stack and packet may be summed up, as in no program. */
  private static boolean mayReadOutside(Slot slot) {
    if (calls(slot, HelperFunction.XDP_LOAD_BYTES) || calls(slot, HelperFunction.XDP_STORE_BYTES)) {
      return true;
    }
    return calls(slot, HelperFunction.CSUM_DIFF)
        && !(isStack((Slot.Call) slot, 0, 0) && isStack((Slot.Call) slot, 1, 2));
  }

  private static boolean isStack(Slot.Call call, int memory, int argument) {
    int base = call.arguments().get(argument);
    return call.regions().get(memory) == Region.STACK
        && (base == RandomRows.STACK || base >= Slot.FIRST_CONSTANT);
  }

  private static boolean calls(Slot slot, HelperFunction helper) {
    return slot instanceof Slot.Call call && call.helper() == helper;
  }

  @Test
  void randomRows() {
    sameOnRandomRows(HXDP, 1_000, 100);
  }

  @Test
  void randomRowsOnTwoCoresOfTwoLanes() {
    sameOnRandomRows(TWO, 2_000, 100);
  }

  /** {@code -Dweft.random.programs=N -Dweft.random.seed=S} */
  @Test
  @Tag("campaign")
  void manyRandomRows() {
    long seed = Long.getLong("weft.random.seed", System.nanoTime());
    for (MachineSpec machine : List.of(HXDP, TWO)) {
      sameOnRandomRows(machine, seed, Integer.getInteger("weft.random.programs", 1_000));
    }
  }

  /** {@code -Dweft.random.machines=N -Dweft.random.seed=S} */
  @Test
  @Tag("campaign")
  void manyRandomMachines() {
    long seed = Long.getLong("weft.random.seed", System.nanoTime());
    for (int i = 0; i < Integer.getInteger("weft.random.machines", 10); i++) {
      MachineSpec machine = random(new Random(seed + i));
      sameOnRandomRows(machine, seed + i, 20);
      if (machine.lanes() == 2 || machine.lanes() == 4) {
        same(
            MapPrograms.changes(machine, MapPrograms.tables(MapType.LRU_HASH, 13, 0), 2),
            seed + i,
            600,
            20);
        same(
            MapPrograms.changes(machine, MapPrograms.tables(MapType.HASH, 8, 0), 3),
            seed + i,
            600,
            20);
        same(sums(machine, "stk r8, r5, pkt r9, r4"), seed + i, 600, 20);
      }
    }
  }

  private static MachineSpec random(Random random) {
    int cores = 1 + random.nextInt(8);
    int threads = 4 + 4 * random.nextInt(2);
    return MachineFile.parse(
        "preset = nic100\nname = random"
            + "\nlanes = %d\nthreads = %d\ndepth = %d\nbuffers = %d"
                .formatted(
                    1 + random.nextInt(8),
                    threads,
                    4 + random.nextInt(threads - 3),
                    threads * (1 + random.nextInt(2)))
            + "\ncores = %d\ncpus = %d\nports = %d\nbus_bytes = %d\nbank_bytes = %d"
                .formatted(
                    cores,
                    cores * (1 + random.nextInt(3)),
                    1 + random.nextInt(2),
                    8 << random.nextInt(4),
                    1 << random.nextInt(3)));
  }

  @Test
  void drop() {
    same(image(HXDP, "exit DROP"), 1, 500, 20);
  }

  @Test
  void pass() {
    same(image(HXDP, "exit PASS"), 2, 500, 100);
  }

  @Test
  void mixture() {
    String[] rows = {
      "r4 = load8 pkt[0] | r1 = load8 pkt[1] | r2 = mov 0 | r3 = mov 0",
      "goto 3 if r2 >= r4 | nop | r2 = add r2, 1",
      "goto 1",
      "exit PASS if r1 < 60 | exit TX if r1 < 120",
      "r4 = and r1, 127 | r5 = load32 pkt[60] | r6 = div r1, 3",
      "store64 stk[16] = r5 | r5 = load16 pkt[1000]",
      "store32 pkt[8] = r6 | r5 = load64 stk[20]",
      "exit DROP if r1 < 160 | store64 stk[100] = r5",
      "exit r4",
    };
    same(image(HXDP, rows), 3, 1000, 60);
  }

  private static final List<MapDefinition> MAPS =
      List.of(
          MapDefinition.of("counters", MapType.PERCPU_ARRAY, 4, 16, 256, 0),
          MapDefinition.of("shared", MapType.ARRAY, 4, 8, 1, 0),
          MapDefinition.of("devices", MapType.DEVMAP, 4, 4, 16, 0),
          MapDefinition.of("sockets", MapType.XSKMAP, 4, 4, 16, 0),
          MapDefinition.of("far devices", MapType.DEVMAP_HASH, 4, 4, 16, 0));

  @Test
  void valuesOfMaps() {
    same(MapPrograms.counts(HXDP, MAPS, 2), 6, 1000, 20);
    same(MapPrograms.counts(TWO, MAPS, 2), 7, 2000, 5);
  }

  /** All contexts of all cores count in one word by exchange, again and again until it succeeds. */
  private static ProgramImage exchanges(MachineSpec machine) {
    return Programs.image(
        machine,
        MAPS,
        "r4 = load64 map2[0] | r5 = load8 pkt[0]",
        "r8 = add r4, 1 | r1 = lsh r5, 4",
        "r12 = atomic_cmpxchg map2[0], r8, r4 | r9 = high r1, 1",
        "goto 0 if r12 != r4 | nop",
        "r16 = load32 map[r9 + 4] | nop",
        "r0 = atomic_cmpxchg.32 map[r9 + 4], r8, r16 | store64 pkt[0] = r12",
        "r20 = call redirect(r5, r1) | atomic_cmpxchg.32 map[r9 + 8], r8, r0",
        "store64 pkt[8] = r0 | r17 = mov 3",
        "exit r20 if r20 == 4 | exit TX");
  }

  @Test
  void exchangesThatCompare() {
    same(exchanges(HXDP), 14, 600, 20);
    same(exchanges(TWO), 15, 1000, 5);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 8, 16, 19, 32})
  void redirectsThroughMaps(int flags) {
    for (int map = 3; map <= 5; map++) {
      ProgramImage image =
          Programs.image(
              TWO,
              MAPS,
              "r4 = load8 pkt[0] | nop",
              "r6 = mov " + flags + " | nop",
              "r0 = call redirect_map(map" + map + ", r4, r6) | nop",
              "exit r0");
      same(image, 8, 100, 20);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = MapType.class,
      names = {"HASH", "LRU_HASH", "PERCPU_HASH", "LRU_PERCPU_HASH"})
  void tablesThatCoresChange(MapType type) {
    for (int keyBytes : new int[] {4, 8, 13, 37}) {
      List<MapDefinition> maps = MapPrograms.tables(type, keyBytes, 0);
      for (int map = 2; map <= 3; map++) {
        same(MapPrograms.changes(HXDP, maps, map), 9, 600, 40);
        same(MapPrograms.changes(TWO, maps, map), 10, 1000, 10);
      }
    }
  }

  /** What a NIC is compared with may have more CPUs, for which it has values, or show fewer. */
  @ParameterizedTest
  @EnumSource(
      value = MapType.class,
      names = {"PERCPU_HASH", "LRU_PERCPU_HASH"})
  void valuesForMoreOrFewerCpusThanTheMachineHas(MapType type) throws IOException {
    List<MapDefinition> maps = MapPrograms.tables(type, 8, 0);
    for (Map.Entry<MachineSpec, Integer> cpus : Map.of(HXDP, 8, TWO, 2).entrySet()) {
      ProgramImage image = MapPrograms.changes(cpus.getKey(), maps, 2);
      LockStep.Setting setting =
          new LockStep.Setting(
              image, new EngineOptions(cpus.getValue(), 0), NicOptions.DEFAULT, 0, store -> {});
      try (LockStep both = new LockStep(setting, null)) {
        assertTrue(both.run(RandomTraffic.of(new Random(12), cpus.getKey(), 600, 20)));
        both.finish();
        assertFalse(both.found().differs());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 20, 33})
  void triesThatCoresChange(int keyBytes) {
    same(MapPrograms.prefixes(HXDP, keyBytes), 16, 600, 40);
    same(MapPrograms.prefixes(TWO, keyBytes), 17, 1000, 10);
  }

  /** Bytes of the packet at any place, some behind its end, to the stack, and those of it back. */
  private static ProgramImage copies(MachineSpec machine) {
    return image(
        machine,
        "r4 = load8 pkt[0] | r5 = load8 pkt[1]",
        "r4 = and r4, 63 | r9 = load8 pkt[2]",
        "r4 = add r4, 1 | r9 = and r9, 31",
        "r8 = add r9, 330 | r13 = load16 pkt[3]",
        "r16 = load8 pkt[5] | r17 = mov 0",
        "exit DROP if r16 == 7 | goto 7 if r16 >= 8",
        "nop | r5 = add r13, 0",
        "r0 = call xdp_load_bytes(ctx, r5, stk r8, r4) | nop",
        "r12 = load64 stk[r8 + 3] | goto 10 if r0 == 0",
        "exit PASS if r16 < 100 | nop",
        "store32 stk[r8 + 5] = r13 | r5 = and r5, 15",
        "r0 = call xdp_store_bytes(ctx, r5, stk 340, r4) | nop",
        "store64 pkt[4] = r0 | exit TX if r0 != 0",
        "store64 pkt[0] = r12 | exit TX");
  }

  @Test
  void bytesCopiedBetweenPacketAndStack() {
    same(copies(HXDP), 21, 600, 20);
    same(copies(TWO), 22, 1000, 10);
  }

  /** Up to eight bytes of a register to any place in the packet, behind which they may reach. */
  private static ProgramImage registersCopied(MachineSpec machine) {
    return image(
        machine,
        "r4 = load8 pkt[0] | r5 = load8 pkt[1]",
        "r4 = and r4, 7 | r9 = load64 pkt[4]",
        "r4 = add r4, 1 | r13 = fact length",
        "r16 = and r5, 127 | r13 = and r13, 15",
        "r0 = call xdp_store_bytes(ctx, r16, reg r9, r4) | nop",
        "r12 = call xdp_store_bytes(ctx, r13, reg r4, r4) | nop",
        "exit DROP if r0 != 0 | nop",
        "store32 pkt[8] = r12 | exit TX");
  }

  @Test
  void bytesCopiedFromRegisters() {
    same(registersCopied(HXDP), 23, 600, 20);
    same(registersCopied(TWO), 24, 1000, 10);
  }

  @ParameterizedTest
  @EnumSource(
      value = MapType.class,
      names = {"HASH", "ARRAY"})
  void locksThatCoresTake(MapType type) {
    same(MapPrograms.locks(HXDP, type, 4), 18, 600, 40);
    same(MapPrograms.locks(TWO, type, 4), 19, 1000, 10);
    same(MapPrograms.locks(TWO, type, 4), 20, 1000, 3);
  }

  @Test
  void freedEntriesOfTablesThatAreNotPreallocated() {
    List<MapDefinition> maps = MapPrograms.tables(MapType.HASH, 8, MapDefinition.NO_PREALLOC);
    same(MapPrograms.changes(TWO, maps, 2), 11, 1000, 10);
  }

  /**
   * A map that is found by the number of a CPU, or by a key, and keys that are looked for in it;
   * beside an array, in which the hardware looks for nothing.
   */
  @ParameterizedTest
  @EnumSource(
      value = MapType.class,
      names = {"ARRAY_OF_MAPS", "HASH_OF_MAPS"})
  void tablesInMaps(MapType type) {
    MapDefinition inner = MapDefinition.of("inner", MapType.LRU_HASH, 8, 8, 10, 0);
    MapDefinition outer =
        new MapDefinition("outer", type, 4, 4, 12, 0, inner, Bytes.EMPTY, List.of());
    MapDefinition beside = MapDefinition.of("beside", MapType.ARRAY, 4, 8, 1, 0);
    for (MachineSpec machine : List.of(HXDP, TWO)) {
      ProgramImage image =
          Programs.image(
              machine,
              List.of(outer, beside),
              "r4 = load8 pkt[0] | r5 = load8 pkt[1]",
              "store64 stk[32] = r5 | r17 = mov 0",
              "store64 map2[0] = r5 | nop",
              "store32 stk[5] = r4 | r13 = mov 5",
              "r0 = call map_lookup_elem(map1, stk r13) | nop",
              "exit DROP if r0 == 0 | nop",
              "r8 = call map_lookup_elem(r0, stk 32) | nop",
              "goto 9 if r8 == 0 | r9 = load64 map[r8]",
              "store64 pkt[4] = r9 | exit TX",
              "r12 = call map_update_elem(r0, stk 32, reg r5, r17) | nop",
              "exit PASS if r12 == 0 | exit DROP");
      same(image, 12, 600, 20);
    }
  }

  /**
   * From a base before or behind the map's values an offset leads into them: it carries into the
   * handle.
   */
  @Test
  void offsetsFromOutsideOfTheMap() {
    List<MapDefinition> maps =
        List.of(
            MapDefinition.of("one", MapType.ARRAY, 4, 64, 1, 0),
            MapDefinition.of("two", MapType.ARRAY, 4, 64, 1, 0));
    for (MachineSpec machine : List.of(HXDP, TWO)) {
      ProgramImage image =
          Programs.image(
              machine,
              maps,
              "r4 = load8 pkt[0] | r5 = load64 pkt[1]",
              "r4 = and r4, 31 | r9 = high r4, 2",
              "r8 = sub r9, 40 | nop",
              "r8 = sub r8, r4 | r13 = add r9, 200",
              "store64 map[r8 + 48] = r5 | nop",
              "r12 = load64 map[r8 + 40] | nop",
              "store64 pkt[4] = r12 | nop",
              "atomic_add map[r13 - 190], r5 | nop",
              "r20 = mov.32 -8 | nop",
              "r16 = load64 map[r20 + 24] | nop",
              "store64 map[r20 + 8] = r5 | nop",
              "store64 pkt[12] = r16 | exit TX");
      same(image, 14, 600, 20);
    }
  }

  /** Of pieces of packet and stack, none among them, at any byte. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "pkt r8, r4, pkt r9, r5",
        "stk r8, r5, pkt r9, r4",
        "pkt r9, r4, stk r8, r12",
        "stk 460, r5, pkt r9, r4",
        "reg r12, r12, pkt r9, r4",
        "stk r8, r4, reg r12, r12"
      })
  void checksums(String pieces) {
    for (MachineSpec machine : List.of(HXDP, TWO)) {
      same(sums(machine, pieces), 13, 600, 20);
    }
  }

  private static ProgramImage sums(MachineSpec machine, String pieces) {
    return image(
        machine,
        "r4 = load8 pkt[0] | r1 = fact length",
        "exit DROP if r1 < 80 | r5 = load8 pkt[1]",
        "r4 = and r4, 31 | r9 = load8 pkt[3]",
        "r8 = load8 pkt[2] | r5 = and r5, 15",
        "r8 = and r8, 15 | r9 = and r9, 31",
        "r16 = load64 pkt[4] | r13 = load32 pkt[12]",
        "store64 stk[3] = r16 | store64 stk[11] = r4",
        "r12 = mov 0 | store64 stk[462] = r16",
        "r0 = call csum_diff(%s, r13) | nop".formatted(pieces),
        "store64 pkt[4] = r0 | exit TX");
  }

  @Test
  void twoCoresOfTwoLanesAndTwoPorts() {
    String[] rows = {
      "r4 = load8 pkt[0] | r1 = load8 pkt[1]",
      "r2 = mov 0 | r3 = mov 0",
      "goto 4 if r2 >= r4 | nop",
      "r2 = add r2, 1 | goto 2",
      "exit PASS if r1 < 60 | exit TX if r1 < 120",
      "r4 = and r1, 127 | r5 = load32 pkt[60]",
      "r6 = div r1, 3 | nop",
      "store64 stk[16] = r5 | r5 = load16 pkt[1000]",
      "store32 pkt[8] = r6 | r5 = load64 stk[20]",
      "exit DROP if r1 < 160 | store64 stk[100] = r5",
      "exit r4",
    };
    same(image(TWO, rows), 4, 1000, 60);
    same(image(TWO, rows), 5, 2000, 5);
  }
}
