package org.weft.bitstream.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.weft.isa.InputException;
import org.weft.isa.control.EventReader;

/**
 * Memory that a device writes to, and that is the host's as a file: pages of hugetlbfs, a driver's.
 */
public final class MemoryFile implements EventReader.Memory {
  private final Path file;
  private final long from;

  /**
   * Memory.
   *
   * @param from where it begins in the file, in bytes
   */
  public MemoryFile(Path file, long from) {
    this.file = file;
    this.from = from;
  }

  @Override
  public byte[] read(int offset, int bytes) {
    if (!Files.exists(file)) {
      throw new InputException(file + ": no such file; give the memory that the device writes to");
    }
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, from + offset + buffer.position()) < 0) {
          throw new InputException(
              String.format("%s: has no %d bytes at 0x%x", file, bytes, from + offset));
        }
      }
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
    }
    return buffer.array();
  }
}
