package org.weft.compiler.schedule;

/**
 * A virtual register. One that is needed in one trace only is given a machine register when its
 * instruction is placed; one that lives across traces has its machine register before.
 */
final class Vreg {
  static final int NONE = -1;

  private int physical;
  private int users;
  private final boolean global;

  private Vreg(int physical, boolean global) {
    this.global = global;
    this.physical = physical;
  }

  static Vreg local() {
    return new Vreg(NONE, false);
  }

  static Vreg global(int physical) {
    return new Vreg(physical, true);
  }

  /** The machine register, or {@link #NONE} so far. */
  int physical() {
    return physical;
  }

  /** Whether it lives across traces. */
  boolean isGlobal() {
    return global;
  }

  void place(int register) {
    physical = register;
  }

  void addUser() {
    users++;
  }

  /** Takes a user away; whether that was the last one. */
  boolean removeUser() {
    return --users == 0;
  }

  int users() {
    return users;
  }
}
