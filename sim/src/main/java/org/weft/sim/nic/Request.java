package org.weft.sim.nic;

import org.weft.isa.row.Slot;
import org.weft.sim.rows.RowThread;

/** What a context asks of the world outside its core. */
final class Request {
  final int core;
  int context;
  RowThread thread;
  private final Core owner;
  private final long[] kept = new long[32];
  private Slot slot;
  private boolean posted;

  /** The cycle from which on it may be looked at where it stands. */
  long ready;

  /** Bytes of memory that have still to be read. */
  int bytes;

  /** Word of map memory, and words still to be accessed. */
  long word;

  int words;

  private int kind;

  Request(int core, Core owner) {
    this.core = core;
    this.owner = owner;
  }

  void forContext(int newContext, RowThread newThread) {
    context = newContext;
    thread = newThread;
  }

  Core owner() {
    return owner;
  }

  void access(long now, boolean newPosted) {
    kind = 0;
    ready = now;
    posted = newPosted;
    slot = thread.mapAccess();
    System.arraycopy(thread.operands(), 0, kept, 0, kept.length);
    long address = RowThread.address(slot, kept);
    word = address >>> 3;
    words = (address & 7) + bytes(slot) > 8 ? 2 : 1;
  }

  private static int bytes(Slot slot) {
    if (slot instanceof Slot.Load load) {
      return load.bytes();
    } else if (slot instanceof Slot.Store store) {
      return store.bytes();
    }
    return ((Slot.Atomic) slot).is32() ? 4 : 8;
  }

  boolean isPosted() {
    return posted;
  }

  /** The access happens. */
  void perform() {
    thread.access(slot, kept);
  }

  void call(long now) {
    kind = thread.helper() == null || thread.callsTable() ? 1 : 2;
    ready = now;
    bytes = thread.helper() == null ? 0 : thread.callBytes();
  }

  void division(long now) {
    kind = 3;
    ready = now;
  }

  /** The engine that owns the key. */
  int engine(int engines) {
    return thread.keyHash() % engines;
  }

  /** Cycles that the key takes. */
  int beats() {
    return Math.max(1, (thread.keyBytes() + 15) / 16);
  }

  /** Cycles in which the engine writes; 0 for what only reads. */
  int writes() {
    return thread.writtenWords();
  }

  /** The call happens. */
  void perform(long now) {
    if (thread.helper() != null) {
      thread.call();
    }
  }

  boolean isTable() {
    return kind == 1;
  }

  boolean isDivision() {
    return kind == 3;
  }
}
