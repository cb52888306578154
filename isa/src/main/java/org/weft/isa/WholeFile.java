package org.weft.isa;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

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
    } catch (IOException e) {
      throw notWritten(path, e);
    }
  }

  /**
   * Makes a directory and those that it is in, where they are missing.
   *
   * @throws InputException when that is not possible
   */
  public static void makeDirectories(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      String reason = e instanceof FileAlreadyExistsException ? "is a file" : reason(e);
      throw new InputException(directory + ": cannot be made: " + reason, e);
    }
  }

  /** What a user is told when a file cannot be written. */
  public static InputException notWritten(Path path, IOException e) {
    String name = path.toString().isEmpty() ? "\"\"" : path.toString();
    return new InputException(name + ": cannot be written: " + reason(e), e);
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such directory";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    return e instanceof FileSystemException system && system.getReason() != null
        ? system.getReason().toLowerCase(Locale.ROOT)
        : e.getMessage();
  }

  private static void writeAndMove(Path whole, byte[] bytes) throws IOException {
    Path part = whole.resolveSibling(whole.getFileName() + ".part");
    UnfinishedFiles.begin(part);
    try {
      Files.write(part, bytes);
      Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Files.deleteIfExists(part);
      throw e;
    } finally {
      UnfinishedFiles.end(part);
    }
  }
}
