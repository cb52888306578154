package org.weft.sim.nic;

import java.util.Arrays;
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

  /** The context selected in each of the last clocks, and its row. */
  private final int[] pipe;

  private final int[] pipeRow;
  private int slot;
  private final int[] last = {NONE, NONE};

  // Sets of contexts: those that can be selected, have no packet, wait for something.
  private long ready;
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

  /** Calls whose memory is still to be read. */
  private final Fifo<Request> reading;

  /** Results by half and source, in the order in which they came. */
  private final Fifo<Request>[][] answers;

  /** Results in them, by half. */
  private final int[] results = new int[2];

  private final Fifo<Request> spare = new Fifo<>(1024);
  private final Fifo<Request> dividing;

  /** Calls that movers have done, and are about to answer. */
  private final Fifo<Request> moving;

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

  /** How often each row was executed. */
  long[] executed;

  @SuppressWarnings({"unchecked", "rawtypes"})
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
    executed = new long[image.rows().size()];
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
    answers = new Fifo[2][Request.SOURCES];
    for (Fifo[] half : answers) {
      Arrays.setAll(half, unit -> new Fifo<>(count));
    }
    dividing = new Fifo<>(count);
    moving = new Fifo<>(count);
    pipe = new int[depth];
    pipeRow = new int[depth];
    Arrays.fill(pipe, NONE);
  }

  /** A bank of row memory has another program. */
  void load(int bank, LoadedProgram program) {
    programs[bank] = program;
    executed = Arrays.copyOf(executed, Math.max(executed.length, program.rows));
  }

  int number() {
    return number;
  }

  Half half(int which) {
    return halves[which];
  }

  /** The context selected in the last clock, or {@link #NONE}, its row, its packet. */
  int selected() {
    return pipe[slot];
  }

  int selectedRow() {
    return pipeRow[slot];
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
    int which = request.context.number & 1;
    answers[which][request.source()].add(request);
    results[which]++;
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
    int finished = pipe[slot];
    pipe[slot] = NONE;
    if (finished >= 0) {
      finish(contexts[finished]);
      unpark();
    }
    if (memoryStage > 0) {
      int at = slot - memoryStage;
      int context = pipe[at < 0 ? at + depth : at];
      if (context >= 0) {
        execute(contexts[context], now);
      }
    }
    if (!dividing.isEmpty() && dividing.head().ready <= now) {
      answer(dividing.remove());
    }
    if (!moving.isEmpty() && moving.head().ready <= now) {
      answer(moving.remove());
    }
    int movable = (int) (now - memoryStage & 1) ^ 1;
    move(halves[movable], movable, now);
    if (free != 0) {
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

  void commit(long now) {
    halves[0].commit(now);
    halves[1].commit(now);
  }

  private void select(long now) {
    int parity = (int) (now & 1);
    long half = parity == 0 ? EVEN : ~EVEN;
    long mine = ready & half & ~parked;
    if (mine == 0) {
      idle(half);
      return;
    }
    long after = last[parity] < 0 ? mine : mine & -2L << last[parity];
    int context = Long.numberOfTrailingZeros(after != 0 ? after : mine);
    last[parity] = context;
    ready &= ~(1L << context);
    pipe[slot] = context;
    pipeRow[slot] = contexts[context].row;
    if (memoryStage == 0) {
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
    RowThread thread = context.thread;
    Packet packet = context.packet;
    int row = context.row;
    context.needed = 0;
    int begin = PacketBuffer.HEADROOM_BYTES;
    if (packet.arrived < packet.bytes
        && thread.waitsForPacket(row, begin + packet.arrived, begin + packet.bytes)) {
      account.packetData++;
      context.next = row;
      return;
    }
    if (context.posted > 0 && thread.unlocks(row)
        || thread.posts(row) && requests.size(number) >= POSTED) {
      account.mapBank++;
      context.next = row;
      return;
    }
    if (!ownsCpu(context, context.program.marks[row])) {
      account.cpu++;
      parked |= 1L << context.number;
      context.next = row;
      return;
    }
    account.issued++;
    executed[row]++;
    packet.countRow();
    try {
      context.next = thread.step(row);
    } catch (ProgramFault e) {
      packet.fail(RowThread.in(row, e));
      context.next = NONE;
      return;
    }
    if (thread.mapAccess() != null) {
      access(context, now);
    }
    if (context.next == RowThread.TAIL_CALL || thread.helper() != null && thread.isLate()) {
      call(context, now);
    }
    if (thread.divides()) {
      context.needed++;
      inDivision |= 1L << context.number;
      dividerFree = Math.max(dividerFree, now) + DIVISION_CYCLES;
      context.division.division(dividerFree);
      dividing.add(context.division);
    }
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
      context.packet.fail(RowThread.in(context.row, e));
      context.next = NONE;
      return;
    }
    context.needed++;
    inCall |= 1L << context.number;
    reading.add(context.call);
  }

  private void access(Context context, long now) {
    Slot what = context.thread.mapAccess();
    boolean answered =
        what instanceof Slot.Load || what instanceof Slot.Atomic atomic && atomic.fetch();
    Request request = context.access;
    if (answered) {
      context.needed++;
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

  /** The row has left the pipeline. */
  private void finish(Context context) {
    if (context.needed == 0) {
      advance(context);
    }
  }

  private void advance(Context context) {
    if (context.next >= 0) {
      context.row = context.next;
      if (context.restarts && context.lines > 0) {
        zeroing |= 1L << context.number;
      } else {
        ready |= 1L << context.number;
        context.restarts = false;
      }
      return;
    }
    Packet packet = context.packet;
    if (packet.fault() == null) {
      packet.exit(context.thread.verdict());
    }
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

  /** The next late result of a half: the oldest of the first source that has one. */
  private Request result(int which, long now) {
    if (results[which] > 0) {
      for (Fifo<Request> source : answers[which]) {
        if (!source.isEmpty() && source.head().ready <= now) {
          results[which]--;
          return source.remove();
        }
      }
    }
    return null;
  }

  /** Writes the next late result of the half whose registers no row writes; who goes on. */
  private long write(int which, long now) {
    Request request = result(which, now);
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
      context.packet.fail(RowThread.in(context.row, request.fault()));
      context.next = NONE;
    } else if (tailCall) {
      int lines = request.thread.stackLines();
      context.next = request.thread.decideTailCall();
      context.restarts = request.thread.hasRestarted();
      context.lines = context.restarts ? lines : 0;
    } else if (!context.restarts) {
      request.write();
    }
    long mask = ~(1L << context.number);
    if (request.isAccess()) {
      inMap &= mask;
    } else if (request.isDivision()) {
      inDivision &= mask;
    } else {
      inCall &= mask;
    }
    if (--context.needed > 0) {
      return 0;
    }
    long before = ready;
    advance(context);
    long added = ready & ~before;
    ready = before;
    return added;
  }

  private void move(Half half, int which, long now) {
    long left = zeroing & (which == 0 ? EVEN : ~EVEN);
    if (left == 0) {
      half.moveIn(now);
    } else if (--contexts[Long.numberOfTrailingZeros(left)].lines == 0) {
      zeroed |= Long.lowestOneBit(left);
      zeroing &= ~zeroed;
    }
    boolean reads = false;
    if (!reading.isEmpty()) {
      Request request = reading.head();
      // What others of the CPU have posted, a table's engine would not wait for.
      int before = request.context.alone ? postedBefore : request.context.posted;
      if (request.ready <= now && before == 0) {
        if ((request.context.number & 1) == which && request.bytes > 0) {
          request.bytes -= moved;
          reads = true;
        }
        if (request.bytes <= 0 && !(request.isEntry() && asked == now)) {
          reading.remove();
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
          }
        }
      }
    }
    if (!reads) {
      half.moveOut();
    }
  }

  private void start(int which, long now) {
    long mine = free & (which == 0 ? EVEN : ~EVEN);
    if (mine == 0) {
      return;
    }
    Half half = halves[which];
    Packet packet = half.startable();
    if (packet == null) {
      return;
    }
    half.start();
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
    ready |= 1L << context.number;
  }
}
