package org.weft.sim.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The CPUs of this machine, as {@code /sys/devices/system/cpu} lists them. */
final class Cpus {
  /** One entry of a list such as {@code 0-3,8}. */
  private static final Pattern RANGE = Pattern.compile("(\\d{1,6})(?:-(\\d{1,6}))?");

  private Cpus() {}

  /** How many CPUs the kernel keeps per-CPU values for. */
  static int possible() {
    Matcher range = RANGE.matcher(read("possible"));
    int count = 0;
    while (range.find()) {
      int first = Integer.parseInt(range.group(1));
      count += range.group(2) == null ? 1 : Integer.parseInt(range.group(2)) - first + 1;
    }
    return Math.max(count, 1);
  }

  /** The CPUs that run, for messages: {@code 0-3}. */
  static String online() {
    return read("online");
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of("/sys/devices/system/cpu", file)).strip();
    } catch (IOException e) {
      return "0-" + (Runtime.getRuntime().availableProcessors() - 1);
    }
  }
}
