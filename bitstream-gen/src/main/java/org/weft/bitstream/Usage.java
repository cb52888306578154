package org.weft.bitstream;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.isa.RefusedException;

/**
 * What yosys counts.
 *
 * @param tables tables of four inputs
 * @param flipFlops flip-flops
 * @param memories block memories
 */
public record Usage(int tables, int flipFlops, int memories) {
  private static final Pattern BLOCK = Pattern.compile("^=== (.*) ===$");
  private static final Pattern CELLS = Pattern.compile("^ +SB_(LUT4|DFF\\w*|RAM40\\w*) +(\\d+)$");
  private static final String ALL = "design hierarchy";

  /** Of each block without the blocks inside it, by name; as yosys' {@code stat} prints it. */
  static Map<String, Usage> blocks(String stat) {
    Map<String, Usage> blocks = new LinkedHashMap<>();
    String block = null;
    for (String line : stat.lines().toList()) {
      Matcher name = BLOCK.matcher(line);
      Matcher cells = CELLS.matcher(line);
      if (name.matches()) {
        block = name.group(1);
        blocks.put(block, new Usage(0, 0, 0));
      } else if (block != null && cells.matches()) {
        int count = Integer.parseInt(cells.group(2));
        blocks.put(block, blocks.get(block).plus(cells.group(1), count));
      }
    }
    blocks.remove(ALL);
    return blocks;
  }

  private Usage plus(String kind, int count) {
    switch (kind.substring(0, 3)) {
      case "LUT":
        return new Usage(tables + count, flipFlops, memories);
      case "DFF":
        return new Usage(tables, flipFlops + count, memories);
      default:
        return new Usage(tables, flipFlops, memories + count);
    }
  }

  /**
   * Checks that it fits. Tables alone are compared: how many flip-flops share a cell with one,
   * placement decides.
   *
   * @throws RefusedException with the numbers
   */
  void requireFit(Board board, String machine) {
    if (tables > board.cells() || flipFlops > board.cells() || memories > board.memories()) {
      throw new RefusedException(
          String.format(
              "machine %s needs %d tables, %d flip-flops and %d block memories; board %s has %d"
                  + " cells and %d block memories: -m %s fits",
              machine,
              tables,
              flipFlops,
              memories,
              board.text(),
              board.cells(),
              board.memories(),
              board.preset()));
    }
  }
}
