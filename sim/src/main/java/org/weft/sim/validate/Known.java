package org.weft.sim.validate;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What is known before one instruction: of the registers, and of what was stored in the frame. */
final class Known {
  private static final int REGISTERS = 11;
  private static final int FRAME_POINTER = 10;

  /** What was stored with one instruction. */
  private record Stored(int bytes, Fact fact) {}

  private final Fact[] registers;
  private final Map<Long, Stored> frame;

  private Known(Fact[] registers, Map<Long, Stored> frame) {
    this.registers = registers;
    this.frame = frame;
  }

  /** At the beginning of a function; of a program if its first register is the context. */
  static Known atEntry(boolean isProgram) {
    Fact[] registers = new Fact[REGISTERS];
    Arrays.fill(registers, Fact.ANY);
    registers[FRAME_POINTER] = Fact.stack(0);
    registers[1] = isProgram ? Fact.CONTEXT : Fact.ANY;
    return new Known(registers, new TreeMap<>());
  }

  Known copy() {
    return new Known(registers.clone(), new TreeMap<>(frame));
  }

  Fact register(int number) {
    return registers[number];
  }

  void set(int register, Fact fact) {
    registers[register] = fact;
  }

  /** After a call: its arguments are gone. */
  void returned(Fact result) {
    Arrays.fill(registers, 1, 6, Fact.ANY);
    registers[0] = result;
  }

  /** Anything may have been written to the frame. */
  void forgetFrame() {
    frame.clear();
  }

  void store(Fact base, int offset, int bytes, Fact value) {
    if (base.is(Fact.Kind.ANY)) {
      frame.clear();
    } else if (base.is(Fact.Kind.STACK)) {
      long at = base.low() + offset;
      frame
          .entrySet()
          .removeIf(e -> e.getKey() < at + bytes && at < e.getKey() + e.getValue().bytes);
      frame.put(at, new Stored(bytes, value));
    }
  }

  /** What the bytes at a place in the frame hold. */
  Fact load(long at, int bytes) {
    Stored stored = frame.get(at);
    Fact unknown = bytes == 8 ? Fact.ANY : Fact.bytes(bytes);
    if (stored == null || stored.bytes < bytes) {
      return unknown;
    }
    boolean whole = stored.bytes == bytes && bytes == 8;
    boolean fits = stored.fact.is(Fact.Kind.NUMBER) && stored.fact.high() <= unknown.high();
    return whole || fits ? stored.fact : unknown;
  }

  /**
   * Keeps what holds here and there; whether that is less than before.
   *
   * @param isWide whether to give up what changes
   */
  boolean join(Known other, boolean isWide) {
    boolean changed = false;
    for (int i = 0; i < REGISTERS; i++) {
      Fact joined = widened(registers[i], registers[i].join(other.registers[i]), isWide);
      changed |= !joined.equals(registers[i]);
      registers[i] = joined;
    }
    Iterator<Map.Entry<Long, Stored>> slots = frame.entrySet().iterator();
    while (slots.hasNext()) {
      Map.Entry<Long, Stored> slot = slots.next();
      Stored mine = slot.getValue();
      Stored theirs = other.frame.get(slot.getKey());
      if (theirs == null || theirs.bytes != mine.bytes) {
        slots.remove();
        changed = true;
      } else if (!Objects.equals(mine, theirs)) {
        Fact joined = widened(mine.fact, mine.fact.join(theirs.fact), isWide);
        changed |= !joined.equals(mine.fact);
        slot.setValue(new Stored(mine.bytes, joined));
      }
    }
    return changed;
  }

  private static Fact widened(Fact before, Fact joined, boolean isWide) {
    boolean grows = isWide && joined.is(Fact.Kind.NUMBER) && !joined.equals(before);
    return grows ? Fact.NOT_STACK : joined;
  }
}
