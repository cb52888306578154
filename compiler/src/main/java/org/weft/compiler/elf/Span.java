package org.weft.compiler.elf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.weft.isa.InputException;

/**
 * A window on little-endian bytes of a file that checks every access. It shares the bytes and never
 * allocates more than it holds.
 */
public final class Span {
  /** The longest name or other string that is read, in bytes. */
  public static final int MAX_TEXT = 512;

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}|[\\x80-\\x9f]");

  private final String place;
  private final byte[] bytes;
  private final int from;
  private final int length;

  private Span(String place, byte[] bytes, int from, int length) {
    this.place = place;
    this.bytes = bytes;
    this.from = from;
    this.length = length;
  }

  /** All bytes of an array; place begins every error message. */
  public static Span of(String place, byte[] bytes) {
    return new Span(place, bytes, 0, bytes.length);
  }

  /** What messages begin with. */
  public String place() {
    return place;
  }

  /** Number of bytes. */
  public int length() {
    return length;
  }

  /**
   * A part of the span.
   *
   * @param what what the part is, for the message
   * @throws InputException when it does not lie inside
   */
  public Span part(long offset, long bytes, String what) {
    if (offset < 0 || bytes < 0 || offset > length || bytes > length - offset) {
      throw error(
          what
              + " of "
              + Long.toUnsignedString(bytes)
              + " bytes at offset "
              + Long.toUnsignedString(offset)
              + " does not fit into "
              + length
              + " bytes");
    }
    return new Span(place, this.bytes, from + (int) offset, (int) bytes);
  }

  /** The same bytes with another beginning of messages. */
  public Span at(String newPlace) {
    return new Span(newPlace, bytes, from, length);
  }

  /** The byte at an offset, 0 to 255. */
  public int u8(long offset) {
    return Byte.toUnsignedInt(bytes[check(offset, 1)]);
  }

  /** The 16-bit number at an offset, 0 to 65535. */
  public int u16(long offset) {
    int at = check(offset, 2);
    return Byte.toUnsignedInt(bytes[at]) | Byte.toUnsignedInt(bytes[at + 1]) << 8;
  }

  /** The 32-bit number at an offset. */
  public int s32(long offset) {
    check(offset, 4);
    return u16(offset) | u16(offset + 2) << 16;
  }

  /** The unsigned 32-bit number at an offset. */
  public long u32(long offset) {
    return Integer.toUnsignedLong(s32(offset));
  }

  /** The 64-bit number at an offset. */
  public long s64(long offset) {
    check(offset, 8);
    return u32(offset) | (long) s32(offset + 4) << 32;
  }

  /**
   * The NUL-terminated string at an offset.
   *
   * @throws InputException when it is longer than {@link #MAX_TEXT} or has no end
   */
  public String text(long offset) {
    int start = check(offset, 1);
    int end = end(start);
    if (end == from + length || bytes[end] != 0) {
      throw error(
          "string at offset "
              + offset
              + (end == from + length
                  ? " is not terminated"
                  : " is longer than " + MAX_TEXT + " bytes"));
    }
    return printable(start, end);
  }

  /** The string at an offset, cut after {@link #MAX_TEXT} bytes or at the end of the span. */
  public String textCut(long offset) {
    int start = check(offset, 1);
    return printable(start, end(start));
  }

  /** Text that stays in one line of a message: a tab is a space, other controls are marks. */
  private String printable(int start, int end) {
    String text = new String(bytes, start, end - start, StandardCharsets.UTF_8);
    return text.chars().noneMatch(Character::isISOControl)
        ? text
        : CONTROL.matcher(text.replace('\t', ' ')).replaceAll("?");
  }

  /** Index of the string's NUL, or where to stop looking for it. */
  private int end(int start) {
    int limit = Math.min(from + length, start + MAX_TEXT);
    int end = start;
    while (end < limit && bytes[end] != 0) {
      end++;
    }
    return end;
  }

  /** A copy of the bytes. */
  public byte[] toArray() {
    return Arrays.copyOfRange(bytes, from, from + length);
  }

  /** Copies bytes from an offset on to a place in an array. */
  public void copy(int offset, byte[] to, int at, int count) {
    part(offset, count, "part");
    System.arraycopy(bytes, from + offset, to, at, count);
  }

  /** An exception whose message begins with the place. */
  public InputException error(String cause) {
    return new InputException(place + ": " + cause);
  }

  private int check(long offset, int size) {
    if (offset < 0 || offset > length - size) {
      throw error(
          size
              + " bytes at offset "
              + Long.toUnsignedString(offset)
              + " lie outside its "
              + length
              + " bytes");
    }
    return from + (int) offset;
  }
}
