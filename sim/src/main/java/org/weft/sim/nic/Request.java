package org.weft.sim.nic;

import org.weft.isa.xdp.HelperFunction;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.helper.EventSink;
import org.weft.sim.map.PrefixTable;
import org.weft.sim.map.SoftMap;
import org.weft.sim.rows.AccessForm;
import org.weft.sim.rows.RowThread;

/** What a context asks of the world outside its core, or of a unit inside that takes its time. */
class Request extends Lookup implements TableJob {
  /**
   * Units that give late results: division, map memory, movers, table engines, the one behind the
   * memory port, table writer, ring unit.
   */
  static final int SOURCES = 7;

  private enum Kind {
    /** Of a map's value. */
    ACCESS,
    /** Of an entry that its number finds. */
    ENTRY,
    /** Of a spin lock. */
    LOCK,
    /** Of an entry that has to be searched. */
    TABLE,
    /** That a table be changed. */
    UPDATE,
    /** Of a ring's positions. */
    RING,
    MOVER,
    EVENT,
    DIVISION
  }

  private static final int MOST_KEY_BYTES = 64;

  /** From the clock in which a number of an entry is read to the one in which it is known. */
  private static final int INDEX_CYCLES = 2;

  /** Those among which it is. */
  final CoreRequests owner;

  private final MapPlaces places;
  Context context;
  RowThread thread;
  private Kind kind;
  private AccessForm form;

  // Of an access: where it goes, what it stores, what it compares with.
  private long address;
  private long operand;
  private long compare;

  /** The logical CPU of the packet that makes it. */
  private int cpu;

  /** Whether the access lies in two words, and what was read from the first. */
  private boolean isSplit;

  /** Whether it reads words and changes none; whether it reads one and changes it. */
  private boolean isLoad;

  private boolean isAtomic;

  private long first;
  private boolean posted;
  private boolean left;
  private boolean waits;
  private int register;
  private long value;
  private ProgramFault fault;

  /** The clock from which on it may be looked at where it stands. */
  long ready;

  // Clocks in which memory has still to be read or written for a call's two arguments.
  private int firstClocks;
  private int secondClocks;

  /** Whether that has begun; when what was read is known to a call of an entry. */
  boolean begun;

  private long known;

  /** Clocks for words of map values that a call takes as memory. */
  int moved;

  /** Word of map memory, or a number below zero behind the memory port; words still to do. */
  long word;

  int words;

  /** Beats of its key. */
  int beats;

  /** Of a lookup in a trie: whether it is known what it finds. */
  boolean isDecided;

  EventStep step = EventStep.DONE;

  /** Words of an indexed table that are written. */
  private int writes;

  // What a table needs to know.
  private SoftMap map;
  private int mapIndex;
  private byte[] key = new byte[MOST_KEY_BYTES];
  private long flags;
  private boolean deletes;
  private int used;
  private boolean far;

  Request(CoreRequests owner, MapPlaces places) {
    this.owner = owner;
    this.places = places;
  }

  void belongTo(Context newContext) {
    context = newContext;
    thread = newContext.thread;
  }

  /** Becomes the access of a map value that the thread's row makes. */
  void access(AccessForm made, long now) {
    kind = Kind.ACCESS;
    ready = now;
    form = made;
    posted = !made.isAnswered();
    waits = false;
    fault = null;
    address = thread.address();
    operand = thread.operand();
    compare = thread.compare();
    cpu = thread.packet().cpu;
    isLoad = made.isLoad();
    isAtomic = made.isAtomic();
    word = places.word(address, cpu);
    isSplit = made.isSplit(address);
    words = isSplit ? 2 : 1;
    register = made.register();
  }

