package org.weft.compiler.check;

import java.util.List;
import org.weft.isa.row.Slot;

/**
 * Rows that follow each other and are entered at the first one only. That control is at the start
 * of the block when it gets there is a claim.
 *
 * @param id what branches of the rows call it
 * @param block number of the block
 * @param rows each with its slots in order, empty lanes left out or not
 */
public record Stretch(int id, int block, List<List<Slot>> rows) {
  public Stretch {
    rows = rows.stream().map(List::copyOf).toList();
  }
}
