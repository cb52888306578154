package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.map.Little;
import org.weft.sim.packet.PacketBuffer;

/** [L1] to [L4]: many threads and one value with a spin lock. Names are those of the page. */
final class LocksTest {
  private static final int PACKETS = 1500;

  /**
   * A value has a lock and two numbers, in other banks, that are always equal. Packets abort if
   * those of entry 0 differ, else they add one to both.
   */
  private static final String[] ROWS = {
    "r4 = call map_lookup_elem(map1, stk 0)",
    "r0 = call spin_lock(map r4)",
    "r16 = load64 map[r4 + 8]",
    "r20 = load64 map[r4 + 16]",
    "r20 = sub r16, r20 | r17 = add r16, 1",
    "store64 map[r4 + 16] = r17",
    "store64 map[r4 + 8] = r17",
    "r0 = call spin_unlock(map r4)",
    "exit ABORTED if r20 != 0 | exit TX",
  };

  /** The same without lock. */
  private static String[] unlocked() {
    String[] rows = ROWS.clone();
    rows[1] = "nop";
    rows[7] = "nop";
    return rows;
  }

  private static MapDefinition map(MapType type, int entries) {
    return MapDefinition.of("map", type, 4, 24, entries, 0).withLock(0);
  }

  /** One packet behind the other, as they find room. */
  private static final class Crowd implements Source {
    private int left = PACKETS;

    @Override
    public Frame next(int port, long now, boolean hasRoom) {
      if (left == 0 || !hasRoom) {
        return null;
      }
      left--;
      return new Frame(new byte[64], 0);
    }

    @Override
    public PacketBuffer buffer(Packet packet) {
      PacketBuffer buffer = new PacketBuffer();
      buffer.ingressIfindex = packet.port() + 1;
      buffer.receive(packet.frame().bytes(), 0, packet.bytes);
      return buffer;
    }

    @Override
    public void done(Packet packet) {
      // Fates are counted.
    }
  }

  private static Nic run(MachineSpec machine, MapDefinition map, String... rows) {
    Nic nic =
        new Nic(
            Programs.image(machine, List.of(map), rows),
            new NicOptions(30, false),
            EngineOptions.DEFAULT,
            new Crowd());
    nic.maps().put(0, new byte[4], new byte[24]);
    do {
      nic.step();
      assertTrue(nic.now() < 10_000_000, "packets wait for ever");
    } while (nic.received() < PACKETS || !nic.isQuiet());
    return nic;
  }

  private static MachineSpec machine(int mapKbytes) {
    return Programs.machine(
        "nic100", Map.of("dispatch", "round_robin", "map_kbytes", Integer.toString(mapKbytes)));
  }

  private static byte[] value(Nic nic) {
    return nic.maps().contents(0).entries().get(Bytes.of(new byte[4])).bytes().get(0).toArray();
  }

  @ParameterizedTest
  @CsvSource({"ARRAY, 4, 64", "HASH, 4, 64", "ARRAY, 1000, 1", "HASH, 1000, 1"})
  void l1OneThreadAtATimeHoldsALock(MapType type, int entries, int mapKbytes) {
    Nic nic = run(machine(mapKbytes), map(type, entries), ROWS);
    assertEquals(PACKETS, nic.count(Fate.TX));
    assertEquals(PACKETS, (long) Little.LONG.get(value(nic), 8));
    assertEquals(PACKETS, (long) Little.LONG.get(value(nic), 16));
  }

  @Test
  void withoutLockThreadsDisturbEachOther() {
    Nic nic = run(machine(64), map(MapType.ARRAY, 4), unlocked());
    assertTrue(nic.count(Fate.ABORTED) > 0);
  }

  /** Clocks of a row that unlocks, behind rows that store to a map or do not. */
  private static long unlock(int mapKbytes, String... rows) {
    MachineSpec machine = Programs.machine("hxdp", Map.of("map_kbytes", mapKbytes + ""));
    List<MapDefinition> maps =
        List.of(map(MapType.ARRAY, 4), MapDefinition.of("large", MapType.ARRAY, 4, 8, 1000, 0));
    NicEngine engine =
        new NicEngine(Programs.image(machine, maps, rows), EngineOptions.DEFAULT, 100);
    engine.run(Programs.packet(64));
    return engine.cycles();
  }

  @Test
  void l2UnlockIsIssuedAgainUntilWhatItsContextPostedIsDone() {
    String lock = "r4 = high r5, 1";
    String store = "store64 map2[0] = r1";
    String unlock = "r0 = call spin_unlock(map r4)";
    long plain = unlock(1, lock, store, "nop", "exit DROP");
    // In memory its store is done long before the next row's memory stage, and so is the unlock.
    assertEquals(plain, unlock(512, lock, store, unlock, "exit DROP"));
    // The port takes the store in the clock after its memory stage, claims it in the next one, and
    // has done it 104 clocks later: 5 + 2 + 104 clocks after the row was selected. The row that
    // unlocks is in its memory stage each 8 clocks.
    assertEquals(plain + 104, unlock(1, lock, store, unlock, "exit DROP"));
    // So is one whose unlock is killed, here by the exit.
    assertEquals(plain + 104 - 8, unlock(1, lock, store, "exit DROP | nop | nop | " + killed()));
    assertEquals(plain - 8, unlock(1, lock, "nop", "exit DROP | nop | nop | " + killed()));
  }

  private static String killed() {
    return "r3 = call spin_unlock(map r4)";
  }

  @Test
  void l3WhatIsStoredBehindThePortIsDoneBeforeTheNextLock() {
    String[] rows = {
      "r4 = high r5, 1",
      "r0 = call spin_lock(map r4)",
      "r16 = load64 map2[0]",
      "r16 = add r16, 1",
      "store64 map2[0] = r16",
      "r0 = call spin_unlock(map r4)",
      "exit TX",
    };
    List<MapDefinition> maps =
        List.of(map(MapType.ARRAY, 4), MapDefinition.of("large", MapType.ARRAY, 4, 8, 1000, 0));
    Nic nic =
        new Nic(
            Programs.image(machine(1), maps, rows),
            new NicOptions(30, false),
            EngineOptions.DEFAULT,
            new Crowd());
    do {
      nic.step();
    } while (nic.now() < 1_000_000 && (nic.received() < PACKETS || !nic.isQuiet()));
    assertEquals(PACKETS, nic.count(Fate.TX));
    assertEquals(PACKETS, (long) Little.LONG.get(nic.maps().map(1).values(), 0));
  }

  /** The compiler writes out what the flag asks for. */
  @Test
  void l4UpdateCallsKnowNoBpfFLock() {
    Nic nic =
        run(
            machine(64),
            map(MapType.HASH, 4),
            "nop | r1 = mov 8 | r2 = mov 4",
            "r0 = call map_update_elem(map1, stk 0, stk r1, r2)",
            "r0 = add r0, 22",
            "exit PASS if r0 == 0 | exit ABORTED");
    assertEquals(PACKETS, nic.count(Fate.PASS));
  }
}
