package org.weft.sim.engine;

import java.util.List;
import java.util.Optional;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.XdpAction;
import org.weft.sim.map.MapContents;
import org.weft.sim.packet.PacketBuffer;

/**
 * Compares two engines on the same packets: return value with the target of redirects, packet with
 * metadata, and in the end the maps. What cannot be compared is counted with the reason, never
 * taken for equal.
 */
public final class Comparison extends Tallies {
  private static final String NO_TARGET = "redirect target: a kernel test run does not show it";
  private static final String CONFINED =
      "a packet found no room in the machine's buffers that Linux's have";
  private static final String ADDRESS = "the kernel wrote an address of its own";

  private final Engine left;
  private final Engine right;
  private final boolean foreign;

  /** Why differences are not comparable, or null. */
  private final String uncertain;

  /** Whether full maps may do different things. */
  private final boolean unlike;

  /** Whether one engine had no room for a packet where the other had. */
  private boolean confined;

  /** Packets that differ, of which the 1st, 2nd, 3rd, 5th, 9th ... ask for evictions. */
  private long differing;

  /** Why no later packet can be compared, or null. */
  private String diverged;

  Comparison(Engine left, Engine right, Dependence dependence) {
    super(left.name(), right.name());
    this.left = left;
    this.right = right;
    this.foreign = left.isForeign() || right.isForeign();
    this.uncertain = dependence.reason(foreign);
    this.unlike = foreign || left.hasHardwareTables() != right.hasHardwareTables();
  }

  /** Compares what both made of one packet. */
  void packet(long number, Outcome a, Outcome b) {
    String reason = a.incomparable != null ? a.incomparable : b.incomparable;
    if (reason == null) {
      reason = diverged;
    }
    if (reason != null) {
      leftOut(reason);
      return;
    }
    boolean verdicts = sameVerdict(a, b);
    String hidden = a.hidden != null ? a.hidden : b.hidden;
    boolean packets =
        hidden != null
            || PacketDifference.same(a.packet, b.packet, !a.hidesMetadata && !b.hidesMetadata);
    confined |= foreign && (a.packet.confined || b.packet.confined);
    if (unlike && !(verdicts && packets)) {
      diverged = divergence();
      if (diverged != null) {
        leftOut(diverged);
        return;
      }
    }
    if (verdicts) {
      tally(Aspect.VERDICTS).equal();
    } else if (uncertain != null) {
      tally(Aspect.VERDICTS).incomparable(uncertain);
    } else {
      tally(Aspect.VERDICTS).different(verdictText(number, a, b));
    }
    if (foreign && verdicts && a.ret == XdpAction.REDIRECT.ordinal()) {
      redirects().incomparable(NO_TARGET);
    }
    if (a.cycles >= 0 && b.cycles >= 0) {
      clocks(number, a.cycles, b.cycles);
    }
    if (hidden != null) {
      tally(Aspect.PACKETS).incomparable(hidden);
    } else if (packets) {
      tally(Aspect.PACKETS).equal();
    } else if (foreign && onlyAddresses(a.packet, b.packet)) {
      tally(Aspect.PACKETS).incomparable(ADDRESS);
    } else if (uncertain != null) {
      tally(Aspect.PACKETS).incomparable(uncertain);
    } else {
      PacketBuffer one = a.packet;
      PacketBuffer two = b.packet;
      String text = PacketDifference.text(left.name(), one, right.name(), two);
      tally(Aspect.PACKETS).different("packet " + number + ": " + text);
    }
  }

  private void clocks(long number, long a, long b) {
    if (a == b) {
      tally(Aspect.CLOCKS).equal();
    } else {
      tally(Aspect.CLOCKS)
          .different(
              "packet "
                  + number
                  + ": clocks: "
                  + left.name()
                  + " "
                  + a
                  + ", "
                  + right.name()
                  + " "
                  + b);
    }
  }

  private boolean sameVerdict(Outcome a, Outcome b) {
    if (a.fault != null || b.fault != null) {
      return a.fault != null && b.fault != null;
    }
    return a.ret == b.ret
        && (foreign || a.ret != XdpAction.REDIRECT.ordinal() || sameTarget(a.packet, b.packet));
  }

