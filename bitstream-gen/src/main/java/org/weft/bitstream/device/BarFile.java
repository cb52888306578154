package org.weft.bitstream.device;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.weft.isa.InputException;
import org.weft.isa.control.Register;

/** Registers in a file that is a region of a PCI Express device, as Linux has them in sysfs. */
public final class BarFile implements RegisterBus {
  private static final VarHandle WORDS =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final MappedByteBuffer region;

  private BarFile(MappedByteBuffer region) {
    this.region = region;
  }

  /**
   * Opens a region.
   *
   * @param file as {@code /sys/bus/pci/devices/0000:01:00.0/resource2}
   * @param from where registers begin in it, in bytes, a multiple of 4
   * @throws InputException when there is none
   */
  public static BarFile open(Path file, long from) {
    if (!Files.exists(file)) {
      throw new InputException(
          file
              + ": no such file; give the device's resource2 in /sys/bus/pci/devices, and +OFFSET"
              + " where its registers do not begin there");
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (from < 0 || from % Integer.BYTES != 0 || channel.size() - from < Register.BYTES) {
        throw new InputException(
            String.format(
                "%s: has no registers at 0x%x: it has %d bytes, they take %d",
                file, from, channel.size(), Register.BYTES));
      }
      return new BarFile(channel.map(FileChannel.MapMode.READ_WRITE, from, Register.BYTES));
    } catch (IOException e) {
      throw new InputException(file + ": cannot be opened: " + e.getMessage(), e);
    }
  }

  @Override
  public int read(int offset) {
    return (int) WORDS.getVolatile(region, offset);
  }

  @Override
  public void write(int offset, int value) {
    WORDS.setVolatile(region, offset, value);
  }
}
