package org.weft.compiler.object;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapDefinition.Reference;
import org.weft.isa.xdp.MapType;

/** Objects as the compilers of this machine write them; skipped where there is none. */
class ClangObjectsTest {
  private static final String SOURCE =
      """
      typedef unsigned int u32;
      typedef unsigned long long u64;
      #define SEC(name) __attribute__((section(name), used))
      #define noinline __attribute__((noinline))
      struct xdp_md { u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index; };
      static void *(*lookup)(void *map, const void *key) = (void *)1;
      static long (*tail_call)(void *ctx, void *map, u32 index) = (void *)12;
      #ifdef MAPS
      #define uint(name, value) int(*name)[value]
      struct inner {
        uint(type, 2); uint(max_entries, 4); u32 *key; u64 *value;
      } first SEC(".maps"), second SEC(".maps");
      static struct inner third SEC(".maps");
      struct {
        uint(type, 12); uint(max_entries, 8); uint(key_size, 4); struct inner *values[];
      } outer SEC(".maps") = {.values = {[1] = &first, [5] = &second, [6] = &third}};
      int one(struct xdp_md *ctx);
      struct {
        uint(type, 3); uint(max_entries, 4); uint(key_size, 4); int (*values[])(void *);
      } next SEC(".maps") = {.values = {[2] = (void *)&one}};
      struct flow { u64 addresses; u32 ports; enum { TCP, UDP } protocol; float weight; };
      struct {
        uint(type, 9); uint(max_entries, 1000); const volatile struct flow *key; u64 (*value)[3];
      } flows SEC(".maps");
      #define FIRST &first
      #define THIRD &third
      #else
      struct map { u32 type, key, value, entries, flags; };
      struct map SEC("maps") first = {2, 4, 8, 4, 0};
      struct map SEC("maps") third = {1, 4, 8, 9, 1};
      #define FIRST &first
      #define THIRD &third
      #endif
      const volatile u32 limit = 17;
      u32 counter = 5;
      static volatile u32 hidden;
      u64 table[8];
      struct pair { u32 a; u64 b; };
      static noinline u32 leaf(struct pair *p) { return p->a + (u32)p->b; }
      noinline u32 shared(u32 x) { struct pair p = {x, x * 3}; return leaf(&p) ^ 7; }
      SEC("xdp") int one(struct xdp_md *ctx) {
        u32 key = ctx->rx_queue_index;
        u64 *value = lookup(FIRST, &key);
        if (value)
          *value += limit;
        value = lookup(THIRD, &key);
        if (value)
          table[key & 7] += *value;
        counter++;
        hidden += counter;
        return shared(key) & 3;
      }
      SEC("xdp") int two(struct xdp_md *ctx) {
      #ifdef MAPS
        struct flow f = {1, 2, UDP, 0};
        u64 *value = lookup(&flows, &f);
        if (value && lookup(&outer, &counter))
          value[2] = hidden;
        tail_call(ctx, &next, 2);
      #endif
        struct pair p = {ctx->ingress_ifindex, 9};
        return leaf(&p) + shared(p.a);
      }
      SEC("tc") int other(void *skb) { return shared(3); }
      char _license[] SEC("license") = "GPL";
      """;

  private static List<String> compilers() {
    return Stream.concat(
            Stream.of("clang"), Stream.iterate(11, n -> n <= 22, n -> n + 1).map(n -> "clang-" + n))
        .filter(ClangObjectsTest::isInstalled)
        .toList();
  }

  private static boolean isInstalled(String command) {
    String path = System.getenv("PATH");
    return path != null
        && Stream.of(path.split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
  }

  static List<String> variants() {
    List<String> variants = new ArrayList<>();
    for (String compiler : compilers()) {
      variants.add(compiler + " -g -O2 -DMAPS");
      variants.add(compiler + " -g -O1 -mcpu=v1 -DMAPS");
      variants.add(compiler + " -g -O3 -mcpu=v3 -DMAPS");
      variants.add(compiler + " -g -O2");
      variants.add(compiler + " -O2");
    }
    return variants.isEmpty() ? List.of("none") : variants;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("variants")
  void everyFormThatClangEmitsIsLoaded(String variant, @TempDir Path folder) throws Exception {
    assumeTrue(!variant.equals("none"), "clang is not installed; ./check installs it");
    XdpObject object = ObjectLoader.load(compile(variant, folder));
    assertEquals(List.of("one", "two"), object.programs().stream().map(Program::name).toList());
    assertEquals("GPL", object.license());
    assertEquals(List.of("left out, not XDP by name: sections tc"), object.notes());
    Program one = object.program("one");
    assertEquals(
        List.of("one", "shared", "leaf"),
        one.functions().stream().map(Program.Function::name).toList());
    assertEquals(
        Set.of("first", "third", ".rodata", ".data", ".bss"),
        one.code().stream()
            .filter(Instruction.LoadImmediate.class::isInstance)
            .map(Instruction.LoadImmediate.class::cast)
            .filter(load -> load.kind() != ImmediateKind.NUMBER)
            .map(load -> object.maps().get(load.low()).name())
            .collect(Collectors.toSet()));
    assertEquals(17, map(object, ".rodata").data().at(0));
    assertEquals(5, map(object, ".data").data().at(0));
    assertTrue(map(object, ".bss").valueSize() >= 68);
    if (variant.contains("-g")) {
      assertTrue(one.place(0).contains("source.c:"), one.place(0));
      assertTrue(one.lines().stream().anyMatch(line -> line.text().startsWith("u64 *value")));
    }
    if (variant.contains("MAPS")) {
      checkMaps(object);
    } else {
      assertEquals(MapDefinition.of("first", MapType.ARRAY, 4, 8, 4, 0), map(object, "first"));
      assertEquals(MapDefinition.of("third", MapType.HASH, 4, 8, 9, 1), map(object, "third"));
    }
  }

  private static void checkMaps(XdpObject object) {
    assertEquals(MapDefinition.of("third", MapType.ARRAY, 4, 8, 4, 0), map(object, "third"));
    assertEquals(
        MapDefinition.of("flows", MapType.LRU_HASH, 24, 24, 1000, 0), map(object, "flows"));
    assertEquals(
        List.of(new Reference(1, "first"), new Reference(5, "second"), new Reference(6, "third")),
        map(object, "outer").references());
    assertEquals(
        MapDefinition.of("outer.inner", MapType.ARRAY, 4, 8, 4, 0), map(object, "outer").inner());
    assertEquals(List.of(new Reference(2, "one")), map(object, "next").references());
  }

  private static MapDefinition map(XdpObject object, String name) {
    return object.maps().get(object.mapIndex(name));
  }

  private static Path compile(String variant, Path folder) throws Exception {
    Path source = Files.writeString(folder.resolve("source.c"), SOURCE);
    Path output = folder.resolve("source.o");
    List<String> command = new ArrayList<>(List.of(variant.split(" ")));
    command.addAll(List.of("-target", "bpf", "-Wno-everything", "-c", source.toString(), "-o"));
    command.add(output.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), log);
    return output;
  }
}
