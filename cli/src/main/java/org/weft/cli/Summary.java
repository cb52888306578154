package org.weft.cli;

import java.util.Arrays;
import org.weft.isa.xdp.XdpAction;
import org.weft.sim.nic.Fate;
import org.weft.sim.packet.PacketBuffer;

/** What a run amounts to. */
final class Summary {
  private final long[] counts = new long[XdpAction.values().length];
  private final long[] changed = new long[counts.length];
  private long start;
  private double seconds;

  /** Packets that were not run: too long for a buffer, or refused by the engine. */
  private long notRun;

  private String notRunReason;

  /** Packets that ran and should have left, but for which there was no port, or no room in one. */
  private long noPort;

  private long noRoom;

  /** Rows executed for all packets; -1 when the engine does not count them. */
  long rows = -1;

  private long cycles = -1;
  private int clockKhz;

  /** The kernel's own time for all packets; -1 when it was not asked for. */
  long kernelNanos = -1;

  void count(int ret, long rowsExecuted, boolean isChanged) {
    int action = XdpAction.of(ret).ordinal();
    counts[action]++;
    if (isChanged) {
      changed[action]++;
    }
    if (rowsExecuted >= 0) {
      rows = Math.max(rows, 0) + rowsExecuted;
    }
  }

  /** Counts a packet that was not run; the first reason is kept. */
  void leaveOut(long number, String reason) {
    if (notRun++ == 0) {
      notRunReason = "packet " + number + ": " + reason;
    }
  }

  /** Says what became of a packet that ran. */
  void left(Fate fate) {
    noPort += fate == Fate.NO_PORT ? 1 : 0;
    noRoom += fate == Fate.OUTPUT_OVERFLOW ? 1 : 0;
  }

  /** Packets redirected to an interface that the NIC has no port for. */
  long noPort() {
    return noPort;
  }

  /** Packets for which the output queue had no room. */
  long noRoom() {
    return noRoom;
  }

  /** Packets that were not run. */
  long notRun() {
    return notRun;
  }

  /** The first packet that was not run, and why; null when all were. */
  String notRunReason() {
    return notRunReason;
  }

  /** Whether the program changed the packet's bytes; metadata does not count. */
  static boolean isChanged(PacketBuffer packet, byte[] frame, int length) {
    return !Arrays.equals(packet.bytes, packet.data, packet.dataEnd, frame, 0, length);
  }

  /** Says how many clocks of which speed passed from the first packet to the end of the last. */
  void clocked(long clocks, int khz) {
    cycles = clocks;
    clockKhz = khz;
  }

  /** Clocks that the NIC took, or -1. */
  long cycles() {
    return cycles;
  }

  double packetsPerCycle() {
    return cycles <= 0 ? 0 : (double) packets() / cycles;
  }

  /** Million packets a second at the machine's clock. */
  double mpps() {
    return packetsPerCycle() * clockKhz / 1000;
  }

  /** The first packet comes: what was before, compiling above all, is start-up. */
  void start() {
    start = System.nanoTime();
  }

  void stop() {
    seconds = (System.nanoTime() - start) / 1e9;
  }

  /** Packets with a verdict. */
  long count(XdpAction action) {
    return counts[action.ordinal()];
  }

  /** Packets with a verdict whose bytes the program changed. */
  long changed(XdpAction action) {
    return changed[action.ordinal()];
  }

  long packets() {
    return Arrays.stream(counts).sum();
  }

  /** Time taken by the engine and the trace, without start-up. */
  double seconds() {
    return seconds;
  }

  /** Rows executed per packet, or -1. */
  double rowsPerPacket() {
    return rows < 0 || packets() == 0 ? -1 : (double) rows / packets();
  }

  /** The kernel's own time per packet in nanoseconds, or -1. */
  double kernelNanosPerPacket() {
    return kernelNanos < 0 || packets() == 0 ? -1 : (double) kernelNanos / packets();
  }
}
