package org.weft.sim.nic;

import java.util.Arrays;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Slot;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.map.MapTable;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.rows.RowThread;

/** A core: contexts, pipeline, and both halves of its memory. */
final class Core {
  static final int NONE = -1;

  private static final int TAIL_CALL = -2;
  private static final int DIVISION_CYCLES = 34;
  private static final int MOVER_CYCLES = 3;
  private static final long EVEN = 0x5555_5555_5555_5555L;

  private final int number;
  private final int depth;
  private final int memoryStage;
  private final int moved;
  private final int first;
  private final long all;

  private final Half[] halves = new Half[2];
  private final RowThread[] threads;
  private final Packet[] packets;
  private final int[] rows;
  private final int[] next;

  /** By context: accesses on their way that it does not wait for, results that it waits for. */
  private final int[] posted;

  private final int[] needed;

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

  /** By context: lines of its stack that have still to be zeroed; those that are free from now. */
  private final int[] lines;

  private long zeroed;

  private final Outbox requests;
  private final Outbox calls;

  /** Calls whose memory is still to be read. */
  private final Fifo<Request> reading;

  /** Results by half, in the order in which they came. */
  private final Fifo<Request>[] answers;

  private final Fifo<Request> spare = new Fifo<>(1024);
  private final Request[] access;
  private final Request[] call;
  private final Request[] division;
  private final Fifo<Request> dividing;
  private final MapPlaces places;
  private long dividerFree;

  final Account account = new Account();

  /** How often each row was executed. */
  final long[] executed;

  @SuppressWarnings({"unchecked", "rawtypes"})
  Core(
      int number,
      ProgramImage image,
      RowThread.Code code,
      MapTable maps,
      MapPlaces places,
      Outbox requests,
      Outbox calls,
      long seed) {
    MachineSpec machine = image.machine();
    this.number = number;
    depth = machine.depth();
    memoryStage = Math.max(0, depth - 3);
    moved = 8 * machine.bankBytes();
    first = image.entries().get(0).row();
    int contexts = machine.threads();
    all = contexts == 64 ? -1L : (1L << contexts) - 1;
    free = all;
    executed = new long[image.rows().size()];
    halves[0] = new Half(machine);
    halves[1] = new Half(machine);
    threads = new RowThread[contexts];
    packets = new Packet[contexts];
    rows = new int[contexts];
    next = new int[contexts];
    posted = new int[contexts];
    lines = new int[contexts];
    needed = new int[contexts];
    access = new Request[contexts];
    call = new Request[contexts];
    division = new Request[contexts];
    this.places = places;
    for (int i = 0; i < contexts; i++) {
      threads[i] = new RowThread(code, maps, seed);
      access[i] = new Request(this, places);
      access[i].belongTo(i, threads[i]);
      call[i] = new Request(this, places);
      call[i].belongTo(i, threads[i]);
      division[i] = new Request(this, places);
      division[i].belongTo(i, threads[i]);
    }
    this.requests = requests;
    this.calls = calls;
    reading = new Fifo<>(contexts);
    answers = new Fifo[] {new Fifo<>(3 * contexts), new Fifo<>(3 * contexts)};
    dividing = new Fifo<>(contexts);
    pipe = new int[depth];
    pipeRow = new int[depth];
    Arrays.fill(pipe, NONE);
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
    return (free >>> context & 1) != 0 ? NONE : packets[context].data.number;
  }

  /** The row that a context executes or executes next, or {@link #NONE}. */
  int rowOf(int context) {
    return (free >>> context & 1) != 0 ? NONE : rows[context];
  }

