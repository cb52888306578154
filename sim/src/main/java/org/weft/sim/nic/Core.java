package org.weft.sim.nic;

import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.map.MapTable;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.rows.RowThread;

/** A core: contexts, pipeline, and both halves of its memory. */
final class Core {
  static final int NONE = -1;

  private final MachineSpec machine;
  private final int depth;
  private final int memoryStage;

  /** By bank of row memory. */
  private final LoadedProgram[] programs = new LoadedProgram[2];

  private final Context[] contexts;
  private final CoreMemory memory;
  private final CoreRequests requests;
  private final CoreCpus cpus = new CoreCpus();
  private final Source source;

  /** The context selected in each of the last clocks, as a set of one or none. */
  private final long[] pipe;

  private int slot;

  /** The row of the last one, where rows are executed as they are selected. */
  private int selectedRow;

  // Sets of contexts; what is in no field of this object is touched only when it has to be: what
  // all cores touch in a clock does not fit the host's first cache.

  /** Those that are selected before others of their half: the ones behind its last. */
  private long behind = -1;

  /** Those that can be selected. */
  private long ready;

  /** Those whose row leaves the pipeline and lets them go on at once, or ends their program. */
  private long resumes;

  private long ends;

  /** Those whose packet had not wholly arrived. */
  private long partial;

  // Those that have no packet, or wait for something.
  private long free;
  private long inCall;
  private long inMap;
  private long inDivision;

  final Account account = new Account();

  Core(
      CoreRequests requests,
      MapPlaces places,
      ProgramImage image,
      LoadedProgram program,
      MapTable maps,
      EngineOptions options,
      EventRing events,
      Source source) {
    machine = image.machine();
    this.requests = requests;
    this.source = source;
    depth = machine.depth();
    memoryStage = Math.max(0, depth - 3);
    programs[0] = program;
    int count = machine.threads();
    free = -1L >>> Long.SIZE - count;
    contexts = new Context[count];
    for (int i = 0; i < count; i++) {
      RowThread thread = new RowThread(program.code, maps, options.seed(), options.network());
      thread.eventsTo(events);
      contexts[i] = new Context(i, thread, requests, places);
    }
    memory = new CoreMemory(machine, requests, contexts);
    pipe = new long[depth];
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
    return memoryStage == 0 ? selectedRow : contexts[selected()].row;
  }

  /** Number of a context's packet, or {@link #NONE}. */
  long packetOf(int context) {
    return (free >>> context & 1) != 0 ? NONE : contexts[context].packet.data.number;
  }

  /** The row that a context executes or executes next, or {@link #NONE}. */
  int rowOf(int context) {
    return (free >>> context & 1) != 0 ? NONE : contexts[context].row;
  }

  /** What a context does, in a word. */
  String state(int context) {
    long bit = 1L << context;
    if ((free & bit) != 0) {
      return "free";
    } else if ((cpus.parked() & bit) != 0) {
      return "cpu";
    } else if ((ready & bit) != 0) {
      return "ready";
    } else if ((memory.zeroing() & bit) != 0) {
      return "zeroing";
    } else if ((inCall & bit) != 0) {
      return "call";
    } else if ((inMap & bit) != 0) {
      return "map";
    }
    return (inDivision & bit) != 0 ? "division" : "pipeline";
  }

  Packet packet(int context) {
    return contexts[context].packet;
  }

