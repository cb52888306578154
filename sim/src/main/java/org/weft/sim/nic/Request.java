package org.weft.sim.nic;

import org.weft.isa.row.Slot;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.rows.RowThread;

/** What a context asks of the world outside its core, or of a unit inside that takes its time. */
final class Request {
  private enum Kind {
    /** Of a map's value. */
    ACCESS,
    /** Of an entry that its number finds. */
    ENTRY,
    /** Of a spin lock. */
    LOCK,
    /** Of an entry that has to be searched. */
    TABLE,
    MOVER,
    DIVISION
  }

  final Core core;
  private final MapPlaces places;
  private final long[] operands = new long[RowThread.REGISTERS];
  int context;
  RowThread thread;
  private Kind kind;
  private Slot slot;
  private boolean posted;
  private boolean left;
  private boolean waits;
  private int register;
  private long value;
  private ProgramFault fault;

  /** The clock from which on it may be looked at where it stands. */
  long ready;

  /** Bytes of memory that have still to be read for a call. */
  int bytes;

  /** Clocks for words of map values that a call takes as memory. */
  int moved;

  /** Clocks in which memory that the call changes is written back. */
  int back;

  /** Word of map memory, or a number below zero behind the memory port; words still to do. */
  long word;

  int words;

  /** Clocks for its key; words that are written. */
  int beats;

  int writes;

  Request(Core core, MapPlaces places) {
    this.core = core;
    this.places = places;
  }

  void belongTo(int newContext, RowThread newThread) {
    context = newContext;
    thread = newThread;
  }

  /** Becomes the access of a map value that the thread's row makes. */
  void access(long now, boolean isPosted) {
    kind = Kind.ACCESS;
    ready = now;
    posted = isPosted;
    waits = false;
    fault = null;
    slot = thread.mapAccess();
    System.arraycopy(thread.operands(), 0, operands, 0, operands.length);
    long address = RowThread.mapAddress(slot, operands);
    word = places.word(address, thread.packet().cpu);
    words = (address & 7) + RowThread.bytes(slot) > 8 ? 2 : 1;
    register = posted ? Core.NONE : RowThread.register(slot);
  }

  /**
   * Becomes the call that the thread's row makes.
   *
   * @param width bytes of core memory that are moved in a clock
   */
  void call(long now, boolean isTailCall, int width) {
    kind = isTailCall || thread.callsTable() ? Kind.TABLE : Kind.MOVER;
    ready = now;
    posted = false;
    waits = false;
    fault = null;
    register = isTailCall ? Core.NONE : thread.callRegister();
    bytes = isTailCall ? 0 : thread.callBytes();
    slot = null;
    left = !isTailCall && thread.isLeftToOthers();
    moved = left ? thread.callWords() : 0;
    if (!isTailCall && thread.takesLock()) {
      kind = Kind.LOCK;
      word = places.word(thread.entry(), thread.packet().cpu);
      writes = 1;
      words = 1;
    } else if (kind == Kind.TABLE && thread.isIndexed()) {
      kind = Kind.ENTRY;
      word = places.word(thread.entry(), thread.packet().cpu);
      writes = isTailCall ? 0 : thread.writtenWords();
      words = Math.max(1, writes - 1);
    } else if (kind == Kind.TABLE) {
      beats = thread.searchBeats();
      back = (thread.changedBytes() + width - 1) / width;
      writes = thread.writtenWords();
    }
  }

  /** Becomes a division that is done at a clock. */
  void division(long then) {
    kind = Kind.DIVISION;
    ready = then;
    posted = false;
    waits = false;
    fault = null;
    register = Core.NONE;
  }

  boolean isPosted() {
    return posted;
  }

  boolean isAccess() {
    return kind == Kind.ACCESS;
  }

  boolean isTable() {
    return kind == Kind.TABLE;
  }

  /** Whether it is a call that a bank of map memory does. */
  boolean isEntry() {
    return kind == Kind.ENTRY || kind == Kind.LOCK;
  }

  /** Whether it found a spin lock held, and has to be made again. */
  boolean waits() {
    return waits;
  }

  boolean isDivision() {
    return kind == Kind.DIVISION;
  }

  /** Whether it reads words and changes none. */
  boolean isLoad() {
    return slot instanceof Slot.Load || kind == Kind.ENTRY && writes == 0;
  }

  boolean isAtomic() {
    return slot instanceof Slot.Atomic || kind == Kind.LOCK;
  }

  /** What happened instead of what was asked, or null. */
  ProgramFault fault() {
    return fault;
  }

  /** Begins anew with a call that had to wait. */
  void again(long now) {
    ready = now;
    if (isEntry()) {
      word = places.word(thread.entry(), thread.packet().cpu);
      words = Math.max(1, writes - 1);
    }
  }

  /** The access happens, or the call if it has not yet; not while a lock is held. */
  void perform() {
    if (!left && !isAccess()) {
      return;
    }
    try {
      waits = !isAccess() && thread.waitsForLock();
      if (waits) {
        return;
      }
      value = isAccess() ? thread.access(slot, operands) : thread.call();
    } catch (ProgramFault e) {
      fault = e;
    }
  }

  /** The register that waits for the result, or {@link Core#NONE}. */
  int register() {
    return register;
  }

  void write() {
    if (register >= 0 && (left || isAccess())) {
      thread.write(register, value);
    }
  }
}
