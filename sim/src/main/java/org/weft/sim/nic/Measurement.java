package org.weft.sim.nic;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Region;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.map.MapTable;

/**
 * What a NIC did in a stretch of clocks, after as many to warm up.
 *
 * @param machine the machine
 * @param clocks clocks of the stretch
 * @param packets packets that programs decided on
 * @param fates how many packets met which fate
 * @param account where issue slots went
 * @param least shortest latency, in clocks
 * @param median latency that half the packets do not exceed
 * @param p99 latency that 99 % do not exceed
 * @param most longest latency
 * @param lanes share of issued rows in which each lane did something
 * @param memoryPorts accesses of packet and stack per issued row
 * @param mapAccesses accesses of map values
 * @param mapConflicts clocks that these waited for their bank
 * @param tableCalls calls that tables took
 * @param seconds time that it took here
 */
public record Measurement(
    MachineSpec machine,
    long clocks,
    long packets,
    Map<Fate, Long> fates,
    Account account,
    long least,
    long median,
    long p99,
    long most,
    List<Double> lanes,
    double memoryPorts,
    long mapAccesses,
    long mapConflicts,
    long tableCalls,
    double seconds) {

  /** What is measured. */
  public record Setting(
      ProgramImage image,
      EngineOptions engine,
      List<Frame> frames,
      Load load,
      int ports,
      int queue,
      int ifindex,
      int memoryLatency,
      long clocks,
      Consumer<MapTable> fill) {}

  /**
   * Runs a program on frames, over and over.
   *
   * @throws org.weft.sim.engine.ProgramFault when the program does what a verified one does not
   */
  public static Measurement of(Setting setting) {
    MachineSpec machine = setting.image().machine();
    Traffic traffic =
        new Traffic(
            setting.frames(),
            setting.load(),
            setting.ports(),
            machine.clockKhz(),
            setting.queue(),
            setting.ifindex());
    NicOptions options = new NicOptions(setting.memoryLatency(), false);
    Nic nic = new Nic(setting.image(), options, setting.engine(), traffic);
    setting.fill().accept(nic.maps());
    long warm = setting.clocks() / 2;
    run(nic, traffic, warm);
    traffic.latencies().clear();
    long[] fates = fates(nic);
    Account account = nic.account();
    long[] executed = nic.executed();
    long accesses = nic.mapAccesses();
    long conflicts = nic.mapConflicts();
    long calls = nic.tableCalls();
    long start = System.nanoTime();
    run(nic, traffic, setting.clocks());
    double seconds = (System.nanoTime() - start) / 1e9;
    long[] rows = nic.executed();
    for (int i = 0; i < rows.length; i++) {
      rows[i] -= executed[i];
    }
    Map<Fate, Long> counted = new TreeMap<>();
    long[] now = fates(nic);
    for (Fate fate : Fate.values()) {
      if (now[fate.ordinal()] > fates[fate.ordinal()]) {
        counted.put(fate, now[fate.ordinal()] - fates[fate.ordinal()]);
      }
    }
    Latencies latencies = traffic.latencies();
    return new Measurement(
        machine,
        setting.clocks(),
        latencies.count(),
        counted,
        nic.account().since(account),
        latencies.least(),
        latencies.quantile(0.5),
        latencies.quantile(0.99),
        latencies.most(),
        lanes(setting.image(), rows),
        memoryPorts(setting.image(), rows),
        nic.mapAccesses() - accesses,
        nic.mapConflicts() - conflicts,
        nic.tableCalls() - calls,
        seconds);
  }

  private static void run(Nic nic, Traffic traffic, long clocks) {
    PollingHost host = new PollingHost(nic);
    for (long i = 0; i < clocks; i++) {
      nic.step();
      host.afterClock();
      if ((i & 1023) == 0 && traffic.fault() != null) {
        throw traffic.fault();
      }
    }
  }

  private static long[] fates(Nic nic) {
    long[] counts = new long[Fate.values().length];
    for (Fate fate : Fate.values()) {
      counts[fate.ordinal()] = nic.count(fate);
    }
    return counts;
  }

  private static List<Double> lanes(ProgramImage image, long[] rows) {
    double[] used = new double[image.machine().lanes()];
    double all = 0;
    for (int i = 0; i < rows.length; i++) {
      all += rows[i];
      Row row = image.rows().get(i);
      for (int lane = 0; lane < row.slots().size(); lane++) {
        used[lane] += row.slots().get(lane) instanceof Slot.Nop ? 0 : rows[i];
      }
    }
    double sum = Math.max(1, all);
    return java.util.Arrays.stream(used).map(u -> u / sum).boxed().toList();
  }

  private static double memoryPorts(ProgramImage image, long[] rows) {
    double accesses = 0;
    double all = 0;
    for (int i = 0; i < rows.length; i++) {
      all += rows[i];
      accesses +=
          (double) rows[i]
              * image.rows().get(i).slots().stream().filter(Measurement::isLocal).count();
    }
    return accesses / Math.max(1, all);
  }

  private static boolean isLocal(Slot slot) {
    Region region =
        slot instanceof Slot.Load load
            ? load.region()
            : slot instanceof Slot.Store store
                ? store.region()
                : slot instanceof Slot.Atomic atomic ? atomic.region() : null;
    return region == Region.PACKET || region == Region.STACK;
  }

  /** Packets per clock. */
  public double packetsPerCycle() {
    return (double) packets / clocks;
  }

  /** Clocks that a core has for a packet. */
  public double cyclesPerPacketPerCore() {
    return packets == 0 ? 0 : (double) clocks * machine.cores() / packets;
  }

  /** Million packets a second at the machine's clock. */
  public double mpps() {
    return packetsPerCycle() * machine.clockKhz() / 1000.0;
  }

  /** Rows issued per packet. */
  public double rowsPerPacket() {
    return packets == 0 ? 0 : (double) account.issued() / packets;
  }

  /** Nanoseconds of so many clocks. */
  public double nanoseconds(long cycles) {
    return cycles * 1e6 / machine.clockKhz();
  }
}
