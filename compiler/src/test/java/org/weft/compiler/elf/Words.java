package org.weft.compiler.elf;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Little-endian bytes in the making, for crafted files. */
public final class Words {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Appends numbers of 32 bits. */
  public Words u32(long... values) {
    for (long value : values) {
      number(value, 4);
    }
    return this;
  }

  /** Appends a number of a width in bytes. */
  public Words number(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> 8 * i));
    }
    return this;
  }

  /** Appends bytes. */
  public Words bytes(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** Appends a string with a NUL behind it; gives its offset. */
  public int text(String text) {
    int offset = size();
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    out.write(0);
    return offset;
  }

  public int size() {
    return out.size();
  }

  public byte[] toArray() {
    return out.toByteArray();
  }
}
