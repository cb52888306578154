package org.weft.sim.nic;

import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.map.MapTable;
import org.weft.sim.rows.RowThread;

/** A core: contexts, pipeline, and both halves of its memory. */
final class Core extends Turns {
  static final int NONE = -1;

  private final MachineSpec machine;
  private final int depth;
  private final int memoryStage;

  /** By bank of row memory. */
  private final LoadedProgram[] programs = new LoadedProgram[2];

  private final Context[] contexts;
  private final CoreMemory memory;
  private final CoreRequests requests;
  private final LateResults results;
  private final CoreCpus cpus = new CoreCpus(this);
  private final Source source;

  /** The context selected in each of the last clocks, as a set of one or none. */
  private final long[] pipe;

  private int slot;

  /** The row of the last one, where rows are executed as they are selected. */
  private int selectedRow;

  // Sets of contexts; what is in no field of this object is touched only when it has to be: what
  // all cores touch in a clock does not fit the host's first cache.

  /** Those whose row leaves the pipeline and lets them go on at once, or ends their program. */
  private long resumes;

  private long ends;

  /** Those whose packet had not wholly arrived. */
  private long partial;

  /**
   * Those whose next rows have been executed, and how many of these have not had their clock; those
   * whose program ends with the last of them.
   */
  private long ahead;

  private long endsAhead;

  private final byte[] left;

  final Account account = new Account();

  /** Is told of rows, as those of this core; or null. */
  private RowObserver observer;

  private int number;

  Core(
      CoreRequests requests,
      MapPlaces places,
      ProgramImage image,
      LoadedProgram program,
      MapTable maps,
      EngineOptions options,
      Source source) {
    super(image.machine().threads());
    machine = image.machine();
    this.requests = requests;
    results = requests.results();
    this.source = source;
    depth = machine.depth();
    memoryStage = Math.max(0, depth - 3);
    programs[0] = program;
    int count = machine.threads();
    contexts = new Context[count];
    for (int i = 0; i < count; i++) {
      RowThread thread = new RowThread(program.code, maps, options.seed(), options.network());
      contexts[i] = new Context(i, thread, requests, places);
    }
    memory = new CoreMemory(machine, requests, contexts);
    pipe = new long[depth];
    left = new byte[count];
  }

  /** Tells somebody of rows from now on, as those of the core with this number. */
  void observe(int core, RowObserver who) {
    number = core;
    observer = who;
  }

  /** Random numbers follow from another seed. */
  void seed(int seed) {
    for (Context context : contexts) {
      context.thread.seed(seed);
    }
  }

  /** A bank of row memory has another program. */
  void load(int bank, LoadedProgram program) {
    programs[bank] = program;
  }

  /** What moves in its memory. */
  CoreMemory memory() {
    return memory;
  }

  /** The context selected in the last clock, or {@link #NONE}, its row, its packet. */
  int selected() {
    return pipe[slot] == 0 ? NONE : Long.numberOfTrailingZeros(pipe[slot]);
  }

  int selectedRow() {
    return memoryStage == 0 ? selectedRow : rowOf(selected());
  }

  /** Number of a context's packet, or {@link #NONE}. */
  long packetOf(int context) {
    return isFree(context) ? NONE : contexts[context].packet.data.number;
  }

  /** The row that a context executes or executes next, or {@link #NONE}. */
  int rowOf(int context) {
    if (isFree(context)) {
      return NONE;
    }
    boolean isAhead = (ahead >>> context & 1) != 0;
    return isAhead ? contexts[context].ahead(left[context]) : contexts[context].row;
  }

  private boolean isFree(int context) {
    return (free >>> context & 1) != 0;
  }

  @Override
  long zeroing() {
    return memory.zeroing();
  }

  Packet packet(int context) {
    return contexts[context].packet;
  }

  /** Takes away from how often rows were executed those that have not had their clock. */
  void discountAhead(long... executed) {
    for (long set = ahead; set != 0; set &= set - 1) {
      int context = Long.numberOfTrailingZeros(set);
      contexts[context].discount(left[context], executed);
    }
  }

