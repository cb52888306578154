package org.weft.sim.nic;

import org.weft.sim.engine.ProgramFault;
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

  /** What the program did that a verified one does not, or null. */
  ProgramFault fault;

  /** Accesses on their way that it does not wait for. */
  int posted;

  /**
   * What rows that were executed already lead to, in their order; how many there are, and how many
   * of them have had their clock. Nobody else sees what such a row does, so it may be done early:
   * one after the other they are fast.
   */
  private final int[] path = new int[MOST_AHEAD];

  private int ahead;
  private int passed;

  /** Whether no other packet of its CPU is in rows in which one has to be alone. */
  boolean alone;

  /** Whether it goes on with another program; nothing is written to its registers before. */
  boolean restarts;

  /**
   * When its program has ended, or goes on in another one: lines of its stack that have still to be
   * zeroed.
   */
  int lines;

  Context(int number, RowThread thread, Core core, MapPlaces places) {
    this.number = number;
    this.thread = thread;
    access = new Request(core, places);
    call = new Request(core, places);
    division = new Request(core, places);
    access.belongTo(this);
    call.belongTo(this);
    division.belongTo(this);
  }

  /** Executes rows from one on that ask nothing of others; whether there is such a row. */
  boolean runAhead(int first) {
    passed = 0;
    ahead = 0;
    int row = first;
    while (row >= 0 && ahead < MOST_AHEAD && program.code.isPrivate(row)) {
      int next;
      try {
        next = thread.step(row);
      } catch (ProgramFault e) {
        fail(row, e);
        next = RowThread.EXIT;
      }
      path[ahead++] = next;
      row = next;
    }
    return ahead > 0;
  }

  /** Whether the next row has been executed. */
  boolean isAhead() {
    return passed < ahead;
  }

  /** The row has its clock: the one behind it. */
  int pass() {
    return path[passed++];
  }

  /** The program has done what a verified one does not: it ends with this row. */
  void fail(int at, ProgramFault reason) {
    fault = RowThread.in(at, reason);
    next = RowThread.EXIT;
  }
}
