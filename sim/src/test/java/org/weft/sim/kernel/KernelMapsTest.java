package org.weft.sim.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.MapContents;

class KernelMapsTest {
  /** Adds 1 to the value of 8 bytes at key 1, if there is one. */
  private static final String[] COUNT = {
    "*(u32 *)(r10 - 4) = 1",
    "ld_pseudo r1, 5, 0",
    "r2 = r10",
    "r2 += -4",
    "call 1",
    "if r0 == 0 goto +3",
    "r1 = *(u64 *)(r0 + 0)",
    "r1 += 1",
    "*(u64 *)(r0 + 0) = r1",
    "r0 = 2",
    "exit"
  };

  private static MapContents.Value bytes(String... hex) {
    return new MapContents.Value(
        List.of(hex).stream().map(text -> Bytes.of(Objects.hex(text))).toList(), null);
  }

  private static String text(MapContents contents) {
    StringBuilder text = new StringBuilder();
    contents
        .entries()
        .forEach(
            (key, value) ->
                text.append(key)
                    .append('=')
                    .append(value.reference() == null ? value.bytes() : value.reference())
                    .append(' '));
    return text.toString().strip();
  }

  @ParameterizedTest
  @EnumSource(names = {"HASH", "LRU_HASH", "ARRAY"})
  void programsAndUsersShareEntries(MapType type) {
    try (KernelEngine engine =
        Objects.of(COUNT).map(MapDefinition.of("m", type, 4, 8, 8, 0)).open()) {
      engine.maps().put(0, Objects.word(1), Objects.hex("ff00000000000000"));
      engine.maps().put(0, Objects.word(7), Objects.hex("0000000000000001"));
      engine.run(Objects.packet(64));
      engine.run(Objects.packet(64));
      assertEquals(
          "01000000=[0101000000000000] 07000000=[0000000000000001]",
          text(engine.maps().contents(0)));
      assertEquals("m", engine.maps().contents(0).definition().name());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PERCPU_HASH", "LRU_PERCPU_HASH", "PERCPU_ARRAY"})
  void perCpuMapsHaveAValueForEachCpu(MapType type) {
    try (KernelEngine engine =
        Objects.of(COUNT).map(MapDefinition.of("m", type, 4, 12, 8, 0)).open()) {
      engine.maps().put(0, Objects.word(1), Objects.hex("050000000000000011223344"));
      engine.run(Objects.packet(64));
      List<String> expected =
          new ArrayList<>(Collections.nCopies(Cpus.possible(), "050000000000000011223344"));
      expected.set(0, "060000000000000011223344");
      MapContents contents = engine.maps().contents(0);
      assertEquals(1, contents.entries().size());
      assertEquals(
          bytes(expected.toArray(new String[0])),
          contents.entries().get(Bytes.of(Objects.word(1))));
    }
  }

  @Test
  void zeroValuesStayInHashesOnly() {
    try (KernelEngine engine =
        Objects.of("r0 = 2", "exit")
            .map(MapDefinition.of("array", MapType.ARRAY, 4, 8, 10_000, 0))
            .map(MapDefinition.of("hash", MapType.HASH, 4, 8, 8, 0))
            .open()) {
      for (int i = 0; i < 2; i++) {
        engine.maps().put(i, Objects.word(3), new byte[8]);
      }
      engine.maps().put(0, Objects.word(9_999), Objects.hex("0000000000000100"));
      engine.maps().put(0, Objects.word(4_096), Objects.hex("0200000000000000"));
      assertEquals(
          "00100000=[0200000000000000] 0f270000=[0000000000000100]",
          text(engine.maps().contents(0)));
      assertEquals("03000000=[0000000000000000]", text(engine.maps().contents(1)));
    }
  }

  @Test
  void longestPrefixWins() {
    // r0 = value at the prefix of address 10.1.2.3
    try (KernelEngine engine =
        Objects.of(
                "*(u32 *)(r10 - 8) = 32",
                "*(u32 *)(r10 - 4) = 50462986",
                "ld_pseudo r1, 5, 0",
                "r2 = r10",
                "r2 += -8",
                "call 1",
                "if r0 == 0 goto +1",
                "r0 = *(u32 *)(r0 + 0)",
                "exit")
            .map(MapDefinition.of("routes", MapType.LPM_TRIE, 8, 4, 8, MapDefinition.NO_PREALLOC))
            .open()) {
      assertEquals(0, engine.run(Objects.packet(64)));
      engine.maps().put(0, Objects.hex("080000000a000000"), Objects.word(8));
      assertEquals(8, engine.run(Objects.packet(64)));
      engine.maps().put(0, Objects.hex("180000000a010200"), Objects.word(24));
      engine.maps().put(0, Objects.hex("180000000a010300"), Objects.word(25));
      assertEquals(24, engine.run(Objects.packet(64)));
      assertEquals(
          "080000000a000000=[08000000] 180000000a010200=[18000000] 180000000a010300=[19000000]",
          text(engine.maps().contents(0)));
      KernelEngineTest.oneLine(
          InputException.class,
          "EINVAL",
          () -> engine.maps().put(0, Objects.hex("280000000a000000"), Objects.word(1)));
    }
  }

  /** Verdict of {@code bpf_redirect_map(map 0, key 2, XDP_DROP)}. */
  private static final String[] REDIRECT = {
    "ld_pseudo r1, 5, 0", "r2 = 2", "r3 = 1", "call 51", "exit"
  };

  @ParameterizedTest
  @EnumSource(names = {"DEVMAP", "DEVMAP_HASH", "CPUMAP", "XSKMAP"})
  void redirectNeedsAnEntry(MapType type) {
    try (KernelEngine engine =
        Objects.of(REDIRECT).map(MapDefinition.of("ports", type, 4, 4, 4, 0)).open()) {
      assertEquals(1, engine.run(Objects.packet(64)));
      byte[] key = Objects.word(type == MapType.CPUMAP ? 0 : 2);
      engine.maps().put(0, key, Objects.word(77));
      assertEquals(type == MapType.CPUMAP ? 1 : 4, engine.run(Objects.packet(64)));
      assertEquals(Bytes.of(key) + "=[4d000000]", text(engine.maps().contents(0)));
    }
  }

  @Test
  void deviceMapsTakeInterfacesOfAnyNumberButNoPrograms() {
    try (KernelEngine engine =
        Objects.of(REDIRECT).map(MapDefinition.of("ports", MapType.DEVMAP, 4, 8, 4, 0)).open()) {
      engine.maps().put(0, Objects.word(2), Objects.hex("4d00000000000000"));
      engine.maps().put(0, Objects.word(0), Objects.hex("0100000000000000"));
      engine.maps().put(0, Objects.word(1), Objects.hex("7856341200000000"));
      assertEquals(4, engine.run(Objects.packet(64)));
      assertEquals(
          "00000000=[0100000000000000] 01000000=[7856341200000000] 02000000=[4d00000000000000]",
          text(engine.maps().contents(0)));
      engine.maps().put(0, Objects.word(2), new byte[8]);
      assertEquals(1, engine.run(Objects.packet(64)));
      KernelEngineTest.oneLine(
          InputException.class,
          "program of their own",
          () -> engine.maps().put(0, Objects.word(2), Objects.hex("4d00000003000000")));
    }
  }

  @Test
  void cpuMapsTakeCpusOfThisMachineOnly() {
    try (KernelEngine engine =
        Objects.of(REDIRECT).map(MapDefinition.of("c", MapType.CPUMAP, 4, 4, 4096, 0)).open()) {
      KernelEngineTest.oneLine(
          InputException.class,
          "no such CPU",
          () -> engine.maps().put(0, Objects.word(4000), Objects.word(192)));
    } catch (RefusedException e) {
      assertTrue(e.getMessage().contains("E2BIG"), "NR_CPUS is below 4096: " + e.getMessage());
    }
  }

  private static final String[] TAIL_CALL = {
    "ld_pseudo r2, 5, 0", "r3 = 1", "call 12", "r0 = 1", "exit"
  };

  @Test
  void programArraysHoldProgramsByName() {
    try (KernelEngine engine =
        Objects.of(TAIL_CALL)
            .map(MapDefinition.of("next", MapType.PROG_ARRAY, 4, 4, 4, 0))
            .program("pass", "r0 = 2", "exit")
            .program("send", "r0 = 3", "exit")
            .program("broken", "r0 = r9", "exit")
            .open()) {
      assertEquals(1, engine.run(Objects.packet(64)));
      assertEquals(-1, engine.maps().putReference(0, Objects.word(1), "pass"));
      assertEquals(2, engine.run(Objects.packet(64)));
      engine.maps().putReference(0, Objects.word(1), "send");
      engine.maps().putReference(0, Objects.word(3), "main");
      assertEquals(3, engine.run(Objects.packet(64)));
      assertEquals("01000000=send 03000000=main", text(engine.maps().contents(0)));
      KernelEngineTest.oneLine(
          VerifierRefusal.class,
          "program broken, insn 0",
          () -> engine.maps().putReference(0, Objects.word(1), "broken"));
      KernelEngineTest.oneLine(
          InputException.class,
          "no XDP program named none",
          () -> engine.maps().putReference(0, Objects.word(1), "none"));
      KernelEngineTest.oneLine(
          InputException.class,
          "ends at entry 3",
          () -> engine.maps().putReference(0, Objects.word(4), "pass"));
      KernelEngineTest.oneLine(
          InputException.class,
          "give a program's name",
          () -> engine.maps().put(0, Objects.word(1), Objects.word(1)));
    }
  }

  @Test
  void initialReferencesAreThereFromTheStart() {
    MapDefinition next =
        new MapDefinition(
            "next",
            MapType.PROG_ARRAY,
            4,
            4,
            4,
            0,
            null,
            Bytes.EMPTY,
            List.of(new MapDefinition.Reference(1, "send")));
    try (KernelEngine engine =
        Objects.of(TAIL_CALL).map(next).program("send", "r0 = 3", "exit").open()) {
      assertEquals(3, engine.run(Objects.packet(64)));
    }
    Objects broken = Objects.of(TAIL_CALL).map(next).program("send", "r0 = r9", "exit");
    KernelEngineTest.oneLine(VerifierRefusal.class, "program send", broken::open);
    Objects unused = Objects.of("r0 = 2", "exit").map(next).program("send", "r0 = r9", "exit");
    try (KernelEngine engine = unused.open()) {
      assertTrue(engine.incomparable(0).orElseThrow().contains("program send"));
    }
  }

  private static MapDefinition outer(MapType type, MapDefinition inner, String... names) {
    List<MapDefinition.Reference> references =
        names.length == 0 ? List.of() : List.of(new MapDefinition.Reference(2, names[0]));
    return new MapDefinition("outer", type, 4, 4, 4, 0, inner, Bytes.EMPTY, references);
  }

  @ParameterizedTest
  @EnumSource(names = {"ARRAY_OF_MAPS", "HASH_OF_MAPS"})
  void mapsOfMapsHoldMapsByName(MapType type) {
    MapDefinition inner = MapDefinition.of("inner", MapType.ARRAY, 4, 4, 2, 0);
    MapDefinition other = MapDefinition.of("other", MapType.HASH, 4, 4, 2, 0);
    // r0 = outer[2][1], or 99 without an inner map
    try (KernelEngine engine =
        Objects.of(
                "*(u32 *)(r10 - 4) = 2",
                "ld_pseudo r1, 5, 0",
                "r2 = r10",
                "r2 += -4",
                "call 1",
                "if r0 == 0 goto +8",
                "r1 = r0",
                "*(u32 *)(r10 - 4) = 1",
                "r2 = r10",
                "r2 += -4",
                "call 1",
                "if r0 == 0 goto +2",
                "r0 = *(u32 *)(r0 + 0)",
                "exit",
                "r0 = 99",
                "exit")
            .map(outer(type, inner, "first"))
            .map(MapDefinition.of("first", MapType.ARRAY, 4, 4, 2, 0))
            .map(other)
            .open()) {
      engine.maps().put(1, Objects.word(1), Objects.word(11));
      assertEquals(11, engine.run(Objects.packet(64)));
      assertEquals(3, engine.maps().putReference(0, Objects.word(2), "second"));
      assertEquals("second", engine.maps().definitions().get(3).name());
      assertEquals(0, engine.run(Objects.packet(64)));
      engine.maps().put(3, Objects.word(1), Objects.word(22));
      assertEquals(22, engine.run(Objects.packet(64)));
      assertEquals(1, engine.maps().putReference(0, Objects.word(1), "first"));
      assertEquals("01000000=first 02000000=second", text(engine.maps().contents(0)));
      KernelEngineTest.oneLine(
          InputException.class,
          "refuses other as entry",
          () -> engine.maps().putReference(0, Objects.word(1), "other"));
    }
  }

  @Test
  void globalDataIsFilledAndConstantsAreFrozen() {
    MapDefinition constants = data(".rodata", MapDefinition.RDONLY_PROG, "2a000000");
    MapDefinition variables = data(".data", 0, "0100000002000000");
    try (KernelEngine engine =
        Objects.of(
                "ld_pseudo r1, 6, 0",
                "r0 = *(u32 *)(r1 + 0)",
                "ld_pseudo r1, 6, 17179869185",
                "r2 = *(u32 *)(r1 + 0)",
                "*(u32 *)(r1 + 0) = r0",
                "r0 += r2",
                "exit")
            .map(constants)
            .map(variables)
            .open()) {
      assertEquals(44, engine.run(Objects.packet(64)));
      assertEquals(84, engine.run(Objects.packet(64)));
      assertEquals("00000000=[010000002a000000]", text(engine.maps().contents(1)));
      KernelEngineTest.oneLine(
          InputException.class,
          "read-only",
          () -> engine.maps().put(0, Objects.word(0), Objects.word(1)));
    }
  }

  private static MapDefinition data(String name, int flags, String hex) {
    Bytes bytes = Bytes.of(Objects.hex(hex));
    return new MapDefinition(
        name, MapType.ARRAY, 4, bytes.length(), 1, flags, null, bytes, List.of());
  }

  @Test
  void perfEventsFindNoRing() {
    // bpf_perf_event_output(ctx, map, BPF_F_CURRENT_CPU, stack, 8)
    try (KernelEngine engine =
        Objects.of(
                "r2 = 0",
                "*(u64 *)(r10 - 8) = r2",
                "ld_pseudo r2, 5, 0",
                "r3 = 4294967295 ll",
                "r4 = r10",
                "r4 += -8",
                "r5 = 8",
                "call 25",
                "exit")
            .license("GPL")
            .map(MapDefinition.of("events", MapType.PERF_EVENT_ARRAY, 4, 4, 0, 0))
            .open()) {
      assertEquals(-2, engine.run(Objects.packet(64)));
      assertEquals("", text(engine.maps().contents(0)));
      KernelEngineTest.oneLine(
          InputException.class,
          "stay empty",
          () -> engine.maps().put(0, Objects.word(0), Objects.word(1)));
    }
  }

  @Test
  void refusedMapIsReportedByThoseWhoNeedIt() {
    MapDefinition trie = MapDefinition.of("trie", MapType.LPM_TRIE, 8, 4, 8, 0);
    Objects used = Objects.of("ld_pseudo r1, 5, 0", "r0 = 2", "exit").map(trie);
    KernelEngineTest.oneLine(RefusedException.class, "BPF_F_NO_PREALLOC", used::open);
    try (KernelEngine engine = Objects.of("r0 = 2", "exit").map(trie).open()) {
      assertEquals("", text(engine.maps().contents(0)));
      assertTrue(engine.incomparable(0).orElseThrow().startsWith("map trie (lpm_trie): "));
      KernelEngineTest.oneLine(
          RefusedException.class,
          "map trie (lpm_trie): ",
          () -> engine.maps().put(0, new byte[8], new byte[4]));
    }
  }

  @Test
  void sizesAreCheckedBeforeTheKernelSeesThem() {
    try (KernelEngine engine =
        Objects.of("r0 = 2", "exit").map(MapDefinition.of("m", MapType.HASH, 4, 8, 2, 0)).open()) {
      KernelEngineTest.oneLine(
          InputException.class,
          "map m (hash): the key has 3 bytes, it must have 4",
          () -> engine.maps().put(0, new byte[3], new byte[8]));
      KernelEngineTest.oneLine(
          InputException.class,
          "the value has 9 bytes, it must have 8",
          () -> engine.maps().put(0, new byte[4], new byte[9]));
      KernelEngineTest.oneLine(
          InputException.class,
          "not the name x",
          () -> engine.maps().putReference(0, new byte[4], "x"));
      engine.maps().put(0, Objects.word(1), new byte[8]);
      engine.maps().put(0, Objects.word(2), new byte[8]);
      KernelEngineTest.oneLine(
          InputException.class, "full", () -> engine.maps().put(0, Objects.word(3), new byte[8]));
    }
  }
}
