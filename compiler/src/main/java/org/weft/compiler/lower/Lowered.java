package org.weft.compiler.lower;

import java.util.List;
import org.weft.isa.row.Slot;

/**
 * A program in instructions of the row machine, not yet put into rows. Branch targets are numbers
 * of blocks.
 *
 * @param blocks the entry first, in the order in which they are to be laid out
 */
public record Lowered(List<Block> blocks) {

  /**
   * A straight piece of code.
   *
   * @param id number that branches name
   * @param operations in program order; those that transfer control stand last
   * @param next the block control goes to when no operation transfers it, or -1 when one always
   *     does
   */
  public record Block(int id, List<Operation> operations, int next) {
    public Block {
      operations = List.copyOf(operations);
    }
  }

  /**
   * One instruction.
   *
   * @param slot what it does
   * @param origin the eBPF instruction it comes from
   */
  public record Operation(Slot slot, int origin) {}

  public Lowered {
    blocks = List.copyOf(blocks);
  }
}
