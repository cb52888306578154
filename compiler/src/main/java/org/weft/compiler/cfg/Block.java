package org.weft.compiler.cfg;

import java.util.ArrayList;
import java.util.List;

/** A basic block: instructions of one function that run one after the other. */
public final class Block {
  private final int id;
  private final Frame frame;
  private final List<Integer> instructions = new ArrayList<>();
  private Block taken;
  private Block next;

  Block(int id, Frame frame) {
    this.id = id;
    this.frame = frame;
  }

  /** Number of the block, from 0 for the entry. */
  public int id() {
    return id;
  }

  /** The inlined call that it belongs to. */
  public Frame frame() {
    return frame;
  }

  /**
   * Indexes in the program, ascending; a jump, call of a function or exit stands last if at all.
   */
  public List<Integer> instructions() {
    return instructions;
  }

  /** Where a conditional jump goes when it is taken; null without one. */
  public Block taken() {
    return taken;
  }

  /** Where control goes otherwise; null at the program's exits. */
  public Block next() {
    return next;
  }

  void link(Block takenBlock, Block nextBlock) {
    taken = takenBlock;
    next = nextBlock;
  }
}
