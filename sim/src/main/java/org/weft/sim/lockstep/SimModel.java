package org.weft.sim.lockstep;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.nic.Fate;
import org.weft.sim.nic.Frame;
import org.weft.sim.nic.Nic;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.nic.Packet;
import org.weft.sim.nic.Source;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.rtl.RtlModel;

/** Engine {@code sim} with a program, driven by batches of packets as {@link RtlModel} is. */
public final class SimModel implements Source {
  private static final RtlModel.Met NOT_ENDED =
      new RtlModel.Met(0, 0, null, 0, 0, 0, 0, 0, new byte[0]);

  private final Nic nic;
  private final long stalls;

  /** By port: the packets that are still to come, by their places in the batch. */
  private final List<ArrayDeque<Integer>> waiting = new ArrayList<>();

  private final IdentityHashMap<Frame, Integer> places = new IdentityHashMap<>();
  private final ArrayDeque<PacketBuffer> pool = new ArrayDeque<>();
  private List<RtlModel.Offer> offers = List.of();
  private RtlModel.Met[] met = {};
  private int left;
  private long begun;
  private long[] rows = new long[1 << 10];
  private int rowCount;

  /**
   * The NIC of an image's machine, with its first program.
   *
   * @param stalls seed of the clocks in which outputs take nothing, see {@link RtlModel#takes}; 0:
   *     they always take
   */
  public SimModel(ProgramImage image, EngineOptions engine, NicOptions options, long stalls) {
    this.stalls = stalls;
    for (int port = 0; port < image.machine().ports(); port++) {
      waiting.add(new ArrayDeque<>());
    }
    nic = new Nic(image, options, engine, this);
  }

  /** The NIC, with its maps and registers. */
  public Nic nic() {
    return nic;
  }

  /** From now on rows are watched, see {@link #rows}. */
  void watchRows() {
    nic.observe(
        (core, thread, row, executed) -> {
          if (rowCount == rows.length) {
            rows = Arrays.copyOf(rows, 2 * rowCount);
          }
          rows[rowCount++] = new RowEvent(nic.now() - begun, core, thread, row, executed).packed();
        });
  }

  /** Rows in their memory stage in the last run, as {@link RowEvent} packs them. */
  long[] rows() {
    return Arrays.copyOf(rows, rowCount);
  }

  /**
   * Runs packets until all have met their fate, at most so many clocks.
   *
   * @param afterClock what is done after each clock
   * @throws RefusedException when a program does what a verified one does not
   */
  public RtlModel.Met[] run(List<RtlModel.Offer> packets, long limit, Runnable afterClock) {
    offers = packets;
    met = new RtlModel.Met[packets.size()];
    Arrays.fill(met, NOT_ENDED);
    left = met.length;
    begun = nic.now();
    rowCount = 0;
    places.clear();
    for (int i = 0; i < met.length; i++) {
      waiting.get(packets.get(i).port()).add(i);
    }
    while (left > 0 && nic.now() < begun + limit) {
      nic.step();
      afterClock.run();
    }
    waiting.forEach(ArrayDeque::clear);
    return met;
  }

  /** Clocks until all that packets stored is in the maps. */
  public void settle() {
    while (!nic.isQuiet()) {
      nic.step();
    }
  }

  @Override
  public Frame next(int port, long now, boolean hasRoom) {
    Integer place = waiting.get(port).peek();
    if (place == null) {
      return null;
    }
    RtlModel.Offer offer = offers.get(place);
    if (offer.clock() < 0 ? !hasRoom : now < offer.clock()) {
      return null;
    }
    waiting.get(port).remove();
    Frame frame = new Frame(offer.frame(), offer.time(), offer.damaged());
    places.put(frame, place);
    return frame;
  }

  @Override
  public boolean takes(int output, long now) {
    return RtlModel.takes(stalls, output, now);
  }

  @Override
  public PacketBuffer buffer(Packet packet) {
    int place = places.get(packet.frame());
    RtlModel.Offer offer = offers.get(place);
    PacketBuffer buffer = pool.isEmpty() ? new PacketBuffer() : pool.pop();
    buffer.number = packet.number();
    buffer.ingressIfindex = offer.ifindex();
    buffer.rxQueueIndex = offer.queue();
    buffer.timestampNs = offer.time();
    buffer.cpu = offer.cpu();
    buffer.receive(offer.frame(), 0, offer.frame().length);
    return buffer;
  }

  @Override
  public void done(Packet packet) {
    if (packet.fault() != null) {
      throw new RefusedException("packet " + packet.number() + ": " + packet.fault().getMessage());
    }
    Fate fate = packet.fate();
    PacketBuffer data = packet.data();
    met[places.get(packet.frame())] =
        new RtlModel.Met(
            packet.begun(),
            nic.now(),
            fate,
            fate.hasRun() ? packet.result() : 0,
            fate.hasRun() ? packet.rows() : 0,
            fate.leaves() ? packet.output() : 0,
            0,
            fate == Fate.PASS ? data.data - data.dataMeta : 0,
            fate.leaves() ? packet.leftBytes() : new byte[0]);
    left--;
    if (data != null) {
      pool.push(data);
    }
  }
}
