package org.weft.bitstream.step;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.weft.isa.InputException;
import org.weft.isa.WholeFile;

/**
 * Runs steps in a folder. A step works in a folder of its own; what it made is moved out of there
 * when all of it is there, and its record is written last: {@code steps/NAME}, with digests of what
 * went in and came out. As long as these hold, it is not run again.
 */
public final class Steps {
  private static final String WORK = ".work-";

  private final Path folder;
  private final Path records;
  private final Watcher watcher;

  /** Is told what happens, for a person. */
  public interface Watcher {
    /** Looks away. */
    Watcher NONE =
        new Watcher() {
          @Override
          public void begins(String step) {}

          @Override
          public void ends(String step, boolean isUnchanged) {}

          @Override
          public void says(String line) {}
        };

    /** A step begins. */
    void begins(String step);

    /** It has ended; or what it made is there and needs not be made again. */
    void ends(String step, boolean isUnchanged);

    /** What goes on in a step, where it is not what was expected. */
    void says(String line);
  }

  public Steps(Path folder, Watcher watcher) {
    this.folder = folder;
    this.records = folder.resolve("steps");
    this.watcher = watcher;
    WholeFile.makeDirectories(records);
  }

  /** Steps in another folder, with the same watcher. */
  public Steps in(Path other) {
    return new Steps(other, watcher);
  }

  /** What is done in a folder. */
  @FunctionalInterface
  public interface Work<T> {
    T run() throws IOException;
  }

  /**
   * Does something while no other does anything in the folder.
   *
   * @throws InputException when another one is at work in it
   */
  public <T> T alone(Work<T> work) throws IOException {
    try (FileChannel channel = open(records.resolve("lock"))) {
      if (!isFree(channel)) {
        throw new InputException(folder + ": another weft is at work in it");
      }
      return work.run();
    }
  }

  private FileChannel open(Path lock) {
    try {
      return FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw WholeFile.notWritten(folder, e);
    }
  }

  private static boolean isFree(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // This process has it.
    }
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

  /** Removes what the first step that would be run, and those behind it, made before. */
  public void removeStale(List<Step> steps) {
    boolean isStale = false;
    try {
      for (Step step : steps) {
        isStale = isStale || isStale(step);
        if (isStale) {
          Files.deleteIfExists(record(step));
          for (String output : step.outputs()) {
            Files.deleteIfExists(folder.resolve(output));
          }
        }
      }
    } catch (IOException e) {
      throw WholeFile.notWritten(folder, e);
    }
  }

  /**
   * Runs a step, unless it was run with the same inputs.
   *
   * @throws InputException when something cannot be written, or the step says so
   */
  public void run(Step step) {
    boolean isUnchanged = !isStale(step);
    if (!isUnchanged) {
      watcher.begins(step.name());
      make(step);
    }
    watcher.ends(step.name(), isUnchanged);
  }

  private void make(Step step) {
    // Its name is of this process: a tool that outlived an earlier one still writes to that one's.
    Path part = records.resolve(step.name() + WORK + ProcessHandle.current().pid());
    try {
      Files.deleteIfExists(record(step));
      removeLeftovers(step);
      Files.createDirectories(part);
      new StepThread(step.name(), () -> step.work().run(folder, part, log(step))).run();
      for (String output : step.outputs()) {
        Files.move(
            part.resolve(output), folder.resolve(output), StandardCopyOption.REPLACE_EXISTING);
      }
      WholeFile.write(record(step), expected(step).getBytes(StandardCharsets.UTF_8));
    } catch (IOException | UncheckedIOException e) {
      throw WholeFile.notWritten(
          folder, e instanceof UncheckedIOException u ? u.getCause() : (IOException) e);
    } finally {
      removeLeftovers(step);
    }
  }

  /** Where a step's log is. */
  public Path log(Step step) {
    return records.resolve(step.name() + ".log");
  }

  private Path record(Step step) {
    return records.resolve(step.name());
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

  private void removeLeftovers(Step step) {
    try (Stream<Path> all = Files.list(records)) {
      for (Path path : all.toList()) {
        if (path.getFileName().toString().startsWith(step.name() + WORK)) {
          remove(path);
        }
      }
    } catch (IOException e) {
      throw WholeFile.notWritten(folder, e);
    }
  }

  private static void remove(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
