package org.weft.bitstream.vivado;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What memories of a Verilog file hold at first, and the rest of the file.
 *
 * @param form the file with zeros for all digits of initial contents. For who reads them, files of
 *     one form differ in nothing else; what is no binary number of its width, or not the next place
 *     of its memory, stays in it as it is
 * @param memories in the file's order
 */
record InitialContents(String form, List<Memory> memories) {
  // As SpinalHDL writes it, between "  initial begin" and "  end".
  private static final Pattern WORD =
      Pattern.compile("    (\\w+)\\[([0-9]+)\\] = ([0-9]+)'b([01]+);");

  /**
   * A memory that has initial contents.
   *
   * @param words in binary digits, from place 0 on
   */
  record Memory(String name, List<String> words) {
    private boolean isNext(Matcher word) {
      String digits = word.group(4);
      return word.group(1).equals(name)
          && word.group(2).equals(String.valueOf(words.size()))
          && word.group(3).equals(String.valueOf(digits.length()))
          && (words.isEmpty() || words.get(0).length() == digits.length());
    }
  }

  static InitialContents of(String verilog) {
    StringBuilder form = new StringBuilder(verilog.length());
    List<Memory> memories = new ArrayList<>();
    boolean isInitial = false;
    for (String line : verilog.split("\n", -1)) {
      isInitial = isInitial ? !line.equals("  end") : line.equals("  initial begin");
      Matcher word = WORD.matcher(line);
      String kept = line;
      if (isInitial && word.matches()) {
        if (word.group(2).equals("0")) {
          memories.add(new Memory(word.group(1), new ArrayList<>()));
        }
        Memory memory = memories.isEmpty() ? null : memories.get(memories.size() - 1);
        if (memory != null && memory.isNext(word)) {
          memory.words().add(word.group(4));
          kept = line.substring(0, word.start(4)) + line.substring(word.start(4)).replace('1', '0');
        }
      }
      form.append(kept).append('\n');
    }
    return new InitialContents(form.toString(), memories);
  }
}
