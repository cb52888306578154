package org.weft.sim.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.sim.map.MapContents;
import org.weft.sim.packet.PacketBuffer;

/**
 * Compares two engines on the same packets: return value, packet with metadata, redirect target,
 * and in the end the maps. What cannot be compared is counted with the reason, never taken for
 * equal.
 */
public final class Comparison {
  /** Differences that are kept with their description; the rest are only counted. */
  private static final int MAX_KEPT = 10;

  private static final int XDP_REDIRECT = 4;

  private final Engine left;
  private final Engine right;
  private final boolean redirects;
  private final List<String> differences = new ArrayList<>();
  private final Map<String, Long> incomparable = new LinkedHashMap<>();
  private long differing;
  private long compared;
  private long comparedMaps;

  /**
   * A comparison of two engines.
   *
   * @param redirects whether both say where a redirect goes
   */
  public Comparison(Engine left, Engine right, boolean redirects) {
    this.left = left;
    this.right = right;
    this.redirects = redirects;
  }

  /** The names of the engines: {@code ref/rows}. */
  public String name() {
    return left.name() + "/" + right.name();
  }

  /** Compares what both made of one packet. */
  public void packet(long number, int leftRet, PacketBuffer a, int rightRet, PacketBuffer b) {
    compared++;
    if (leftRet != rightRet) {
      differ(
          "packet " + number + ": returns",
          Integer.toUnsignedString(leftRet),
          Integer.toUnsignedString(rightRet));
      return;
    }
    if (!Arrays.equals(a.bytes, a.dataMeta, a.dataEnd, b.bytes, b.dataMeta, b.dataEnd)
        || a.data - a.dataMeta != b.data - b.dataMeta) {
      differ("packet " + number + ": " + place(a, b), text(a), text(b));
      return;
    }
    if (leftRet == XDP_REDIRECT) {
      if (!redirects) {
        incomparable("redirect target: a kernel test run does not show it", 1);
      } else if (a.redirectIfindex != b.redirectIfindex
          || a.redirectMap != b.redirectMap
          || a.redirectMap >= 0 && a.redirectKey != b.redirectKey) {
        differ("packet " + number + ": redirects to", target(a), target(b));
      }
    }
  }

  private static String place(PacketBuffer a, PacketBuffer b) {
    if (a.data - a.dataMeta != b.data - b.dataMeta) {
      return "metadata of " + (a.data - a.dataMeta) + " and " + (b.data - b.dataMeta) + " bytes";
    }
    if (a.length() != b.length()) {
      return "length " + a.length() + " and " + b.length();
    }
    int at = Arrays.mismatch(a.bytes, a.data, a.dataEnd, b.bytes, b.data, b.dataEnd);
    return at < 0 ? "metadata" : "byte " + at;
  }

  private static String text(PacketBuffer packet) {
    return Bytes.of(packet.bytes, packet.dataMeta, packet.dataEnd - packet.dataMeta).toString();
  }

  private static String target(PacketBuffer packet) {
    return packet.redirectMap < 0
        ? "interface " + packet.redirectIfindex
        : "key " + packet.redirectKey + " of map " + packet.redirectMap;
  }

  /** Counts something that cannot be compared. */
  public void incomparable(String reason, long count) {
    incomparable.merge(reason, count, Long::sum);
  }

  /** Compares the maps of both engines as they are now. */
  public void maps() {
    List<MapDefinition> definitions = left.maps().definitions();
    for (int i = 0; i < definitions.size(); i++) {
      int map = i;
      Optional<String> reason = left.incomparable(map).or(() -> right.incomparable(map));
      if (reason.isPresent()) {
        incomparable("map " + definitions.get(i).name() + ": " + reason.get(), 1);
        continue;
      }
      MapContents a = left.maps().contents(i);
      MapContents b = right.maps().contents(i);
      comparedMaps++;
      if (a.evicted() || b.evicted()) {
        incomparable("map " + a.definition().name() + ": entries were evicted", 1);
      } else {
        entries(a, b);
      }
    }
  }

  private void entries(MapContents a, MapContents b) {
    SortedMap<Bytes, MapContents.Value> left = a.entries();
    SortedMap<Bytes, MapContents.Value> right = b.entries();
    TreeSet<Bytes> keys = new TreeSet<>(left.comparator());
    keys.addAll(left.keySet());
    keys.addAll(right.keySet());
    for (Bytes key : keys) {
      MapContents.Value one = left.get(key);
      MapContents.Value two = right.get(key);
      if (one == null || two == null || !equal(one, two)) {
        differ("map " + a.definition().name() + ", key " + key + ":", show(one), show(two));
      }
    }
  }

  private static String show(MapContents.Value value) {
    if (value == null) {
      return "no entry";
    }
    if (value.reference() != null) {
      return value.reference();
    }
    return value.bytes().size() == 1 ? value.bytes().get(0).toString() : value.bytes().toString();
  }

  /** CPUs that one engine does not have count as zero. */
  private static boolean equal(MapContents.Value a, MapContents.Value b) {
    if (a.reference() != null || b.reference() != null) {
      return a.reference() != null && a.reference().equals(b.reference());
    }
    for (int i = 0; i < Math.max(a.bytes().size(), b.bytes().size()); i++) {
      Bytes one = i < a.bytes().size() ? a.bytes().get(i) : null;
      Bytes two = i < b.bytes().size() ? b.bytes().get(i) : null;
      if (one == null ? !isZero(two) : two == null ? !isZero(one) : !one.equals(two)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isZero(Bytes bytes) {
    for (int i = 0; i < bytes.length(); i++) {
      if (bytes.at(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private void differ(String what, String a, String b) {
    differing++;
    if (differences.size() < MAX_KEPT) {
      differences.add(what + " " + left.name() + " " + a + ", " + right.name() + " " + b);
    }
  }

  /** The first differences, one line each. */
  public List<String> differences() {
    return differences;
  }

  /** Number of differences. */
  public long differing() {
    return differing;
  }

  /** Packets compared. */
  public long compared() {
    return compared;
  }

  /** Maps compared. */
  public long comparedMaps() {
    return comparedMaps;
  }

  /** What was not compared, by reason. */
  public Map<String, Long> incomparable() {
    return incomparable;
  }
}
