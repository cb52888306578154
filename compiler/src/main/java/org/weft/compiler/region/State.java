package org.weft.compiler.region;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.weft.compiler.cfg.Frame;

/** What all registers and spilled stack slots may hold at one place. */
final class State {
  private static final int SHARED_REGISTERS = 6;
  private static final int SLOTS_PER_FRAME = 1 << 16;

  private final Value[] registers = new Value[Frame.VARIABLES];
  private final TreeMap<Integer, Value> slots = new TreeMap<>();

  State() {
    Arrays.fill(registers, Value.NUMBER);
  }

  State copy() {
    State copy = new State();
    System.arraycopy(registers, 0, copy.registers, 0, registers.length);
    copy.slots.putAll(slots);
    return copy;
  }

  Value get(int register, Frame frame) {
    return register == 10 ? Value.stack(frame.id(), 0) : registers[frame.variable(register)];
  }

  void set(int register, Frame frame, Value value) {
    registers[frame.variable(register)] = value;
  }

  private static int slot(int frame, int offset) {
    return frame * SLOTS_PER_FRAME + SLOTS_PER_FRAME / 2 + offset;
  }

  Value load(Value address, int bytes) {
    if (bytes != 8) {
      return Value.NUMBER;
    }
    if (address.isKnownStack()) {
      return slots.getOrDefault(slot(address.frame(), address.offset()), Value.NUMBER);
    }
    Value any = Value.NUMBER;
    for (Value value : slots.values()) {
      any = any.join(value);
    }
    return any.anywhere();
  }

  /**
   * A store to a place that is not known changes no slot: what was a pointer stays one.
   *
   * @return whether all pointers are still known: false where one is stored to any of several slots
   */
  boolean store(Value address, int bytes, Value value) {
    if (!address.isKnownStack()) {
      return !address.is(Value.STACK) || bytes != 8 || value.kinds() == 0;
    }
    int at = slot(address.frame(), address.offset());
    slots.subMap(at - 7, true, at + bytes - 1, true).clear();
    if (bytes == 8 && value.kinds() != 0) {
      slots.put(at, value);
    }
    return true;
  }

  /** Forgets what a frame's stack held: a new call begins. */
  void enter(Frame frame) {
    slots.subMap(slot(frame.id(), -32768), slot(frame.id(), 32767)).clear();
    for (int register = SHARED_REGISTERS; register < 10; register++) {
      set(register, frame, Value.NUMBER);
    }
  }

  /** Adds what another state may hold; whether anything changed. */
  boolean join(State other) {
    boolean changed = false;
    for (int i = 0; i < registers.length; i++) {
      Value joined = registers[i].join(other.registers[i]);
      changed |= !joined.equals(registers[i]);
      registers[i] = joined;
    }
    for (Map.Entry<Integer, Value> entry : other.slots.entrySet()) {
      Value mine = slots.getOrDefault(entry.getKey(), Value.NUMBER);
      Value joined = mine.join(entry.getValue());
      if (!joined.equals(mine)) {
        changed = true;
        slots.put(entry.getKey(), joined);
      }
    }
    return changed;
  }

  /**
   * The kinds of the given variables and of all slots, as a key.
   *
   * @param places whether the key says where in the stack pointers point
   */
  String signature(long variables, boolean places) {
    StringBuilder key = new StringBuilder();
    for (int i = 0; i < registers.length; i++) {
      if ((variables >>> i & 1) != 0) {
        append(registers[i], places, key);
      }
    }
    slots.forEach((slot, value) -> append(value, places, key.append((char) 0x100).append(slot)));
    return key.toString();
  }

  private static void append(Value value, boolean places, StringBuilder key) {
    key.append((char) value.kinds());
    if (places && value.isKnownStack()) {
      key.append((char) 0x101).append(value.frame()).append(value.offset());
    }
  }
}
