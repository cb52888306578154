package org.weft.compiler.object;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.compiler.btf.Btf;
import org.weft.compiler.btf.BtfBuilder;
import org.weft.compiler.btf.BtfKind;
import org.weft.compiler.elf.ElfBuilder;
import org.weft.compiler.elf.ElfRelocation;
import org.weft.compiler.elf.Span;
import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapDefinition.Reference;
import org.weft.isa.xdp.MapType;

class BtfMapsTest {
  private static final int VARIABLE_BYTES = 64;

  private final ObjectBuilder object = new ObjectBuilder();
  private final ElfBuilder elf = object.elf;
  private final BtfBuilder btf = object.btf;
  private int section;

  /** Adds variables of these types, named m0, m1, ..., with their section. */
  private void define(int... types) {
    section = elf.data(".maps", new byte[VARIABLE_BYTES * types.length]);
    long[] variables = new long[3 * types.length];
    for (int i = 0; i < types.length; i++) {
      variables[3 * i] = btf.variable("m" + i, types[i]);
      // Offsets in BTF count for nothing before linking.
      variables[3 * i + 1] = 12345;
      variables[3 * i + 2] = VARIABLE_BYTES;
      elf.object("m" + i, section, (long) VARIABLE_BYTES * i, VARIABLE_BYTES);
    }
    btf.section(".maps", variables);
  }

  private void assertRefused(String cause) {
    String message = assertThrows(InputException.class, object::load).getMessage();
    assertEquals("a.o: section .maps: " + cause, message);
  }

  @Test
  void attributesAreNumbersAndTypes() {
    int key = btf.struct("flow", 12);
    int value = btf.type("value_t", BtfKind.TYPEDEF, btf.array(btf.integer("u64", 8), 3));
    define(
        btf.map("type", 9L, "key", key, "value", value, "max_entries", 1000L, "map_flags", 2L),
        btf.map("type", 4L, "key_size", 4L, "value_size", 4L),
        btf.map("type", 27L, "max_entries", 4096L));
    int xdp = elf.code("xdp", "r1 = 0 ll; r2 = 128 ll; exit");
    elf.function("main", xdp, 0);
    elf.load(xdp, 0, 2).load(xdp, 2, elf.sectionSymbol(section));
    XdpObject loaded = object.load();
    assertEquals(
        List.of(
            MapDefinition.of("m0", MapType.LRU_HASH, 12, 24, 1000, 2),
            MapDefinition.of("m1", MapType.PERF_EVENT_ARRAY, 4, 4, 0, 0),
            MapDefinition.of("m2", MapType.RINGBUF, 0, 0, 4096, 0)),
        loaded.maps());
    assertEquals(
        "ld_pseudo r1, 5, 1\nld_pseudo r2, 5, 2\nexit\n",
        ObjectLoaderTest.text(loaded.program("main")));
  }

  @Test
  void spinLocksAreFoundInValues() {
    int word = btf.integer("u32", 4);
    int lock = btf.struct("bpf_spin_lock", 4, "val", word, 0);
    int one = btf.struct("one", 16, "count", word, 0, "lock", lock, 8);
    int inside = btf.struct("inside", 24, "count", word, 0, "one", one, 8);
    int two = btf.struct("two", 8, "a", lock, 0, "b", lock, 4);
    int several = btf.struct("several", 8, "locks", btf.array(lock, 2), 0);
    int alone = btf.struct("alone", 4, "locks", btf.array(lock, 1), 0);
    int renamed = btf.struct("renamed", 4, "lock", btf.type("t", BtfKind.TYPEDEF, lock), 0);
    int[] values = {one, inside, two, several, alone, renamed, lock};
    int[] maps = new int[values.length + 1];
    for (int i = 0; i < values.length; i++) {
      maps[i] = btf.map("type", 1L, "key_size", 4L, "value", values[i], "max_entries", 1L);
    }
    maps[values.length] = btf.map("type", 9L, "key_size", 4L, "value", one, "max_entries", 1L);
    define(maps);
    XdpObject loaded = object.load();
    assertEquals(
        List.of(8, 16, -1, -1, 0, -1, -1, -1),
        loaded.maps().stream().map(MapDefinition::lock).toList());
    assertEquals(
        List.of(
            "map m2: values with several spin locks cannot be locked",
            "map m3: values with several spin locks cannot be locked",
            "map m7: values of type lru_hash cannot be locked"),
        loaded.notes());
  }

  @Test
  void enumerationsAreNumbersToo() {
    int number = btf.type("", BtfKind.ENUM.ordinal(), false, 1, 4, btf.string("__unique"), 77);
    int struct = btf.struct("", 16, "type", btf.number(2), 0, "max_entries", number, 8);
    define(struct);
    assertEquals(77, object.load().maps().get(0).maxEntries());
  }

