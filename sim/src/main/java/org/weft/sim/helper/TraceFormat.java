package org.weft.sim.helper;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What {@code bpf_trace_printk} and {@code bpf_trace_vprintk} print: checks a format as {@code
 * bpf_bprintf_prepare} does and formats as {@code bstr_printf} does. Hashed pointers are shown as
 * they are.
 */
final class TraceFormat {
  private static final int EINVAL = -22;
  private static final int ENOSPC = -28;

  /** {@code MAX_BPRINTF_VARARGS}. */
  static final int MAX_ARGUMENTS = 12;

  /** Bytes that the kernel has for the values of all arguments. */
  private static final int ARGUMENT_BYTES = 512;

  /** Bytes of text that are kept; the rest is only counted. */
  private static final int TEXT_BYTES = 1023;

  private static final int POINTER_DIGITS = 16;

  private final byte[] text = new byte[TEXT_BYTES];
  private final byte[] string = new byte[ARGUMENT_BYTES];
  private final byte[] digits = new byte[66];
  private final long[] arguments = new long[MAX_ARGUMENTS];
  private byte[] format;
  private int at;
  private int end;
  private int length;
  private int argument;
  private int given;
  private int argumentBytes;
  private PointerReader pointers;

  private boolean left;
  private boolean plus;
  private boolean space;
  private boolean zero;
  private int width;

  /** Sets an argument of the next text. */
  void argument(int index, long value) {
    arguments[index] = value;
  }

  /**
   * Formats so many arguments; the length of the whole text, or a negative error number.
   *
   * @param count arguments that there are; the format may want fewer
   */
  int print(byte[] from, int offset, int bytes, int count, PointerReader pointerReader) {
    format = from;
    pointers = pointerReader;
    given = count;
    argument = 0;
    argumentBytes = 0;
    length = 0;
    end = offset;
    while (end < offset + bytes && format[end] != 0) {
      end++;
    }
    if (end == offset + bytes || !isText(offset)) {
      return EINVAL;
    }
    for (at = offset; at < end; at++) {
      int error = format[at] != '%' ? put(format[at]) : percent();
      if (error < 0) {
        return error;
      }
    }
    return length;
  }

  /** The text last printed, cut to what the kernel keeps. */
  String text() {
    return new String(text, 0, Math.min(length, TEXT_BYTES), StandardCharsets.US_ASCII);
  }

