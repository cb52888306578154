package org.weft.compiler.region;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.cfg.Block;
import org.weft.isa.row.Region;

/**
 * The result of the analysis: the program's blocks, some of them in several copies, with the region
 * of every access.
 *
 * @param copies the entry first
 * @param frameBytes by frame number: bytes of stack it uses
 */
public record Regions(List<Copy> copies, int[] frameBytes) {

  /** A block in one of its copies. */
  public static final class Copy {
    private final int id;
    private final Block block;
    private final List<Access> accesses = new ArrayList<>();
    private Copy taken;
    private Copy next;

    Copy(int id, Block block) {
      this.id = id;
      this.block = block;
    }

    /** Number of the copy, from 0 for the entry. */
    public int id() {
      return id;
    }

    /** The block. */
    public Block block() {
      return block;
    }

    /** For each of the block's instructions what it accesses; null where it accesses nothing. */
    public List<Access> accesses() {
      return accesses;
    }

    /** Where a conditional jump goes when taken; null without one. */
    public Copy taken() {
      return taken;
    }

    /** Where control goes otherwise; null at the program's exits. */
    public Copy next() {
      return next;
    }

    void link(Copy takenCopy, Copy nextCopy) {
      taken = takenCopy;
      next = nextCopy;
    }
  }

  /**
   * What one instruction accesses.
   *
   * @param context whether it reads the context
   * @param regions the region of a load, store or atomic; of a call's memory arguments in order
   */
  public record Access(boolean context, List<Region> regions) {
    public Access {
      regions = List.copyOf(regions);
    }
  }
}
