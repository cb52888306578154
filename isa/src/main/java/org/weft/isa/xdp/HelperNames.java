package org.weft.isa.xdp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Names of all helpers that Linux has, for messages about those that weft has not. */
public final class HelperNames {
  private static final List<String> NAMES = read();

  private HelperNames() {}

  /** A helper as in {@code helper 182 (bpf_...)}; without name when the number is no helper's. */
  public static String describe(int number) {
    return "helper "
        + number
        + (number > 0 && number < NAMES.size() ? " (bpf_" + NAMES.get(number) + ")" : "");
  }

  private static List<String> read() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                HelperNames.class.getResourceAsStream("helpers.txt"), StandardCharsets.UTF_8))) {
      return reader.lines().filter(line -> !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
