package org.weft.compiler.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.weft.isa.InputException;

/** A basic block: phis, other instructions, and how control leaves. */
public final class Block {
  private final int id;
  private final List<Block> predecessors = new ArrayList<>();
  private final List<Value> phis = new ArrayList<>();
  private List<Value> values = new ArrayList<>();
  private Terminator terminator;

  Block(int id) {
    this.id = id;
  }

  /** Number of the block, unique in its graph. */
  public int id() {
    return id;
  }

  /** The blocks that control comes from; operands of phis stand in their order. */
  public List<Block> predecessors() {
    return Collections.unmodifiableList(predecessors);
  }

  /** The phis. */
  public List<Value> phis() {
    return Collections.unmodifiableList(phis);
  }

  /** The instructions in order, without phis. */
  public List<Value> values() {
    return Collections.unmodifiableList(values);
  }

  /** Instructions that become slots: without phis, with a branch. */
  public int size() {
    return values.size() + (terminator instanceof Terminator.Branch ? 1 : 0);
  }

  /** How control leaves. */
  public Terminator terminator() {
    return terminator;
  }

  /** Where control may go. */
  public List<Block> successors() {
    return terminator.successors();
  }

  /** Adds an instruction at the end, or a phi without operands. */
  public Value add(Value value) {
    (value.isPhi() ? phis : values).add(value);
    value.moveTo(this);
    return value;
  }

  /** Adds a phi with its operands in the order of the predecessors. */
  public Value addPhi(Value phi, List<Value> operands) {
    add(phi);
    operands.forEach(phi::addOperand);
    return phi;
  }

  /** Gives the block other instructions: some of its own and new ones, in any order. */
  public void setValues(List<Value> newValues) {
    for (Value value : values) {
      value.moveTo(null);
    }
    values = new ArrayList<>(newValues);
    for (Value value : values) {
      value.moveTo(this);
    }
  }

  /** Takes phis out. */
  public void removePhis(List<Value> gone) {
    phis.removeAll(gone);
    gone.forEach(phi -> phi.moveTo(null));
  }

  /** Sets how control leaves, and tells the successors; a phi there loses and gets operands. */
  public void leave(Terminator newTerminator) {
    List<Block> old = terminator == null ? List.of() : terminator.successors();
    List<Block> now = newTerminator.successors();
    terminator = newTerminator;
    for (Block block : old) {
      if (!now.contains(block)) {
        block.removePredecessor(this);
      }
    }
    for (Block block : now) {
      if (!old.contains(block)) {
        block.predecessors.add(this);
      }
    }
  }

  private void removePredecessor(Block gone) {
    int index = predecessors.indexOf(gone);
    predecessors.remove(index);
    for (Value phi : phis) {
      if (phi.size() > index) {
        phi.removeOperand(index);
      }
    }
  }

  /** Puts another block in a predecessor's place; phis keep their operands. */
  public void replacePredecessor(Block old, Block replacement) {
    predecessors.set(predecessors.indexOf(old), replacement);
  }

  /** Gives the predecessors another order, before phis have operands. */
  void orderPredecessors(List<Block> order) {
    if (order.size() != predecessors.size() || !predecessors.containsAll(order)) {
      throw new InputException("phi of b" + id + ": its predecessors are " + predecessors);
    }
    predecessors.clear();
    predecessors.addAll(order);
  }

  /** Sets how control leaves where the successors know already. */
  public void setTerminatorOnly(Terminator newTerminator) {
    terminator = newTerminator;
  }

  @Override
  public String toString() {
    return "b" + id;
  }
}
