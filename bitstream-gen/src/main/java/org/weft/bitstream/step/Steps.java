package org.weft.bitstream.step;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.weft.isa.WholeFile;

/**
 * Runs steps in a folder. A step works in a folder of its own; what it made is moved out of there
 * when all of it is there, and its record is written last: {@code steps/NAME}, with digests of what
 * went in and came out. As long as these hold, it is not run again.
 */
public final class Steps {
  private final Path folder;
  private final Watcher watcher;

  /** Is told what happens, for a person. */
  public interface Watcher {
    /** A step begins, or needs not be run. */
    void step(String name, boolean isDone);
  }

  public Steps(Path folder, Watcher watcher) {
    this.folder = folder;
    this.watcher = watcher;
    WholeFile.makeDirectories(folder.resolve("steps"));
  }

  /** Whether a step would be run: its record is missing, or does not hold. */
  public boolean isStale(Step step) {
    try {
      return !Files.readString(record(step)).equals(expected(step));
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs a step, unless it was run with the same inputs.
   *
   * @throws org.weft.isa.InputException when something cannot be written, or the step says so
   */
  public void run(Step step) {
    boolean isStale = isStale(step);
    watcher.step(step.name(), !isStale);
    if (!isStale) {
      return;
    }
    Path part = folder.resolve("steps").resolve(step.name() + ".work");
    try {
      Files.deleteIfExists(record(step));
      remove(part);
      Files.createDirectories(part);
      step.work().run(folder, part, log(step));
      for (String output : step.outputs()) {
        Files.move(
            part.resolve(output), folder.resolve(output), StandardCopyOption.REPLACE_EXISTING);
      }
      WholeFile.write(
          record(step), expected(step).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw WholeFile.notWritten(folder, e);
    } finally {
      remove(part);
    }
  }

  /** Where a step's log is. */
  public Path log(Step step) {
    return folder.resolve("steps").resolve(step.name() + ".log");
  }

  private Path record(Step step) {
    return folder.resolve("steps").resolve(step.name());
  }

  private String expected(Step step) throws IOException {
    StringBuilder text = new StringBuilder("does " + Digest.of(step.does()) + "\n");
    append(text, "input", step.inputs());
    append(text, "output", step.outputs());
    return text.toString();
  }

  private void append(StringBuilder text, String kind, List<String> files) throws IOException {
    for (String file : files) {
      text.append(kind).append(' ').append(file).append(' ');
      text.append(Digest.of(folder.resolve(file))).append('\n');
    }
  }

  private static void remove(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
