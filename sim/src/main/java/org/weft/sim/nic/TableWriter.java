package org.weft.sim.nic;

import org.weft.sim.map.Table;

/**
 * The one unit that changes tables. It has the second port of all directories and key memories, the
 * free entries and the entries' places, and writes values as a core would; lookups go on meanwhile
 * and see all of an entry or nothing of it.
 */
final class TableWriter {
  private static final int PLACE_CLOCKS = 3;
  private static final int READ_CLOCKS = 2;

  /** {@code BPF_F_LOCK}: values are changed in their place. */
  private static final long LOCK = 4;

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
  private final int farLatency;
  private State state = State.IDLE;
  private TableJob job;
  private Table table;
  private Table.Plan plan;
  private int latency;
  private int beats;
  private int victim;

  /** The clock in which what is under way ends. */
  private long until;

  private long jobs;
  private long busy;

  TableWriter(MapMemory memory, MapPlaces places, int farLatency) {
    this.memory = memory;
    this.places = places;
    this.farLatency = farLatency;
  }

  boolean isIdle() {
    return state == State.IDLE;
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
    job = newJob;
    table = job.map().table();
    latency = places.isFarTable(job.mapIndex()) ? farLatency : 2;
    beats = places.keyBeats(job.mapIndex());
    plan = Table.Plan.CHANGE;
    if (job.kind() == HostCommand.Kind.NEXT) {
      int found = job.map().occupiedFrom(job.entry());
      int last = found < 0 ? job.map().slots() : found;
      begin(State.SEARCH, now + 1 + Math.max(0, last - job.entry()) + latency + beats);
    } else if (table == null) {
      begin(State.SEARCH, now + 1);
    } else {
      plan = table.plan(job.key(), 0, job.flags());
      begin(
          State.SEARCH,
          now
              + TableEngine.clocks(latency, beats)
              + (long) table.falseMatches() * TableEngine.again(latency, beats));
    }
  }

  private void begin(State next, long then) {
    state = next;
    until = then;
  }

  void step(long now) {
    if (state == State.IDLE) {
      return;
    }
    busy++;
    if (state == State.HAND) {
      victim = table.stepHand();
      if (victim >= 0) {
        begin(State.EVICT, now + PLACE_CLOCKS);
      }
      return;
    }
    if (now < until) {
      return;
    }
    switch (state) {
      case SEARCH -> found(now);
      case EVICT -> {
        table.evict(victim);
        room(now);
      }
      case MOVE -> {
        table.displace(job.key(), 0);
        write(now);
      }
      case CLEAR -> {
        table.evict(victim);
        write(now);
      }
      case ROOM -> finish(now);
      case WRITE -> {
        if (memory.hasMoved(now)) {
          begin(State.COMMIT, now + 1);
        }
      }
      case COMMIT -> finish(now);
      default -> throw new IllegalStateException("state " + state);
    }
  }

  private void found(long now) {
    switch (job.kind()) {
      case LOOKUP, NEXT -> read(now);
      case DELETE -> {
        if (plan == Table.Plan.CHANGE) {
          begin(State.COMMIT, now + 1);
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
    } else if (steps > 0) {
      begin(State.MOVE, now + steps + latency + 1);
    } else if (table.evicts()) {
      victim = table.inTheWay(job.key(), 0);
      begin(State.CLEAR, now + MOST_STEPS + latency + 1);
    } else {
      begin(State.ROOM, now + MOST_STEPS + latency);
    }
  }

  /** Key and value are written where nobody looks yet. */
  private void write(long now) {
    boolean inserts = plan == Table.Plan.INSERT;
    begin(State.WRITE, now + (inserts ? beats : 1));
    int copies = inserts ? job.map().copies() : 1;
    int target =
        table == null || !inserts && (job.flags() & LOCK) != 0
            ? job.map().valueOf(Math.max(0, job.map().entryOf(job.key())), job.cpu())
            : table.target(job.key(), 0, job.cpu());
    move(target, copies, now);
  }

  /** Words of map memory are written or read: a value at an offset, or those of so many CPUs. */
  private void move(int offset, int copies, long now) {
    int map = job.mapIndex();
    int value = offset / job.map().stride();
    long first = places.word(map, value / job.map().copies(), value % job.map().copies());
    memory.move(first, words(), copies, places.distance(map), now + 1);
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
    begin(State.WRITE, now + READ_CLOCKS + words());
    int value = job.map().valueOf(entry, job.cpu());
    move(value, 1, now);
  }

  private void finish(long now) {
    job.perform();
    job.answer(now + 1);
    state = State.IDLE;
    job = null;
  }
}
