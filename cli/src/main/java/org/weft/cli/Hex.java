package org.weft.cli;

import java.util.Arrays;
import org.weft.isa.InputException;

/** Bytes written as hexadecimal digits. */
final class Hex {
  private Hex() {}

  /** Digits in pairs, white space anywhere between pairs. */
  static byte[] parse(String text, String what) {
    byte[] bytes = new byte[text.length() / 2 + 1];
    int count = 0;
    int high = -1;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isWhitespace(c)) {
        if (high >= 0) {
          throw odd(what);
        }
        continue;
      }
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw new InputException(
            what
                + ": character "
                + (i + 1)
                + " is no hexadecimal digit: "
                + (c >= ' ' && c < 127 ? "" + c : String.format("\\u%04x", (int) c)));
      }
      if (high < 0) {
        high = digit;
      } else {
        bytes[count++] = (byte) (high << 4 | digit);
        high = -1;
      }
    }
    if (high >= 0) {
      throw odd(what);
    }
    return Arrays.copyOf(bytes, count);
  }

  private static InputException odd(String what) {
    return new InputException(what + ": an odd number of hexadecimal digits; a byte has two");
  }
}
