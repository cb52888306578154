package org.weft.compiler.object;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.compiler.elf.ElfBuilder;
import org.weft.compiler.elf.Words;
import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapDefinition.Reference;
import org.weft.isa.xdp.MapType;

class LegacyMapsTest {
  private static final long NONE = 0xffffffffL;

  private final ObjectBuilder object = new ObjectBuilder();
  private final ElfBuilder elf = object.elf;
  private final Words section = new Words();

  /** Appends a definition: words, then zeros up to a length. */
  private void define(int bytes, long... words) {
    section.u32(words).bytes(new byte[bytes - 4 * words.length]);
  }

  private String refusal() {
    return assertThrows(InputException.class, object::loadBare).getMessage();
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 24, 28, 36, 40, 280})
  void definitionsOfAnyLengthAreRead(int bytes) {
    define(bytes, 1, 4, 8, 0xfffffffeL, 1);
    define(bytes, 11, 8, 4, 100, 0x80000001L);
    int maps = elf.data("maps", section.toArray());
    int xdp = elf.code("xdp", "r1 = 0 ll; r2 = 0 ll; r3 = " + bytes + " ll; exit");
    elf.function("main", xdp, 0);
    // In the file, the second symbol stands first.
    elf.load(xdp, 0, elf.object("second", maps, bytes, bytes));
    elf.load(xdp, 2, elf.object("first", maps, 0, bytes));
    elf.load(xdp, 4, elf.sectionSymbol(maps));
    XdpObject loaded = object.loadBare();
    assertEquals(
        List.of(
            MapDefinition.of("first", MapType.HASH, 4, 8, 0xfffffffeL, 1),
            MapDefinition.of("second", MapType.LPM_TRIE, 8, 4, 100, 0x80000001)),
        loaded.maps());
    assertEquals(
        "ld_pseudo r1, 5, 1\nld_pseudo r2, 5, 0\nld_pseudo r3, 5, 1\nexit\n",
        ObjectLoaderTest.text(loaded.program("main")));
  }

  @Test
  void theKernelSamplesNameInnerMapsByIndex() {
    define(28, 12, 4, 0, 8, 0, 1);
    define(28, 2, 4, 8, 10, 0);
    int maps = elf.data("maps", section.toArray());
    elf.object("outer", maps, 0, 28);
    elf.object("inner", maps, 28, 28);
    MapDefinition outer = object.loadBare().maps().get(0);
    assertEquals(4, outer.valueSize());
    assertEquals(MapDefinition.of("inner", MapType.ARRAY, 4, 8, 10, 0), outer.inner());
  }

  @Test
  void iproute2NamesInnerMapsById() {
    define(36, 2, 4, 8, 10, 0, 7, 2, 0, 3);
    define(36, 12, 4, 4, 8, 0, 9, 0, 7, NONE);
    define(36, 2, 4, 8, 10, 0, 7, 0, 0, NONE);
    define(36, 1, 4, 8, 10, 0, 5, 0, 0, 0);
    int maps = elf.data("maps", section.toArray());
    for (int i = 0; i < 4; i++) {
      elf.object("m" + i, maps, 36 * i, 36);
    }
    XdpObject loaded = object.loadBare();
    MapDefinition outer = loaded.maps().get(1);
    assertEquals("m0", outer.inner().name());
    assertEquals(List.of(new Reference(3, "m0")), outer.references());
    assertNull(loaded.maps().get(0).inner());
    assertEquals(List.of("pinning of maps is ignored"), loaded.notes());
  }

  @Test
  void eachMapMayHaveItsOwnSection() {
    define(28, 2, 4, 8, 10);
    elf.object("one", elf.data("maps/one", section.toArray()), 0, 28);
    elf.object("two", elf.data("maps/two", section.toArray()), 0, 28);
    assertEquals(
        List.of("one", "two"), object.loadBare().maps().stream().map(MapDefinition::name).toList());
  }

  @Test
  void whatIsNoMapIsRefused() {
    define(24, 99, 4, 8, 10);
    elf.object("strange", elf.data("maps", section.toArray()), 0, 24);
    assertEquals("a.o: section maps: map strange: unknown type 99", refusal());
    elf.object("short", 1, 8, 4);
    assertEquals(
        "a.o: section maps: map short: a definition of 16 bytes; the shortest has 20", refusal());
    elf.object("far", 1, 25, 4);
    assertTrue(refusal().startsWith("a.o: section maps: definition of map far of "), refusal());
  }

  @Test
  void mapsOfMapsNeedAnInnerMap() {
    define(36, 13, 4, 4, 8, 0, 0, 0, 4, 0);
    int maps = elf.data("maps", section.toArray());
    elf.object("outer", maps, 0, 36);
    assertEquals("a.o: section maps: map outer: no inner map of id 4", refusal());
  }

  @Test
  void mapsAreLimited() {
    define(21 * 1100);
    int maps = elf.data("maps", section.toArray());
    for (int i = 0; i < 1100; i++) {
      elf.object("m", maps, 21 * i, 21);
    }
    assertEquals("a.o: section maps: more than 1024 maps", refusal());
  }
}
