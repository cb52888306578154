package org.weft.sim.helper;

/** The length of what {@code bpf_trace_printk} prints ({@code bpf_bprintf_prepare}). */
final class TraceFormat {
  private static final int EINVAL = -22;
  private static final int MAX_ARGUMENTS = 3;
  private static final int MAX_LENGTH = 1023;

  private TraceFormat() {}

  static long length(byte[] format, int offset, int bytes, long... arguments) {
    int end = offset;
    while (end < offset + bytes && format[end] != 0) {
      end++;
    }
    if (end == offset + bytes) {
      return EINVAL;
    }
    int length = 0;
    int argument = 0;
    for (int at = offset; at < end; at++) {
      int c = format[at];
      if (c < 0 || c < ' ' && c != '\n' && c != '\t' && c != '\r') {
        return EINVAL;
      }
      if (c != '%') {
        length++;
        continue;
      }
      at++;
      if (at < end && format[at] == '%') {
        length++;
        continue;
      }
      if (argument == MAX_ARGUMENTS) {
        return EINVAL;
      }
      boolean alternate = false;
      boolean sign = false;
      while (at < end && "0+- #".indexOf(format[at]) >= 0) {
        alternate |= format[at] == '#';
        sign |= format[at] == '+' || format[at] == ' ';
        at++;
      }
      int width = 0;
      while (at < end && format[at] >= '0' && format[at] <= '9') {
        width = Math.min(MAX_LENGTH, 10 * width + format[at++] - '0');
      }
      int longs = 0;
      while (at < end && format[at] == 'l') {
        longs++;
        at++;
      }
      if (at >= end || longs > 2) {
        return EINVAL;
      }
      long value = arguments[argument++];
      int digits = digits(format[at], longs > 0 ? value : (int) value, longs > 0, alternate, sign);
      if (digits < 0) {
        return EINVAL;
      }
      length += Math.max(width, digits);
    }
    return Math.min(length, MAX_LENGTH);
  }

  private static int digits(
      int conversion, long value, boolean wide, boolean alternate, boolean sign) {
    long unsigned = wide ? value : value & 0xffffffffL;
    return switch (conversion) {
      case 'd', 'i' -> Long.toString(value).length() + (sign && value >= 0 ? 1 : 0);
      case 'u' -> Long.toUnsignedString(unsigned).length();
      case 'x', 'X' -> Long.toHexString(unsigned).length() + (alternate && unsigned != 0 ? 2 : 0);
      case 'c' -> 1;
      case 'p' -> 16;
      default -> -1;
    };
  }
}
