package org.weft.sim.nic;

import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Slot;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.map.MapTable;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.rows.RowThread;

/** A core: contexts, pipeline, and both halves of its memory. */
final class Core {
  static final int NONE = -1;

  private static final int DIVISION_CYCLES = 34;
  private static final int MOVER_CYCLES = 3;

  /** Requests of a core for map values that keep a row from posting one more. */
  static final int POSTED = 32;

  private static final int MOST_CPUS = 256;
  private static final long EVEN = 0x5555_5555_5555_5555L;

  private final int number;
  private final MachineSpec machine;
  private final int depth;
  private final int memoryStage;
  private final int moved;

  /** By bank of row memory. */
  private final LoadedProgram[] programs = new LoadedProgram[2];

  private final long all;

  private final Half[] halves = new Half[2];
  private final Context[] contexts;

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

  // Those whose half has bytes to move, or a packet that needs a context.
  private long moves;

  private long startable;

  // Those that have no packet, or wait for something.
  private long free;
  private long zeroing;
  private long inCall;
  private long inMap;
  private long inDivision;

  /** Contexts whose stack is all zero again: free from the next clock on. */
  private long zeroed;

  private final Source source;
  private final Outbox requests;
  private final TableQueues calls;

  /** Calls whose memory is still to be read; the first of them, or null. */
  private final Fifo<Request> reading;

  private Request called;

  private final LateResults results;
  private final Fifo<Request> spare = new Fifo<>(1024);
  private final Fifo<Request> dividing;

  /** Calls that movers have done, and are about to answer. */
  private final Fifo<Request> moving;

  /** When the first of them is ready. */
  private long divided = Long.MAX_VALUE;

  private long movedCall = Long.MAX_VALUE;

  private final MapPlaces places;
  private long dividerFree;

  /** By CPU: whether a packet is. */
  private final boolean[] busyCpus;

  /** Contexts that found their CPU busy, as a set; until one of the core's is free. */
  private long parked;

  /** Whether one was given back: those who wait can be selected from the next clock on. */
  private boolean unparks;

  /** Accesses on their way that no context waits for. */
  private int posted;

  /** The same without those that a row posts in this clock. */
  private int postedBefore;

  /** The last clock in which a row asked for a map value. */
  private long asked;

  final Account account = new Account();

  Core(
      int number,
      ProgramImage image,
      LoadedProgram program,
      MapTable maps,
      MapPlaces places,
      Outbox requests,
      TableQueues calls,
      EngineOptions options,
      Source source) {
    machine = image.machine();
    this.number = number;
    depth = machine.depth();
    memoryStage = Math.max(0, depth - 3);
    moved = 8 * machine.bankBytes();
    programs[0] = program;
    int count = machine.threads();
    all = count == 64 ? -1L : (1L << count) - 1;
    free = all;
    halves[0] = new Half(machine);
    halves[1] = new Half(machine);
    contexts = new Context[count];
    this.places = places;
    busyCpus = new boolean[MOST_CPUS];
    for (int i = 0; i < count; i++) {
      RowThread thread = new RowThread(program.code, maps, options.seed(), options.network());
      contexts[i] = new Context(i, thread, this, places);
    }
    this.requests = requests;
    this.source = source;
    this.calls = calls;
    reading = new Fifo<>(count);
    results = new LateResults(count);
    dividing = new Fifo<>(count);
    moving = new Fifo<>(count);
    pipe = new long[depth];
  }

  /** A bank of row memory has another program. */
  void load(int bank, LoadedProgram program) {
    programs[bank] = program;
  }

  int number() {
    return number;
  }

  Half half(int which) {
    return halves[which];
  }

  /** The dispatcher begins with a packet for a half. */
  void begin(int which, Packet packet, long now) {
    halves[which].begin(packet, now);
    look(which);
  }

  /** The contexts whose packets are in a half. */
  private static long contextsOf(int half) {
    return half == 0 ? EVEN : ~EVEN;
  }

