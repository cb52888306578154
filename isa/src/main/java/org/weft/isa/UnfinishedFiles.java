package org.weft.isa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Files that are not wholly written yet: removed when the virtual machine is told to end. */
public final class UnfinishedFiles {
  private static final Set<Path> FILES = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(UnfinishedFiles::remove, "unfinished files"));
  }

  private UnfinishedFiles() {}

  /** A file of this name is begun. */
  public static void begin(Path file) {
    FILES.add(file.toAbsolutePath());
  }

  /** The file is finished, or gone. */
  public static void end(Path file) {
    FILES.remove(file.toAbsolutePath());
  }

  private static void remove() {
    for (Path file : FILES) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        // It stays: nobody is left to be told.
      }
    }
  }
}
