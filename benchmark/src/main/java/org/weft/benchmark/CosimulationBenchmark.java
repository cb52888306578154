package org.weft.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.map.MapTable;
import org.weft.sim.rtl.RtlModel;

/**
 * Clocks of the Verilated hardware in a millisecond, fully loaded: as engine {@code rtl} drives it
 * in batches of packets, and bare, driven by a loop in C++ that looks at nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class CosimulationBenchmark {
  private static final int BATCH = 4096;
  private static final int BARE_CLOCKS = 4096;
  private static final long PATIENCE = 10_000_000;

  /** The program. */
  @Param({"count-protocol-tx"})
  public String program;

  /** The machine. */
  @Param({"hxdp", "nic100"})
  public String machine;

  private RtlModel model;
  private final List<RtlModel.Offer> offers = new ArrayList<>();

  /** How many clocks there were. */
  @AuxCounters
  @State(Scope.Thread)
  public static class Clocks {
    public long clocks;
  }

  /** The hardware, which is made if it was not yet. */
  @Setup
  public void prepare() throws IOException {
    Example example = Example.read(program, MachineSpec.preset(machine));
    ProgramImage image = example.image();
    List<String> programs = image.entries().stream().map(ProgramImage.Entry::program).toList();
    int cpus = image.machine().cpus();
    MapTable maps = new MapTable(image.maps(), programs, cpus, MapTable.Model.HARDWARE);
    example.fill(maps);
    model = new RtlModel(image, maps, false);
    for (int i = 0; i < BATCH; i++) {
      byte[] frame = example.frames().get(i % example.frames().size()).bytes();
      int port = i % image.machine().ports();
      offers.add(new RtlModel.Offer(port, -1, frame, port + 1, 0, i, 0));
    }
  }

  /** The hardware goes. */
  @TearDown
  public void end() {
    model.close();
  }

  /** As engine {@code rtl} does it: all that leaves is looked at. */
  @Benchmark
  public int driven(Clocks counter) {
    long before = model.now();
    RtlModel.Met[] met = model.run(offers, false, PATIENCE);
    counter.clocks += model.now() - before;
    return met.length;
  }

  /** Nothing is looked at. */
  @Benchmark
  public void bare(Clocks counter) {
    model.runBare(offers.get(0).frame(), BARE_CLOCKS);
    counter.clocks += BARE_CLOCKS;
  }
}
