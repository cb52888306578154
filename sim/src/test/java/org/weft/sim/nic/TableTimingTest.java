package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
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
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.map.Little;
import org.weft.sim.map.SoftMap;
import org.weft.sim.packet.PacketBuffer;

/** In which clock tables and map memory do what; names are those of the page. */
final class TableTimingTest {
  /** What is added to key words of the first map. */
  private static final long SEED = 0x9E3779B97F4A7C15L;

  private static final int LATENCY = 100;

  private static MapDefinition map(MapType type, int keyBytes, int valueBytes, int entries) {
    return MapDefinition.of(
        "m", type, keyBytes, valueBytes, entries, type == MapType.LPM_TRIE ? 1 : 0);
  }

  private static NicEngine engine(Map<String, String> machine, MapDefinition map, String... rows) {
    MachineSpec spec = Programs.machine("hxdp", machine);
    return new NicEngine(Programs.image(spec, List.of(map), rows), EngineOptions.DEFAULT, LATENCY);
  }

  /** A key in the first bytes of a packet. */
  private static PacketBuffer packet(byte[] key) {
    byte[] frame = new byte[64];
    System.arraycopy(key, 0, frame, 0, key.length);
    PacketBuffer packet = new PacketBuffer();
    packet.receive(frame, 0, frame.length);
    return packet;
  }

  /** Clocks of the second of two packets, which come at the same phase in all tests. */
  private static long clocks(NicEngine engine, byte[] key) {
    engine.run(packet(key));
    engine.nic().step();
    engine.run(packet(key));
    return engine.cycles();
  }

  /** Packet addresses have bit 16 set. */
  private static final String[] LOOKUP = {
    "r4 = mov 65536", "r4 = call map_lookup_elem(map1, pkt r4)", "exit DROP"
  };

  private static byte[] key(int bytes, int number) {
    byte[] key = new byte[bytes];
    Little.INT.set(key, bytes - 4, number);
    return key;
  }

  @ParameterizedTest
  @CsvSource({"16, 1", "32, 2", "48, 3", "60, 4"})
  void t1LookupTakesAClockForEachBeatOfItsKey(int bytes, int beats) {
    long one = clocks(engine(Map.of(), map(MapType.HASH, 8, 8, 64), LOOKUP), new byte[8]);
    long more = clocks(engine(Map.of(), map(MapType.HASH, bytes, 8, 64), LOOKUP), new byte[bytes]);
    // Eight bytes are read in each turn of its half; rounded to such turns.
    int read = 2 * ((bytes + 7) / 8 - 1);
    assertTrue(Math.abs(more - one - (beats - 1) - read) <= 1, one + " and " + more);
  }

