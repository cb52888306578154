package org.weft.isa;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that appear when all of them is written, or not at all. */
public final class WholeFile {
  private WholeFile() {}

  /**
   * Writes a file. What was there before stays until all is written. Devices and pipes are written
   * in place; moving a file there would replace them.
   *
   * @throws InputException when it cannot be written
   */
  public static void write(Path path, byte[] bytes) {
    try {
      if (Files.exists(path) && !Files.isRegularFile(path)) {
        Files.write(path, bytes);
      } else {
        writeAndMove(path.toAbsolutePath(), bytes);
      }
    } catch (NoSuchFileException e) {
      throw new InputException(path + ": cannot be written: no such directory", e);
    } catch (AccessDeniedException e) {
      throw new InputException(path + ": cannot be written: permission denied", e);
    } catch (IOException e) {
      throw new InputException(path + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private static void writeAndMove(Path whole, byte[] bytes) throws IOException {
    Path part = whole.resolveSibling(whole.getFileName() + ".part");
    try {
      Files.write(part, bytes);
      Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Files.deleteIfExists(part);
      throw e;
    }
  }
}