  /** Whether accesses are on their way that nobody waits for. */
  boolean hasPosted() {
    return requests.hasPosted();
  }

  void step(long now) {
    slot = slot + 1 == depth ? 0 : slot + 1;
    finish(pipe[slot]);
    pipe[slot] = 0;
    if (memoryStage > 0) {
      int at = slot - memoryStage;
      long context = pipe[at < 0 ? at + depth : at];
      if (context != 0) {
        inMemory(context, now);
      }
    }
    long zeroed = memory.move((int) (now - memoryStage & 1) ^ 1, now);
    requests.askAgain(now);
    if ((free & memory.startable()) != 0) {
      start(0, now);
      start(1, now);
    }
    select(now);
    ready |= write((int) (now - depth & 1), now);
    unpark();
    if (zeroed != 0) {
      zeroed(contexts[Long.numberOfTrailingZeros(zeroed)]);
    }
  }

  private void select(long now) {
    long half = CoreMemory.contextsOf((int) now & 1);
    long selected = take(half);
    if (selected == 0) {
      countIdle(half, account);
      return;
    }
    pipe[slot] = selected;
    if (memoryStage == 0) {
      selectedRow = rowOf(selected());
      inMemory(selected, now);
    }
  }

  /** The memory stage of a context, given as a set, and for who wants to know of it. */
  private void inMemory(long bit, long now) {
    if (observer == null) {
      execute(bit, now);
      return;
    }
    int context = Long.numberOfTrailingZeros(bit);
    int row = rowOf(context);
    long issued = account.issued;
    execute(bit, now);
    observer.row(number, context, row, account.issued != issued);
  }

  /** The memory stage of a context, given as a set: all that its row does in the core is done. */
  private void execute(long bit, long now) {
    int number = Long.numberOfTrailingZeros(bit);
    if ((ahead & bit) == 0) {
      execute(contexts[number], bit, now);
      return;
    }
    // The row has been executed: of its context there is nothing to be looked at.
    account.issued++;
    long last = --left[number] == 0 ? bit : 0;
    ahead &= ~last;
    ends |= last & endsAhead;
    resumes |= bit & ~(last & endsAhead);
  }

  private void execute(Context context, long bit, long now) {
    int row = context.row;
    LoadedProgram program = context.program;
    boolean canWait = program.canWait(row);
    if (canWait && context.issues < program.code.issues(row)) {
      context.issues++;
      account.helper++;
      resumes |= bit;
      return;
    }
    boolean isPartial = (partial & bit) != 0 && isPartial(context);
    if (isPartial && context.reachesTooFar()) {
      account.packetData++;
      resumes |= bit;
      return;
    }
    if ((canWait || context.alone) && waits(context, row)) {
      resumes |= bit;
      return;
    }
    account.issued++;
    if (!isPartial && program.isPrivate(row)) {
      runAhead(context, bit);
    } else {
      program.executed[row]++;
      context.rows++;
      step(context, now);
      if ((waiting() & bit) == 0) {
        goOn(context, bit);
      }
    }
  }

  /** Executes a row that nobody else sees, and those behind it of which that is so, too. */
  private void runAhead(Context context, long bit) {
    int rows = context.runAhead();
    left[context.number] = (byte) rows;
    long more = rows > 0 ? bit : 0;
    long end = context.next < 0 ? bit : 0;
    context.row = end == 0 ? context.next : context.row;
    ahead |= more;
    endsAhead = endsAhead & ~bit | end;
    ends |= end & ~more;
    resumes |= bit & (~end | more);
  }

  /** The row of a context waits for nothing: so it goes on, or ends, when that has left. */
  private void goOn(Context context, long bit) {
    if (context.next >= 0) {
      context.row = context.next;
      resumes |= bit;
    } else {
      ends |= bit;
    }
  }