  @Test
  void whatHasNoMeaningHereIsNoted() {
    define(
        btf.map("type", 2L, "pinning", 1L, "numa_node", 3L, "map_extra", 5L),
        btf.map("type", 2L, "pinning", 0L));
    assertEquals(
        List.of("pinning of maps is ignored", "map attribute map_extra is ignored"),
        object.load().notes());
  }

  @Test
  void mapsOfMapsHaveInnerMapsAndInitialValues() {
    int inner = btf.map("type", 2L, "key_size", 4L, "value_size", 8L, "max_entries", 5L);
    define(btf.map("type", 12L, "key_size", 4L, "max_entries", 8L, "values", inner), inner, inner);
    // The values begin behind three pointers: slots 4, 0 (by section and addend) and 1.
    elf.relocate(section, 24 + 4 * 8, ElfRelocation.DATA_64, 2);
    elf.relocate(section, 24, ElfRelocation.IMMEDIATE_64, 3);
    MapDefinition outer = object.load().maps().get(0);
    assertEquals(4, outer.valueSize());
    assertEquals(MapDefinition.of("m0.inner", MapType.ARRAY, 4, 8, 5, 0), outer.inner());
    assertEquals(List.of(new Reference(0, "m2"), new Reference(4, "m1")), outer.references());
  }

  @Test
  void programArraysNameTheirPrograms() {
    define(btf.map("type", 3L, "key_size", 4L, "max_entries", 8L, "values", btf.prototype()));
    int xdp = elf.code("xdp", "exit; exit");
    elf.function("first", xdp, 0);
    int second = elf.function("second", xdp, 1);
    int other = elf.function("other", elf.code("tc", "exit"), 0);
    elf.relocate(section, 16 + 8 + 2 * 8, ElfRelocation.DATA_64, second);
    elf.relocate(section, 16 + 8 + 3 * 8, ElfRelocation.DATA_64, other);
    XdpObject loaded = object.load();
    assertEquals(4, loaded.maps().get(0).valueSize());
    assertEquals(List.of(new Reference(2, "second")), loaded.maps().get(0).references());
    assertTrue(
        loaded.notes().contains("map m0: initial value other is no XDP program and is left out"));
  }

  @Test
  void wrongInitialValuesAreRefused() {
    int inner = btf.map("type", 2L);
    define(btf.map("type", 13L, "max_entries", 8L, "values", inner), inner);
    int function = elf.function("main", elf.code("xdp", "exit"), 0);
    elf.relocate(section, 16, ElfRelocation.DATA_64, function);
    assertRefused("map m0: initial value main is not a map");
  }

  @Test
  void pointersMustBeValues() {
    define(btf.map("type", 2L));
    elf.relocate(section, 8, ElfRelocation.DATA_64, 1);
    assertRefused("pointer at offset 8 is no value of map m0");
  }

  @Test
  void typesAreNeeded() {
    define(btf.map("type", 2L));
    String message = assertThrows(InputException.class, object::loadBare).getMessage();
    assertEquals(
        "a.o: section .maps: no .BTF section describes the maps; compile with -g", message);
  }

  @Test
  void contradictionsAreRefused() {
    int u64 = btf.integer("u64", 8);
    record Case(int type, String message) {}
    for (Case c :
        List.of(
            new Case(btf.map("type", 0L), "no type"),
            new Case(btf.map("type", 99L), "unknown type 99"),
            new Case(
                btf.map("type", 12L),
                "no inner map: a array_of_maps needs __array(values," + " ...)"),
            new Case(u64, "its type is int u64, not a struct of map attributes"),
            new Case(btf.map("type", u64), "attribute type is no number (__uint)"),
            new Case(btf.struct("", 8, "key", u64, 0), "attribute key is no type (__type)"),
            new Case(
                btf.struct("", 8, "values", u64, 0),
                "attribute values is no array of" + " pointers (__array)"),
            new Case(
                btf.map("type", 1L, "key_size", 4L, "key", u64),
                "attribute key says 8 bytes" + " after 4"),
            new Case(btf.struct("", 8, many(65, u64)), "its type has 65 members"),
            new Case(
                btf.map("type", 12L, "values", btf.map("type", 12L, "values", u64)),
                "the values of an inner map cannot be maps"))) {
      Btf types = Btf.read(Span.of("btf", btf.build()));
      Span place = Span.of("maps", new byte[0]);
      String message =
          assertThrows(
                  InputException.class,
                  () -> BtfMapType.read(types, "m", c.type(), place, new Notes()).definition())
              .getMessage();
      assertEquals("maps: map m: " + c.message(), message.replace("m.inner", "m"));
    }
  }

  private static Object[] many(int count, int type) {
    Object[] members = new Object[3 * count];
    for (int i = 0; i < count; i++) {
      members[3 * i] = "x";
      members[3 * i + 1] = type;
      members[3 * i + 2] = 0;
    }
    return members;
  }
}
