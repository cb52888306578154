package org.weft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.examples.traffic.TrafficKind;

/** What a clang of today makes of the sources behaves as the committed objects do. */
final class RebuildTest {
  private static final int PACKETS = 40;
  private static final int OLDEST = 11;
  private static final int NEWEST = 40;
  private static final Pattern INSTRUCTION_SET = Pattern.compile("v\\d+");

  @TempDir static Path folder;

  /** Every clang on the search path by name, each once though it may have several. */
  private static List<String> compilers() throws IOException {
    Map<Path, String> found = new LinkedHashMap<>();
    List<String> names = new ArrayList<>(List.of("clang"));
    for (int version = OLDEST; version <= NEWEST; version++) {
      names.add("clang-" + version);
    }
    for (String name : names) {
      for (String path : System.getenv("PATH").split(File.pathSeparator, -1)) {
        Path file = Path.of(path, name);
        if (Files.isExecutable(file)) {
          found.putIfAbsent(file.toRealPath(), name);
          break;
        }
      }
    }
    return List.copyOf(found.values());
  }

  static Stream<Example> examples() {
    return Example.all().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("examples")
  void behavesAsTheCommittedObject(Example example) throws Exception {
    List<String> compilers = compilers();
    assumeFalse(compilers.isEmpty(), "no clang on the search path");
    Map<TrafficKind, List<String>> committed = results(example, example.object());
    for (String compiler : compilers) {
      for (String cpu : instructionSets(compiler)) {
        Path object = build(example, compiler, cpu);
        results(example, object)
            .forEach(
                (kind, results) ->
                    assertEquals(
                        String.join("\n", committed.get(kind)),
                        String.join("\n", results),
                        () -> compiler + " -mcpu=" + cpu + ", " + kind));
      }
    }
  }

  /** And the kernel, which verifies more strictly than engine ref, takes it. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("examples")
  void isTakenByTheKernel(Example example) throws Exception {
    List<String> compilers = compilers();
    assumeFalse(compilers.isEmpty(), "no clang on the search path");
    Path trace = Example.trace(folder, TrafficKind.MIX, PACKETS);
    for (String compiler : compilers) {
      for (String cpu : instructionSets(compiler)) {
        Path object = build(example, compiler, cpu);
        Example.Printed printed = example.weft("verify", object, trace, "--engines", "kernel,ref");
        assumeFalse(printed.kernelLeftOut(), printed::err);
        assertEquals(
            0,
            printed.status(),
            () -> compiler + " -mcpu=" + cpu + "\n" + printed.out() + printed.err());
      }
    }
  }

  /** Those that the compiler knows: v1 to v3, from clang 18 on v4. */
  private static List<String> instructionSets(String compiler) throws IOException {
    Process process =
        new ProcessBuilder(compiler, "--print-supported-cpus", "-target", "bpf")
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return printed
        .lines()
        .map(String::strip)
        .filter(line -> INSTRUCTION_SET.matcher(line).matches())
        .toList();
  }

  private static Path build(Example example, String compiler, String cpu) throws Exception {
    Path out = Files.createDirectories(folder.resolve(compiler + "-" + cpu));
    ProcessBuilder script =
        new ProcessBuilder("./build.sh", example.name()).redirectErrorStream(true);
    script.environment().putAll(Map.of("CLANG", compiler, "CPU", cpu, "OUT", out.toString()));
    Process process = script.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor(1, TimeUnit.MINUTES);
    assertEquals(0, process.exitValue(), () -> compiler + " -mcpu=" + cpu + ": " + printed);
    return out.resolve(example.name() + ".o");
  }

  /** Packets in order; maps by name, as each compiler has its own order of maps. */
  private static Map<TrafficKind, List<String>> results(Example example, Path object)
      throws IOException {
    Map<TrafficKind, List<String>> results = new LinkedHashMap<>();
    for (TrafficKind kind : TrafficKind.values()) {
      Path trace = Example.trace(folder, kind, PACKETS);
      List<String> lines = new ArrayList<>(example.results(object, trace, "ref"));
      int maps = 0;
      while (maps < lines.size() && !lines.get(maps).startsWith("{\"map\"")) {
        maps++;
      }
      lines.subList(maps, lines.size()).sort(null);
      results.put(kind, lines);
    }
    return results;
  }
}
