package org.weft.sim.nic;

import org.weft.sim.engine.ProgramFault;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.rows.RowThread;

/** One of a core's contexts: a thread, the packet that it works on, and what it waits for. */
final class Context {
  private static final int MOST_AHEAD = 16;

  final int number;
  final RowThread thread;

  /** Its requests: a row makes one of each kind at most, and waits for those that are answered. */
  final Request access;

  final Request call;
  final Request division;
  Packet packet;

  /** What the packet's bank has held since it began. */
  LoadedProgram program;

  /** The row that it executes, or executes next; and the one behind that. */
  int row;

  int next;

  /** Rows executed for the packet, those that were issued again not counted twice. */
  int rows;

  /** How often the row has been issued, if it has to be more than once until it has its effects. */
  int issues = 1;

  /** What the program did that a verified one does not, or null. */
  ProgramFault fault;

  /** Accesses on their way that it does not wait for. */
  int posted;

  /**
   * Rows that were executed before their clock, and how many they are. Nobody else sees what such a
   * row does, so it may be done early: one after the other they are fast.
   */
  private final int[] path = new int[MOST_AHEAD];

  private int ahead;

  /** Whether no other packet of its CPU is in rows in which one has to be alone. */
  boolean alone;

  /** Whether it goes on with another program; nothing is written to its registers before. */
  boolean restarts;

  /**
   * When its program has ended, or goes on in another one: lines of its stack that have still to be
   * zeroed.
   */
  int lines;

  Context(int number, RowThread thread, CoreRequests requests, MapPlaces places) {
    this.number = number;
    this.thread = thread;
    access = new Request(requests, places);
    call = new Request(requests, places);
    division = new Request(requests, places);
    access.belongTo(this);
    call.belongTo(this);
    division.belongTo(this);
  }

  /** Begins with a packet, and a program for it. */
  void start(Packet newPacket, LoadedProgram newProgram) {
    packet = newPacket;
    program = newProgram;
    row = program.entry;
    thread.use(program.code);
    thread.start(packet.data);
    fault = null;
    rows = 0;
  }

  /** The program has ended: what the packet leaves with, and what has to be zeroed. */
  void end() {
    if (fault != null) {
      packet.fail(fault, rows);
    } else {
      packet.exit(thread.verdict(), rows);
    }
    lines = thread.stackLines();
  }

  /** Whether the next row reaches bytes of the packet that have not arrived. */
  boolean reachesTooFar() {
    int begin = PacketBuffer.HEADROOM_BYTES;
    return thread.waitsForPacket(row, begin + packet.arrived, begin + packet.bytes);
  }

  /** A program array has been read: the row that control goes on in. */
  void decideTailCall() {
    int stored = thread.stackLines();
    next = thread.decideTailCall();
    restarts = thread.hasRestarted();
    lines = restarts ? stored : 0;
  }

  /**
   * Executes the row, of which nobody else sees what it does, and those behind it as long as that
   * is so of them, too.
   *
   * @return how many were executed before their clock
   */
  int runAhead() {
    ahead = 0;
    run(row);
    while (next >= 0 && ahead < MOST_AHEAD && program.canBeEarly(next, alone)) {
      path[ahead++] = next;
      run(next);
    }
    rows += 1 + ahead;
    return ahead;
  }

  private void run(int at) {
    program.executed[at]++;
    try {
      next = thread.step(at);
    } catch (ProgramFault e) {
      fail(at, e);
    }
  }

  /** The first of those rows that have not had their clock, when they are so many. */
  int ahead(int left) {
    return path[ahead - left];
  }

  /** Those rows have not been executed yet, for who counts: so many are left. */
  void discount(int left, long... executed) {
    for (int i = ahead - left; i < ahead; i++) {
      executed[path[i]]--;
    }
  }

  /** The program has done what a verified one does not: it ends with this row. */
  void fail(int at, ProgramFault reason) {
    fault = RowThread.in(at, reason);
    next = RowThread.EXIT;
  }
}
