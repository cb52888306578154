package org.weft.cli.report;

/** HTML in the making. Text and attributes are escaped here and nowhere else. */
final class Html {
  private final StringBuilder out = new StringBuilder();

  /** Opens an element; its attributes are names and values in turn. */
  Html open(String element, String... attributes) {
    out.append('<').append(element);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      out.append(escape(attributes[i + 1])).append('"');
    }
    out.append('>');
    return this;
  }

  Html close(String element) {
    out.append("</").append(element).append('>');
    return this;
  }

  Html text(Object text) {
    out.append(escape(String.valueOf(text)));
    return this;
  }

  /** An element that holds nothing but text. */
  Html element(String element, Object text, String... attributes) {
    return open(element, attributes).text(text).close(element);
  }

  /** Goes to the next line, for those who read the source. */
  Html line() {
    out.append('\n');
    return this;
  }

  /** Text of the program's own, not escaped. */
  Html verbatim(String text) {
    out.append(text);
    return this;
  }

  /**
   * Text as it may stand between tags and in quotes. Names in objects hold anything: what no font
   * shows, and what turns the direction of writing, becomes U+FFFD.
   */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                case '\t', '\n' -> escaped.append((char) c);
                default -> escaped.appendCodePoint(isShown(c) ? c : 0xfffd);
              }
            });
    return escaped.toString();
  }

  private static boolean isShown(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
