package org.weft.sim.nic;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.weft.isa.InputException;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.trace.TraceReader;

/** Frames of a trace, as they are or with another length or more flows. */
public final class Frames {
  private static final int MAX_FRAMES = 1 << 16;
  private static final int ETHERNET_BYTES = 14;

  private Frames() {}

  /**
   * Reads the first 65,536 frames of a trace, but for those that no buffer holds.
   *
   * @param leftOut is told the bytes of each that is left out
   * @throws InputException when there is none
   */
  public static List<Frame> read(TraceReader trace, IntConsumer leftOut) throws IOException {
    List<Frame> frames = new ArrayList<>();
    while (frames.size() < MAX_FRAMES && trace.next()) {
      if (trace.length() > PacketBuffer.MAX_PACKET_BYTES) {
        leftOut.accept(trace.length());
      } else {
        frames.add(new Frame(Arrays.copyOf(trace.frame(), trace.length()), trace.timestampNs()));
      }
    }
    if (frames.isEmpty()) {
      throw new InputException("the trace has no frames that a buffer holds");
    }
    return frames;
  }

  /** The frames cut to a length, or with zeros behind them up to it. */
  public static List<Frame> ofSize(List<Frame> frames, int bytes) {
    return frames.stream()
        .map(f -> new Frame(Arrays.copyOf(f.bytes(), bytes), f.timestampNs()))
        .toList();
  }

  /**
   * The frames over and over, until there are so many flows of each: in the n-th copy n is added to
   * the last three bytes of an IPv4 source address, with its checksum, or of an IPv6 one.
   */
  public static List<Frame> ofFlows(List<Frame> frames, int flows) {
    List<Frame> all = new ArrayList<>();
    for (int flow = 0; flow < flows; flow++) {
      for (Frame frame : frames) {
        all.add(new Frame(changed(frame.bytes(), flow), frame.timestampNs()));
      }
    }
    return all;
  }

  private static byte[] changed(byte[] frame, int flow) {
    byte[] bytes = frame.clone();
    int type = bytes.length < ETHERNET_BYTES ? 0 : (bytes[12] & 0xff) << 8 | bytes[13] & 0xff;
    if (type == 0x0800 && bytes.length >= ETHERNET_BYTES + 20) {
      int before = add(bytes, ETHERNET_BYTES + 13, flow);
      checksum(bytes, ETHERNET_BYTES + 10, before, word(bytes, ETHERNET_BYTES + 12));
    } else if (type == 0x86dd && bytes.length >= ETHERNET_BYTES + 40) {
      add(bytes, ETHERNET_BYTES + 21, flow);
    }
    return bytes;
  }

  /** Adds to three bytes; the sum of the four bytes around them, as it was. */
  private static int add(byte[] bytes, int at, int flow) {
    int before = word(bytes, at - 1);
    int sum = (bytes[at] & 0xff) << 16 | (bytes[at + 1] & 0xff) << 8 | bytes[at + 2] & 0xff;
    sum += flow;
    bytes[at] = (byte) (sum >> 16);
    bytes[at + 1] = (byte) (sum >> 8);
    bytes[at + 2] = (byte) sum;
    return before;
  }

  /** Two 16-bit numbers, added. */
  private static int word(byte[] bytes, int at) {
    return (bytes[at] & 0xff) * 256
        + (bytes[at + 1] & 0xff)
        + (bytes[at + 2] & 0xff) * 256
        + (bytes[at + 3] & 0xff);
  }

  private static void checksum(byte[] bytes, int at, int before, int after) {
    int sum = (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    long changed = (~sum & 0xffffL) + (2 * 0xffff - before) + after;
    while (changed >> 16 != 0) {
      changed = (changed & 0xffff) + (changed >> 16);
    }
    int value = (int) ~changed;
    bytes[at] = (byte) (value >> 8);
    bytes[at + 1] = (byte) value;
  }
}