  /** Contexts that wait for a call or for a map value, as a set. */
  private long waiting() {
    return inCall | inMap | inDivision;
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
        execute(contexts[Long.numberOfTrailingZeros(context)], now);
      }
    }
    long zeroed = memory.move((int) (now - memoryStage & 1) ^ 1, now);
    if ((free & memory.startable()) != 0) {
      start(0, now);
      start(1, now);
    }
    select(now);
    ready |= write((int) (now - depth & 1), now);
    cpus.unpark();
    if (zeroed != 0) {
      zeroed(contexts[Long.numberOfTrailingZeros(zeroed)]);
    }
  }

  private void select(long now) {
    long half = CoreMemory.contextsOf((int) now & 1);
    long mine = ready & half & ~cpus.parked();
    if (mine == 0) {
      idle(half);
      return;
    }
    long first = mine & behind;
    int context = Long.numberOfTrailingZeros(first != 0 ? first : mine);
    behind = behind & ~half | -2L << context & half;
    ready &= ~(1L << context);
    pipe[slot] = 1L << context;
    if (memoryStage == 0) {
      selectedRow = contexts[context].row;
      execute(contexts[context], now);
    }
  }

  /** Nobody was ready: says why. */
  private void idle(long half) {
    if ((free & half) != 0) {
      account.noPacket++;
    } else if ((cpus.parked() & half) != 0) {
      account.cpu++;
    } else if ((inCall & half) != 0) {
      account.helper++;
    } else if ((inMap & half) != 0) {
      account.mapBank++;
    } else if ((inDivision & half) != 0) {
      account.divider++;
    } else {
      account.pipeline++;
    }
  }

  /** The memory stage: everything that a row does in the core is done. */
  private void execute(Context context, long now) {
    long bit = 1L << context.number;
    int row = context.row;
    LoadedProgram program = context.program;
    boolean canWait = program.waits[row];
    if (canWait && context.issues < program.code.issues(row)) {
      context.issues++;
      account.helper++;
      resumes |= bit;
      return;
    }
    if ((partial & bit) != 0 && reachesTooFar(context)) {
      account.packetData++;
      resumes |= bit;
      return;
    }
    if ((canWait || context.alone) && waits(context, row)) {
      resumes |= bit;
      return;
    }
    account.issued++;
    program.executed[row]++;
    context.rows++;
    if (context.isAhead() || (partial & bit) == 0 && context.runAhead(row)) {
      context.next = context.pass();
    } else {
      step(context, now);
    }
    if ((waiting() & bit) == 0) {
      if (context.next >= 0) {
        context.row = context.next;
        resumes |= bit;
      } else {
        ends |= bit;
      }
    }
  }

  /** Executes one row, and asks others for what it wants of them. */
  private void step(Context context, long now) {
    RowThread thread = context.thread;
    try {
      context.next = thread.step(context.row);
    } catch (ProgramFault e) {
      context.fail(context.row, e);
      return;
    }
    if (thread.mapAccess() != null && requests.access(context, now)) {
      inMap |= 1L << context.number;
    }
    if (context.next == RowThread.TAIL_CALL || thread.callsLate()) {
      call(context, now);
    }
    if (thread.divides()) {
      inDivision |= 1L << context.number;
      requests.divide(context, now);
    }
  }

  /** Whether something else than its packet keeps a context from its next row. */
  private boolean waits(Context context, int row) {
    RowThread.Code code = context.program.code;
    if (context.posted > 0 && code.unlocks(row)
        || code.posts(row) && requests.isFull()) {
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

  /** Whether the next row reaches bytes of the packet that have not arrived. */
  private boolean reachesTooFar(Context context) {
    Packet packet = context.packet;
    if (packet.arrived == packet.bytes) {
      partial &= ~(1L << context.number);
      return false;
    }
    int begin = PacketBuffer.HEADROOM_BYTES;
    return context.thread.waitsForPacket(context.row, begin + packet.arrived, begin + packet.bytes);
  }

  private void call(Context context, long now) {
    try {
      context.call.call(now + 1, context.next == RowThread.TAIL_CALL);
    } catch (ProgramFault e) {
      context.fail(context.row, e);
      return;
    }
    inCall |= 1L << context.number;
    memory.call(context);
  }

  /** The row of a context, or of none, has left the pipeline. */
  private void finish(long finished) {
    ready |= resumes & finished;
    resumes &= ~finished;
    if ((ends & finished) != 0) {
      ends &= ~finished;
      end(contexts[Long.numberOfTrailingZeros(finished)]);
      cpus.unpark();
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
    Packet packet = context.packet;
    if (context.fault != null) {
      packet.fail(context.fault, context.rows);
    } else {
      packet.exit(context.thread.verdict(), context.rows);
    }
    memory.end(context);
    context.lines = context.thread.stackLines();
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
    Request request = requests.result(which, now);
    if (request == null) {
      return 0;
    }
    Context context = request.context;
    if (request.waits()) {
      requests.again(request, now);
      return 0;
    }
    boolean tailCall = request.isEntry() && context.next == RowThread.TAIL_CALL;
    if (request.fault() != null) {
      context.fail(context.row, request.fault());
    } else if (tailCall) {
      int lines = request.thread.stackLines();
      context.next = request.thread.decideTailCall();
      context.restarts = request.thread.hasRestarted();
      context.lines = context.restarts ? lines : 0;
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
    context.packet = packet;
    context.program = programs[packet.bank];
    context.row = context.program.entry;
    context.thread.use(context.program.code);
    context.thread.start(packet.data);
    context.fault = null;
    context.rows = 0;
    if (packet.arrived < packet.bytes) {
      partial |= 1L << context.number;
    } else {
      partial &= ~(1L << context.number);
    }
    ready |= 1L << context.number;
  }
}
