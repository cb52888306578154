package org.weft.bitstream.step;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.weft.isa.InputException;

/**
 * The programs that flows need, where the system looks for programs.
 *
 * @param path folders, as in the variable {@code PATH}
 */
public record Tools(String path) {
  private static final Map<String, String> PACKAGES =
      Map.of("yosys", "yosys", "nextpnr-ice40", "nextpnr-ice40", "icepack", "fpga-icestorm");

  /** Those of this process. */
  public static Tools ofSystem() {
    return new Tools(System.getenv().getOrDefault("PATH", ""));
  }

  /**
   * Where a program is.
   *
   * @throws InputException when it is not there; says what to install
   */
  public Path find(String name) {
    for (String folder : path.split(File.pathSeparator)) {
      Path file = Path.of(folder, name).toAbsolutePath();
      if (Files.isExecutable(file) && !Files.isDirectory(file)) {
        return file;
      }
    }
    throw new InputException(
        name + " is not installed: apt install " + PACKAGES.getOrDefault(name, name));
  }

  /**
   * What a program says of its version, in one line.
   *
   * @throws InputException when it cannot be run, or says nothing
   */
  public String version(String name, String option) {
    try {
      Process process =
          new ProcessBuilder(find(name).toString(), option).redirectErrorStream(true).start();
      String all = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        throw new InputException(name + " cannot be run: it ends with status " + status);
      }
      String first = all.lines().findFirst().orElse("");
      return first.replaceFirst("^\"[^\"]*\" -- ", "");
    } catch (IOException e) {
      throw new InputException(name + " cannot be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException("interrupted in " + name, e);
    }
  }

  /** What a program is that does not say its version: its name, and the digest of its file. */
  public String digest(String name) {
    try {
      return name + " sha256 " + Digest.of(find(name));
    } catch (IOException e) {
      throw new InputException(name + " cannot be read: " + e.getMessage(), e);
    }
  }
}
