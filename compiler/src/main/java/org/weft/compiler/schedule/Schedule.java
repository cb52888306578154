package org.weft.compiler.schedule;

import java.util.Arrays;
import java.util.List;
import org.weft.compiler.lower.Lowered;

/**
 * Rows by block; branch targets are still numbers of blocks.
 *
 * @param blocks in layout order
 */
public record Schedule(List<Block> blocks) {
  /**
   * The rows of a block.
   *
   * @param id the block's number
   * @param rows each with one operation or null per lane
   * @param next the block control goes to after the last row, or -1
   */
  public record Block(int id, List<List<Lowered.Operation>> rows, int next) {}

  /** A row as a list in which null stands for an empty lane. */
  static List<Lowered.Operation> row(Lowered.Operation... lanes) {
    return Arrays.asList(lanes);
  }

  public Schedule {
    blocks = List.copyOf(blocks);
  }
}
