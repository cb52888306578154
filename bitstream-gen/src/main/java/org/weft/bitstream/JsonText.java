package org.weft.bitstream;

/** Texts as JSON has them: names from files may hold anything. */
public final class JsonText {
  private JsonText() {}

  /** In quotes. */
  public static String quoted(String value) {
    StringBuilder text = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else {
        text.append(c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
      }
    }
    return text.append('"').toString();
  }

  /** A name with a text. */
  public static String field(String name, String value) {
    return quoted(name) + ": " + quoted(value);
  }
}
