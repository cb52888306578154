package org.weft.sim.lockstep;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.weft.isa.WholeFile;
import org.weft.isa.control.Register;
import org.weft.isa.image.ProgramImage;
import org.weft.sim.engine.Aspect;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.engine.MapDifference;
import org.weft.sim.engine.Tallies;
import org.weft.sim.map.MapContents;
import org.weft.sim.map.MapStore;
import org.weft.sim.map.MapTable;
import org.weft.sim.network.NetworkMaps;
import org.weft.sim.nic.Fate;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.nic.Wave;
import org.weft.sim.rtl.RtlModel;

/**
 * Gives batches of packets to engine {@code sim} and to the Verilated hardware, in the same clocks,
 * and compares what they do until the first difference.
 */
public final class LockStep implements AutoCloseable {
  private static final String SIM = "sim";
  private static final String RTL = "rtl";
  private static final MapDifference.Side SIM_SIDE = new MapDifference.Side(SIM, false);
  private static final MapDifference.Side RTL_SIDE = new MapDifference.Side(RTL, false);

  /** Clocks in which the packets of a batch meet their fate, if the hardware works. */
  private static final long PATIENCE = 100_000_000;

  /** Clocks that the hardware gets beyond those that sim took. */
  private static final long GRACE = 1_000;

  /** Network ports that registers of counters have room for; fates. */
  private static final int COUNTED_PORTS = 32;

  private static final int COUNTED_FATES = 16;
  private static final int COUNTER_BYTES = 8;

  /**
   * What runs, and around it.
   *
   * @param image program and machine
   * @param engine CPUs, seed, network
   * @param options what the NIC is connected to
   * @param stalls seed of the clocks in which outputs take nothing; 0: they always take
   * @param fill fills the maps
   */
  public record Setting(
      ProgramImage image,
      EngineOptions engine,
      NicOptions options,
      long stalls,
      Consumer<MapStore> fill) {}

  /**
   * Where to write what happens in some clocks.
   *
   * @param hardware FST file with the hardware's signals
   * @param simulated VCD file with what sim does
   * @param from the first clock
   * @param to the last one
   */
  public record Waves(Path hardware, Path simulated, long from, long to) {
    private static final long CLOCKS_BEFORE = 500;
    private static final long CLOCKS_AFTER = 100;

