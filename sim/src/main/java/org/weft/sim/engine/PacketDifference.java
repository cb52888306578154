package org.weft.sim.engine;

import java.util.Arrays;
import java.util.HexFormat;
import org.weft.sim.packet.PacketBuffer;

/** Where two packets differ, said so that one can see it. */
final class PacketDifference {
  private static final int BEFORE = 4;
  private static final int SHOWN = 20;

  private PacketDifference() {}

  static boolean same(PacketBuffer a, PacketBuffer b, boolean withMetadata) {
    if (!withMetadata) {
      return Arrays.equals(a.bytes, a.data, a.dataEnd, b.bytes, b.data, b.dataEnd);
    }
    return a.data - a.dataMeta == b.data - b.dataMeta
        && Arrays.equals(a.bytes, a.dataMeta, a.dataEnd, b.bytes, b.dataMeta, b.dataEnd);
  }

  static String text(String left, PacketBuffer a, String right, PacketBuffer b) {
    if (a.length() != b.length()) {
      int at = Arrays.mismatch(a.bytes, a.data, a.dataEnd, b.bytes, b.data, b.dataEnd);
      return left
          + " "
          + a.length()
          + " bytes, "
          + right
          + " "
          + b.length()
          + "; from byte "
          + at
          + ": "
          + around(left, a, right, b, at);
    }
    int at = Arrays.mismatch(a.bytes, a.data, a.dataEnd, b.bytes, b.data, b.dataEnd);
    if (at >= 0) {
      return "byte " + at + " of " + a.length() + ": " + around(left, a, right, b, at);
    }
    return "metadata: " + left + " " + metadata(a) + ", " + right + " " + metadata(b);
  }

  private static String around(String left, PacketBuffer a, String right, PacketBuffer b, int at) {
    return left + " " + around(a, at) + ", " + right + " " + around(b, at);
  }

  /** The bytes around one that stands in brackets. */
  private static String around(PacketBuffer packet, int at) {
    int first = Math.max(0, at - BEFORE);
    int end = Math.min(packet.length(), first + SHOWN);
    StringBuilder text = new StringBuilder(first > 0 ? "..." : "");
    for (int i = first; i < end; i++) {
      String hex = HexFormat.of().toHexDigits(packet.bytes[packet.data + i]);
      text.append(i == at ? "[" + hex + "]" : hex);
    }
    if (at >= packet.length()) {
      text.append("[end]");
    }
    return text.append(end < packet.length() ? "..." : "").toString();
  }

  private static String metadata(PacketBuffer packet) {
    return packet.data == packet.dataMeta
        ? "none"
        : HexFormat.of().formatHex(packet.bytes, packet.dataMeta, packet.data);
  }
}
