package org.weft.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.MapContents;

/**
 * Maps for people. Indexes and counters (4 and 8 bytes in arrays, 8 bytes elsewhere) are shown as
 * numbers, all else in hex; of per-CPU values the CPUs that are not zero.
 */
final class MapListing {
  private static final int MAX_ENTRIES = 20;
  private static final int MAX_BYTES = 32;

  private final PrintStream out;

  MapListing(PrintStream out) {
    this.out = out;
  }

  void print(MapContents map) {
    MapDefinition definition = map.definition();
    int size = map.entries().size();
    out.println();
    out.print("map " + definition.name() + " (" + definition.type().label() + "): ");
    if (size == 0) {
      out.println(definition.type().isIndexed() ? "all zero" : "empty");
      return;
    }
    boolean isRing = definition.type() == MapType.RINGBUF;
    String what = isRing ? "record" : "entr";
    out.println(size + " " + what + (isRing ? (size == 1 ? "" : "s") : size == 1 ? "y" : "ies"));
    List<String> keys = new ArrayList<>();
    List<String> values = new ArrayList<>();
    int width = 0;
    for (Map.Entry<Bytes, MapContents.Value> entry : map.entries().entrySet()) {
      if (keys.size() == MAX_ENTRIES) {
        break;
      }
      Bytes key = entry.getKey();
      keys.add(isRing ? bigEndian(key) : definition.type().isIndexed() ? number(key) : hex(key));
      values.add(value(definition.type(), entry.getValue()));
      width = Math.max(width, keys.get(keys.size() - 1).length());
    }
    for (int i = 0; i < keys.size(); i++) {
      String key = keys.get(i);
      out.println("  " + key + " ".repeat(width - key.length()) + "  " + values.get(i));
    }
    if (size > MAX_ENTRIES) {
      out.println("  and " + (size - MAX_ENTRIES) + " more; --json --maps prints all");
    }
  }

  private static String value(MapType type, MapContents.Value value) {
    if (value.reference() != null) {
      return value.reference();
    }
    if (!type.isPerCpu()) {
      return value(type, value.bytes().get(0));
    }
    StringBuilder text = new StringBuilder();
    for (int cpu = 0; cpu < value.bytes().size(); cpu++) {
      if (!isZero(value.bytes().get(cpu))) {
        text.append(text.length() == 0 ? "" : ", ").append("cpu ").append(cpu).append(": ");
        text.append(value(type, value.bytes().get(cpu)));
      }
    }
    return text.length() == 0 ? "0 on all CPUs" : text.toString();
  }

  private static String value(MapType type, Bytes bytes) {
    boolean counter = bytes.length() == 8 || bytes.length() == 4 && type.isIndexed();
    return counter ? number(bytes) : hex(bytes);
  }

  private static boolean isZero(Bytes bytes) {
    for (int i = 0; i < bytes.length(); i++) {
      if (bytes.at(i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** The number of a record. */
  private static String bigEndian(Bytes bytes) {
    long value = 0;
    for (int i = 0; i < bytes.length(); i++) {
      value = value << 8 | bytes.at(i) & 0xff;
    }
    return Long.toString(value);
  }

  private static String number(Bytes bytes) {
    long value = 0;
    for (int i = bytes.length() - 1; i >= 0; i--) {
      value = value << 8 | bytes.at(i) & 0xff;
    }
    return Long.toUnsignedString(value);
  }

  private static String hex(Bytes bytes) {
    String hex = bytes.toString();
    return bytes.length() > MAX_BYTES ? hex.substring(0, 2 * MAX_BYTES) + "..." : hex;
  }
}
