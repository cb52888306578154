package org.weft.sim.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;
import org.weft.isa.xdp.Bytes;
import org.weft.sim.map.MapContents;

/**
 * The entries of a map in which two engines differ. A CPU that one does not have counts as zero.
 */
public final class MapDifference {
  /**
   * One of the two.
   *
   * @param name the engine's
   * @param isForeign whether it may write addresses of its own
   */
  public record Side(String name, boolean isForeign) {}

  private static final int MAX_SHOWN = 3;
  private static final int MAX_BYTES = 256;

  private final String name;
  private final Side left;
  private final Side right;
  private final boolean zeroIsAbsent;
  private final List<String> shown = new ArrayList<>();
  private long count;
  private boolean onlyAddresses = true;

  /** What a map holds here and there. */
  public MapDifference(Side left, MapContents a, Side right, MapContents b) {
    this.left = left;
    this.right = right;
    name = a.definition().name();
    zeroIsAbsent = a.definition().type().isIndexed();
    compare(a.entries(), b.entries());
  }

  private void compare(
      SortedMap<Bytes, MapContents.Value> a, SortedMap<Bytes, MapContents.Value> b) {
    TreeSet<Bytes> keys = new TreeSet<>(a.comparator());
    keys.addAll(a.keySet());
    keys.addAll(b.keySet());
    for (Bytes key : keys) {
      MapContents.Value one = a.get(key);
      MapContents.Value two = b.get(key);
      if (!same(one, two)) {
        count++;
        onlyAddresses = onlyAddresses && explained(one, two);
        if (shown.size() < MAX_SHOWN) {
          shown.add(
              "key "
                  + key
                  + ": "
                  + left.name()
                  + " "
                  + show(one)
                  + ", "
                  + right.name()
                  + " "
                  + show(two));
        }
      }
    }
  }

  /** Number of entries that differ. */
  public long count() {
    return count;
  }

  /** Whether all differences are addresses that the kernel wrote. */
  boolean onlyAddresses() {
    return count > 0 && onlyAddresses;
  }

  /** One line with the first of them. */
  public String text() {
    return "map "
        + name
        + ": "
        + count
        + (count == 1 ? " entry differs; " : " entries differ; ")
        + String.join("; ", shown);
  }

  private boolean same(MapContents.Value a, MapContents.Value b) {
    if (a == null || b == null) {
      return zeroIsAbsent && isZero(a) && isZero(b);
    }
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

  private static boolean isZero(MapContents.Value value) {
    if (value == null) {
      return true;
    }
    for (Bytes bytes : value.bytes()) {
      if (!isZero(bytes)) {
        return false;
      }
    }
    return value.reference() == null;
  }

  private static boolean isZero(Bytes bytes) {
    for (int i = 0; i < bytes.length(); i++) {
      if (bytes.at(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean explained(MapContents.Value a, MapContents.Value b) {
    if (left.isForeign() == right.isForeign() || a == null || b == null) {
      return false;
    }
    List<Bytes> theirs = (left.isForeign() ? a : b).bytes();
    List<Bytes> ours = (left.isForeign() ? b : a).bytes();
    for (int i = 0; i < Math.min(theirs.size(), ours.size()); i++) {
      byte[] one = theirs.get(i).toArray();
      byte[] two = ours.get(i).toArray();
      if (one.length != two.length || !Addresses.explain(one, 0, two, 0, one.length)) {
        return false;
      }
    }
    return !theirs.isEmpty() && !ours.isEmpty();
  }

  private static String show(MapContents.Value value) {
    if (value == null) {
      return "no entry";
    }
    if (value.reference() != null) {
      return value.reference();
    }
    if (value.bytes().size() == 1) {
      return hex(value.bytes().get(0));
    }
    StringBuilder text = new StringBuilder("[");
    for (Bytes bytes : value.bytes()) {
      text.append(text.length() == 1 ? "" : " ").append(isZero(bytes) ? "0" : hex(bytes));
    }
    return text.append(']').toString();
  }

  private static String hex(Bytes bytes) {
    String hex = bytes.toString();
    return bytes.length() > MAX_BYTES ? hex.substring(0, 2 * MAX_BYTES) + "..." : hex;
  }
}
