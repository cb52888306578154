package org.weft.compiler.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A section.
 *
 * @param index its number
 * @param name its name
 * @param type {@code sh_type}
 * @param flags {@code sh_flags}
 * @param link {@code sh_link}
 * @param info {@code sh_info}
 * @param entrySize {@code sh_entsize}
 * @param size bytes in memory
 * @param data bytes in the file, read-only and little-endian; empty for {@link #NOBITS}
 */
public record Section(
    int index,
    String name,
    int type,
    long flags,
    int link,
    int info,
    long entrySize,
    long size,
    ByteBuffer data) {
  static final int SYMTAB = 2;
  static final int RELA = 4;
  static final int NOBITS = 8;
  static final int REL = 9;
  private static final int PROGBITS = 1;
  private static final int EXECUTABLE = 4;

  /** The bytes in the file, from position 0. */
  public ByteBuffer buffer() {
    return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A copy of the bytes, zeros for a section without bytes in the file. */
  public byte[] bytes() {
    byte[] bytes = new byte[Math.toIntExact(size)];
    if (type != NOBITS) {
      buffer().get(bytes);
    }
    return bytes;
  }

  /** Whether the section holds instructions. */
  public boolean isCode() {
    return type == PROGBITS && (flags & EXECUTABLE) != 0 && size > 0;
  }
}