  /** Notes what a half that has changed can do. */
  private void look(int which) {
    long mine = contextsOf(which);
    moves = halves[which].moves() ? moves | mine : moves & ~mine;
    startable = halves[which].hasStartable() ? startable | mine : startable & ~mine;
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
    } else if ((parked & bit) != 0) {
      return "cpu";
    } else if ((ready & bit) != 0) {
      return "ready";
    } else if ((zeroing & bit) != 0) {
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

  /** Contexts that have a packet, as a set. */
  long running() {
    return all & ~free;
  }

  /** Contexts that wait for a call or for a map value, as a set. */
  long waiting() {
    return inCall | inMap | inDivision;
  }

  /** Whether accesses are on their way that nobody waits for. */
  boolean hasPosted() {
    for (Context context : contexts) {
      if (context.posted > 0) {
        return true;
      }
    }
    return false;
  }

  /** A result has come back. */
  void answer(Request request) {
    results.add(request);
  }

  /** A posted access was done. */
  void done(Request request) {
    request.context.posted--;
    posted--;
    spare.add(request);
  }

  void step(long now) {
    postedBefore = posted;
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
    if (divided <= now) {
      answer(dividing.remove());
      divided = dividing.isEmpty() ? Long.MAX_VALUE : dividing.head().ready;
    }
    if (movedCall <= now) {
      answer(moving.remove());
      movedCall = moving.isEmpty() ? Long.MAX_VALUE : moving.head().ready;
    }
    int movable = (int) (now - memoryStage & 1) ^ 1;
    if (((zeroing | moves) & contextsOf(movable)) != 0 || called != null) {
      move(halves[movable], movable, now);
    }
    if ((free & startable) != 0) {
      start(0, now);
      start(1, now);
    }
    select(now);
    ready |= write((int) (now - depth & 1), now);
    unpark();
    for (long set = zeroed; set != 0; set &= set - 1) {
      Context context = contexts[Long.numberOfTrailingZeros(set)];
      long bit = Long.lowestOneBit(set);
      if (context.restarts) {
        ready |= bit;
        context.restarts = false;
      } else {
        free |= bit;
      }
    }
    zeroed = 0;
  }

  private void select(long now) {
    long half = contextsOf((int) now & 1);
    long mine = ready & half & ~parked;
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
    } else if ((parked & half) != 0) {
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
    if ((partial & bit) != 0 && reachesTooFar(context)) {
      account.packetData++;
      resumes |= bit;
      return;
    }
    LoadedProgram program = context.program;
    if ((program.waits[row] || context.alone) && waits(context, row)) {
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
    if (thread.mapAccess() != null) {
      access(context, now);
    }
    if (context.next == RowThread.TAIL_CALL || thread.callsLate()) {
      call(context, now);
    }
    if (thread.divides()) {
      divide(context, now);
    }
  }

  /** Whether something else than its packet keeps a context from its next row. */
  private boolean waits(Context context, int row) {
    RowThread.Code code = context.program.code;
    if (context.posted > 0 && code.unlocks(row)
        || code.posts(row) && requests.size(number) >= POSTED) {
      account.mapBank++;
      return true;
    }
    if (!ownsCpu(context, context.program.marks[row])) {
      account.cpu++;
      parked |= 1L << context.number;
      return true;
    }
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

  /** Whether a packet is alone on its CPU as far as a row asks for it; takes or leaves the CPU. */
  private boolean ownsCpu(Context context, CpuSection.Mark mark) {
    int cpu = context.packet.cpu;
    if (mark == CpuSection.Mark.KEPT || mark == CpuSection.Mark.OPEN && !context.alone) {
      return true;
    }
    if (mark != CpuSection.Mark.OPEN && busyCpus[cpu] && !context.alone) {
      return false;
    }
    if (mark == CpuSection.Mark.ALONE) {
      busyCpus[cpu] = true;
      context.alone = true;
    } else if (context.alone) {
      leaveCpu(context);
    }
    return true;
  }

  /** Its CPU is for others again. */
  private void leaveCpu(Context context) {
    busyCpus[context.packet.cpu] = false;
    context.alone = false;
    unparks = true;
  }

  /** Those that found a CPU busy which was given back try once more. */
  private void unpark() {
    if (unparks) {
      parked = 0;
      unparks = false;
    }
  }

  private void call(Context context, long now) {
    try {
      context.call.call(now + 1, context.next == RowThread.TAIL_CALL, moved);
    } catch (ProgramFault e) {
      context.fail(context.row, e);
      return;
    }
    inCall |= 1L << context.number;
    reading.add(context.call);
    called = reading.head();
  }

  private void divide(Context context, long now) {
    inDivision |= 1L << context.number;
    dividerFree = Math.max(dividerFree, now) + DIVISION_CYCLES;
    context.division.division(dividerFree);
    dividing.add(context.division);
    divided = Math.min(divided, dividerFree);
  }

  private void access(Context context, long now) {
    Slot what = context.thread.mapAccess();
    boolean answered =
        what instanceof Slot.Load || what instanceof Slot.Atomic atomic && atomic.fetch();
    Request request = context.access;
    if (answered) {
      inMap |= 1L << context.number;
    } else {
      request = spare.isEmpty() ? new Request(this, places) : spare.remove();
      request.belongTo(context);
      context.posted++;
      posted++;
    }
    request.access(now + 1, !answered);
    asked = now;
    requests.add(number, request);
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

  /** All that a row asked for is there. */
  private void advance(Context context) {
    if (context.next < 0) {
      end(context);
      return;
    }
    context.row = context.next;
    if (context.restarts && context.lines > 0) {
      zeroing |= 1L << context.number;
    } else {
      ready |= 1L << context.number;
      context.restarts = false;
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
    halves[context.number & 1].ended(packet);
    look(context.number & 1);
    context.lines = context.thread.stackLines();
    if (context.lines == 0) {
      free |= 1L << context.number;
    } else {
      zeroing |= 1L << context.number;
    }
    if (context.alone) {
      leaveCpu(context);
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
      request.again(now + 1);
      if (request.isTable()) {
        calls.add(number, request);
      } else {
        requests.add(number, request);
      }
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
    long before = ready;
    advance(context);
    long added = ready & ~before;
    ready = before;
    return added;
  }

  private void move(Half half, int which, long now) {
    long left = zeroing & contextsOf(which);
    if (left == 0) {
      half.moveIn(now);
    } else if (--contexts[Long.numberOfTrailingZeros(left)].lines == 0) {
      zeroed |= Long.lowestOneBit(left);
      zeroing &= ~zeroed;
    }
    boolean reads = false;
    Request request = called;
    if (request != null) {
      // What others of the CPU have posted, a table's engine would not wait for.
      int before = request.context.alone ? postedBefore : request.context.posted;
      if (request.ready <= now && before == 0) {
        if ((request.context.number & 1) == which && request.bytes > 0) {
          request.bytes -= moved;
          reads = true;
        }
        if (request.bytes <= 0 && !(request.isEntry() && asked == now)) {
          reading.remove();
          called = reading.head();
          request.ready = now + MOVER_CYCLES + request.moved;
          if (request.isEntry()) {
            request.ready = now + 1 + request.moved;
            requests.add(number, request);
          } else if (request.isTable()) {
            request.read();
            calls.add(number, request);
          } else {
            request.perform();
            moving.add(request);
            movedCall = moving.head().ready;
          }
        }
      }
    }
    if (!reads) {
      half.moveOut(now);
    }
    look(which);
  }

  private void start(int which, long now) {
    long mine = free & startable & contextsOf(which);
    if (mine == 0) {
      return;
    }
    Packet packet = halves[which].start();
    look(which);
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
