package org.weft.sim.nic;

import java.util.Arrays;
import org.weft.isa.xdp.XdpAction;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.packet.PacketBuffer;

/** A packet on its way through the NIC. Fields are plain: every clock touches them. */
public final class Packet extends Queued {
  private static final int ACTIONS = XdpAction.values().length;
  private static final Fate[] FATES = Fate.values();

  /** As it came in. */
  Frame frame;

  /** Its bytes in a core, and what the program sees beside them; null before. */
  PacketBuffer data;

  /** Where it left: a network port, or the number of ports for the host. */
  public int output() {
    return output;
  }

  /** Its bytes as they left: metadata first, if the host got it by PASS. */
  public byte[] leftBytes() {
    return Arrays.copyOfRange(data.bytes, leavesFrom(), data.dataEnd);
  }

  /** Network port it came in on. */
  int port;

  /** Bytes as it came in. */
  int bytes;

  /** Bytes that are in the input queue, in the core's queue, in the buffer. */
  int stored;

  int dispatched;
  int arrived;

  /** The clock in which its last beat was stored. */
  long whole;

  /** Bytes that are to leave; that have left the buffer, the core, the NIC. */
  int leaving;

  int drained;
  int forwarded;
  int sent;

  /** When its first beat went to a core; the bytes that had left buffers, and ports, before it. */
  long dispatchBegun;

  long drainBegun;
  long forwardBegun;

  /** Logical CPU that runs the program, or a number below zero before that is known. */
  int cpu;

  /** The bank of rows that its program is in. */
  int bank;

  /** The half of a core that has it; the packet behind it there, or null. */
  Half half;

  Packet follower;

  /** The clock in which it was given a context. */
  long started;

  /** Whether its program has ended; whether it leaves its buffer, or has left it. */
  boolean done;

  boolean drains;
  Fate fate;

  /** Where it leaves: a network port, or the number of ports for the host. */
  int output;

  private long number;
  private int result;
  private ProgramFault fault;
  private int rows;
  private long begun;
  private long ended;

  /** Ready to come in. */
  void begin(Frame newFrame, int newPort, long newNumber, long now) {
    frame = newFrame;
    data = null;
    port = newPort;
    number = newNumber;
    bytes = newFrame.bytes().length;
    stored = 0;
    dispatched = 0;
    arrived = 0;
    leaving = 0;
    drained = 0;
    forwarded = 0;
    sent = 0;
    rows = 0;
    done = false;
    drains = false;
    fate = null;
    fault = null;
    cpu = -1;
    begun = now;
  }

  /** The program has ended with this r0, after so many rows. */
  void exit(int r0, int executed) {
    result = r0;
    rows = executed;
    boolean isVerdict = r0 >= 0 && r0 < ACTIONS;
    fate = isVerdict ? FATES[r0] : Fate.ABORTED;
    leaving = leaves() ? data.dataEnd - leavesFrom() : 0;
    done = true;
  }

  /** The first byte that leaves: of the metadata, where the host gets the packet by PASS. */
  int leavesFrom() {
    return fate == Fate.PASS ? data.dataMeta : data.data;
  }

  /** The program did what a verified one does not. */
  void fail(ProgramFault reason, int executed) {
    fault = reason;
    exit(XdpAction.ABORTED.ordinal(), executed);
  }

  void end(Fate how, long now) {
    fate = how;
    ended = now;
  }

  /** Whether it leaves, as far as the program decides. */
  boolean leaves() {
    return fate == Fate.PASS || fate == Fate.TX || fate == Fate.REDIRECT;
  }

  /** What became of it. */
  public Fate fate() {
    return fate;
  }

  /** As it came in. */
  public Frame frame() {
    return frame;
  }

  /** Number of the packet among all that came in, from 0. */
  public long number() {
    return number;
  }

  /** Its bytes, as they left; null when no core had it. */
  public PacketBuffer data() {
    return data;
  }

  /** Raw r0 of the program. */
  public int result() {
    return result;
  }

  /** What the program did that a verified one does not, or null. */
  public ProgramFault fault() {
    return fault;
  }

  /** Rows executed for it, those that were issued again not counted twice. */
  public int rows() {
    return rows;
  }

  /** The clock in which its program was started. */
  public long started() {
    return started;
  }

  /** The clock in which its first beat came. */
  public long begun() {
    return begun;
  }

  /** Clocks from its first beat in to its last beat out, or to its being dropped. */
  public long latency() {
    return ended - begun;
  }

  /** Network port it came in on. */
  public int port() {
    return port;
  }
}
