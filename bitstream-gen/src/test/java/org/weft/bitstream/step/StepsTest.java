package org.weft.bitstream.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.InputException;

class StepsTest {
  @TempDir private Path folder;
  private int runs;

  @BeforeEach
  void input() throws IOException {
    Files.writeString(folder.resolve("in"), "a");
  }

  private Step copy(String does) {
    return new Step(
        "copy",
        does,
        List.of("in"),
        List.of("out"),
        (from, part, log) -> {
          runs++;
          Files.copy(from.resolve("in"), part.resolve("out"));
        });
  }

  private void run(Step step) {
    new Steps(folder, Steps.Watcher.NONE).run(step);
  }

  @Test
  void whatHasNotChangedIsNotRunAgain() {
    run(copy("x"));
    run(copy("x"));
    assertEquals(1, runs);
  }

  @Test
  void aChangedInputOutputOrCommandRunsItAgain() throws IOException {
    run(copy("x"));
    Files.writeString(folder.resolve("in"), "b");
    run(copy("x"));
    assertEquals("b", Files.readString(folder.resolve("out")));
    Files.writeString(folder.resolve("out"), "broken");
    run(copy("x"));
    assertEquals("b", Files.readString(folder.resolve("out")));
    run(copy("y"));
    assertEquals(4, runs);
  }

  @Test
  void anOutputThatIsGoneIsMadeAgain() throws IOException {
    run(copy("x"));
    Files.delete(folder.resolve("out"));
    run(copy("x"));
    assertTrue(Files.exists(folder.resolve("out")));
  }

  @Test
  void whatIsHalfWrittenDoesNotLookFinished() throws IOException {
    Step full =
        new Step(
            "copy",
            "x",
            List.of("in"),
            List.of("out"),
            (from, part, log) -> {
              Files.writeString(part.resolve("out"), "hal");
              throw new IOException("No space left on device");
            });
    InputException e = assertThrows(InputException.class, () -> run(full));
    assertTrue(e.getMessage().contains("No space left"), e.getMessage());
    assertFalse(Files.exists(folder.resolve("out")));
    run(copy("x"));
    assertEquals("a", Files.readString(folder.resolve("out")));
  }

  @Test
  void whatAnInterruptedRunLeftBehindIsRemoved() throws IOException {
    Path left = Files.createDirectories(folder.resolve("steps/copy.work-1"));
    Files.writeString(left.resolve("out"), "hal");
    run(copy("x"));
    assertEquals("a", Files.readString(folder.resolve("out")));
    assertFalse(Files.exists(left));
  }

  @Test
  void aMissingToolIsNamedWithItsPackage() {
    Tools none = new Tools(folder.toString());
    InputException e = assertThrows(InputException.class, () -> none.find("icepack"));
    assertEquals("icepack is not installed: apt install fpga-icestorm", e.getMessage());
  }

  @Test
  void aToolThatFailsIsQuotedWithItsLog() {
    Step fails =
        new Step(
            "fails",
            "",
            List.of(),
            List.of(),
            new Command(Tools.ofSystem(), List.of("sh", "-c", "echo ERROR: no; exit 3")));
    InputException e = assertThrows(InputException.class, () -> run(fails));
    assertTrue(e.getMessage().startsWith("sh failed: ERROR: no; its log is "), e.getMessage());
  }

  @Test
  void twoDoNotWorkInOneFolder() throws IOException {
    Steps steps = new Steps(folder, Steps.Watcher.NONE);
    InputException e =
        steps.alone(() -> assertThrows(InputException.class, () -> steps.alone(() -> "never")));
    assertTrue(e.getMessage().endsWith("another weft is at work in it"), e.getMessage());
    assertEquals("then", steps.alone(() -> "then"));
  }

  @Test
  void whatWasMadeOfOtherInputsIsRemovedBeforeItIsMadeAgain() throws IOException {
    run(copy("x"));
    Steps steps = new Steps(folder, Steps.Watcher.NONE);
    steps.removeStale(List.of(copy("x")));
    assertTrue(Files.exists(folder.resolve("out")));
    steps.removeStale(List.of(copy("y")));
    assertFalse(Files.exists(folder.resolve("out")));
  }

