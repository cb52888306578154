package org.weft.isa;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that appear whole, or not at all. */
class WholeStreamTest {
  @TempDir Path folder;

  /** Ends without closing what it writes to, as a signal would have it do. */
  static final class Interrupted {
    private Interrupted() {}

    public static void main(String[] args) throws IOException {
      WholeStream stream = WholeStream.create(Path.of(args[0]));
      stream.write(new byte[1000]);
      stream.flush();
      System.out.println(Files.exists(Path.of(args[0] + ".part")));
      System.exit(7);
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  @Test
  void fileAppearsWhenItIsClosed() throws IOException {
    Path file = folder.resolve("file");
    try (WholeStream stream = WholeStream.create(file)) {
      stream.write(1);
      assertEquals(List.of(folder.resolve("file.part")), files());
    }
    assertEquals(List.of(file), files());
    assertEquals(1, Files.size(file));
  }

  @Test
  void nothingIsLeftOfWhatIsAbandoned() throws IOException {
    try (WholeStream stream = WholeStream.create(folder.resolve("file"))) {
      stream.write(1);
      stream.abandon();
    }
    assertEquals(List.of(), files());
  }

  @Test
  void nothingIsLeftWhenAllEndsBefore() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String path = System.getProperty("java.class.path");
    String file = folder.resolve("file").toString();
    Process process =
        new ProcessBuilder(java, "-cp", path, Interrupted.class.getName(), file)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(7, process.waitFor(), said);
    assertEquals("true\n", said);
    assertEquals(List.of(), files());
  }

  @Test
  void whatCannotBeWrittenIsNamed() throws IOException {
    try (WholeStream stream = WholeStream.create(Path.of("/dev/full"))) {
      byte[] bytes = new byte[100];
      InputException e = assertThrows(InputException.class, () -> stream.write(bytes));
      assertTrue(e.getMessage().startsWith("/dev/full: cannot be written: "), e.getMessage());
    }
  }
}
