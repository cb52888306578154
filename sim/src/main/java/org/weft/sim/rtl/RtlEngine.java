package org.weft.sim.rtl;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.map.MapTable;
import org.weft.sim.network.NetworkMaps;
import org.weft.sim.nic.Fate;
import org.weft.sim.packet.PacketBuffer;

/**
 * Runs packets through the Verilated hardware, one at a time: the next one comes in the clock after
 * the last one has met its fate, as in {@link org.weft.sim.nic.NicEngine}.
 */
public final class RtlEngine implements Engine {
  private static final long PATIENCE = 100_000_000;
  private static final int LEAST_BYTES = 14;

  /** Interfaces have 16 bits there. */
  private static final int MOST_IFINDEX = 0xffff;

  private final MachineSpec machine;
  private final MapTable maps;
  private final RtlModel model;
  private RtlModel.Met met;

  /**
   * The hardware of an image's machine, with its first program.
   *
   * @throws org.weft.isa.InputException when the machine cannot be made
   * @throws org.weft.isa.RefusedException when the hardware has no unit for what a row asks for
   */
  public RtlEngine(ProgramImage image, EngineOptions options) {
    this(image, options, null);
  }

  /**
   * The same with its signals in a file.
   *
   * @param wave where to write its signals, or null
   * @throws org.weft.isa.InputException when the machine cannot be made
   * @throws org.weft.isa.RefusedException when the hardware has no unit for what a row asks for
   */
  public RtlEngine(ProgramImage image, EngineOptions options, RtlModel.Wave wave) {
    machine = image.machine();
    List<String> programs = image.entries().stream().map(ProgramImage.Entry::program).toList();
    maps = MapTable.ofNic(image.maps(), programs, options.cpus(), machine);
    NetworkMaps.fill(options.network(), maps);
    model = new RtlModel(image, maps, true, options.seed(), wave);
  }

  @Override
  public String name() {
    return "rtl";
  }

  @Override
  public Optional<MachineSpec> buffers() {
    return Optional.of(machine);
  }

  @Override
  public Optional<String> refuses(PacketBuffer packet) {
    if (packet.length() > machine.frameBytes()) {
      return Optional.of(
          "frame over " + machine.frameBytes() + " bytes, which the machine does not hold");
    } else if (packet.ingressIfindex > MOST_IFINDEX) {
      return Optional.of("interface over " + MOST_IFINDEX + ", which the hardware has no bits for");
    } else if (packet.cpu >= machine.cpus()) {
      return Optional.of("CPU " + packet.cpu + ", which the machine does not have");
    }
    return packet.length() < LEAST_BYTES ? Optional.of("frame under 14 bytes") : Optional.empty();
  }

  @Override
  public int run(PacketBuffer packet) {
    byte[] frame = Arrays.copyOfRange(packet.bytes, packet.data, packet.dataEnd);
    int port = (packet.ingressIfindex - 1) % machine.ports();
    RtlModel.Offer offer =
        new RtlModel.Offer(
            port,
            0,
            frame,
            packet.ingressIfindex,
            packet.rxQueueIndex,
            packet.timestampNs,
            packet.cpu);
    model.number(packet.number);
    model.readRings();
    met = model.run(List.of(offer), true, PATIENCE)[0];
    if (met.ended() == 0) {
      throw new IllegalStateException("packet " + packet.number + " does not leave the hardware");
    }
    if (!isDropped()) {
      int length = met.frame().length;
      packet.dataMeta = PacketBuffer.HEADROOM_BYTES - met.metadata();
      packet.data = PacketBuffer.HEADROOM_BYTES;
      packet.dataEnd = packet.dataMeta + length;
      System.arraycopy(met.frame(), 0, packet.bytes, packet.dataMeta, length);
    }
    // Where a packet goes that nobody has a port for is not seen.
    packet.redirectMap = PacketBuffer.UNKNOWN_MAP;
    packet.redirectIfindex =
        isDropped() ? PacketBuffer.UNKNOWN_INTERFACE : met.target() % RtlModel.HOST;
    return met.result();
  }

  private boolean isDropped() {
    return !met.fate().leaves();
  }

  @Override
  public Optional<String> hidesPacket() {
    return isDropped()
        ? Optional.of("dropped: its bytes do not leave the hardware")
        : Optional.empty();
  }

  @Override
  public boolean hidesMetadata() {
    return met.fate() != Fate.PASS;
  }

  @Override
  public long cycles() {
    return met.ended() - met.begun();
  }

  @Override
  public long rowsExecuted() {
    return met.rows();
  }

  @Override
  public boolean hasHardwareTables() {
    return true;
  }

  @Override
  public MapTable maps() {
    model.readMaps();
    return maps;
  }

  @Override
  public void close() {
    model.close();
  }
}
