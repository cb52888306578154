package org.weft.sim.network;

import java.util.Comparator;
import org.weft.sim.map.Little;

/**
 * The first bits of addresses.
 *
 * @param address the bits behind them zero
 * @param length how many they are
 */
record Prefix(Address address, int length) implements Comparable<Prefix> {
  private static final Comparator<Prefix> ORDER =
      Comparator.<Prefix, Address>comparing(Prefix::address, AddressIndex::sort)
          .thenComparingInt(Prefix::length);

  /** The prefix of an address that has so many bits. */
  static Prefix of(Address address, int length) {
    return new Prefix(address.masked(length), length);
  }

  /** An address alone. */
  static Prefix of(Address address) {
    return new Prefix(address, Address.bits(address.isIpv6()));
  }

  /** Whether it is one address. */
  boolean isHost() {
    return length == Address.bits(address.isIpv6());
  }

  /** Whether all its addresses are among another one's. */
  boolean isIn(Prefix other) {
    return length >= other.length && address.masked(other.length).equals(other.address);
  }

  /**
   * The key in a trie: length, number of the table, interface if there is one, address.
   *
   * @param ifindex 0 for none
   */
  byte[] key(int table, int ifindex) {
    byte[] bytes = address.bytes();
    int at = ifindex == 0 ? 8 : 12;
    byte[] key = new byte[at + bytes.length];
    Little.INT.set(key, 0, 8 * (at - 4) + length);
    Little.INT.set(key, 4, table);
    if (ifindex != 0) {
      Little.INT.set(key, 8, ifindex);
    }
    System.arraycopy(bytes, 0, key, at, bytes.length);
    return key;
  }

  @Override
  public int compareTo(Prefix other) {
    return ORDER.compare(this, other);
  }
}
