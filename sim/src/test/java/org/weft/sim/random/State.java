package org.weft.sim.random;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/** What registers and the slots that pointers are spilled to hold at a place in a program. */
final class State {
  static final int REGISTERS = 10;

  private final Held[] held;

  State(int slots) {
    held = new Held[REGISTERS + slots];
    Arrays.fill(held, Held.NOTHING);
    Arrays.fill(held, REGISTERS, held.length, Held.NUMBER);
  }

  private State(Held[] held) {
    this.held = held;
  }

  Held register(int register) {
    return held[register];
  }

  void setRegister(int register, Held value) {
    held[register] = value;
  }

  Held slot(int slot) {
    return held[REGISTERS + slot];
  }

  void setSlot(int slot, Held value) {
    held[REGISTERS + slot] = value;
  }

  int slots() {
    return held.length - REGISTERS;
  }

  State copy() {
    return new State(held.clone());
  }

  State meet(State other) {
    Held[] both = new Held[held.length];
    for (int i = 0; i < both.length; i++) {
      both[i] = held[i].meet(other.held[i]);
    }
    return new State(both);
  }

  private void replace(UnaryOperator<Held> with) {
    Arrays.setAll(held, i -> with.apply(held[i]));
  }

  /** The packet moved: pointers into it are no longer valid. */
  void dropPacketPointers() {
    replace(h -> (h.kinds() & Held.PACKET) != 0 ? Held.NOTHING : h);
  }

  /** What a call leaves: r0 is its result. */
  void afterCall(Held result) {
    Arrays.fill(held, 1, 6, Held.NOTHING);
    held[0] = result;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof State that && Arrays.equals(held, that.held);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(held);
  }
}
