package org.weft.sim.nic;

import org.weft.sim.rows.RowThread;

/** One of a core's contexts: a thread, the packet that it works on, and what it waits for. */
final class Context {
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

  /** Accesses on their way that it does not wait for, results that it waits for. */
  int posted;

  int needed;

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
}
