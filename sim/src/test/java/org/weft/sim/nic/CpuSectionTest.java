package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.Little;

/** In which rows a packet is alone on its logical CPU, and that what it does there is exact. */
final class CpuSectionTest {
  private static final MachineSpec NIC = Programs.machine("nic100", Map.of("cpus", "16"));
  private static final MapDefinition COUNTS =
      MapDefinition.of("counts", MapType.PERCPU_ARRAY, 4, 16, 64, 0);
  private static final MapDefinition STATES =
      MapDefinition.of("states", MapType.PERCPU_HASH, 4, 8, 64, 0);
  private static final MapDefinition LOCKED = MapDefinition.of("locked", MapType.HASH, 4, 8, 64, 0);

  /** A letter for each row: o(pen), k(ept), a(lone), l(ast). */
  private static String marks(String... rows) {
    ProgramImage image = Programs.image(NIC, List.of(COUNTS, STATES, Programs.ARRAY, LOCKED), rows);
    return Arrays.stream(CpuSection.marks(image))
        .map(mark -> mark.name().substring(0, 1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }

  @Test
  void p7CountersDisturbNobody() {
    assertEquals("oo", marks("atomic_add map1[0], 1", "atomic_add map1[r4 + 8], 1 | exit DROP"));
  }

  @Test
  void p7ReadValuesDisturbNobodyUntilTheyAreWritten() {
    assertEquals("oo", marks("r4 = load64 map1[0]", "exit DROP if r4 == 0 | exit PASS"));
    assertEquals(
        "aklo",
        marks("r4 = load64 map1[0]", "r4 = add r4, 3", "store64 map1[0] = r4", "exit DROP"));
  }

  @Test
  void p7CounterThatIsReadIsNoCounter() {
    assertEquals(
        "alo",
        marks("atomic_add map1[0], 1", "r4 = load64 map1[0]", "exit DROP if r4 == 0 | exit PASS"));
  }

  @Test
  void p7DifferentAtomicsOfOneWordDisturbEachOther() {
    assertEquals("alo", marks("atomic_add map1[0], 1", "atomic_and map1[0], 7", "exit DROP"));
  }

  @Test
  void p7OtherWordsAndOtherMapsAreFree() {
    assertEquals(
        "oaloo",
        marks(
            "atomic_add map1[8], 1",
            "r4 = load64 map1[0]",
            "store64 map1[0] = r4",
            "store64 map3[0] = r4",
            "exit DROP"));
  }

  @Test
  void p7RowsBetweenAreKeptOnlyByWhoIsAlone() {
    // The way over row 1 makes an access; both meet in row 3.
    assertEquals(
        "oakklo",
        marks(
            "goto 3 if length < 100",
            "store64 map1[0] = r4",
            "r4 = mov 8",
            "r4 = add r4, 8",
            "store64 map1[0] = r4",
            "exit DROP"));
  }

  @Test
  void p7AddressesAreFollowedThroughRegistersAndTheStack() {
    assertEquals(
        "ooooalo",
        marks(
            "r4 = call map_lookup_elem(map2, stk 0) | nop | store32 stk[0] = r1",
            "exit DROP if r4 == 0 | store64 stk[8] = r4",
            "r4 = mov 0",
            "nop | r5 = load64 stk[8]",
            "r4 = load64 map[r5]",
            "store64 map[r5] = r4",
            "exit DROP"));
  }

  @Test
  void p7LookupsOfWhatIsInsertedAreAccesses() {
    assertEquals(
        "aaoo",
        marks(
            "r4 = call map_lookup_elem(map2, stk 0)",
            "r4 = call map_update_elem(map2, stk 0, stk r5, r6)",
            "r4 = call map_lookup_elem(map4, stk 0)",
            "exit DROP"));
  }

  @Test
  void p7SpinLocksAreTakenByWhoIsAlone() {
    assertEquals(
        "aaaao",
        marks(
            "r0 = call spin_lock(map r4)",
            "r4 = load64 map1[0]",
            "store64 map1[0] = r4",
            "r0 = call spin_unlock(map r5)",
            "exit DROP"));
  }

  @Test
  void p7NumberThatLooksLikeAnAddressIsNone() {
    assertEquals(
        "oooo",
        marks(
            "r4 = high r4, 1 | r5 = call map_lookup_elem(map4, stk 0)",
            "exit DROP if r4 == 7",
            "store64 map[r5] = r4",
            "exit DROP"));
  }

  private static long counted(Nic nic, int map) {
    long sum = 0;
    byte[] values = nic.maps().map(map).values();
    for (int at = 0; at < values.length; at += 8) {
      sum += (long) Little.LONG.get(values, at);
    }
    return sum;
  }

  private static void assertCountedExactly(Nic nic, int map) {
    long dropped = nic.count(Fate.DROP);
    assertTrue(dropped > 500, "only " + dropped);
    long counted = counted(nic, map);
    assertTrue(Math.abs(counted - dropped) <= nic.inFlight(), counted + " of " + dropped);
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 1})
  void v7PlainCounterOfACpuIsExactWithAllContextsBusy(int kbytes) {
    MachineSpec machine =
        Programs.machine("nic100", Map.of("cpus", "16", "map_kbytes", Integer.toString(kbytes)));
    ProgramImage image =
        Programs.image(
            machine,
            List.of(COUNTS),
            "r4 = load64 map1[0]",
            "r4 = add r4, 1",
            "store64 map1[0] = r4 | exit DROP");
    Nic nic = Floods.nic(image, 50);
    Floods.run(nic, 20_000);
    assertCountedExactly(nic, 0);
  }

  @Test
  void v7EntryOfACpuIsInsertedOnceAndCountedExactly() {
    ProgramImage image =
        Programs.image(
            NIC,
            List.of(MapDefinition.of("states", MapType.PERCPU_HASH, 8, 8, 64, 0)),
            "r4 = mov 1 | r5 = mov 8 | r6 = mov 0",
            "store64 stk[8] = r4 | r9 = call map_lookup_elem(map1, stk 0)",
            "goto 6 if r9 != 0",
            "r0 = call map_update_elem(map1, stk 0, stk r5, r6)",
            "exit ABORTED if r0 != 0 | exit DROP",
            "nop",
            "r4 = load64 map[r9]",
            "r4 = add r4, 1",
            "store64 map[r9] = r4 | exit DROP");
    Nic nic = Floods.nic(image, 100);
    Floods.run(nic, 20_000);
    assertEquals(0, nic.count(Fate.ABORTED));
    assertCountedExactly(nic, 0);
  }

  @Test
  void p7PacketsOfACpuWaitForTheSectionOnly() {
    MachineSpec one = Programs.machine("nic100", Map.of("cores", "1", "cpus", "1"));
    String[] rows = new String[31];
    Arrays.fill(rows, "nop");
    rows[27] = "r4 = load64 map1[0]";
    rows[28] = "r4 = add r4, 1";
    rows[29] = "store64 map1[0] = r4";
    rows[30] = "exit DROP";
    Nic nic = Floods.nic(Programs.image(one, List.of(COUNTS), rows), 100);
    Floods.run(nic, 20_000);
    long before = nic.count(Fate.DROP);
    Floods.run(nic, 10_000);
    // A context has a row every 8 clocks at most, and the program 31 rows.
    assertEquals(35, 10_000.0 / (nic.count(Fate.DROP) - before), 1);
  }
}
