package org.weft.sim.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.weft.isa.InputException;
import org.weft.isa.WholeFile;

/** Opens and creates traces. */
public final class Traces {
  /** The longest frame in a trace, {@code MAXIMUM_SNAPLEN} of libpcap; more means damage. */
  static final int MAX_FRAME_BYTES = 262_144;

  /** The link type of Ethernet. */
  static final int ETHERNET = 1;

  private static final int MAGIC_MODIFIED = 0xa1b2cd34;

  private Traces() {}

  /**
   * Opens a pcap or pcapng file, whichever it is.
   *
   * @throws InputException when it is neither or cannot be read
   */
  public static TraceReader open(Path path) {
    try {
      if (Files.isDirectory(path)) {
        throw new InputException(path + ": is a directory; give a pcap or pcapng file");
      }
      return open(path.toString(), Files.newInputStream(path));
    } catch (NoSuchFileException e) {
      throw new InputException(path + ": no such file", e);
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a trace from a stream, which the reader closes.
   *
   * @param name for messages
   * @throws InputException when it is no trace
   */
  public static TraceReader open(String name, InputStream in) throws IOException {
    ByteSource source = new ByteSource(in);
    try {
      return reader(name, source);
    } catch (IOException | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private static TraceReader reader(String name, ByteSource source) throws IOException {
    if (!source.has(4)) {
      throw new InputException(
          name + ": " + (source.available() == 0 ? "empty" : "cut off") + "; give pcap or pcapng");
    }
    if (source.i32(0) == PcapngReader.SECTION) {
      return new PcapngReader(name, source);
    }
    for (int order = 0; order < 2; order++) {
      source.setBigEndian(order == 1);
      int magic = source.i32(0);
      if (magic == PcapReader.MAGIC_MICROSECONDS) {
        return new PcapReader(name, source, 1000);
      }
      if (magic == PcapReader.MAGIC_NANOSECONDS) {
        return new PcapReader(name, source, 1);
      }
      if (magic == MAGIC_MODIFIED) {
        throw new InputException(name + ": pcap as Kuznetzov modified it; convert it with editcap");
      }
    }
    String packer = packer(source);
    throw new InputException(
        packer == null
            ? name + ": neither pcap nor pcapng; convert it with editcap"
            : name + ": compressed; unpack it: " + packer + " -dc FILE | weft ... --pcap -");
  }

  /** The program that compressed a file which begins so, or null. */
  private static String packer(ByteSource source) {
    int a = source.u8(0);
    int b = source.u8(1);
    int c = source.u8(2);
    int d = source.u8(3);
    if (a == 0x1f && b == 0x8b) {
      return "gzip";
    }
    if (a == 0x28 && b == 0xb5 && c == 0x2f && d == 0xfd) {
      return "zstd";
    }
    if (a == 0xfd && b == '7' && c == 'z' && d == 'X') {
      return "xz";
    }
    if (a == 'B' && b == 'Z' && c == 'h') {
      return "bzip2";
    }
    return a == 0x04 && b == 0x22 && c == 0x4d && d == 0x18 ? "lz4" : null;
  }

  static String wrongLinkType(int link) {
    return "link type " + link + "; weft takes Ethernet (link type 1) only";
  }

  /**
   * Creates a trace: pcapng when the name ends in {@code .pcapng}, else pcap, with nanoseconds.
   * What stands under that name is replaced when the writer is closed.
   *
   * @throws InputException when it cannot be written
   */
  public static TraceWriter create(Path path) {
    try {
      ByteSink sink = ByteSink.create(path);
      return path.toString().endsWith(".pcapng") ? new PcapngWriter(sink) : new PcapWriter(sink);
    } catch (IOException e) {
      throw WholeFile.notWritten(path, e);
    }
  }
}
