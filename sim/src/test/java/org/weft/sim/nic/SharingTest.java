package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.Little;

/** What programs may rely on when many packets use a map at once. */
final class SharingTest {
  private static final MachineSpec NIC =
      Programs.machine("nic100", Map.of("cores", "16", "cpus", "16"));

  private static long number(Nic nic, int map, int key) {
    byte[] bytes = new byte[4];
    Little.INT.set(bytes, 0, key);
    return (long)
        Little.LONG.get(nic.maps().map(map).values(), nic.maps().map(map).lookup(bytes, 0, 0));
  }

  /** Stops what comes in and lets what is there leave. */
  private static long ended(Nic nic) {
    long ended = 0;
    for (Fate fate : Fate.values()) {
      ended += fate.isVerdict() ? nic.count(fate) : 0;
    }
    return ended;
  }

  @Test
  void v3OneCounterIsCountedAtTheRateOfPacketsAndExactly() {
    ProgramImage image =
        Programs.image(NIC, List.of(Programs.ARRAY), "atomic_add map1[0], 1 | exit DROP");
    Nic nic = Floods.nic(image, 100);
    Floods.run(nic, 10_000);
    long before = ended(nic);
    Floods.run(nic, 10_000);
    // A packet is a beat of the bus, and there is one dispatcher.
    assertEquals(1.0, (ended(nic) - before) / 10_000.0, 0.01);
    long counted = number(nic, 0, 0);
    assertTrue(counted >= ended(nic) && counted <= ended(nic) + nic.inFlight());
  }

  @Test
  void v3FetchingAtomicsGiveEachNumberOnce() {
    ProgramImage image =
        Programs.image(
            NIC,
            List.of(Programs.ARRAY, MapDefinition.of("seen", MapType.HASH, 8, 8, 65536, 0)),
            "r4 = atomic_add map1[0], 1 | r5 = mov 8 | r6 = mov 1",
            "store64 stk[0] = r4",
            "r0 = call map_update_elem(map2, stk 0, stk r5, r6)",
            "exit ABORTED if r0 != 0 | exit DROP");
    Nic nic = Floods.nic(image, 100);
    Floods.run(nic, 5_000);
    assertTrue(nic.count(Fate.DROP) > 100);
    assertEquals(0, nic.count(Fate.ABORTED));
  }

  @Test
  void t2KeyThatIsUpdatedIsFoundAtAnyTime() {
    MapDefinition map = MapDefinition.of("m", MapType.HASH, 8, 16, 4, 0);
    ProgramImage image =
        Programs.image(
            NIC,
            List.of(map),
            "r4 = load8 pkt[0] | r5 = mov 8 | r6 = mov 0",
            "store64 stk[8] = r4 | store64 stk[16] = r4",
            "goto 4 if r4 >= 64",
            "r0 = call map_update_elem(map1, stk 0, stk r5, r6)",
            "r4 = call map_lookup_elem(map1, stk 0)",
            "exit ABORTED if r4 == 0 | exit PASS");
    Nic nic = Floods.nic(image, 100);
    nic.maps().put(0, new byte[8], new byte[16]);
    Floods.run(nic, 10_000);
    assertTrue(nic.count(Fate.PASS) > 100);
    assertEquals(0, nic.count(Fate.ABORTED));
  }

  @Test
  void t2OneOfManyThatInsertTheSameKeySucceeds() {
    MapDefinition map = MapDefinition.of("m", MapType.HASH, 8, 8, 65536, 0);
    ProgramImage image =
        Programs.image(
            NIC,
            List.of(map, Programs.ARRAY),
            "r4 = load16 pkt[0] | r5 = mov 8 | r6 = mov 1",
            "r4 = and r4, 255",
            "store64 stk[0] = r4 | store64 stk[8] = r4",
            "r0 = call map_update_elem(map1, stk 0, stk r5, r6)",
            "exit DROP if r0 == 0 | exit PASS");
    Nic nic = Floods.nic(image, 100);
    Floods.run(nic, 20_000);
    // All keys but those that packets in flight insert are counted by exactly one packet.
    int entries = nic.maps().contents(0).entries().size();
    assertTrue(nic.count(Fate.DROP) <= entries);
    assertTrue(entries - nic.count(Fate.DROP) <= nic.inFlight());
    assertTrue(nic.count(Fate.PASS) > 10L * nic.count(Fate.DROP));
  }

  @ParameterizedTest
  @ValueSource(strings = {"map_kbytes", "map_banks"})
  void c8QueueOfPostedAccessesHoldsRowsUp(String scarce) {
    MachineSpec machine = Programs.machine("nic100", Map.of(scarce, "1"));
    ProgramImage image =
        Programs.image(
            machine,
            List.of(MapDefinition.of("large", MapType.ARRAY, 4, 8, 1000, 0)),
            "atomic_add map1[0], 1",
            "atomic_add map1[0], 1",
            "atomic_add map1[0], 1",
            "atomic_add map1[0], 1",
            "exit DROP");
    Nic nic = Floods.nic(image, 400);
    Floods.run(nic, 20_000);
    long dropped = nic.count(Fate.DROP);
    assertTrue(dropped > 200);
    long posted = 8 * (CoreRequests.POSTED + 2L * machine.threads()) + 64;
    assertTrue(Math.abs(number(nic, 0, 0) - 4 * dropped) <= 4 * nic.inFlight() + posted);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 400})
  void v5StoresOfOneThreadBehindTheMemoryPortAreSeenByItsLoads(int latency) {
    MachineSpec small = Programs.machine("nic100", Map.of("map_kbytes", "1"));
    MapDefinition large = MapDefinition.of("large", MapType.ARRAY, 4, 8, 1000, 0);
    ProgramImage image =
        Programs.image(
            small,
            List.of(large),
            "atomic_add map1[0], 1",
            "r4 = load64 map1[0]",
            "exit ABORTED if r4 == 0 | exit DROP");
    Nic nic = Floods.nic(image, latency);
    Floods.run(nic, 20_000);
    assertEquals(0, nic.count(Fate.ABORTED));
    assertTrue(nic.count(Fate.DROP) > 1000);
  }
}
