package org.weft.sim.nic;

import org.weft.sim.rows.AccessForm;

/** What the rows of a core have asked for and that takes its time, and what has come back of it. */
final class CoreRequests {
  /** Requests of a core for map values that keep a row from posting one more. */
  static final int POSTED = 32;

  private static final int DIVISION_CYCLES = 34;
  private static final int MOVER_CYCLES = 3;

  /** From the clock in which a call's last word is read to when it can be taken by a table. */
  private static final int TABLE_CYCLES = 6;

  private final int core;
  private final Outbox values;
  private final TableQueues tables;
  private final Outbox rings;
  private final MapPlaces places;
  private final EventUnit events;
  private final LateResults results;
  private final Fifo<Request> spare = new Fifo<>(1024);

  /** Spin locks that were held, to be asked for again. */
  private final Fifo<Request> held;

  /** The clock in which the divider is done with all that it was given. */
  private long dividerFree;

  /** Accesses on their way that no context waits for, and the last clock in which one was made. */
  private int posted;

  private long postedLast;

  /** The last clock in which a row or a call asked for a map value. */
  private long asked;

  CoreRequests(
      int core,
      int contexts,
      Outbox values,
      TableQueues tables,
      Outbox rings,
      MapPlaces places,
      EventUnit events) {
    this.core = core;
    this.values = values;
    this.tables = tables;
    this.rings = rings;
    this.places = places;
    this.events = events;
    results = new LateResults(contexts);
    held = new Fifo<>(contexts);
  }

  /** The core's number. */
  int core() {
    return core;
  }

  /** Whether rows that would post an access have to wait. */
  boolean isFull() {
    return values.size(core) >= POSTED;
  }

  /** The row of a context accesses a map value; whether it waits for an answer. */
  boolean access(Context context, long now) {
    AccessForm form = context.thread.mapAccess();
    boolean answered = form.isAnswered();
    Request request = context.access;
    if (!answered) {
      request = spare.isEmpty() ? new Request(this, places) : spare.remove();
      request.belongTo(context);
      context.posted++;
      posted++;
      postedLast = now;
    }
    request.access(form, now + 1);
    asked = now;
    values.add(core, request);
    return answered;
  }

  /** The row of a context divides. */
  void divide(Context context, long now) {
    dividerFree = Math.max(dividerFree, now) + DIVISION_CYCLES;
    context.division.division(dividerFree);
    results.add(context.division);
  }

  /** Whether what was posted keeps a call from beginning. */
  boolean holdUp(Request call, long now) {
    // What others of the CPU have posted, a table's engine would not wait for.
    int before = call.context.alone ? posted - (postedLast == now ? 1 : 0) : call.context.posted;
    return before != 0;
  }

  /** Whether somebody has asked for a map value in this clock: then no call can. */
  boolean hasAsked(long now) {
    return asked == now;
  }

  /** All memory that a call takes has been moved: it goes to who makes it, or is made. */
  void moved(Request call, long now) {
    if (call.isEntry()) {
      call.ready = now + 1 + call.moved;
      asked = now;
      values.add(core, call);
    } else if (call.isRing()) {
      call.ready = now + 1;
      rings.add(core, call);
    } else if (call.isTable()) {
      call.ready = now + TABLE_CYCLES + call.moved;
      call.read();
      tables.add(core, call);
    } else {
      call.ready = now + MOVER_CYCLES + call.moved;
      call.perform();
      results.add(call);
    }
  }

  /** The entry of an event is asked for. */
  void askEntry(Request call, long now) {
    call.step = EventStep.ASKED;
    call.ready = now + 1;
    asked = now;
    values.add(core, call);
  }

  /** An event asks to be taken in this clock. */
  void offer(Request call) {
    events.ask(core, call);
  }

  /** The last word of an event is read. */
  void readEvent(Request call, long now) {
    events.read(call, now);
    answerEvent(call, now);
  }

  /** Nothing more is to be done for an event. */
  void answerEvent(Request call, long now) {
    call.step = EventStep.DONE;
    call.ready = now + MOVER_CYCLES + call.moved;
    results.add(call);
  }

  /** A call that found a lock held is made again. */
  void again(Request call, long now) {
    call.again(now + 1);
    if (call.isTable()) {
      tables.add(core, call);
    } else {
      held.add(call);
    }
  }

  /** The oldest lock that was held is asked for again, if nobody else asks in this clock. */
  void askAgain(long now) {
    if (!held.isEmpty() && asked != now && held.head().ready <= now) {
      Request call = held.remove();
      call.ready = now + 1;
      values.add(core, call);
    }
  }

  /** A result has come back, or will have when the request is ready. */
  void answer(Request request) {
    results.add(request);
  }

  /** A posted access was done. */
  void done(Request request) {
    request.context.posted--;
    posted--;
    spare.add(request);
  }

  /** Whether accesses are on their way that nobody waits for. */
  boolean hasPosted() {
    return posted > 0;
  }

  /** What has come back. */
  LateResults results() {
    return results;
  }
}
