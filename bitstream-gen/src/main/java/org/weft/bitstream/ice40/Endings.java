package org.weft.bitstream.ice40;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;

/**
 * How whole files end: the tools do not look whether all was written, and a disk that was full for
 * a moment leaves files without their ends.
 */
final class Endings {
  private static final int BYTES = 4096;
  private static final Map<String, Predicate<String>> BY_KIND =
      Map.of(
          "json", end -> end.endsWith("}\n"),
          "txt", end -> end.endsWith("\n\n"),
          "v", end -> end.endsWith("endmodule\n") || end.strip().endsWith("endmodule"),
          "asc", end -> end.endsWith("\n") && lastLine(end).startsWith(".sym "),
          // Wake up, and a byte of padding.
          "bin", end -> end.endsWith("\u0001\u0006\u0000"));

  private Endings() {}

  /**
   * Checks a file's end.
   *
   * @throws IOException when it is not that of a whole file
   */
  static void require(Path file) throws IOException {
    String name = file.getFileName().toString();
    Predicate<String> isWhole = BY_KIND.get(name.substring(name.lastIndexOf('.') + 1));
    if (isWhole != null && !isWhole.test(end(file))) {
      throw new IOException(name + " is cut off: is the disk full?");
    }
  }

  private static String end(Path file) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
      byte[] end = new byte[(int) Math.min(bytes.length(), BYTES)];
      bytes.seek(bytes.length() - end.length);
      bytes.readFully(end);
      return new String(end, StandardCharsets.ISO_8859_1);
    }
  }

  private static String lastLine(String text) {
    return text.substring(text.lastIndexOf('\n', text.length() - 2) + 1);
  }
}
