package org.weft.sim.map;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.isa.InputException;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

class MapTableTest {
  private static final MapDefinition INNER = MapDefinition.of("like", MapType.HASH, 1, 1, 4, 0);
  private static final MapDefinition OUTER =
      new MapDefinition(
          "outer",
          MapType.ARRAY_OF_MAPS,
          4,
          4,
          3,
          0,
          INNER,
          Bytes.EMPTY,
          List.of(new MapDefinition.Reference(1, "first")));
  private static final MapDefinition FIRST = MapDefinition.of("first", MapType.HASH, 1, 1, 4, 0);
  private static final MapDefinition PROGRAMS =
      new MapDefinition(
          "programs",
          MapType.PROG_ARRAY,
          4,
          4,
          2,
          0,
          null,
          Bytes.EMPTY,
          List.of(new MapDefinition.Reference(0, "two")));

  private static MapTable table(MapDefinition... definitions) {
    return new MapTable(List.of(definitions), List.of("one", "two"), 2);
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  @Test
  void initialDataAndReferencesAreThereFromTheStart() {
    MapDefinition data =
        new MapDefinition(
            ".data", MapType.ARRAY, 4, 4, 1, 0, null, Bytes.of(hex("0102")), List.of());
    MapTable table = table(OUTER, FIRST, PROGRAMS, data);
    assertEquals(1, table.map(0).reference(hex("01000000"), 0));
    assertEquals(-1, table.map(0).reference(hex("00000000"), 0));
    assertEquals(1, table.map(2).reference(hex("00000000"), 0));
    assertEquals("{00000000=Value[bytes=[01020000], reference=null]}", text(table, 3));
    assertEquals("{01000000=Value[bytes=[], reference=first]}", text(table, 0));
    assertEquals("{00000000=Value[bytes=[], reference=two]}", text(table, 2));
  }

  private static String text(MapTable table, int map) {
    return table.contents(map).entries().toString();
  }

  @Test
  void unknownNameMakesAnInnerMap() {
    MapTable table = table(OUTER, FIRST);
    int made = table.putReference(0, hex("02000000"), "second");
    assertEquals(2, made);
    assertEquals("second", table.definitions().get(made).name());
    assertEquals(3, table.size());
    table.put(made, hex("05"), hex("06"));
    assertEquals("{05=Value[bytes=[06], reference=null]}", text(table, made));
    assertEquals(made, table.putReference(0, hex("00000000"), "second"));
  }

  @Test
  void contentsAreOrderedByUnsignedKeyBytes() {
    MapTable table = table(MapDefinition.of("m", MapType.HASH, 2, 1, 4, 0));
    table.put(0, hex("ff00"), hex("01"));
    table.put(0, hex("0100"), hex("02"));
    table.put(0, hex("7fff"), hex("03"));
    assertEquals(
        List.of("0100", "7fff", "ff00"),
        table.contents(0).entries().keySet().stream().map(Bytes::toString).toList());
  }

  @ParameterizedTest
  @EnumSource(
      value = MapType.class,
      names = {"HASH", "LRU_HASH", "PERCPU_HASH", "LPM_TRIE"})
  void aKeyThatIsSetAgainKeepsItsEntry(MapType type) {
    int flags = type == MapType.LPM_TRIE ? MapDefinition.NO_PREALLOC : 0;
    for (MapTable.Model model : MapTable.Model.values()) {
      MapTable table =
          new MapTable(List.of(MapDefinition.of("m", type, 5, 1, 4, flags)), List.of(), 2, model);
      table.put(0, hex("0800000001"), hex("01"));
      table.put(0, hex("0400000001"), hex("02"));
      table.put(0, hex("0800000001"), hex("03"));
      assertEquals(0, table.map(0).occupiedFrom(0));
      assertArrayEquals(hex("0800000001"), table.map(0).keyOf(0));
      assertEquals(1, table.map(0).occupiedFrom(1));
      assertArrayEquals(hex("0400000001"), table.map(0).keyOf(1));
      assertEquals(-1, table.map(0).occupiedFrom(2));
      assertArrayEquals(hex("03"), table.map(0).value(0, 0));
    }
  }

  @Test
  void mistakesAreNamed() {
    MapTable table =
        table(
            OUTER,
            FIRST,
            PROGRAMS,
            MapDefinition.of("trie", MapType.LPM_TRIE, 5, 1, 1, 1),
            MapDefinition.of("devices", MapType.DEVMAP_HASH, 4, 8, 1, 0),
            MapDefinition.of("cpus", MapType.CPUMAP, 4, 4, 1, 0));
    String[][] cases = {
      {"1", "0102", "03", "map first: a key of 2 bytes; it has 1"},
      {"1", "01", "0304", "map first: a value of 2 bytes; it has 1"},
      {"0", "01000000", "00000000", "map outer: its values are names, not bytes"},
      {"3", "0900000000", "01", "map trie: key 0900000000: the prefix length is beyond the key"},
      {"4", "00000000", "0000000000000000", "map devices: no interface has ifindex 0"},
      {
        "4",
        "00000000",
        "0100000003000000",
        "map devices: the value names a program to run behind the redirect, which weft does not"
            + " do; make its last four bytes zero"
      },
      {"5", "00000000", "01400000", "map cpus: queue size 16385; at most 16384"},
      {"5", "01000000", "01000000", "map cpus: key 01000000: no room: beyond max_entries"},
    };
    for (String[] row : cases) {
      assertEquals(
          row[3],
          assertThrows(
                  InputException.class,
                  () -> table.put(Integer.parseInt(row[0]), hex(row[1]), hex(row[2])))
              .getMessage());
    }
    assertEquals(
        "map programs: no program named three; there are one, two",
        assertThrows(InputException.class, () -> table.putReference(2, hex("01000000"), "three"))
            .getMessage());
    assertEquals(
        "map first: its values are bytes, not names",
        assertThrows(InputException.class, () -> table.putReference(1, hex("01"), "two"))
            .getMessage());
  }

  @Test
  void perfEventArrayHasAnEntryPerCpuWhenItsSizeIsLeftOut() {
    MapTable table = table(MapDefinition.of("e", MapType.PERF_EVENT_ARRAY, 4, 4, 0, 0));
    assertEquals(2, table.definitions().get(0).maxEntries());
  }
}