  private static boolean sameTarget(PacketBuffer a, PacketBuffer b) {
    boolean shown =
        a.redirectIfindex != PacketBuffer.UNKNOWN_INTERFACE
            && b.redirectIfindex != PacketBuffer.UNKNOWN_INTERFACE;
    return (!shown || a.redirectIfindex == b.redirectIfindex)
        && (a.redirectMap == PacketBuffer.UNKNOWN_MAP
            || b.redirectMap == PacketBuffer.UNKNOWN_MAP
            || a.redirectMap == b.redirectMap
                && (a.redirectMap < 0 || a.redirectKey == b.redirectKey));
  }

  private String verdictText(long number, Outcome a, Outcome b) {
    boolean targets = a.fault == null && b.fault == null && a.ret == b.ret;
    return "packet "
        + number
        + (targets ? ": redirects to: " : ": returns: ")
        + left.name()
        + " "
        + (targets ? target(a.packet) : a.verdict())
        + ", "
        + right.name()
        + " "
        + (targets ? target(b.packet) : b.verdict());
  }

  private static String target(PacketBuffer packet) {
    if (packet.redirectMap < 0) {
      return "interface " + packet.redirectIfindex;
    }
    return "interface "
        + packet.redirectIfindex
        + " by key "
        + Integer.toUnsignedString(packet.redirectKey)
        + " of map "
        + packet.redirectMap;
  }

  private boolean onlyAddresses(PacketBuffer a, PacketBuffer b) {
    PacketBuffer theirs = left.isForeign() ? a : b;
    PacketBuffer ours = left.isForeign() ? b : a;
    return a.length() == b.length()
        && a.data - a.dataMeta == b.data - b.dataMeta
        && Addresses.explain(
            theirs.bytes, theirs.dataMeta, ours.bytes, ours.dataMeta, a.dataEnd - a.dataMeta);
  }

  /** What has made the engines differ from here on though both are right, or null. */
  private String divergence() {
    if (confined) {
      return "after " + CONFINED;
    }
    return Long.bitCount(differing++) <= 1 ? capacity() : null;
  }

  /** The map that has thrown out entries of its own choice or refused one, or null. */
  private String capacity() {
    List<MapDefinition> definitions = left.maps().definitions();
    for (int i = 0; i < definitions.size(); i++) {
      String reason =
          definitions.get(i).type().isIndexed()
              ? null
              : capacity(left.maps().contents(i), right.maps().contents(i));
      if (reason != null) {
        return "after " + reason;
      }
    }
    return null;
  }

  private static String capacity(MapContents a, MapContents b) {
    String name = a.definition().name();
    if (a.refused() || b.refused()) {
      return "hash map " + name + " had no room in its buckets for an entry that Linux takes";
    }
    return a.evicted() || b.evicted() ? "LRU map " + name + " began to throw out entries" : null;
  }

  /** Compares the maps of both engines as they are now. */
  void maps() {
    Tally tally = tally(Aspect.MAPS);
    List<MapDefinition> definitions = left.maps().definitions();
    for (int i = 0; i < definitions.size(); i++) {
      MapDefinition definition = definitions.get(i);
      String reason = incomparable(i, definition);
      if (reason != null) {
        tally.incomparable(reason);
        continue;
      }
      MapContents a = left.maps().contents(i);
      MapContents b = right.maps().contents(i);
      MapDifference difference = new MapDifference(side(left), a, side(right), b);
      if (difference.count() == 0) {
        tally.equal();
      } else if (confined) {
        tally.incomparable("since " + CONFINED);
      } else if (unlike && capacity(a, b) != null) {
        tally.incomparable("since " + capacity(a, b));
      } else if (difference.onlyAddresses()) {
        tally.incomparable("map " + definition.name() + ": " + ADDRESS);
      } else if (uncertain != null) {
        tally.incomparable(uncertain);
      } else {
        tally.different(difference.text());
      }
    }
  }

  private static MapDifference.Side side(Engine engine) {
    return new MapDifference.Side(engine.name(), engine.isForeign());
  }

  private String incomparable(int map, MapDefinition definition) {
    Optional<String> reason = left.incomparable(map);
    if (reason.isEmpty()) {
      reason = right.incomparable(map);
    }
    if (reason.isPresent()) {
      return reason.get();
    }
    return switch (definition.type()) {
      case PERF_EVENT_ARRAY -> "map " + definition.name() + ": events cannot be compared";
      case XSKMAP -> foreign ? "map " + definition.name() + ": sockets cannot be compared" : null;
      default -> null;
    };
  }
}
