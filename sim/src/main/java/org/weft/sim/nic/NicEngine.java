package org.weft.sim.nic;

import java.util.Arrays;
import java.util.Optional;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.map.MapTable;
import org.weft.sim.packet.PacketBuffer;

/** Runs packets through a NIC, one at a time: the next one comes when the last one has left. */
public final class NicEngine implements Engine {
  private static final long PATIENCE = 100_000_000;

  private final Nic nic;
  private PacketBuffer waiting;
  private PacketBuffer running;
  private Packet ended;

  /**
   * A NIC that runs the first program of an image.
   *
   * @throws org.weft.isa.InputException when a map cannot be made
   */
  public NicEngine(ProgramImage image, EngineOptions options, int memoryLatency) {
    nic =
        new Nic(
            image,
            new NicOptions(memoryLatency, true),
            options,
            new Source() {
              @Override
              public Frame next(int port, long now, boolean hasRoom) {
                if (waiting == null
                    || port != (waiting.ingressIfindex - 1) % image.machine().ports()) {
                  return null;
                }
                PacketBuffer packet = waiting;
                waiting = null;
                running = packet;
                byte[] bytes = Arrays.copyOfRange(packet.bytes, packet.data, packet.dataEnd);
                return new Frame(bytes, packet.timestampNs);
              }

              @Override
              public PacketBuffer buffer(Packet packet) {
                return running;
              }

              @Override
              public void done(Packet packet) {
                ended = packet;
              }
            });
  }

  @Override
  public String name() {
    return "sim";
  }

  @Override
  public Optional<MachineSpec> buffers() {
    return Optional.of(nic.machine());
  }

  @Override
  public Optional<String> refuses(PacketBuffer packet) {
    int most = nic.machine().frameBytes();
    if (packet.length() > most) {
      return Optional.of("frame over " + most + " bytes, which the machine does not hold");
    }
    return packet.length() < 14 ? Optional.of("frame under 14 bytes") : Optional.empty();
  }

  @Override
  public int run(PacketBuffer packet) {
    waiting = packet;
    ended = null;
    nic.maps().drainRings();
    long limit = nic.now() + PATIENCE;
    while (ended == null || !nic.isQuiet()) {
      nic.step();
      if (nic.now() > limit) {
        throw new IllegalStateException("packet " + packet.number + " does not leave the NIC");
      }
    }
    if (ended.fault() != null) {
      throw ended.fault();
    }
    return ended.result();
  }

  @Override
  public long cycles() {
    return ended.latency();
  }

  @Override
  public long rowsExecuted() {
    return ended.rows();
  }

  /** The NIC that is stepped. */
  public Nic nic() {
    return nic;
  }

  @Override
  public boolean hasHardwareTables() {
    return true;
  }

  @Override
  public MapTable maps() {
    return nic.maps();
  }
}
