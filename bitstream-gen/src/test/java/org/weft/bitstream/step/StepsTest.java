package org.weft.bitstream.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
    new Steps(folder, (name, isDone) -> {}).run(step);
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
    Path left = Files.createDirectories(folder.resolve("steps/copy.work"));
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
}
