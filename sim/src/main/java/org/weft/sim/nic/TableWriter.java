package org.weft.sim.nic;

import org.weft.sim.map.PrefixTable;
import org.weft.sim.map.Table;

/**
 * The one unit that changes tables. It has the second port of all directories and key memories, the
 * free entries and the entries' places, and writes values as a core would; lookups go on meanwhile
 * and see all of an entry or nothing of it.
 */
final class TableWriter {
  private static final int PLACE_CLOCKS = 3;
  private static final int READ_CLOCKS = 2;

  /** Clocks of the memory that has buckets and keys, where it is in the engines. */
  private static final int LATENCY = 2;

  /** Of a trie's key, in addition to one for each of its words, until its hash is known. */
  private static final int PREFIX_CLOCKS = 4;

  /** From when a search begins to when the key of the first match is asked for. */
  private static final int ASKED = 4;

  /** Steps of the search for a slot that can move. */
  private static final int MOST_STEPS = 8;

  private enum State {
    IDLE,
    SEARCH,
    HAND,
    EVICT,
    ROOM,
    MOVE,
    CLEAR,
    WRITE,
    COMMIT
  }

  private final MapMemory memory;
  private final MapPlaces places;
  private final TableEngine[] near;
  private final OutsideEngine far;
  private final OutsideSteps outside;
  private State state = State.IDLE;
  private TableJob job;
  private Table table;
  private Table.Plan plan;
  private int beats;
  private int victim;

  /** Beats of a key that are still to be written. */
  private int toWrite;

  /** The clock in which what is under way ends, but for those in which it stood. */
  private long until;

  /** Clocks in which it stood, because memory behind the port had not answered. */
  private long stood;

  /** Whether the job has been done when memory had answered. */
  private boolean isDone;

  /** Whether the value of the update under way is written word by word. */
  private boolean moves;

  private boolean marksUse;
  private long jobs;
  private long busy;

  TableWriter(
      TableEngine[] near, OutsideEngine far, MapMemory memory, MapPlaces places, MemoryPort port) {
    this.near = near;
    this.far = far;
    this.memory = memory;
    this.places = places;
    outside = new OutsideSteps(port, far);
  }

  boolean isIdle() {
    return state == State.IDLE;
  }

  /**
   * Whether it changes bits of used entries in this clock: what lookups used in it is forgotten.
   */
  boolean marksUse() {
    return marksUse;
  }

  /** Updates and deletions that were begun. */
  long jobs() {
    return jobs;
  }

  /** Clocks in which one was under way. */
  long busy() {
    return busy;
  }

  /** Begins a job. */
  void begin(TableJob newJob, long now) {
    jobs++;
    moves = false;
    isDone = false;
    job = newJob;
    table = job.map().table();
    beats = places.keyBeats(job.mapIndex());
    plan = Table.Plan.CHANGE;
    long at = now - stood;
    if (job.kind() == HostCommand.Kind.NEXT) {
      int found = job.map().occupiedFrom(job.entry());
      int last = found < 0 ? job.map().slots() : found;
      long passed = at + 1 + Math.max(0, last - job.entry());
      if (isFar() && found >= 0) {
        outside.readKey(beats, passed + 1);
      }
      begin(State.SEARCH, passed + LATENCY + beats);
    } else {
      boolean updates = job.kind() == HostCommand.Kind.UPDATE;
      plan = table.plan(job.key(), 0, updates ? job.flags() : 0);
      int words = (job.map().keyBytes() + 7) / 8;
      int others = table.falseMatches();
      long from =
          at + (table instanceof PrefixTable ? PREFIX_CLOCKS + words : isFar() ? beats - 1 : 0);
      if (isFar()) {
        outside.readBuckets(from + 1);
        int keys = others + (job.map().entryOf(job.key()) < 0 ? 0 : 1);
        for (int i = 0; i < keys; i++) {
          outside.readKey(beats, from + ASKED + (long) i * TableEngine.again(beats));
        }
      }
      begin(
          State.SEARCH,
          from + TableEngine.clocks(beats) + (long) others * TableEngine.again(beats));
    }
  }

  private void begin(State next, long then) {
    state = next;
    until = then;
  }

  void step(long now) {
    marksUse = false;
    if (state == State.IDLE) {
      return;
    }
    busy++;
    long at = now - stood;
    if (!outside.isDone(at, now)) {
      stood++;
      return;
    }
    if (state == State.HAND) {
      marksUse = true;
      victim = table.stepHand();
      if (victim >= 0) {
        begin(State.EVICT, at + PLACE_CLOCKS);
        writeSlot(() -> {}, this::evict);
      }
      return;
    }
    if (at < until) {
      return;
    }
    switch (state) {
      case SEARCH -> found(now);
      case EVICT -> {
        remove();
        if (!isFar()) {
          evict();
        }
        room(now);
      }
      case MOVE -> {
        if (!isFar()) {
          table.displace(job.key(), 0);
        }
        write(now);
      }
      case CLEAR -> {
        remove();
        if (!isFar()) {
          evict();
        }
        write(now);
      }
      case ROOM -> finish(now);
      case WRITE -> {
        if (toWrite > 0 && isQuiet()) {
          toWrite--;
          if (isFar()) {
            outside.writeKey(now);
          }
        }
        if (toWrite == 0 && memory.writers().hasMoved(now)) {
          commit(at);
        }
      }
      case COMMIT -> {
        marksUse = job.kind() == HostCommand.Kind.UPDATE && table.evicts();
        if (changes()) {
          remove();
        }
        finish(now);
      }
      default -> throw new IllegalStateException("state " + state);
    }
  }

