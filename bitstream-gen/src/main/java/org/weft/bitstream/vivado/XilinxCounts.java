package org.weft.bitstream.vivado;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.bitstream.Resources;

/**
 * What yosys counts: {@code stat} after {@code synth_xilinx}, block by block. Block memories are
 * counted in halves of 18 Kbit, look-up tables that are memory or shift registers as tables.
 */
final class XilinxCounts {
  private static final Pattern BLOCK = Pattern.compile("^=== (.*) ===$");
  private static final Pattern CELLS = Pattern.compile("^ +(\\S+) +(\\d+)$");
  private static final String ALL = "design hierarchy";

  /** Look-up tables that a memory of these takes. */
  private static final Map<String, Integer> TABLES =
      Map.ofEntries(
          Map.entry("RAM32X1S", 1),
          Map.entry("RAM64X1S", 1),
          Map.entry("RAM128X1S", 2),
          Map.entry("RAM256X1S", 4),
          Map.entry("RAM32X1D", 2),
          Map.entry("RAM64X1D", 2),
          Map.entry("RAM128X1D", 4),
          Map.entry("RAM256X1D", 8),
          Map.entry("RAM32M", 4),
          Map.entry("RAM64M", 4),
          Map.entry("RAM32M16", 8),
          Map.entry("RAM64M8", 8),
          Map.entry("SRL16E", 1),
          Map.entry("SRLC16E", 1),
          Map.entry("SRLC32E", 1));

  private XilinxCounts() {}

  /**
   * Of each block without the blocks inside it, for all of its instances, by name and number of
   * these, in the order of the text.
   *
   * @param top the block that all others are in
   */
  static Map<String, Resources> blocks(String stat, String top) {
    Map<String, Map<String, Integer>> cells = cells(stat);
    Map<String, Resources> blocks = new LinkedHashMap<>();
    Map<String, Integer> instances = new LinkedHashMap<>();
    count(cells, top, 1, instances);
    for (Map.Entry<String, Map<String, Integer>> block : cells.entrySet()) {
      int number = instances.getOrDefault(block.getKey(), 0);
      if (number > 0) {
        Resources own =
            block.getValue().entrySet().stream()
                .map(cell -> resources(cell.getKey(), number * cell.getValue()))
                .reduce(Resources.NONE, Resources::plus);
        blocks.put(block.getKey() + (number > 1 ? " x " + number : ""), own);
      }
    }
    return blocks;
  }

  /** Of one instance of a block with all blocks inside it. */
  static Resources total(String stat, String block) {
    return total(cells(stat), block);
  }

  /**
   * The same of the smallest of the blocks that were made from one description with different
   * parameters: they have its name, with a number behind. Nothing, where there is none.
   */
  static Resources least(String stat, String description) {
    Map<String, Map<String, Integer>> cells = cells(stat);
    return cells.keySet().stream()
        .filter(name -> name.matches(Pattern.quote(description) + "(_\\d+)?"))
        .map(name -> total(cells, name))
        .min(Comparator.comparingInt(Resources::luts))
        .orElse(Resources.NONE);
  }

  private static Resources total(Map<String, Map<String, Integer>> cells, String block) {
    Resources total = Resources.NONE;
    for (Map.Entry<String, Integer> cell : cells.getOrDefault(block, Map.of()).entrySet()) {
      boolean isBlock = cells.containsKey(cell.getKey());
      Resources inside = isBlock ? total(cells, cell.getKey()) : resources(cell.getKey(), 1);
      for (int i = 0; i < cell.getValue(); i++) {
        total = total.plus(inside);
      }
    }
    return total;
  }

  private static Map<String, Map<String, Integer>> cells(String stat) {
    Map<String, Map<String, Integer>> cells = new LinkedHashMap<>();
    String block = null;
    for (String line : stat.lines().toList()) {
      Matcher name = BLOCK.matcher(line);
      Matcher cell = CELLS.matcher(line);
      if (name.matches()) {
        block = name.group(1);
        cells.put(block, new LinkedHashMap<>());
      } else if (block != null && cell.matches()) {
        cells.get(block).put(cell.group(1), Integer.parseInt(cell.group(2)));
      }
    }
    cells.remove(ALL);
    return cells;
  }

  private static void count(
      Map<String, Map<String, Integer>> cells,
      String block,
      int number,
      Map<String, Integer> instances) {
    instances.merge(block, number, Integer::sum);
    cells
        .getOrDefault(block, Map.of())
        .forEach(
            (cell, inside) -> {
              if (cells.containsKey(cell)) {
                count(cells, cell, number * inside, instances);
              }
            });
  }

  private static Resources resources(String cell, int count) {
    if (cell.matches("LUT[1-6]")) {
      return new Resources(count, 0, 0, 0, 0);
    } else if (TABLES.containsKey(cell)) {
      return new Resources(count * TABLES.get(cell), 0, 0, 0, 0);
    } else if (cell.matches("FD[CPRS]E(_1)?")) {
      return new Resources(0, count, 0, 0, 0);
    } else if (cell.startsWith("RAMB36")) {
      return new Resources(0, 0, 2 * count, 0, 0);
    } else if (cell.startsWith("RAMB18")) {
      return new Resources(0, 0, count, 0, 0);
    } else if (cell.startsWith("URAM288")) {
      return new Resources(0, 0, 0, count, 0);
    } else if (cell.startsWith("DSP48")) {
      return new Resources(0, 0, 0, 0, count);
    }
    return Resources.NONE;
  }
}
