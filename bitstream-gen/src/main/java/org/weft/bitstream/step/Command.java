package org.weft.bitstream.step;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.weft.isa.InputException;

/** A tool with its arguments, as the work of a step. */
public record Command(Tools tools, List<String> words) implements Step.Work {

  /** What names the folder of the outputs among the arguments. */
  public static final String PART = "%PART%";

  @Override
  public void run(Path folder, Path part, Path log) throws IOException {
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
      int status = process.waitFor();
      if (status != 0) {
        throw new InputException(name + " failed: " + cause(log, status) + "; its log is " + log);
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new InputException("interrupted in " + name, e);
    }
  }

  private static String cause(Path log, int status) throws IOException {
    return Files.readAllLines(log).stream()
        .filter(line -> line.contains("ERROR") || line.contains("rror:"))
        .findFirst()
        .orElse("status " + status);
  }
}
