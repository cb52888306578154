package org.weft.compiler.schedule;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Value;

/**
 * Keeps values of one trace on the stack that would be in a register for too long. The first
 * lowering of the trace notes how far uses are apart; the second one spills.
 */
final class LocalSpills {
  private final int distance;
  private final Set<Value> far;
  private final Map<Value, Integer> touched = new HashMap<>();
  private final Map<Value, Integer> slots = new HashMap<>();
  private final Set<Value> found = new HashSet<>();

  private LocalSpills(int distance, Set<Value> far) {
    this.distance = distance;
    this.far = far;
  }

  /** Spills nothing, but notes what is not used again for this many instructions. */
  static LocalSpills watching(int distance) {
    return new LocalSpills(distance, null);
  }

  /** Spills what this one has found. */
  LocalSpills spilling() {
    return new LocalSpills(distance, found);
  }

  void touch(Value value, int at) {
    Integer before = touched.put(value, at);
    if (before != null && at - before > distance) {
      found.add(value);
    }
  }

  /** Whether a value is to be had from the stack, or made anew, since its last use is far away. */
  boolean isStale(Value value, int at) {
    Integer before = touched.get(value);
    boolean spilled = far != null && (value.isConstant() || slots.containsKey(value));
    return spilled && before != null && at - before > distance;
  }

  boolean isFar(Value value) {
    return far != null && far.contains(value);
  }

  int newSlot(Value value, Registers registers) {
    int address = registers.newSpillSlot();
    slots.put(value, address);
    return address;
  }

  int address(Value value) {
    return slots.get(value);
  }
}
