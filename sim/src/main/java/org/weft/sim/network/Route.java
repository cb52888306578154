package org.weft.sim.network;

/**
 * A route.
 *
 * @param table the number of its table; {@link #MAIN} unless said otherwise
 * @param destination the prefix, the bits behind it zero
 * @param length bits of the prefix
 * @param gateway the next hop, or null when the destination is on the link; one of IPv6 may serve
 *     IPv4, too
 * @param ifindex the interface that leads there; 0 unless unicast
 * @param metric the lower of two for one prefix wins
 * @param source the address of one's own that packets on it get, or null
 */
public record Route(
    long table,
    Address destination,
    int length,
    Type type,
    Address gateway,
    int ifindex,
    long metric,
    Address source) {
  /** {@code RT_TABLE_MAIN}. */
  public static final long MAIN = 254;

  static final long DEFAULT = 253;
  static final long LOCAL = 255;

  /** What becomes of a packet; numbers of {@code enum} in {@code linux/rtnetlink.h}. */
  public enum Type {
    UNICAST(1),
    BLACKHOLE(6),
    UNREACHABLE(7),
    PROHIBIT(8);

    private final int number;

    Type(int number) {
      this.number = number;
    }

    /** The number {@code RTN_*}. */
    public int number() {
      return number;
    }
  }
}
