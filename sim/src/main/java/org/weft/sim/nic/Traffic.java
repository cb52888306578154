package org.weft.sim.nic;

import java.util.ArrayDeque;
import java.util.List;
import org.weft.sim.packet.PacketBuffer;

/** Gives a NIC the same frames over and over, and measures how long they take. */
final class Traffic implements Source {
  private final List<Frame> frames;
  private final Load load;
  private final int ports;
  private final int clockKhz;
  private final int queue;
  private final int ifindex;
  private final ArrayDeque<PacketBuffer> pool = new ArrayDeque<>();

  /** By port: when the next packet begins, in clocks; frames given so far. */
  private final double[] next;

  private final long[] given;
  private final Latencies latencies = new Latencies();
  private RuntimeException fault;

  Traffic(List<Frame> frames, Load load, int ports, int clockKhz, int queue, int ifindex) {
    this.frames = frames;
    this.load = load;
    this.ports = ports;
    this.clockKhz = clockKhz;
    this.queue = queue;
    this.ifindex = ifindex;
    next = new double[ports];
    given = new long[ports];
  }

  @Override
  public Frame next(int port, long now, boolean hasRoom) {
    if (port >= ports || (load.kind() == Load.Kind.FULL ? !hasRoom : next[port] > (double) now)) {
      return null;
    }
    int index = (int) ((given[port] * ports + port) % frames.size());
    given[port]++;
    Frame frame = frames.get(index);
    pace(port, index, frame, now);
    return frame;
  }

  @Override
  public PacketBuffer buffer(Packet packet) {
    PacketBuffer buffer = pool.isEmpty() ? new PacketBuffer() : pool.pop();
    buffer.number = packet.number();
    buffer.ingressIfindex = ifindex + packet.port();
    buffer.rxQueueIndex = queue;
    buffer.timestampNs = packet.started() * 1_000_000 / clockKhz;
    byte[] bytes = packet.frame().bytes();
    buffer.receive(bytes, 0, bytes.length);
    return buffer;
  }

  private void pace(int port, int index, Frame frame, long now) {
    if (load.kind() == Load.Kind.RATE) {
      double bits = 8.0 * (frame.bytes().length + Load.WIRE_BYTES);
      next[port] =
          Math.max(next[port], (double) (now - 1)) + bits * clockKhz / (load.gigabits() * 1e6);
    } else if (load.kind() == Load.Kind.TRACE) {
      long gap = frames.get((index + ports) % frames.size()).timestampNs() - frame.timestampNs();
      next[port] += (double) Math.max(0, gap) * clockKhz / 1e6;
    }
  }

  @Override
  public void done(Packet packet) {
    if (packet.fault() != null && fault == null) {
      fault = packet.fault();
    }
    if (packet.fate().hasRun()) {
      latencies.add(packet.latency());
    }
    if (packet.data() != null) {
      pool.push(packet.data());
    }
  }

  Latencies latencies() {
    return latencies;
  }

  /** The first fault of the program, or null. */
  RuntimeException fault() {
    return fault;
  }
}