  /** Becomes the call that the thread's row makes. */
  void call(long now, boolean isTailCall) {
    kind = isTailCall || thread.callsTable() ? Kind.TABLE : Kind.MOVER;
    kind = !isTailCall && thread.asksRing() ? Kind.RING : kind;
    ready = now;
    posted = false;
    waits = false;
    fault = null;
    register = isTailCall ? Core.NONE : thread.callRegister();
    firstClocks = isTailCall ? 0 : thread.callClocks(0);
    secondClocks = isTailCall ? 0 : thread.callClocks(1);
    begun = false;
    known = 0;
    isLoad = false;
    isAtomic = false;
    left = !isTailCall && thread.isLeftToOthers();
    moved = left ? thread.callWords() : 0;
    if (!isTailCall && thread.makesEvent()) {
      kind = Kind.EVENT;
      step = EventStep.ENTRY;
      word = places.word(thread.entry(), thread.packet().cpu);
      words = 1;
      isLoad = true;
    } else if (!isTailCall && thread.takesLock()) {
      kind = Kind.LOCK;
      isAtomic = true;
      word = places.word(thread.entry(), thread.packet().cpu);
      writes = 1;
      words = 1;
    } else if (kind == Kind.TABLE && thread.isIndexed()) {
      kind = Kind.ENTRY;
      word = places.word(thread.entry(), thread.packet().cpu);
      writes = isTailCall ? 0 : thread.writtenWords();
      isLoad = writes == 0;
      words = Math.max(1, writes - 1);
    } else if (kind == Kind.TABLE) {
      search();
    }
  }

  /**
   * A clock of its half in which memory is read or written for the call: what is in a register
   * takes one, too.
   *
   * @return whether it uses the half's way out
   */
  boolean move(long now) {
    boolean isFirst = firstClocks != 0;
    boolean moves = (isFirst ? firstClocks : secondClocks) > 0;
    if (isFirst) {
      firstClocks -= moves ? 1 : -1;
      known = isEntry() ? now + INDEX_CYCLES : 0;
    } else if (secondClocks != 0) {
      secondClocks -= moves ? 1 : -1;
    }
    return moves;
  }

  /** Whether all of that is done, and, of an entry, its number known. */
  boolean isMoved(long now) {
    return firstClocks == 0 && secondClocks == 0 && known <= now;
  }

