package org.weft.isa.xdp;

import java.util.Arrays;
import java.util.HexFormat;

/** An immutable string of bytes with value equality. */
public final class Bytes {
  /** No bytes. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] bytes;

  private Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A copy of the given bytes. */
  public static Bytes of(byte... bytes) {
    return bytes.length == 0 ? EMPTY : new Bytes(bytes.clone());
  }

  /** A copy of part of an array. */
  public static Bytes of(byte[] from, int offset, int length) {
    return length == 0 ? EMPTY : new Bytes(Arrays.copyOfRange(from, offset, offset + length));
  }

  /** Number of bytes. */
  public int length() {
    return bytes.length;
  }

  /** The byte at an index, from 0. */
  public byte at(int index) {
    return bytes[index];
  }

  /** A copy as an array. */
  public byte[] toArray() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Lower-case hexadecimal, two digits a byte. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
