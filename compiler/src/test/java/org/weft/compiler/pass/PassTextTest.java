package org.weft.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.IrCheck;
import org.weft.compiler.ir.IrParser;
import org.weft.compiler.ir.IrPrinter;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * Passes as text: {@code pass/NAME.txt} holds cases of a pass, each a comment that says what is
 * shown, the maps if any, the graph before, {@code ----}, and the graph after; {@code ====} stands
 * between cases. {@code -Dweft.rewrite=true} writes what the passes give now.
 */
class PassTextTest {
  private static final Path DIRECTORY =
      Path.of("src/test/resources/org/weft/compiler/pass").toAbsolutePath();
  private static final String BETWEEN_CASES = "====\n";
  private static final String BETWEEN_GRAPHS = "----\n";

  private static Pass pass(String name) {
    return Passes.ALL.stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
  }

  /**
   * Maps are lines {@code ; map TYPE KEY VALUE ENTRIES}, behind which the same says what is in a
   * map of maps; the first has handle 1.
   */
  private static PassContext context(String text) {
    List<MapDefinition> maps = new ArrayList<>();
    for (String line : text.lines().toList()) {
      if (line.startsWith("; map ")) {
        String[] words = line.split(" ", -1);
        MapDefinition map = map("map" + maps.size(), words, 2);
        maps.add(words.length < 10 ? map : within(map, map("inner", words, 6)));
      }
    }
    return new PassContext(MachineSpec.preset("nic100"), maps);
  }

  private static MapDefinition map(String name, String[] words, int at) {
    return MapDefinition.of(
        name,
        MapType.valueOf(words[at].toUpperCase(Locale.ROOT)),
        Long.parseLong(words[at + 1]),
        Long.parseLong(words[at + 2]),
        Long.parseLong(words[at + 3]),
        0);
  }

  private static MapDefinition within(MapDefinition outer, MapDefinition inner) {
    return new MapDefinition(
        outer.name(),
        outer.type(),
        outer.keySize(),
        outer.valueSize(),
        outer.maxEntries(),
        0,
        inner,
        Bytes.EMPTY,
        List.of());
  }

  private static String run(String name, String before) {
    Graph graph = IrParser.parse(before);
    IrCheck.check(graph, "parsing");
    graph.setStackFloor(256);
    pass(name).run(graph, context(before));
    IrCheck.check(graph, name);
    return IrPrinter.print(graph).replaceFirst("graph text\n", "");
  }

  static Stream<String> names() {
    return Passes.ALL.stream().map(Pass::name).distinct();
  }

  @ParameterizedTest
  @MethodSource("names")
  void passDoesWhatItsTextSays(String name) throws IOException {
    Path file = DIRECTORY.resolve(name + ".txt");
    assertTrue(Files.exists(file), "pass " + name + " has no text");
    List<String> expected = new ArrayList<>();
    List<String> actual = new ArrayList<>();
    for (String text : Files.readString(file).split(BETWEEN_CASES, -1)) {
      String[] graphs = text.split(BETWEEN_GRAPHS, -1);
      expected.add(text);
      actual.add(graphs[0] + BETWEEN_GRAPHS + run(name, graphs[0]));
    }
    String now = String.join(BETWEEN_CASES, actual);
    if (Boolean.getBoolean("weft.rewrite")) {
      Files.writeString(file, now);
    }
    assertEquals(String.join(BETWEEN_CASES, expected), now);
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyPassHasItsPurposeInWords(String name) {
    assertFalse(Passes.purpose(name).isEmpty());
  }

  @Test
  void everyTextHasItsPass() throws IOException {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      List<String> texts =
          files.map(f -> f.getFileName().toString().replace(".txt", "")).sorted().toList();
      assertEquals(List.copyOf(new TreeSet<>(names().toList())), texts);
    }
  }
}
