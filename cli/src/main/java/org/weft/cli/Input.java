package org.weft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.weft.compiler.object.ObjectLoader;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.InputException;

/**
 * A program given on the command line.
 *
 * @param object the object, or null when an image was given
 */
record Input(XdpObject object) {
  /** The file's name. */
  String name() {
    return object.file();
  }

  private static final long MAX_FILE_BYTES = 1L << 28;

  static Input read(Path path) {
    byte[] bytes;
    try {
      if (Files.isDirectory(path)) {
        throw new InputException(path + ": is a directory; give an object or image");
      }
      if (Files.size(path) > MAX_FILE_BYTES) {
        throw new InputException(path + ": larger than 256 MiB; neither object nor image");
      }
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new InputException(path + ": no such file", e);
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
    }
    return new Input(ObjectLoader.load(path.toString(), bytes));
  }
}
