package org.weft.bitstream.ice40;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.bitstream.Resources;

/** What yosys counts: {@code stat} after {@code synth_ice40}. */
final class YosysCounts {
  private static final Pattern BLOCK = Pattern.compile("^=== (.*) ===$");
  private static final Pattern CELLS = Pattern.compile("^ +SB_(LUT4|DFF\\w*|RAM40\\w*) +(\\d+)$");

  /** A block in the one above that has fewer spaces, and how many of it are there. */
  private static final Pattern INSTANCE = Pattern.compile("^( +)([A-Za-z]\\w*) +(\\d+)$");

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

  /** Of all blocks of a name, with how many they are where they are several: {@code Crc32 (2)}. */
  static Map<String, Resources> instances(String stat) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    Deque<Level> above = new ArrayDeque<>();
    boolean isHierarchy = false;
    for (String line : stat.lines().toList()) {
      isHierarchy = isHierarchy || line.equals("=== " + ALL + " ===");
      Matcher instance = INSTANCE.matcher(line);
      if (isHierarchy && instance.matches()) {
        int depth = instance.group(1).length();
        while (!above.isEmpty() && above.peek().depth() >= depth) {
          above.pop();
        }
        int outer = above.isEmpty() ? 1 : above.peek().instances();
        int count = outer * Integer.parseInt(instance.group(3));
        above.push(new Level(depth, count));
        counts.merge(instance.group(2), count, Integer::sum);
      }
    }
    Map<String, Resources> blocks = new LinkedHashMap<>();
    blocks(stat)
        .forEach(
            (name, each) -> {
              int count = counts.getOrDefault(name, 1);
              String times = count == 1 ? "" : " (" + count + ")";
              blocks.put(name + times, each.times(count));
            });
    return blocks;
  }

  /**
   * A line of the hierarchy.
   *
   * @param depth spaces before it
   * @param instances how many there are of it in all
   */
  private record Level(int depth, int instances) {}

  private static Resources resources(String kind, int count) {
    return switch (kind.substring(0, 3)) {
      case "LUT" -> new Resources(count, 0, 0, 0, 0);
      case "DFF" -> new Resources(0, count, 0, 0, 0);
      default -> new Resources(0, 0, count, 0, 0);
    };
  }
}
