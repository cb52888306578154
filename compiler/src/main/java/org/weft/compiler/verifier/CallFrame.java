package org.weft.compiler.verifier;

import java.util.Arrays;

/** Registers and stack of a function that runs. */
final class CallFrame {
  static final int REGISTERS = 11;
  static final int STACK_BYTES = 512;
  static final int SLOTS = STACK_BYTES / Slot.BYTES;

  private final int depth;
  private final int function;
  private final int callSite;
  private final boolean isCallback;

  /** How often the callback of the loop that comes next was called on the way here. */
  private int turns;

  private final Cell[] registers;
  private final Slot[] slots;

  /**
   * A frame with nothing in it.
   *
   * @param depth 0 for the program itself
   * @param function index of its first instruction
   * @param callSite index of the call, -1 for the program itself
   * @param isCallback whether a helper called it
   */
  CallFrame(int depth, int function, int callSite, boolean isCallback) {
    this.depth = depth;
    this.function = function;
    this.callSite = callSite;
    this.isCallback = isCallback;
    registers = new Cell[REGISTERS];
    Arrays.fill(registers, Cell.UNINITIALISED);
    registers[10] = new Cell(Value.stack(depth));
    slots = new Slot[SLOTS];
  }

  private CallFrame(CallFrame other) {
    depth = other.depth;
    function = other.function;
    callSite = other.callSite;
    isCallback = other.isCallback;
    turns = other.turns;
    registers = other.registers.clone();
    slots = other.slots.clone();
  }

  CallFrame copy() {
    return new CallFrame(this);
  }

  int depth() {
    return depth;
  }

  int function() {
    return function;
  }

  int callSite() {
    return callSite;
  }

  boolean isCallback() {
    return isCallback;
  }

  int turns() {
    return turns;
  }

  void setTurns(int number) {
    turns = number;
  }

  Cell register(int number) {
    return registers[number];
  }

  void set(int register, Cell cell) {
    registers[register] = cell;
  }

  /** The slot that holds the bytes from {@code -8 * (number + 1)} on, or null if none was used. */
  Slot slot(int number) {
    return slots[number];
  }

  void set(int number, Slot slot) {
    slots[number] = slot;
  }

  /** Gives every register and slot a cell of its own, which later demands pass through. */
  void checkpoint() {
    for (int i = 0; i < REGISTERS; i++) {
      if (registers[i] != Cell.UNINITIALISED) {
        registers[i] = registers[i].checkpoint();
      }
    }
    for (int i = 0; i < SLOTS; i++) {
      if (slots[i] != null) {
        slots[i] = slots[i].checkpoint();
      }
    }
  }
}