    /** The hardware's signals around a clock; sim's beside them, in a file of the same name. */
    public static Waves around(Path hardware, long clock) {
      String name = hardware.getFileName().toString();
      int dot = name.lastIndexOf('.');
      Path simulated = hardware.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ".vcd");
      return new Waves(
          hardware, simulated, Math.max(1, clock - CLOCKS_BEFORE), clock + CLOCKS_AFTER);
    }
  }

  private final Setting setting;
  private final Waves waves;
  private final SimModel sim;
  private final RtlModel rtl;
  private final MapTable rtlMaps;
  private final Wave wave;
  private final Tallies found = new Tallies(SIM, RTL);
  private long packets;
  private Divergence divergence;

  /**
   * Both, before their first clock.
   *
   * @param waves what to write of them, or null
   * @throws org.weft.isa.InputException when the machine, a map or a wave cannot be made
   * @throws org.weft.isa.RefusedException when the hardware has no unit for what a row asks for
   */
  public LockStep(Setting setting, Waves waves) {
    this.setting = setting;
    this.waves = waves;
    ProgramImage image = setting.image();
    sim = new SimModel(image, setting.engine(), setting.options(), setting.stalls());
    setting.fill().accept(sim.nic().maps());
    List<String> programs = image.entries().stream().map(ProgramImage.Entry::program).toList();
    rtlMaps = MapTable.ofNic(image.maps(), programs, setting.engine().cpus(), image.machine());
    NetworkMaps.fill(setting.engine().network(), rtlMaps);
    setting.fill().accept(rtlMaps);
    RtlModel.Wave signals =
        waves == null ? null : new RtlModel.Wave(waves.hardware(), waves.from(), waves.to());
    long seed = setting.engine().seed();
    rtl = new RtlModel(image, rtlMaps, setting.options().chosenCpu(), seed, signals);
    rtl.memory(setting.options().memoryLatency(), 0);
    rtl.stall(setting.stalls());
    rtl.watchRows();
    sim.watchRows();
    try {
      wave = waves == null ? null : new Wave(waves.simulated(), sim.nic(), image);
    } catch (IOException e) {
      rtl.close();
      throw WholeFile.notWritten(waves.simulated(), e);
    }
  }

  /** What was found so far. */
  public Tallies found() {
    return found;
  }

  /** The first difference, or null. */
  public Divergence divergence() {
    return divergence;
  }

  /** Clocks so far. */
  public long clocks() {
    return sim.nic().now();
  }

  /**
   * Runs a batch until all its packets have met their fate.
   *
   * @return whether all is equal; nothing more can be compared if not
   * @throws org.weft.isa.RefusedException when a program does what a verified one does not
   */
  public boolean run(List<RtlModel.Offer> batch) {
    long begun = sim.nic().now();
    RtlModel.Met[] left = sim.run(batch, PATIENCE, this::sample);
    RtlModel.Met[] right = rtl.run(batch, false, sim.nic().now() - begun + GRACE);
    int first = -1;
    for (int i = 0; i < left.length; i++) {
      if (!same(left[i], right[i])) {
        first = first < 0 || clock(left, right, i) < clock(left, right, first) ? i : first;
      } else {
        found.tally(Aspect.VERDICTS).equal();
        found.tally(Aspect.PACKETS).equal();
        found.tally(Aspect.CLOCKS).equal();
      }
    }
    boolean rows = sameRows(begun);
    if (first >= 0) {
      different(packets + first, left[first], right[first]);
      if (divergence == null) {
        divergence = Divergence.outsideOfCores(clock(left, right, first));
      }
    }
    packets += left.length;
    readRings();
    return first < 0 && rows;
  }

  /**
   * The host reads ring buffers: of the hardware through registers, in as many clocks as it takes.
   */
  private void readRings() {
    if (rtl.readRings()) {
      sim.settle();
      sim.nic().maps().drainRings();
      while (sim.nic().now() < rtl.now()) {
        sim.nic().step();
      }
    }
  }

  private void sample() {
    long now = sim.nic().now();
    if (wave != null && now >= waves.from() && now <= waves.to()) {
      try {
        wave.sample();
      } catch (IOException e) {
        throw WholeFile.notWritten(waves.simulated(), e);
      }
    }
  }

  /** Compares counters and maps, after the last batch, if all was equal. */
  public void finish() {
    sim.settle();
    rtl.readMaps();
    for (int i = 0; i < rtlMaps.size(); i++) {
      MapContents left = sim.nic().maps().contents(i);
      MapDifference difference = new MapDifference(SIM_SIDE, left, RTL_SIDE, rtlMaps.contents(i));
      if (difference.count() == 0) {
        found.tally(Aspect.MAPS).equal();
      } else {
        found.tally(Aspect.MAPS).different(difference.text());
      }
    }
    counters();
  }

  private void counters() {
    for (int bank = 0; bank < 2; bank++) {
      for (int port = 0; port < setting.image().machine().ports(); port++) {
        for (Fate fate : Fate.values()) {
          int row = (bank * COUNTED_PORTS + port) * COUNTED_FATES + fate.ordinal();
          int at = Register.COUNTER.offset() + COUNTER_BYTES * row;
          long left = read(sim.nic().control()::read, at);
          long right = read(rtl::read, at);
          counter("counter of bank %d, port %d, %s".formatted(bank, port, fate), left, right);
        }
      }
    }
    // The host has set up no ring: each is lost.
    int lost = Register.EVENT_LOST.offset();
    counter("events", sim.nic().control().read(lost), rtl.read(lost));
  }

  private void counter(String name, long left, long right) {
    if (left == right) {
      found.tally(Aspect.COUNTERS).equal();
    } else {
      found.tally(Aspect.COUNTERS).different("%s: sim %d, rtl %d".formatted(name, left, right));
    }
  }

  private static long read(IntUnaryOperator registers, int at) {
    long low = Integer.toUnsignedLong(registers.applyAsInt(at));
    return (long) registers.applyAsInt(at + 4) << Integer.SIZE | low;
  }

  private static boolean same(RtlModel.Met a, RtlModel.Met b) {
    return sameClocks(a, b) && sameVerdict(a, b) && samePacket(a, b);
  }

  private static boolean sameClocks(RtlModel.Met a, RtlModel.Met b) {
    return a.begun() == b.begun() && a.ended() == b.ended() && a.rows() == b.rows();
  }

  private static boolean sameVerdict(RtlModel.Met a, RtlModel.Met b) {
    return a.fate() == b.fate() && a.result() == b.result() && a.output() == b.output();
  }

  private static boolean samePacket(RtlModel.Met a, RtlModel.Met b) {
    return a.metadata() == b.metadata() && Arrays.equals(a.frame(), b.frame());
  }

  /** When a packet that differs was the first time not where it is in the other one. */
  private static long clock(RtlModel.Met[] left, RtlModel.Met[] right, int packet) {
    RtlModel.Met a = left[packet];
    RtlModel.Met b = right[packet];
    if (a.begun() != b.begun()) {
      return Math.min(never(a.begun()), never(b.begun()));
    }
    return Math.min(never(a.ended()), never(b.ended()));
  }

  private static long never(long clock) {
    return clock == 0 ? Long.MAX_VALUE : clock;
  }

  private void different(long number, RtlModel.Met a, RtlModel.Met b) {
    String packet = "packet " + number + ": ";
    if (!sameVerdict(a, b)) {
      found.tally(Aspect.VERDICTS).different(packet + "sim " + verdict(a) + ", rtl " + verdict(b));
    }
    if (!sameClocks(a, b)) {
      found.tally(Aspect.CLOCKS).different(packet + "sim " + clocks(a) + ", rtl " + clocks(b));
    }
    if (!samePacket(a, b)) {
      int at = Arrays.mismatch(a.frame(), b.frame());
      found
          .tally(Aspect.PACKETS)
          .different(
              "%ssim %d bytes, %d of metadata, rtl %d bytes, %d of metadata; %s"
                  .formatted(
                      packet,
                      a.frame().length,
                      a.metadata(),
                      b.frame().length,
                      b.metadata(),
                      at < 0 ? "the same bytes" : "the first that differs is " + at));
    }
  }

  private static String verdict(RtlModel.Met met) {
    return met.fate() == null
        ? "no fate"
        : "%s, r0 %d, output %d".formatted(met.fate(), met.result(), met.output());
  }

  private static String clocks(RtlModel.Met met) {
    return met.ended() == 0
        ? "has not ended"
        : "clocks %d to %d, %d rows".formatted(met.begun(), met.ended(), met.rows());
  }

  /** Compares rows of the batch; what differs first is where both diverge. */
  private boolean sameRows(long begun) {
    long[] left = sim.rows();
    long[] right = rtl.rows();
    int at = Arrays.mismatch(left, right);
    int equal = at < 0 ? left.length : at;
    for (int i = 0; i < equal; i++) {
      found.tally(Aspect.ROWS).equal();
    }
    if (at >= 0) {
      divergence = Divergence.of(setting.image(), begun, left, right, at);
      found.tally(Aspect.ROWS).different(divergence.text());
    }
    return at < 0;
  }

  @Override
  public void close() {
    rtl.close();
    if (wave != null) {
      try {
        wave.close();
      } catch (IOException e) {
        throw WholeFile.notWritten(waves.simulated(), e);
      }
    }
  }
}
