package org.weft.compiler.verifier;

import java.util.BitSet;

/**
 * What a proof found out about a program.
 *
 * @param visited how many instructions were looked at, all paths together
 * @param alwaysTaken the conditional jumps that no packet passes
 * @param neverTaken the conditional jumps that no packet takes
 */
public record Facts(int visited, BitSet alwaysTaken, BitSet neverTaken) {
  /** Of a program that was not verified. */
  public static final Facts NONE = new Facts(0, new BitSet(), new BitSet());

  /** From what was seen of each conditional jump. */
  static Facts of(int visited, BitSet taken, BitSet passed) {
    BitSet always = (BitSet) taken.clone();
    always.andNot(passed);
    BitSet never = (BitSet) passed.clone();
    never.andNot(taken);
    return new Facts(visited, always, never);
  }
}
