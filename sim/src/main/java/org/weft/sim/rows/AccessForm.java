package org.weft.sim.rows;

import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;

/** An access of a map value, with what is the same each time that it is made: found once. */
public final class AccessForm {
  private static final int NO_REGISTER = -1;

  private final Slot slot;
  private final boolean isLoad;
  private final boolean isStore;
  private final boolean isAtomic;
  private final boolean isCommit;
  private final boolean signed;
  private final boolean swapped;
  private final int bytes;
  private final int register;

  AccessForm(Slot slot) {
    this.slot = slot;
    isLoad = slot instanceof Slot.Load;
    isStore = slot instanceof Slot.Store;
    isAtomic = slot instanceof Slot.Atomic;
    isCommit = isCommit(slot);
    signed = slot instanceof Slot.Load load && load.signed();
    swapped =
        slot instanceof Slot.Load load
            ? load.swapped()
            : slot instanceof Slot.Store store && store.swapped();
    bytes = bytes(slot);
    boolean isAnswered = slot.writes() != 0 && !isCommit;
    register = isAnswered ? Integer.numberOfTrailingZeros(slot.writes()) : NO_REGISTER;
  }

  /**
   * Whether a slot is such an access: of a value, or of the header of a record that is thereby
   * given to its reader.
   */
  static boolean isOne(Slot slot) {
    return slot.region() == Region.MAP || isCommit(slot);
  }

  private static boolean isCommit(Slot slot) {
    return slot instanceof Slot.Call call && call.helper().commitsRecord();
  }

  /** Bytes that a load, a store or an atomic takes. */
  static int bytes(Slot slot) {
    if (slot instanceof Slot.Load load) {
      return load.bytes();
    } else if (slot instanceof Slot.Store store) {
      return store.bytes();
    } else if (isCommit(slot)) {
      return 1;
    }
    return ((Slot.Atomic) slot).is32() ? 4 : 8;
  }

  /** Whether it reads bytes and changes none. */
  public boolean isLoad() {
    return isLoad;
  }

  boolean isStore() {
    return isStore;
  }

  /** Whether it ends a record of a ring buffer: a store of the upper byte of its length. */
  boolean isCommit() {
    return isCommit;
  }

  /** Whether nobody is to read that record. */
  boolean discards() {
    return ((Slot.Call) slot).helper() == HelperFunction.RINGBUF_DISCARD;
  }

  /** Whether it reads a word and changes it. */
  public boolean isAtomic() {
    return isAtomic;
  }

  /** Whether a register waits for what it finds. */
  public boolean isAnswered() {
    return register != NO_REGISTER;
  }

  /** That register, or -1. */
  public int register() {
    return register;
  }

  /** Bytes that it takes. */
  public int bytes() {
    return bytes;
  }

  /** Whether it lies in two words. */
  public boolean isSplit(long address) {
    return (address & 7) + bytes > Long.BYTES;
  }

  /** The slot that makes it. */
  Slot slot() {
    return slot;
  }

  /** What a load's register gets for the bytes that were found. */
  public long extended(long little) {
    return isLoad ? RowMemory.extended(little, bytes, signed, swapped) : 0;
  }

  /** What a store writes, as a little-endian number. */
  long ordered(long value) {
    return RowMemory.ordered(value, bytes, swapped);
  }
}