  @Test
  void aFullDiskIsSaidThoughTheToolDoesNotNotice() throws Exception {
    Path small = Files.createDirectory(folder.resolve("small"));
    String[] mount = {"mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", small.toString()};
    Assumptions.assumeTrue(new ProcessBuilder(mount).start().waitFor() == 0, "not root");
    try {
      String fill = "head -c 1000000 /dev/zero > %PART%/out 2>&1; exit 0";
      Command fills = new Command(Tools.ofSystem(), List.of("sh", "-c", fill));
      Step step = new Step("fills", "", List.of(), List.of("out"), fills);
      Steps steps = new Steps(small, Steps.Watcher.NONE);
      InputException e = assertThrows(InputException.class, () -> steps.run(step));
      assertTrue(e.getMessage().endsWith("No space left on device"), e.getMessage());
      assertFalse(Files.exists(small.resolve("out")));
    } finally {
      new ProcessBuilder("umount", small.toString()).start().waitFor();
    }
  }

  /** A flow whose second step takes long: the first argument is its folder. */
  static final class Flow {
    public static void main(String[] args) {
      try {
        run(Path.of(args[0]), args[1]);
      } catch (InputException e) {
        System.out.println(e.getMessage());
      }
    }

    private static void run(Path folder, String last) {
      Steps steps = new Steps(folder, Steps.Watcher.NONE);
      steps.run(shell("first", "echo first >> count; echo whole > %PART%/one", "one"));
      if (last.isEmpty()) {
        steps.run(new Step("deaf", "", List.of(), List.of("two"), Flow::deaf));
      }
      String half = "echo ha > %PART%/two; touch begun; " + last + "; echo whole > %PART%/two";
      steps.run(shell("second", half, "two"));
    }

    /** As hardware is elaborated: nothing in it can be interrupted. */
    private static void deaf(Path folder, Path part, Path log) throws IOException {
      Files.writeString(part.resolve("two"), "ha");
      Files.writeString(folder.resolve("begun"), "");
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }

    private static Step shell(String name, String script, String output) {
      Command command = new Command(Tools.ofSystem(), List.of("sh", "-c", script));
      return new Step(name, name, List.of(), List.of(output), command);
    }
  }

  private Process flow(String last) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Flow.class.getName(),
            folder.toString(),
            last)
        .start();
  }

  /** Whether this process ignores SIGINT, and with it those that it starts. */
  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "INT", "TERM"})
  void anInterruptedRunLooksUnfinishedAndTheNextGoesOn(String signal) throws Exception {
    Assumptions.assumeFalse(
        signal.equals("INT") && ignoresInterrupts(), "SIGINT is ignored, as in the background");
    Process run = flow("exec sleep 20");
    while (!Files.exists(folder.resolve("begun"))) {
      Thread.sleep(10);
    }
    ProcessHandle tool = run.children().findFirst().orElseThrow();
    new ProcessBuilder("kill", "-" + signal, String.valueOf(run.pid())).start().waitFor();
    String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    run.waitFor();
    assertFalse(Files.exists(folder.resolve("two")));
    if (signal.equals("KILL")) {
      assertTrue(tool.isAlive()); // It writes on, where nobody looks.
    } else {
      assertEquals(
          "interrupted in step second; the same command goes on where it was", said.strip());
      tool.onExit().get();
    }
    assertEquals(0, flow("true").waitFor());
    tool.destroyForcibly();
    assertEquals("whole\n", Files.readString(folder.resolve("two")));
    assertEquals("first\n", Files.readString(folder.resolve("count")));
  }

  @Test
  void whatJavaDoesIsInterruptedInOneLine() throws Exception {
    Process run = flow("");
    while (!Files.exists(folder.resolve("begun"))) {
      Thread.sleep(10);
    }
    new ProcessBuilder("kill", String.valueOf(run.pid())).start().waitFor();
    String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    run.waitFor();
    assertEquals("interrupted in step deaf; the same command goes on where it was", said.strip());
    assertFalse(Files.exists(folder.resolve("two")));
    try (Stream<Path> left = Files.list(folder.resolve("steps"))) {
      assertEquals(
          List.of("first", "first.log"),
          left.map(p -> p.getFileName().toString()).sorted().toList());
    }
  }
}
