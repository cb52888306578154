package org.weft.compiler.schedule;

import java.util.List;
import org.weft.compiler.ir.Block;

/**
 * Blocks that follow each other: only the first has predecessors outside.
 *
 * @param id its number
 * @param blocks in the order of control
 */
record Trace(int id, List<Block> blocks) {
  Trace {
    blocks = List.copyOf(blocks);
  }

  // Traces are keys: their numbers tell them apart.

  @Override
  public boolean equals(Object other) {
    return other instanceof Trace that && id == that.id;
  }

  @Override
  public int hashCode() {
    return id;
  }

  Block head() {
    return blocks.get(0);
  }

  Block last() {
    return blocks.get(blocks.size() - 1);
  }
}
