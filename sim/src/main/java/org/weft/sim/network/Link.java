package org.weft.sim.network;

/**
 * A network interface.
 *
 * @param ifindex its number, from 1
 * @param mac its address, the first byte in bits 47 to 40
 * @param mtu the longest network packet, in bytes
 * @param forwards whether packets that come in here may be forwarded
 */
public record Link(int ifindex, long mac, int mtu, boolean forwards) {
  /** The loopback, which every system has. */
  public static final int LOOPBACK = 1;

  static final int LEAST_MTU = 68;

  /** Linux takes IPv6 from an interface with a smaller one. */
  static final int LEAST_IPV6_MTU = 1280;

  private static final int LOOPBACK_MTU = 65536;
  private static final int ETHERNET_MTU = 1500;

  /** An interface of which nothing is said. */
  public static Link of(int ifindex) {
    return ifindex == LOOPBACK
        ? new Link(ifindex, 0, LOOPBACK_MTU, false)
        : new Link(ifindex, 0x02_00_00_00_00_00L | ifindex, ETHERNET_MTU, false);
  }

  /** The most that its MTU can be. */
  static int mostMtu(int ifindex) {
    return ifindex == LOOPBACK ? LOOPBACK_MTU : 65535;
  }

  boolean hasIpv6() {
    return mtu >= LEAST_IPV6_MTU;
  }

  Link withMac(long newMac) {
    return new Link(ifindex, newMac, mtu, forwards);
  }

  Link withMtu(int newMtu) {
    return new Link(ifindex, mac, newMtu, forwards);
  }

  Link withForwards(boolean newForwards) {
    return new Link(ifindex, mac, mtu, newForwards);
  }
}