  private boolean isText(int offset) {
    for (int i = offset; i < end; i++) {
      if (!isSpace(format[i]) && (format[i] < ' ' || format[i] > '~')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSpace(int c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }

  private static boolean isAlphanumeric(int c) {
    return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  /** The character some places on, 0 behind the end. */
  private int peek(int places) {
    return at + places < end ? format[at + places] : 0;
  }

  private int put(int c) {
    if (length < TEXT_BYTES) {
      text[length] = (byte) c;
    }
    length++;
    return 0;
  }

  /** A conversion; leaves {@link #at} on its last character. */
  private int percent() {
    at++;
    if (peek(0) == '%') {
      return put('%');
    }
    if (argument == given) {
      return EINVAL;
    }
    flagsAndWidth();
    return switch (peek(0)) {
      case 'p' -> pointer();
      case 's' -> string(0);
      case 'c' -> character();
      default -> number();
    };
  }

  private void flagsAndWidth() {
    left = false;
    plus = false;
    space = false;
    zero = false;
    while (true) {
      switch (peek(0)) {
        case '0' -> zero = true;
        case '+' -> plus = true;
        case '-' -> left = true;
        case ' ' -> space = true;
        default -> {
          width = 0;
          while (peek(0) >= '0' && peek(0) <= '9') {
            width = Math.min(1 << 20, 10 * width + peek(0) - '0');
            at++;
          }
          return;
        }
      }
      at++;
    }
  }

  private int take(int bytes, int alignment) {
    argumentBytes = (argumentBytes + alignment - 1) / alignment * alignment;
    if (argumentBytes + bytes > ARGUMENT_BYTES) {
      return ENOSPC;
    }
    argumentBytes += bytes;
    return 0;
  }

  private int number() {
    int longs = 0;
    while (longs < 2 && peek(0) == 'l') {
      longs++;
      at++;
    }
    int error = take(longs == 0 ? 4 : 8, 4);
    long value = arguments[argument++];
    int conversion = peek(0);
    long unsigned = longs == 0 ? value & 0xffffffffL : value;
    switch (conversion) {
      case 'd', 'i' -> {
        long signed = longs == 0 ? (int) value : value;
        String sign = signed < 0 ? "-" : plus ? "+" : space ? " " : "";
        padded(sign, signed < 0 ? Long.toUnsignedString(-signed) : Long.toString(signed));
      }
      case 'u' -> padded("", Long.toUnsignedString(unsigned));
      case 'x' -> padded("", Long.toHexString(unsigned));
      case 'X' -> padded("", Long.toHexString(unsigned).toUpperCase(Locale.ROOT));
      default -> {
        return EINVAL;
      }
    }
    return error;
  }

  private void padded(String sign, String number) {
    int fill = width - sign.length() - number.length();
    boolean zeros = zero && !left;
    if (!left && !zeros) {
      put(' ', fill);
    }
    put(sign);
    if (zeros) {
      put('0', fill);
    }
    put(number);
    if (left) {
      put(' ', fill);
    }
  }

  private void put(int c, int times) {
    for (int i = 0; i < times; i++) {
      put(c);
    }
  }

  private void put(String characters) {
    for (int i = 0; i < characters.length(); i++) {
      put(characters.charAt(i));
    }
  }

  private int character() {
    int error = take(1, 1);
    put(' ', left ? 0 : width - 1);
    put((int) arguments[argument++]);
    put(' ', left ? width - 1 : 0);
    return error;
  }

  /** A string; its conversion ends a number of characters on. */
  private int string(int places) {
    at += places;
    int behind = peek(1);
    if (isAlphanumeric(behind)) {
      return EINVAL;
    }
    int room = ARGUMENT_BYTES - argumentBytes;
    if (room == 0) {
      return ENOSPC;
    }
    int got = pointers.read(arguments[argument++], string, 0, room);
    int bytes = 0;
    while (bytes < got && string[bytes] != 0) {
      bytes++;
    }
    if (bytes == got && got < room) {
      bytes = 0; // the memory ends before the string does
    }
    bytes = Math.min(bytes, room - 1);
    argumentBytes += bytes + 1;
    put(' ', left ? 0 : width - bytes);
    for (int i = 0; i < bytes; i++) {
      put(string[i]);
    }
    put(' ', left ? width - bytes : 0);
    return 0;
  }

  private int pointer() {
    int kind = peek(1);
    int error = 0;
    if ((kind == 'k' || kind == 'u') && peek(2) == 's') {
      return string(2);
    }
    if (!isAlphanumeric(kind) || kind == 'K' || kind == 'x') {
      error = take(8, 4);
      String hex = Long.toHexString(arguments[argument++]);
      if (width == 0) {
        zero = true;
        width = POINTER_DIGITS;
      }
      padded("", hex);
    } else if (kind == 's' || kind == 'S' || kind == 'B') {
      error = take(8, 4);
      padded("", "0x" + Long.toHexString(arguments[argument++]));
    } else if ((kind == 'i' || kind == 'I') && (peek(2) == '4' || peek(2) == '6')) {
      error = address(kind == 'i', peek(2) == '4');
    } else {
      return EINVAL;
    }
    // bstr_printf passes over everything alphanumeric behind %p.
    while (isAlphanumeric(peek(1))) {
      at++;
    }
    return error;
  }

  private int address(boolean bare, boolean four) {
    int bytes = four ? 4 : 16;
    int got = pointers.read(arguments[argument++], digits, 0, bytes);
    if (got < bytes) {
      java.util.Arrays.fill(digits, 0, bytes, (byte) 0);
    }
    int before = length;
    for (int i = 0; i < bytes; i++) {
      int value = Byte.toUnsignedInt(digits[i]);
      if (four) {
        put(i == 0 ? "" : ".");
        put(bare ? String.format(Locale.ROOT, "%03d", value) : Integer.toString(value));
      } else {
        put(bare || i == 0 || i % 2 == 1 ? "" : ":");
        put(String.format(Locale.ROOT, "%02x", value));
      }
    }
    return take(length - before + 1, 1);
  }
}
