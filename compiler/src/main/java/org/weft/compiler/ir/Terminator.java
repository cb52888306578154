package org.weft.compiler.ir;

import java.util.List;
import org.weft.isa.row.Condition;

/** How control leaves a block. */
public sealed interface Terminator {
  /** Where control may go, in order: the taken side of a branch first. */
  List<Block> successors();

  /** The values that it reads. */
  List<Value> operands();

  /** The eBPF instruction that it comes from, or {@link Value#NO_ORIGIN}. */
  int origin();

  /** The same with another block in a successor's place. */
  Terminator redirected(Block old, Block replacement);

  /** To the next block. */
  record Goto(Block next) implements Terminator {
    @Override
    public Terminator redirected(Block old, Block replacement) {
      return new Goto(next == old ? replacement : next);
    }

    @Override
    public List<Block> successors() {
      return List.of(next);
    }

    @Override
    public List<Value> operands() {
      return List.of();
    }

    @Override
    public int origin() {
      return Value.NO_ORIGIN;
    }
  }

  /**
   * To one of two different blocks.
   *
   * @param likelihood of being taken, 0 to 1; negative when unknown
   */
  record Branch(
      Condition condition,
      boolean is32,
      Value a,
      Value b,
      Block taken,
      Block next,
      double likelihood,
      int origin)
      implements Terminator {
    /** Likelihood that is not known. */
    public static final double UNKNOWN = -1;

    public Branch {
      if (taken == next) {
        throw new IllegalStateException("both sides of a branch go to b" + taken.id());
      }
    }

    @Override
    public Value a() {
      return a.resolve();
    }

    @Override
    public Value b() {
      return b.resolve();
    }

    @Override
    public List<Block> successors() {
      return List.of(taken, next);
    }

    @Override
    public List<Value> operands() {
      return List.of(a(), b());
    }

    @Override
    public Terminator redirected(Block old, Block replacement) {
      return between(taken == old ? replacement : taken, next == old ? replacement : next);
    }

    /** The same branch on another comparison. */
    public Branch comparing(Condition newCondition, boolean newIs32, Value newA, Value newB) {
      return new Branch(newCondition, newIs32, newA, newB, taken, next, likelihood, origin);
    }

    /** The same branch the other way round. */
    public Branch inverted() {
      double other = likelihood < 0 ? likelihood : 1 - likelihood;
      Block otherwise = taken;
      return new Branch(condition.inverse(), is32, a, b, next, otherwise, other, origin);
    }

    /** The same branch, taken with this likelihood. */
    public Branch withLikelihood(double newLikelihood) {
      return new Branch(condition, is32, a, b, taken, next, newLikelihood, origin);
    }

    /** The same branch between other blocks. */
    public Branch between(Block newTaken, Block newNext) {
      return new Branch(condition, is32, a, b, newTaken, newNext, likelihood, origin);
    }
  }

  /** Leaves the program with the 32-bit return value. */
  record Exit(Value verdict, int origin) implements Terminator {
    @Override
    public Value verdict() {
      return verdict.resolve();
    }

    @Override
    public Terminator redirected(Block old, Block replacement) {
      return this;
    }

    @Override
    public List<Block> successors() {
      return List.of();
    }

    @Override
    public List<Value> operands() {
      return List.of(verdict());
    }
  }
}
