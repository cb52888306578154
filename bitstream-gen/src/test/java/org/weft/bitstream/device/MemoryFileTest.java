package org.weft.bitstream.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.isa.InputException;

class MemoryFileTest {
  @TempDir private Path folder;

  @Test
  void bytesAreThoseOfTheFileFromWhereMemoryBegins() throws IOException {
    Path file = Files.write(folder.resolve("memory"), new byte[] {0, 1, 2, 3, 4, 5});
    assertArrayEquals(new byte[] {3, 4}, new MemoryFile(file, 2).read(1, 2));
    InputException e = assertThrows(InputException.class, () -> new MemoryFile(file, 2).read(1, 4));
    assertTrue(e.getMessage().contains("has no 4 bytes at 0x3"), e.getMessage());
  }

  @Test
  void fileThatThereIsNotIsSaid() {
    MemoryFile memory = new MemoryFile(folder.resolve("none"), 0);
    InputException e = assertThrows(InputException.class, () -> memory.read(0, 1));
    assertTrue(e.getMessage().contains("no such file"), e.getMessage());
  }
}