  private void evict() {
    table.evict(victim);
  }

  /** A slot is written behind the memory port, in the clock in which what is under way ends. */
  private void writeSlot(Runnable atOnce, Runnable change) {
    if (isFar()) {
      outside.writeSlot(atOnce, change, until);
    }
  }

  /** Lookups may find the length of a new prefix before they find the prefix. */
  private void announce() {
    if (job.kind() == HostCommand.Kind.UPDATE && table instanceof PrefixTable prefixes) {
      prefixes.occurs(job.key());
    }
  }

  private void commit(long at) {
    begin(State.COMMIT, at + 1);
    if (changes()) {
      writeSlot(
          this::announce,
          () -> {
            job.perform(moves);
            isDone = true;
          });
    }
  }

  private void found(long now) {
    switch (job.kind()) {
      case LOOKUP, NEXT -> read(now);
      case DELETE -> {
        if (plan == Table.Plan.CHANGE) {
          commit(now - stood);
        } else {
          finish(now);
        }
      }
      default -> update(now);
    }
  }

  private void update(long now) {
    if (plan == Table.Plan.ERROR) {
      finish(now);
    } else if (plan == Table.Plan.CHANGE) {
      write(now);
    } else if (!table.isFull()) {
      room(now);
    } else if (table.evicts()) {
      state = State.HAND;
    } else {
      finish(now);
    }
  }

  private void room(long now) {
    int steps = table.stepsToRoom(job.key(), 0);
    if (steps == 0) {
      write(now);
      return;
    }
    long at = now - stood;
    if (isFar()) {
      // Those of two steps more are asked for before the first one is seen.
      int asked = steps > 0 ? Math.min(MOST_STEPS, steps + LATENCY) : MOST_STEPS;
      for (int i = 1; i <= asked; i++) {
        outside.readBuckets(at + i);
      }
    }
    if (steps > 0) {
      begin(State.MOVE, at + steps + LATENCY + 1);
      if (isFar()) {
        outside.moveSlot(table, job, until);
      }
    } else if (table.evicts()) {
      victim = table.inTheWay(job.key(), 0);
      begin(State.CLEAR, at + MOST_STEPS + LATENCY + 1);
      writeSlot(() -> {}, this::evict);
    } else {
      begin(State.ROOM, at + MOST_STEPS + LATENCY);
    }
  }

  /** Key and value are written where nobody looks yet. */
  private void write(long now) {
    boolean inserts = plan == Table.Plan.INSERT;
    begin(State.WRITE, now - stood + 1);
    toWrite = inserts || takesEntry() ? beats : 0;
    boolean all = inserts && job.map().definition().type().isPerCpu();
    int target = table.target(job.key(), 0, job.cpu());
    moves = true;
    if (all) {
      writeAbsent(target);
    }
    move(job, target, all ? places.cpus() : 1, all ? job.cpu() : 0, now);
  }

  /** Values of CPUs that others than this machine have: no row sees them, and they take no time. */
  private void writeAbsent(int target) {
    for (int cpu = places.cpus(); cpu < job.map().copies(); cpu++) {
      for (int i = 0; i < words(); i++) {
        long word = cpu == job.cpu() ? job.word(i) : 0;
        job.map().put(target + cpu * job.map().stride() + Long.BYTES * i, word);
      }
    }
  }

  private boolean changes() {
    return job.kind() == HostCommand.Kind.UPDATE || job.kind() == HostCommand.Kind.DELETE;
  }

  private boolean isFar() {
    return places.isFarTable(job.mapIndex());
  }

  /** Lookups under way may find what is gone. */
  private void remove() {
    if (isFar()) {
      far.remove();
      return;
    }
    for (TableEngine engine : near) {
      engine.remove();
    }
  }

  /** Whether no lookup is under way that could compare the key that an entry had. */
  private boolean isQuiet() {
    if (isFar()) {
      return far.isQuiet();
    }
    for (TableEngine engine : near) {
      if (!engine.isQuiet()) {
        return false;
      }
    }
    return true;
  }

  /** Whether an update gives a key that is there another entry, which needs the key, too. */
  private boolean takesEntry() {
    return !job.map().definition().type().isPerCpu();
  }

  /**
   * Words of map memory are written or read: a value at an offset, or those of so many CPUs, of
   * which one is the job's.
   */
  private void move(TableJob mover, int offset, int copies, int own, long now) {
    int map = job.mapIndex();
    int value = offset / job.map().stride();
    long first = places.word(map, value / job.map().copies(), value % job.map().copies());
    long distance = places.distance(map);
    memory.writers().begin(mover, first, words(), copies, distance, offset, own, now + 1);
  }

  /** Words of a value. */
  private int words() {
    return job.map().stride() / 8;
  }

  /** A value is read for the host, a word a clock, as if it was written. */
  private void read(long now) {
    boolean isNext = job.kind() == HostCommand.Kind.NEXT;
    int entry = isNext ? job.map().occupiedFrom(job.entry()) : job.map().entryOf(job.key());
    if (entry < 0) {
      finish(now);
      return;
    }
    begin(State.WRITE, now - stood + READ_CLOCKS + words());
    toWrite = 0;
    int value = job.map().valueOf(entry, job.cpu());
    move(job, value, 1, 0, now);
  }

  private void finish(long now) {
    if (!isDone) {
      job.perform(moves);
    }
    job.answer(now + 1);
    state = State.IDLE;
    job = null;
  }
}