  /** Executes one row, and asks others for what it wants of them. */
  private void step(Context context, long now) {
    RowThread thread = context.thread;
    try {
      context.next = thread.step(context.row);
      if (thread.mapAccess() != null && requests.access(context, now)) {
        inMap |= 1L << context.number;
      }
      if (thread.divides()) {
        inDivision |= 1L << context.number;
        requests.divide(context, now);
      }
      if (context.next == RowThread.TAIL_CALL || thread.callsLate()) {
        context.call.call(now + 1, context.next == RowThread.TAIL_CALL);
        inCall |= 1L << context.number;
        memory.call(context);
      }
    } catch (ProgramFault e) {
      context.fail(context.row, e);
    }
  }

  /** Whether something else than its packet keeps a context from its next row. */
  private boolean waits(Context context, int row) {
    RowThread.Code code = context.program.code;
    if (context.posted > 0 && code.unlocks(row) || code.posts(row) && requests.isFull()) {
      account.mapBank++;
      return true;
    }
    if (!cpus.own(context, context.program.marks[row])) {
      account.cpu++;
      return true;
    }
    context.issues = 1;
    return false;
  }

  /** Whether bytes of a packet have still to arrive. */
  private boolean isPartial(Context context) {
    Packet packet = context.packet;
    if (packet.arrived == packet.bytes) {
      partial &= ~(1L << context.number);
      return false;
    }
    return true;
  }

  /** The row of a context, or of none, has left the pipeline. */
  private void finish(long finished) {
    ready |= resumes & finished;
    resumes &= ~finished;
    if ((ends & finished) != 0) {
      ends &= ~finished;
      end(contexts[Long.numberOfTrailingZeros(finished)]);
      unpark();
    }
  }

  /** All that a row asked for is there: the context, as a set, if it can be selected. */
  private long advance(Context context) {
    if (context.next < 0) {
      end(context);
      return 0;
    }
    context.row = context.next;
    if (context.restarts && context.lines > 0) {
      memory.zero(context);
      return 0;
    }
    context.restarts = false;
    return 1L << context.number;
  }

  /** The stack of a context is all zero again: it goes on with another program, or is free. */
  private void zeroed(Context context) {
    if (context.restarts) {
      ready |= 1L << context.number;
      context.restarts = false;
    } else {
      free |= 1L << context.number;
    }
  }

  /** Its program has ended. */
  private void end(Context context) {
    context.end();
    memory.end(context);
    if (context.lines == 0) {
      free |= 1L << context.number;
    } else {
      memory.zero(context);
    }
    if (context.alone) {
      cpus.leave(context);
    }
  }

  /** Writes the next late result of the half whose registers no row writes; who goes on. */
  private long write(int which, long now) {
    Request request = results.next(which, now);
    if (request == null) {
      return 0;
    }
    Context context = request.context;
    if (request.waits()) {
      requests.again(request, now);
      return 0;
    }
    if (request.isOfEntry()) {
      request.learn();
      return 0;
    }
    if (request.fault() != null) {
      context.fail(context.row, request.fault());
    } else if (request.isEntry() && context.next == RowThread.TAIL_CALL) {
      context.decideTailCall();
    } else if (!context.restarts) {
      request.write();
    }
    long bit = 1L << context.number;
    if (request.isAccess()) {
      inMap &= ~bit;
    } else if (request.isDivision()) {
      inDivision &= ~bit;
    } else {
      inCall &= ~bit;
    }
    if ((waiting() & bit) != 0) {
      return 0;
    }
    return advance(context);
  }

  private void start(int which, long now) {
    long mine = free & memory.startable() & CoreMemory.contextsOf(which);
    if (mine == 0) {
      return;
    }
    Packet packet = memory.start(which);
    Context context = contexts[Long.numberOfTrailingZeros(mine)];
    free &= ~(1L << context.number);
    packet.started = now;
    if (packet.data == null) {
      packet.data = source.buffer(packet);
    }
    packet.data.cpu = packet.cpu;
    packet.data.holdIn(machine);
    context.start(packet, programs[packet.bank]);
    if (packet.arrived < packet.bytes) {
      partial |= 1L << context.number;
    } else {
      partial &= ~(1L << context.number);
    }
    ready |= 1L << context.number;
  }
}
