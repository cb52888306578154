package org.weft.bitstream.step;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.weft.isa.InputException;

/**
 * A tool with its arguments, as the work of a step.
 *
 * @param words its name, and arguments
 * @param isHopeless says of what the tool has written to its log so far that it will not come to an
 *     end
 */
public record Command(Tools tools, List<String> words, Predicate<String> isHopeless)
    implements Step.Work {

  /** What names the folder of the outputs among the arguments. */
  public static final String PART = "%PART%";

  private static final int SPARE_BYTES = 1 << 16;

  /** A tool that comes to an end. */
  public Command(Tools tools, List<String> words) {
    this(tools, words, log -> false);
  }

  @Override
  public void run(Path folder, Path part, Path log) throws IOException {
    if (!runs(folder, part, log)) {
      throw new InputException(words.get(0) + " comes to no end; its log is " + log);
    }
  }

  /**
   * Runs it to its end.
   *
   * @return whether there was one
   */
  public boolean runs(Path folder, Path part, Path log) throws IOException {
    String name = words.get(0);
    List<String> all = new ArrayList<>();
    all.add(tools.find(name).toString());
    String place = folder.relativize(part).toString();
    words.subList(1, words.size()).forEach(word -> all.add(word.replace(PART, place)));
    Process process =
        new ProcessBuilder(all)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      boolean isHopeless = false;
      while (!isHopeless && !process.waitFor(1, TimeUnit.SECONDS)) {
        isHopeless = this.isHopeless.test(text(log));
      }
      if (isHopeless || this.isHopeless.test(text(log))) {
        process.destroyForcibly().waitFor();
        return false;
      }
      requireSpace(part);
      int status = process.exitValue();
      if (status != 0) {
        throw new InputException(name + " failed: " + cause(log, status) + "; its log is " + log);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException("interrupted in " + name, e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Tools do not look whether all was written. */
  private static void requireSpace(Path part) throws IOException {
    Path spare = part.resolve("spare");
    Files.write(spare, new byte[SPARE_BYTES]);
    Files.delete(spare);
  }

  private static String cause(Path log, int status) throws IOException {
    return text(log)
        .lines()
        .filter(line -> line.contains("ERROR") || line.contains("rror:"))
        .findFirst()
        .orElse("status " + status);
  }

  private static String text(Path log) throws IOException {
    return new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1);
  }
}
