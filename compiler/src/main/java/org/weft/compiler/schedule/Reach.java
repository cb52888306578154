package org.weft.compiler.schedule;

/**
 * How far a scheduler looks ahead that cannot plan for registers: the less, the fewer it takes.
 *
 * @param window how far behind the first instruction that is left others may be taken from
 * @param reserve free registers that are left to what comes soon
 */
record Reach(int window, int reserve) {
  static final int UNLIMITED = 1 << 20;

  static final Reach EVERYTHING = new Reach(UNLIMITED, 0);

  boolean isUnlimited() {
    return window == UNLIMITED && reserve == 0;
  }
}
