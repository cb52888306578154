package org.weft.isa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;

/** Directories that appear when all of their files are written, or not at all. */
public final class WholeDirectory {
  private WholeDirectory() {}

  /**
   * Checks that a directory can be made, before long work is done for it.
   *
   * @throws InputException when something is there that would be lost
   */
  public static void check(Path directory) {
    try {
      if (!Files.exists(directory)) {
        return;
      }
      if (!Files.isDirectory(directory)) {
        throw new InputException(directory + ": is a file; give a directory");
      }
      try (Stream<Path> files = Files.list(directory)) {
        if (files.findAny().isPresent()) {
          throw new InputException(directory + ": is not empty; give a new directory");
        }
      }
    } catch (IOException e) {
      throw WholeFile.notWritten(directory, e);
    }
  }

  /**
   * Makes a directory with these files.
   *
   * @throws InputException when something is there, or it cannot be written
   */
  public static void write(Path directory, Map<String, byte[]> files) {
    check(directory);
    Path whole = directory.toAbsolutePath().normalize();
    WholeFile.makeDirectories(whole.getParent() == null ? whole : whole.getParent());
    try {
      Path part = Files.createTempDirectory(whole.getParent(), whole.getFileName() + ".part");
      try {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
          Files.write(part.resolve(file.getKey()), file.getValue());
        }
        Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        delete(part);
        throw e;
      }
    } catch (IOException e) {
      throw WholeFile.notWritten(directory, e);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
