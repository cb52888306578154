package org.weft.sim.trace;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.weft.isa.InputException;

/** Opens and creates traces. */
public final class Traces {
  /** Longest frame that is taken from a trace; longer ones are taken for damage. */
  static final int MAX_FRAME_BYTES = 1 << 20;

  /** The link type of Ethernet. */
  static final int ETHERNET = 1;

  private Traces() {}

  /**
   * Opens a pcap or pcapng file, whichever it is.
   *
   * @throws InputException when it is neither or cannot be read
   */
  public static TraceReader open(Path path) {
    try {
      return open(path.toString(), Files.newInputStream(path));
    } catch (NoSuchFileException e) {
      throw new InputException(path + ": no such file", e);
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a trace from a stream.
   *
   * @param name for messages
   * @throws InputException when it is no trace
   */
  public static TraceReader open(String name, InputStream in) throws IOException {
    ByteSource source = new ByteSource(in);
    try {
      if (!source.has(4)) {
        throw new InputException(name + ": empty or cut off; give a pcap or pcapng file");
      }
      int magic = source.i32();
      return switch (magic) {
        case 0xa1b2c3d4 -> new PcapReader(name, source, false, 1000);
        case 0xd4c3b2a1 -> new PcapReader(name, source, true, 1000);
        case 0xa1b23c4d -> new PcapReader(name, source, false, 1);
        case 0x4d3cb2a1 -> new PcapReader(name, source, true, 1);
        case PcapngReader.SECTION_HEADER -> new PcapngReader(name, source);
        default ->
            throw new InputException(
                (magic & 0xffff) == 0x8b1f
                    ? name + ": compressed with gzip; unpack it first"
                    : name
                        + ": neither pcap nor pcapng (it begins with "
                        + String.format("%08x", Integer.reverseBytes(magic))
                        + ")");
      };
    } catch (EOFException e) {
      source.close();
      throw new InputException(name + ": the header is cut off", e);
    } catch (InputException e) {
      source.close();
      throw e;
    }
  }

  /**
   * Creates a trace: pcapng when the name ends in {@code .pcapng}, else pcap with nanoseconds.
   *
   * @throws InputException when it cannot be written
   */
  public static TraceWriter create(Path path) {
    try {
      BufferedOutputStream out = new BufferedOutputStream(Files.newOutputStream(path), 1 << 18);
      return path.toString().endsWith(".pcapng") ? new PcapngWriter(out) : new PcapWriter(out);
    } catch (IOException e) {
      throw new InputException(path + ": cannot be written: " + e.getMessage(), e);
    }
  }
}
