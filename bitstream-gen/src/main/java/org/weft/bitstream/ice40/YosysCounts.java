package org.weft.bitstream.ice40;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.bitstream.Resources;

/** What yosys counts: {@code stat} after {@code synth_ice40}. */
final class YosysCounts {
  private static final Pattern BLOCK = Pattern.compile("^=== (.*) ===$");
  private static final Pattern CELLS = Pattern.compile("^ +SB_(LUT4|DFF\\w*|RAM40\\w*) +(\\d+)$");
  private static final String ALL = "design hierarchy";

  private YosysCounts() {}

  /** Of each block without the blocks inside it, by name, in the order of the text. */
  static Map<String, Resources> blocks(String stat) {
    Map<String, Resources> blocks = new LinkedHashMap<>();
    String block = null;
    for (String line : stat.lines().toList()) {
      Matcher name = BLOCK.matcher(line);
      Matcher cells = CELLS.matcher(line);
      if (name.matches()) {
        block = name.group(1);
        blocks.put(block, Resources.NONE);
      } else if (block != null && cells.matches()) {
        int count = Integer.parseInt(cells.group(2));
        blocks.merge(block, resources(cells.group(1), count), Resources::plus);
      }
    }
    blocks.remove(ALL);
    return blocks;
  }

  private static Resources resources(String kind, int count) {
    return switch (kind.substring(0, 3)) {
      case "LUT" -> new Resources(count, 0, 0, 0, 0);
      case "DFF" -> new Resources(0, count, 0, 0, 0);
      default -> new Resources(0, 0, count, 0, 0);
    };
  }
}
