package org.weft.sim.nic;

import java.util.Arrays;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.map.MapTable;
import org.weft.sim.rows.RowThread;

/** A core: contexts, pipeline, and both halves of its memory. */
final class Core {
  private static final int NONE = -1;
  private static final int DIVISION_CYCLES = 34;

  private final int number;
  private final int depth;
  private final int memoryStage;
  private final int contexts;
  private final int moved;
  private final int first;
  private final int[] lanes;
  private final int laneCount;
  private final Half[] halves = new Half[2];
  private final RowThread[] threads;
  private final Packet[] packets;
  private final int[] rows;
  private final int[] next;
  private final int[] posted;
  private final int[] needed;
  private final long[] since;

  /** The context selected in each of the last cycles. */
  private final int[] pipe;

  private final int[] pipeRow;
  private final int[] last = {NONE, NONE};
  private long ready;
  private long free;

  /** Requests on their way out, with the cycle from which they may be taken. */
  final Fifo<Request> requests = new Fifo<>(128);

  final Fifo<Request> calls = new Fifo<>(128);
  private final Fifo<Request> reading = new Fifo<>(128);

  /** Answers, oldest first. */
  private final Fifo<Request> answers = new Fifo<>(128);

  private final Fifo<Request> spare = new Fifo<>(1024);
  private final Request[] access;
  private final Request[] call;
  private long dividerFree;

  final Account account = new Account();