  private void search() {
    map = thread.calledMap();
    mapIndex = thread.calledIndex();
    if (key.length < map.keyBytes()) {
      key = new byte[map.keyBytes()];
    }
    beats = places.keyBeats(mapIndex);
    isDecided = false;
    far = places.isFarTable(mapIndex);
    switch (thread.helper()) {
      case MAP_UPDATE_ELEM -> kind = Kind.UPDATE;
      case MAP_DELETE_ELEM -> kind = Kind.UPDATE;
      default -> {
        return;
      }
    }
    deletes = thread.helper() == HelperFunction.MAP_DELETE_ELEM;
    flags = thread.updateFlags();
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

  boolean isEvent() {
    return kind == Kind.EVENT;
  }

  /** Whether the result that comes is only that of its entry. */
  boolean isOfEntry() {
    return kind == Kind.EVENT && step == EventStep.ASKED;
  }

  /** The entry is known: no event is open there, or it can be taken. */
  void learn() {
    step = value < 0 ? EventStep.DONE : EventStep.OFFERED;
  }

  /** The event unit has decided: what the call answers, and whether its bytes are read. */
  void taken(long answer, boolean reads) {
    value = answer;
    step = reads ? EventStep.READ : EventStep.DONE;
  }

  /** Bytes of the record of its event. */
  int eventBytes() {
    int[] size = {0};
    thread.giveEvent(
        (packet, at, data, offset, bytes, more) -> size[0] = EventUnit.size(bytes, more));
    return size[0];
  }

  /** Gives its event to who takes it. */
  void give(EventSink sink) {
    thread.giveEvent(sink);
  }

  /** Whether it goes to table engines or to the table writer. */
  boolean isTable() {
    return kind == Kind.TABLE || kind == Kind.UPDATE;
  }

  boolean isUpdate() {
    return kind == Kind.UPDATE;
  }

  /** Whether it goes to the ring unit. */
  boolean isRing() {
    return kind == Kind.RING;
  }

  /** The ring's positions are read: whether a record is reserved for it, which is still to do. */
  boolean readPositions() {
    try {
      value = thread.ringAnswer();
      boolean reserves = thread.helper() == HelperFunction.RINGBUF_RESERVE && value != 0;
      if (reserves) {
        word = places.word(thread.ringIndex() + 1L << 32 | thread.nextHeader(), 0);
      }
      return reserves;
    } catch (ProgramFault e) {
      fault = e;
      return false;
    }
  }

  /** That record is there from now on. */
  void takeRecord() {
    thread.takeRecord();
  }

  /** Whether its table is behind the memory port. */
  boolean isFar() {
    return far;
  }

  /** The trie that it looks something up in, or null. */
  PrefixTable trie() {
    return map() instanceof PrefixTable trie ? trie : null;
  }

  /** The entry that was found is used when its key has been compared. */
  void takeUse() {
    used = map.table().takeUse();
  }

  void use() {
    if (used != Core.NONE) {
      map.table().use(used);
    }
  }

  int falseMatches() {
    return map.table().falseMatches();
  }

  @Override
  public HostCommand.Kind kind() {
    return deletes ? HostCommand.Kind.DELETE : HostCommand.Kind.UPDATE;
  }

  @Override
  public SoftMap map() {
    return map;
  }

  @Override
  public int mapIndex() {
    return mapIndex;
  }

  @Override
  public byte[] key() {
    return key;
  }

  @Override
  public long flags() {
    return flags;
  }

  @Override
  public int cpu() {
    return thread.packet().cpu;
  }

  @Override
  public int entry() {
    throw new IllegalStateException("programs do not iterate");
  }

  @Override
  public void answer(long now) {
    ready = now;
    owner.answer(this);
  }

  /** All memory that the call takes has been read. */
  void read() {
    if (kind == Kind.UPDATE || far || trie() != null) {
      thread.copyKey(key);
    }
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

  /** Which unit of the core, or of those around it, has the result. */
  int source() {
    return switch (kind) {
      case DIVISION -> 0;
      case ACCESS, ENTRY, LOCK -> 1;
      case MOVER -> 2;
      case EVENT -> step == EventStep.ASKED ? 1 : 2;
      case TABLE -> far ? 4 : 3;
      case UPDATE -> 5;
      case RING -> 6;
    };
  }

  /** Whether it reads words and changes none. */
  boolean isLoad() {
    return isLoad;
  }

  boolean isAtomic() {
    return isAtomic;
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

  /** The first of two words was taken; the other one is next. */
  void secondWord() {
    word = places.following(isAccess() ? address : 0, word);
  }

  /** The part of an access happens that lies in the first of two words. */
  void performFirst() {
    if (isSplit && isAccess()) {
      first = thread.part(form, address, operand, 0, firstBytes(), cpu);
    }
  }

  private int firstBytes() {
    return 8 - (int) (address & 7);
  }

  private long performAccess() {
    if (!isSplit) {
      return thread.access(form, address, operand, compare, cpu);
    }
    int before = firstBytes();
    long rest = thread.part(form, address, operand, before, form.bytes() - before, cpu);
    return form.extended(first | rest);
  }

  @Override
  public long word(int number) {
    return thread.updateWord(number);
  }

  @Override
  public void perform(boolean isMoved) {
    if (isMoved) {
      waits = false;
      value = thread.commitUpdate();
    } else {
      perform();
    }
  }

  /** The access happens, or the call if it has not yet; not while a lock is held. */
  public void perform() {
    if (!left && !isAccess()) {
      return;
    }
    try {
      waits = !isAccess() && thread.waitsForLock();
      if (waits) {
        return;
      }
      value = isAccess() ? performAccess() : isEvent() ? thread.eventError() : thread.call();
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