  /** Keys of 16 bytes whose words, with the seed added, have the same CRC. */
  private static byte[] colliding(int number) {
    byte[] key = new byte[16];
    long first = 1 + number * 0x0101_0101L;
    long crc = first;
    for (int bit = 0; bit < 64; bit++) {
      crc = (crc >>> 1) ^ (0xC96C5795D7870F42L & -(crc & 1));
    }
    Little.LONG.set(key, 0, first - SEED);
    Little.LONG.set(key, 8, crc - SEED);
    return key;
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "4, 6", "8, 12", "12, 18", "1, 24", "5, 30"})
  void t1EachFalseTagCostsTheBeatsOfAKeyAndTwo(int number, int falseTags) {
    NicEngine engine = engine(Map.of(), map(MapType.HASH, 16, 8, 1000), LOOKUP);
    for (int i = 0; i < 16; i++) {
      engine.maps().put(0, colliding(i), new byte[8]);
    }
    long least = clocks(engine, colliding(0));
    assertEquals(falseTags, clocks(engine, colliding(number)) - least);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8, 24})
  void t6TrieTakesAProbeForEachLengthThatOccurs(int lengths) {
    NicEngine engine = engine(Map.of(), map(MapType.LPM_TRIE, 8, 8, 64), LOOKUP);
    byte[] key = new byte[8];
    Little.INT.set(key, 0, 32);
    Little.INT.set(key, 4, -1);
    long none = clocks(engine, key);
    for (int i = 0; i <= lengths; i++) {
      byte[] prefix = new byte[8];
      Little.INT.set(prefix, 0, 32 - i);
      engine.maps().put(0, prefix, new byte[8]);
    }
    // None matches but, if it is there, that of length 0; the first takes what no prefix does.
    assertEquals(lengths, clocks(engine, key) - none);
    byte[] zero = new byte[8];
    Little.INT.set(zero, 0, 32);
    // The empty row of lengths took a clock, and half of them are its half's.
    assertEquals(none - 2, clocks(engine, zero));
  }

  /** Lookups a clock with all cores busy. */
  private static double rate(Map<String, String> changes, int keyBytes) {
    MachineSpec machine = Programs.machine("nic100", changes);
    String lookup = "r8 = call map_lookup_elem(map1, pkt r4)";
    ProgramImage image =
        Programs.image(
            machine,
            List.of(map(MapType.HASH, keyBytes, 8, 64)),
            "r4 = mov 65536",
            lookup,
            lookup,
            lookup,
            lookup,
            "exit DROP");
    Nic nic = Floods.nic(image, 100);
    Floods.run(nic, 4000);
    long before = nic.tableCalls();
    Floods.run(nic, 4000);
    return (nic.tableCalls() - before) / 4000.0;
  }

  @Test
  void t1EngineTakesALookupForEachBeatOfItsKey() {
    assertEquals(1, rate(Map.of("table_engines", "1"), 16), 0.02);
    assertEquals(0.5, rate(Map.of("table_engines", "1"), 32), 0.02);
    assertEquals(2, rate(Map.of("table_engines", "2"), 8), 0.04);
  }

  /** A machine whose table engines have no room for a thousand keys. */
  private static final Map<String, String> NO_ROOM = Map.of("table_slots", "64");

  @Test
  void t7TablesThatDoNotFitAreLookedUpThroughTheMemoryPort() {
    MapDefinition map = map(MapType.HASH, 16, 8, 1000);
    NicEngine near = engine(Map.of(), map, LOOKUP);
    NicEngine far = engine(NO_ROOM, map, LOOKUP);
    // A key that is not there: no second read. An answer of an engine is there in 7.
    long missed = clocks(far, new byte[16]) - clocks(near, new byte[16]);
    assertTrue(Math.abs(LATENCY + 10 - 7 - missed) <= 1, "missed " + missed);
    near.maps().put(0, new byte[16], new byte[8]);
    far.maps().put(0, new byte[16], new byte[8]);
    long found = clocks(far, new byte[16]) - clocks(near, new byte[16]);
    assertTrue(Math.abs(2 * LATENCY + 14 - 7 - found) <= 1, "found " + found);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "4, 2", "8, 4", "1, 8", "5, 10"})
  void t7EachFalseTagCostsAReadOfMemory(int number, int falseTags) {
    NicEngine engine = engine(NO_ROOM, map(MapType.HASH, 16, 8, 1000), LOOKUP);
    for (int i = 0; i < 16; i++) {
      engine.maps().put(0, colliding(i), new byte[8]);
    }
    long least = clocks(engine, colliding(0));
    long more = clocks(engine, colliding(number)) - least;
    assertTrue(Math.abs(falseTags * (LATENCY + 4) - more) <= 1, "more " + more);
  }

  @Test
  void t7StepsOfAnUpdateAndADeletionLastUntilMemoryAnswers() {
    NicEngine engine = engine(NO_ROOM, map(MapType.HASH, 16, 24, 64), "exit DROP");
    assertEquals(0, command(engine, UPDATE, key(16, 1), new byte[24]));
    // As t2, but that both buckets are read, the key is answered before the slot is written, and
    // the slot.
    assertEquals(19 + 3 * LATENCY, clocksOf(engine));
    assertEquals(0, command(engine, UPDATE, key(16, 1), new byte[24]));
    // The key is read, too.
    assertEquals(22 + 4 * LATENCY, clocksOf(engine));
    assertEquals(0, command(engine, DELETE, key(16, 1), new byte[24]));
    assertEquals(9 + 10 + 3 * LATENCY, clocksOf(engine));
    assertEquals(-2, command(engine, DELETE, key(16, 1), new byte[24]));
    assertEquals(8 + 4 + LATENCY, clocksOf(engine));
  }

  private static int command(NicEngine engine, int kind, byte[] key, byte[] value) {
    ControlPlane control = engine.nic().control();
    for (int i = 0; i < key.length; i += 4) {
      control.write(Register.KEY.offset() + i, (int) Little.INT.get(key, i));
    }
    for (int i = 0; i < value.length; i += 4) {
      control.write(Register.VALUE.offset() + i, (int) Little.INT.get(value, i));
    }
    control.write(Register.COMMAND.offset(), kind);
    int clocks = 0;
    while (control.read(Register.COMMAND_STATUS.offset()) == 1) {
      engine.nic().step();
      assertTrue(clocks++ < 10_000);
    }
    return control.read(Register.COMMAND_STATUS.offset());
  }

  /** Clocks of the last command, as if the writer could have taken it in the first one. */
  private static int clocksOf(NicEngine engine) {
    int words = (engine.maps().map(0).keyBytes() + 7) / 8;
    return engine.nic().control().read(Register.COMMAND_CLOCKS.offset()) - 4 - words;
  }

  private static final int LOOKUP_COMMAND = 1;
  private static final int UPDATE = 2;
  private static final int DELETE = 3;
  private static final int NEXT = 4;

  @Test
  void t2StepsOfAnUpdateAndADeletion() {
    NicEngine engine = engine(Map.of(), map(MapType.HASH, 16, 24, 64), "exit DROP");
    assertEquals(0, command(engine, UPDATE, key(16, 1), new byte[24]));
    // Taken in 1, searched in 7, three words in 8 to 10, visible in 12, answered in 13.
    assertEquals(13, clocksOf(engine));
    assertEquals(0, command(engine, UPDATE, key(16, 1), new byte[24]));
    assertEquals(13, clocksOf(engine));
    assertEquals(0, command(engine, DELETE, key(16, 1), new byte[24]));
    assertEquals(9, clocksOf(engine));
    assertEquals(-2, command(engine, DELETE, key(16, 1), new byte[24]));
    assertEquals(8, clocksOf(engine));
  }

  @Test
  void t2PerCpuValuesAreAllWrittenWhenTheirKeyIsNew() {
    NicEngine engine =
        engine(Map.of("cpus", "8"), map(MapType.PERCPU_HASH, 16, 8, 64), "exit DROP");
    command(engine, UPDATE, key(16, 1), new byte[8]);
    int first = clocksOf(engine);
    command(engine, UPDATE, key(16, 1), new byte[8]);
    int cpus = engine.maps().map(0).copies();
    assertEquals(cpus - 1, first - clocksOf(engine));
  }

  @Test
  void t4FullTableRefusesWhenItHasSearched() {
    NicEngine engine = engine(Map.of(), map(MapType.HASH, 16, 8, 2), "exit DROP");
    command(engine, UPDATE, key(16, 1), new byte[8]);
    command(engine, UPDATE, key(16, 2), new byte[8]);
    assertEquals(-7, command(engine, UPDATE, key(16, 3), new byte[8]));
    assertEquals(8, clocksOf(engine));
  }

  @Test
  void t4FullBucketsAreKnownAfterEightStepsMore() {
    NicEngine engine = engine(Map.of(), map(MapType.HASH, 16, 8, 1000), "exit DROP");
    for (int i = 0; i < 16; i++) {
      assertEquals(0, command(engine, UPDATE, colliding(i), new byte[8]));
    }
    assertEquals(-7, command(engine, UPDATE, colliding(16), new byte[8]));
    // 16 keys compared in vain, 8 steps and the way of the last one's answer.
    assertEquals(8 + 16 * 3 + 10, clocksOf(engine));
    assertTrue(engine.maps().contents(0).refused());
  }

  @Test
  void t5HandTakesAClockForEachWordOfReferenceBits() {
    NicEngine engine = engine(Map.of(), map(MapType.LRU_HASH, 16, 8, 64), "exit DROP");
    for (int i = 0; i < 64; i++) {
      command(engine, UPDATE, key(16, i), new byte[8]);
    }
    int plain = clocksOf(engine);
    for (int i = 0; i < 64; i++) {
      engine.maps().map(0).lookup(key(16, i), 0, 0);
    }
    assertEquals(0, command(engine, UPDATE, key(16, 64), new byte[8]));
    // Room for 64 and for old values is three words; all are cleared, then the first is taken; then
    // three clocks to take the old key out.
    assertEquals(plain + 4 + 3, clocksOf(engine));
    assertEquals(0, command(engine, UPDATE, key(16, 65), new byte[8]));
    assertEquals(plain + 1 + 3, clocksOf(engine));
  }

  @Test
  void t3WhatWasReadStaysUntilTheNextUpdateOfTheCpu() {
    NicEngine engine = engine(Map.of(), map(MapType.HASH, 16, 8, 64), "exit DROP");
    SoftMap map = engine.maps().map(0);
    int[] at = new int[3];
    for (int i = 0; i < 3; i++) {
      byte[] value = new byte[8];
      value[0] = (byte) (i + 1);
      assertEquals(0, command(engine, UPDATE, key(16, 1), value));
      at[i] = map.lookup(key(16, 1), 0, 0);
      assertEquals(i + 1, map.values()[at[i]]);
      if (i == 1) {
        assertEquals(1, map.values()[at[0]]);
      }
    }
    // The first one's entry was the spare one, and is used again.
    assertTrue(at[1] != at[0]);
    assertEquals(at[0], at[2]);
  }

  @Test
  void hostFindsAllEntries() {
    NicEngine engine = engine(Map.of(), map(MapType.HASH, 4, 8, 64), "exit DROP");
    for (int i = 0; i < 20; i++) {
      byte[] value = new byte[8];
      Little.INT.set(value, 0, 100 + i);
      assertEquals(0, command(engine, UPDATE, key(4, i), value));
    }
    assertEquals(0, command(engine, DELETE, key(4, 7), new byte[8]));
    ControlPlane control = engine.nic().control();
    control.write(Register.COMMAND_ENTRY.offset(), 0);
    List<Integer> keys = new ArrayList<>();
    while (command(engine, NEXT, new byte[4], new byte[8]) == 0) {
      int key = control.read(Register.KEY.offset());
      assertEquals(100 + key, control.read(Register.VALUE.offset()));
      keys.add(key);
      control.write(
          Register.COMMAND_ENTRY.offset(), control.read(Register.COMMAND_ENTRY.offset()) + 1);
    }
    assertEquals(19, keys.size());
    control.write(Register.COMMAND_ENTRY.offset(), 0);
    assertEquals(-2, command(engine, LOOKUP_COMMAND, key(4, 7), new byte[8]));
    assertEquals(0, command(engine, LOOKUP_COMMAND, key(4, 8), new byte[8]));
    assertEquals(108, control.read(Register.VALUE.offset()));
  }

  @Test
  void registersSayWhatTheMachineIs() {
    NicEngine engine = engine(Map.of(), map(MapType.HASH, 4, 8, 64), "exit DROP");
    ControlPlane control = engine.nic().control();
    assertEquals(Register.WEFT, control.read(Register.ID.offset()));
    assertEquals(1, control.read(Register.MACHINE.offset()));
    assertEquals(8, control.read(Register.MACHINE.offset() + 4));
    assertEquals(3, control.read(Register.PORT_OF.offset() + 12));
    engine.run(packet(new byte[4]));
    int drops = Register.COUNTER.offset() + 8 * Fate.DROP.ordinal();
    assertEquals(1, control.read(drops));
    assertEquals(0, control.read(drops + 4));
    command(engine, UPDATE, key(4, 1), new byte[8]);
    control.write(Register.CONTROL.offset(), 3);
    for (int i = 0; i < engine.nic().machine().mapKbytes() * 128 + 1; i++) {
      engine.nic().step();
    }
    assertEquals(1, control.read(Register.CONTROL.offset()));
    assertEquals(-2, command(engine, LOOKUP_COMMAND, key(4, 1), new byte[8]));
  }

  @Test
  void redirectsGoWhereTheTableOfPortsSays() {
    NicEngine engine =
        engine(
            Map.of(),
            map(MapType.HASH, 4, 8, 64),
            "r4 = mov 7 | nop | nop | r3 = mov 0",
            "r0 = call redirect(r4, r3)",
            "exit r0");
    engine.run(packet(new byte[4]));
    engine.nic().control().write(Register.PORT_OF.offset() + 4 * 6, -1);
    engine.run(packet(new byte[4]));
    assertEquals(1, engine.nic().count(Fate.REDIRECT));
    assertEquals(1, engine.nic().count(Fate.NO_PORT));
  }
}