  /** What a context does, in a word. */
  String state(int context) {
    long bit = 1L << context;
    if ((free & bit) != 0) {
      return "free";
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
    return packets[context];
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
    for (int count : posted) {
      if (count > 0) {
        return true;
      }
    }
    return false;
  }

  /** A result has come back. */
  void answer(Request request) {
    answers[request.context & 1].add(request);
  }

  /** A posted access was done. */
  void done(Request request) {
    posted[request.context]--;
    spare.add(request);
  }

  void step(long now) {
    slot = slot + 1 == depth ? 0 : slot + 1;
    int finished = pipe[slot];
    pipe[slot] = NONE;
    if (finished >= 0) {
      finish(finished);
    }
    if (memoryStage > 0) {
      int at = slot - memoryStage;
      int context = pipe[at < 0 ? at + depth : at];
      if (context >= 0) {
        execute(context, now);
      }
    }
    if (!dividing.isEmpty() && dividing.head().ready <= now) {
      answer(dividing.remove());
    }
    int movable = (int) (now - memoryStage & 1) ^ 1;
    move(halves[movable], movable, now);
    if (free != 0) {
      start(0);
      start(1);
    }
    select(now);
    ready |= write(answers[(int) (now - depth & 1)], now);
    free |= zeroed;
    zeroed = 0;
  }

  void commit() {
    halves[0].commit();
    halves[1].commit();
  }

  private void select(long now) {
    int parity = (int) (now & 1);
    long half = parity == 0 ? EVEN : ~EVEN;
    long mine = ready & half;
    if (mine == 0) {
      idle(half);
      return;
    }
    long after = last[parity] < 0 ? mine : mine & -2L << last[parity];
    int context = Long.numberOfTrailingZeros(after != 0 ? after : mine);
    last[parity] = context;
    ready &= ~(1L << context);
    pipe[slot] = context;
    pipeRow[slot] = rows[context];
    if (memoryStage == 0) {
      execute(context, now);
    }
  }

  /** Nobody was ready: says why. */
  private void idle(long half) {
    if ((free & half) != 0) {
      account.noPacket++;
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
  private void execute(int context, long now) {
    RowThread thread = threads[context];
    Packet packet = packets[context];
    int row = rows[context];
    needed[context] = 0;
    int begin = PacketBuffer.HEADROOM_BYTES;
    if (packet.arrived < packet.bytes
        && thread.waitsForPacket(row, begin + packet.arrived, begin + packet.bytes)) {
      account.packetData++;
      next[context] = row;
      return;
    }
    account.issued++;
    executed[row]++;
    packet.countRow();
    try {
      next[context] = thread.step(row);
    } catch (ProgramFault e) {
      packet.fail(RowThread.in(row, e));
      next[context] = NONE;
      return;
    }
    if (thread.mapAccess() != null) {
      access(context, thread, now);
    }
    if (next[context] == TAIL_CALL || thread.helper() != null && thread.isLate()) {
      call(context, now);
    }
    if (thread.divides()) {
      needed[context]++;
      inDivision |= 1L << context;
      dividerFree = Math.max(dividerFree, now) + DIVISION_CYCLES;
      division[context].division(dividerFree);
      dividing.add(division[context]);
    }
  }

  private void call(int context, long now) {
    try {
      call[context].call(now + 1, next[context] == TAIL_CALL);
    } catch (ProgramFault e) {
      packets[context].fail(RowThread.in(rows[context], e));
      next[context] = NONE;
      return;
    }
    needed[context]++;
    inCall |= 1L << context;
    reading.add(call[context]);
  }

  private void access(int context, RowThread thread, long now) {
    Slot what = thread.mapAccess();
    boolean answered =
        what instanceof Slot.Load || what instanceof Slot.Atomic atomic && atomic.fetch();
    Request request = access[context];
    if (answered) {
      needed[context]++;
      inMap |= 1L << context;
    } else {
      request = spare.isEmpty() ? new Request(this, places) : spare.remove();
      request.belongTo(context, thread);
      posted[context]++;
    }
    request.access(now + 1, !answered);
    requests.add(number, request);
  }

  /** The row has left the pipeline. */
  private void finish(int context) {
    if (needed[context] == 0) {
      advance(context);
    }
  }

  private void advance(int context) {
    if (next[context] >= 0) {
      rows[context] = next[context];
      ready |= 1L << context;
      return;
    }
    Packet packet = packets[context];
    if (packet.fault() == null) {
      packet.exit(threads[context].verdict());
    }
    lines[context] = threads[context].stackLines();
    if (lines[context] == 0) {
      free |= 1L << context;
    } else {
      zeroing |= 1L << context;
    }
  }

  /** Writes the oldest late result of the half whose registers no row writes; who goes on. */
  private long write(Fifo<Request> results, long now) {
    if (results.isEmpty() || results.head().ready > now) {
      return 0;
    }
    Request request = results.remove();
    int context = request.context;
    boolean tailCall = request.isEntry() && next[context] == TAIL_CALL;
    if (request.fault() != null) {
      packets[context].fail(RowThread.in(rows[context], request.fault()));
      next[context] = NONE;
    } else if (tailCall) {
      next[context] = request.thread.tailCall();
    } else {
      request.write();
    }
    long mask = ~(1L << context);
    if (request.isAccess()) {
      inMap &= mask;
    } else if (request.isDivision()) {
      inDivision &= mask;
    } else {
      inCall &= mask;
    }
    if (--needed[context] > 0) {
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
    } else if (--lines[Long.numberOfTrailingZeros(left)] == 0) {
      zeroed |= Long.lowestOneBit(left);
      zeroing &= ~zeroed;
    }
    boolean reads = false;
    if (!reading.isEmpty()) {
      Request request = reading.head();
      if (request.ready <= now && posted[request.context] == 0) {
        if ((request.context & 1) == which && request.bytes > 0) {
          request.bytes -= moved;
          reads = true;
        }
        if (request.bytes <= 0) {
          reading.remove();
          request.ready = now + MOVER_CYCLES + request.moved;
          if (request.isEntry()) {
            request.ready = now + 1 + request.moved;
            requests.add(number, request);
          } else if (request.isTable()) {
            calls.add(number, request);
          } else {
            request.perform();
            answer(request);
          }
        }
      }
    }
    if (!reads) {
      half.moveOut();
    }
  }

  private void start(int which) {
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
    int context = Long.numberOfTrailingZeros(mine);
    free &= ~(1L << context);
    packets[context] = packet;
    threads[context].start(packet.data);
    rows[context] = first;
    ready |= 1L << context;
  }
}
