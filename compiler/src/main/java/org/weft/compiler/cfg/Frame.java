package org.weft.compiler.cfg;

/**
 * One inlined call: a function in the place where it is called from.
 *
 * @param id number, from 0 for the program itself
 * @param parent the caller's frame, or null
 * @param depth callers above it
 * @param mostBytes bytes of stack that it uses at most
 * @param pointedBytes of these, those that are accessed through other registers than r10, at most
 */
public record Frame(int id, Frame parent, int depth, int mostBytes, int pointedBytes) {
  /** Variables that all frames share: r0 to r5. */
  private static final int SHARED = 6;

  /** Frames that calls may nest: eight, and what counts the turns of loops between them. */
  static final int MOST_DEEP = 14;

  /** Numbers of variables are below this. */
  public static final int VARIABLES = SHARED + 4 * MOST_DEEP;

  /** The variable that a register, 0 to 9, is: r6 to r9 are each frame's own. */
  public int variable(int register) {
    return register < SHARED ? register : register + 4 * depth;
  }
}
