package org.weft.sim.nic;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.weft.isa.image.ProgramImage;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.packet.PacketBuffer;

/**
 * A NIC that gets given frames, as soon as its ports are free; packets that are looked at on their
 * way.
 */
final class Wire implements Source {
  private static final int PATIENCE = 200_000;

  /** What became of a packet, by its number: that of the frame among all. */
  record Left(
      int number, Fate fate, int output, int result, long started, long ended, byte[] bytes) {}

  final Nic nic;

  /** In the order in which they ended. */
  final List<Left> left = new ArrayList<>();

  /** Packets that have a context or had one, by number. */
  final Map<Integer, Packet> packets = new HashMap<>();

  private final List<ArrayDeque<byte[]>> frames = new ArrayList<>();
  private IntPredicate takes = output -> true;

  Wire(ProgramImage image) {
    this(image, 100);
  }

  Wire(ProgramImage image, int memoryLatency) {
    for (int port = 0; port < image.machine().ports(); port++) {
      frames.add(new ArrayDeque<>());
    }
    nic = new Nic(image, new NicOptions(memoryLatency, false), new EngineOptions(64, 0), this);
  }

  /** Which outputs take what leaves. */
  void takes(IntPredicate newTakes) {
    takes = newTakes;
  }

  /** Frames of so many bytes for a port; the first byte numbers them. */
  Wire offer(int port, int... bytes) {
    for (int length : bytes) {
      byte[] frame = new byte[length];
      frame[0] = (byte) frames.get(port).size();
      frames.get(port).add(frame);
    }
    return this;
  }

  /** So many clocks; fails when what a test waits for does not come. */
  void step(int clocks) {
    for (int i = 0; i < clocks; i++) {
      nic.step();
    }
    if (nic.now() > PATIENCE) {
      throw new AssertionError(left.size() + " packets have ended, and no more do");
    }
  }

  /** Goes on until so many packets have ended. */
  Wire until(int packets) {
    while (left.size() < packets) {
      step(1);
    }
    return this;
  }

  /** What became of the packet of a number. */
  Left of(int number) {
    return left.stream().filter(l -> l.number() == number).findFirst().orElseThrow();
  }

  @Override
  public Frame next(int port, long now, boolean hasRoom) {
    byte[] frame = frames.get(port).poll();
    return frame == null ? null : new Frame(frame, now);
  }

  @Override
  public boolean takes(int output, long now) {
    return takes.test(output);
  }

  @Override
  public PacketBuffer buffer(Packet packet) {
    PacketBuffer buffer = new PacketBuffer();
    buffer.number = packet.number();
    buffer.ingressIfindex = packet.port() + 1;
    buffer.receive(packet.frame().bytes(), 0, packet.bytes);
    packets.put((int) packet.number(), packet);
    return buffer;
  }

  @Override
  public void done(Packet packet) {
    if (packet.fault() != null) {
      throw packet.fault();
    }
    boolean ran = packet.data() != null;
    left.add(
        new Left(
            (int) packet.number(),
            packet.fate(),
            packet.output(),
            packet.result(),
            ran ? packet.started() : 0,
            nic.now(),
            ran ? packet.leftBytes() : new byte[0]));
  }
}
