package org.weft.sim.network;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * An IPv4 or IPv6 address, first bit first; an IPv4 address has the upper half of {@code high}.
 *
 * @param isIpv6 whether it has 128 bits and not 32
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record Address(boolean isIpv6, long high, long low) {
  /** Bits of an address of the family. */
  public static int bits(boolean isIpv6) {
    return isIpv6 ? 128 : 32;
  }

  /** An address as people write it, or null when the text is none. */
  static Address parse(String text) {
    return text.indexOf(':') >= 0 ? ipv6(text) : ipv4(text);
  }

  private static Address ipv4(String text) {
    String[] parts = text.split("\\.", -1);
    long address = 0;
    for (String part : parts) {
      if (!part.matches("\\d{1,3}") || Integer.parseInt(part) > 255) {
        return null;
      }
      address = address << 8 | Integer.parseInt(part);
    }
    return parts.length == 4 ? new Address(false, address << 32, 0) : null;
  }

  private static Address ipv6(String text) {
    if (!text.matches("[0-9a-fA-F:.]+")) {
      return null;
    }
    try {
      byte[] bytes = InetAddress.getByName(text).getAddress();
      // Java takes a mapped address, ::ffff:192.0.2.1, for IPv4.
      return bytes.length == 16
          ? new Address(true, number(bytes, 0), number(bytes, 8))
          : new Address(true, 0, 0xffffL << 32 | ByteBuffer.wrap(bytes).getInt() & 0xffffffffL);
    } catch (UnknownHostException e) {
      return null;
    }
  }

  private static long number(byte[] bytes, int from) {
    long number = 0;
    for (int i = from; i < from + 8; i++) {
      number = number << 8 | bytes[i] & 0xff;
    }
    return number;
  }

  /** The first bits of {@code high} that a prefix of this length has. */
  static long highMask(int length) {
    return length == 0 ? 0 : length >= 64 ? -1 : -1L << 64 - length;
  }

  /** The same for {@code low}. */
  static long lowMask(int length) {
    return length <= 64 ? 0 : -1L << 128 - length;
  }

  /** The address with all bits behind the prefix zero. */
  Address masked(int length) {
    return new Address(isIpv6, high & highMask(length), low & lowMask(length));
  }

  /** Whether it names one host, as the address of a router or of one's own must. */
  boolean isUnicast() {
    int first = (int) (high >>> 56);
    return isIpv6 ? first != 0xff && (high != 0 || low != 0) : first != 0 && first < 224;
  }

  /** The bytes, 4 or 16, in network order. */
  public byte[] bytes() {
    byte[] bytes = new byte[isIpv6 ? 16 : 4];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) ((i < 8 ? high : low) >>> 56 - 8 * (i & 7));
    }
    return bytes;
  }

  @Override
  public String toString() {
    try {
      return InetAddress.getByAddress(bytes()).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