  Core(
      int number,
      MachineSpec machine,
      NicOptions options,
      ProgramImage image,
      RowThread.Code code,
      MapTable maps,
      long seed) {
    this.number = number;
    depth = machine.depth();
    memoryStage = Math.max(0, depth - 3);
    contexts = machine.threads();
    moved = 8 * options.bankBytes();
    first = image.entries().get(0).row();
    laneCount = machine.lanes();
    lanes = new int[image.rows().size()];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = lanes(image.rows().get(i), laneCount);
    }
    halves[0] = new Half(machine, options);
    halves[1] = new Half(machine, options);
    threads = new RowThread[contexts];
    access = new Request[contexts];
    call = new Request[contexts];
    for (int i = 0; i < contexts; i++) {
      threads[i] = new RowThread(code, maps, seed);
      access[i] = new Request(number, this);
      access[i].forContext(i, threads[i]);
      call[i] = new Request(number, this);
      call[i].forContext(i, threads[i]);
      free |= 1L << i;
    }
    packets = new Packet[contexts];
    rows = new int[contexts];
    next = new int[contexts];
    posted = new int[contexts];
    needed = new int[contexts];
    since = new long[contexts];
    pipe = new int[Math.max(2, depth)];
    pipeRow = new int[pipe.length];
    Arrays.fill(pipe, NONE);
  }

  /** The lanes whose banks a row writes. */
  private static int lanes(Row row, int laneCount) {
    int registers = 0;
    for (Slot slot : row.slots()) {
      registers |= slot.writes();
    }
    int mask = 0;
    for (int left = registers; left != 0; left &= left - 1) {
      mask |= 1 << Integer.numberOfTrailingZeros(left) % laneCount;
    }
    return mask;
  }

  Half half(int number) {
    return halves[number];
  }

  /** A result has come back. */
  void answer(Request request) {
    answers.add(request);
  }

  /** A posted access was done. */
  void done(Request request) {
    posted[request.context]--;
    spare.add(request);
  }

  void step(long now) {
    int slot = (int) (now % pipe.length);
    int finished = pipe[slot];
    pipe[slot] = NONE;
    if (finished >= 0) {
      finish(finished, now);
    }
    int at = (int) ((now - memoryStage + pipe.length) % pipe.length);
    if (memoryStage > 0 && pipe[at] >= 0) {
      execute(pipe[at], now);
    }
    int writing = pipe[(int) ((now + 1) % pipe.length)];
    int writingLanes = writing < 0 ? 0 : lanes[pipeRow[(int) ((now + 1) % pipe.length)]];
    long written = write(writingLanes, now);
    Half freeHalf = halves[(int) (now - memoryStage & 1) ^ 1];
    move(freeHalf, (int) (now - memoryStage & 1) ^ 1, now);
    start(0);
    start(1);
    select(slot, now);
    ready |= written;
  }

  private void select(int slot, long now) {
    int parity = (int) (now & 1);
    long mine = ready & (parity == 0 ? 0x5555_5555_5555_5555L : 0xaaaa_aaaa_aaaa_aaaaL);
    if (mine == 0) {
      account.idle(free == (1L << contexts) - 1);
      return;
    }
    long after = last[parity] < 0 ? mine : mine & -2L << last[parity];
    int context = Long.numberOfTrailingZeros(after != 0 ? after : mine);
    last[parity] = context;
    ready &= ~(1L << context);
    pipe[slot] = context;
    pipeRow[slot] = rows[context];
    account.issued++;
    if (memoryStage == 0) {
      execute(context, now);
    }
  }

  /** The memory stage: everything that a row does in the core is done. */
  private void execute(int context, long now) {
    RowThread thread = threads[context];
    int row = rows[context];
    needed[context] = 0;
    try {
      next[context] = thread.step(row);
    } catch (ProgramFault e) {
      throw RowThread.in(row, e);
    }
    if (thread.mapAccess() != null) {
      Request request = access[context];
      boolean answered =
          !(thread.mapAccess() instanceof Slot.Store)
              && !(thread.mapAccess() instanceof Slot.Atomic atomic && !atomic.fetch());
      if (answered) {
        needed[context]++;
      } else {
        request = spare.isEmpty() ? new Request(number, this) : spare.remove();
        request.forContext(context, thread);
        posted[context]++;
      }
      request.access(now + 1, !answered);
      requests.add(request);
    }
    if (thread.helper() != null && thread.isLate()) {
      needed[context]++;
      call[context].call(now + 1);
      reading.add(call[context]);
    }
    if (next[context] == -2) {
      needed[context]++;
      call[context].call(now + 1);
      reading.add(call[context]);
    }
    if (thread.divides()) {
      needed[context]++;
      dividerFree = Math.max(dividerFree, now) + DIVISION_CYCLES;
      Request request = call[context];
      request.division(dividerFree);
      answers.add(request);
    }
  }

  /** The row has left the pipeline. */
  private void finish(int context, long now) {
    if (needed[context] == 0) {
      advance(context);
    } else {
      since[context] = now;
    }
  }

  private void advance(int context) {
    if (next[context] >= 0) {
      rows[context] = next[context];
      ready |= 1L << context;
      return;
    }
    Packet packet = packets[context];
    packet.verdict = threads[context].verdict();
    packet.leaving = packet.leaves() ? packet.data.dataEnd - packet.data.data : 0;
    packet.done = true;
    free |= 1L << context;
  }

  /** Writes the oldest late result, if its lane's bank is free; the contexts that go on. */
  private long write(int writingLanes, long now) {
    if (answers.isEmpty() || answers.head().ready > now) {
      return 0;
    }
    Request request = answers.head();
    int register =
        request.isDivision() || next[request.context] == -2 ? -1 : request.thread.lateRegister();
    if (register >= 0 && (writingLanes >>> register % laneCount & 1) != 0) {
      account.writeConflicts++;
      return 0;
    }
    answers.remove();
    int context = request.context;
    if (next[context] == -2) {
      next[context] = request.thread.tailCall();
    } else if (!request.isDivision()) {
      request.thread.write();
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

  private void move(Half half, int number, long now) {
    half.moveIn();
    boolean mayRead =
        !reading.isEmpty() && reading.head().ready <= now && posted[reading.head().context] == 0;
    if (mayRead && (reading.head().context & 1) == number && reading.head().bytes > 0) {
      reading.head().bytes -= moved;
    } else {
      half.moveOut();
    }
    if (mayRead && reading.head().bytes <= 0) {
      Request request = reading.remove();
      request.ready = now + 3;
      if (request.isTable()) {
        calls.add(request);
      } else {
        request.thread.call();
        answers.add(request);
      }
    }
  }

  private void start(int number) {
    Half half = halves[number];
    long mine = free & (number == 0 ? 0x5555_5555_5555_5555L : 0xaaaa_aaaa_aaaa_aaaaL);
    if (mine == 0) {
      return;
    }
    Packet packet = half.startable();
    if (packet == null || packet.arrived < packet.bytes) {
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
