package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.Little;

/** Accesses of map values: when they are done, and who passes whom. */
final class MapValuesTest {
  private static final MapDefinition NEAR = MapDefinition.of("near", MapType.ARRAY, 4, 8, 4, 0);
  private static final MapDefinition FAR = MapDefinition.of("far", MapType.ARRAY, 4, 8, 1000, 0);

  private static long number(Nic nic, int map, int entry) {
    return (long) Little.LONG.get(nic.maps().map(map).values(), 8 * entry);
  }

  /** Accesses of 16 cores in a clock, when each row of a packet loads a word. */
  private static double loads(String address) {
    MachineSpec machine = Programs.machine("nic100", Map.of("cores", "16", "cpus", "16"));
    String load = "r4 = load64 map1[" + address + "]";
    ProgramImage image =
        Programs.image(
            machine,
            List.of(MapDefinition.of("large", MapType.ARRAY, 4, 8, 4096, 0)),
            "r8 = fact cpu",
            "r8 = lsh r8, 9",
            load,
            load,
            load,
            load,
            "exit DROP");
    Nic nic = Floods.nic(image, 100);
    Floods.run(nic, 2_000);
    long before = nic.mapAccesses();
    Floods.run(nic, 4_000);
    return (nic.mapAccesses() - before) / 4_000.0;
  }

  @Test
  void v2LoadsOfOneWordByManyCoresAreTakenTogether() {
    // Packets come one in a clock, and each loads four times: more than a bank can do.
    assertTrue(loads("0") > 3, loads("0") + " loads a clock");
  }

  @Test
  void v2CoreGetsOneAnswerAClock() {
    ProgramImage image =
        Programs.image(
            "hxdp",
            "r4 = load64 map1[0]",
            "r4 = atomic_add map1[8], 1",
            "r4 = load64 map1[16]",
            "r4 = load64 map1[8]",
            "exit ABORTED if r4 == 0 | exit DROP");
    Nic nic = Floods.nic(image, 100);
    Floods.run(nic, 20_000);
    long counted = number(nic, 0, 1);
    assertEquals(0, nic.count(Fate.ABORTED));
    assertTrue(nic.mapConflicts() > 100, nic.mapConflicts() + " clocks of waiting");
    assertTrue(counted > 2_000, counted + " packets");
    assertTrue(counted - nic.count(Fate.DROP) <= nic.inFlight());
  }

  @Test
  void v4PostedAccessIsDoneWhenItIsTaken() {
    Wire wire = new Wire(Programs.image("hxdp", "store64 map1[8] = r1", "exit DROP")).offer(0, 64);
    while (wire.nic.core(0).selected() == Core.NONE) {
      wire.step(1);
    }
    wire.step(4);
    assertTrue(!wire.nic.core(0).hasPosted());
    wire.step(1);
    // It was in its memory stage, and can be taken in the clock after.
    assertTrue(wire.nic.core(0).hasPosted());
    assertEquals(0, number(wire.nic, 0, 1));
    wire.step(1);
    assertTrue(!wire.nic.core(0).hasPosted());
    assertEquals(1, number(wire.nic, 0, 1));
  }

  /** A machine whose map memory holds the first map only. */
  private static Wire split(String... rows) {
    MachineSpec machine = Programs.machine("hxdp", Map.of("map_kbytes", "1"));
    return new Wire(Programs.image(machine, List.of(NEAR, FAR), rows), 50);
  }

  /** Found by random programs: only the second of the two words was accessed. */
  @Test
  void v5AccessAcrossTwoWordsIsWholeBehindThePort() {
    String[] rows = {
      "r4 = mov -1", "store64 map2[4] = r4", "r4 = load64 map2[4]", "r4 = add r4, 3", "exit r4",
    };
    Wire wire = split(rows).offer(0, 64).until(1);
    assertEquals(2, wire.left.get(0).result());
    assertEquals(0xffff_ffffL, number(wire.nic, 1, 1));
  }

  @Test
  void v6AccessToMapMemoryMayBeDoneBeforeAnEarlierOneBehindThePort() {
    Wire wire = split("store64 map2[8] = r1", "store64 map1[8] = r1", "exit DROP").offer(0, 64);
    wire.until(1);
    assertEquals(1, number(wire.nic, 0, 1));
    assertEquals(0, number(wire.nic, 1, 1));
    wire.step(60);
    assertEquals(1, number(wire.nic, 1, 1));
  }

  @Test
  void v6AccessesOfACoreToOneMemoryAreDoneInOrder() {
    String[] rows = {
      "r4 = mov 3 | r5 = mov 4",
      "store64 map1[8] = r4",
      "store64 map2[8] = r4",
      "store64 map1[8] = r5",
      "store64 map2[8] = r5",
      "r4 = load64 map1[8]",
      "nop | r5 = load64 map2[8]",
      "r4 = add r4, r5",
      "exit r4",
    };
    Wire wire = split(rows).offer(0, 64, 64, 64).until(3);
    wire.left.forEach(l -> assertEquals(8, l.result()));
  }
}
