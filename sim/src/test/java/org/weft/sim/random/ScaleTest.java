package org.weft.sim.random;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weft.compiler.build.IrBuilder;
import org.weft.compiler.cfg.ControlFlow;
import org.weft.compiler.check.Original;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.compiler.pass.Pass;
import org.weft.compiler.pass.PassContext;
import org.weft.compiler.pass.Passes;
import org.weft.compiler.region.RegionAnalysis;
import org.weft.compiler.region.Regions;
import org.weft.compiler.schedule.Schedule;
import org.weft.compiler.schedule.TraceScheduling;
import org.weft.compiler.verifier.Facts;
import org.weft.compiler.verifier.Verifier;
import org.weft.isa.machine.MachineSpec;

/** Processor time and memory of each step of the compiler, on programs of several sizes. */
final class ScaleTest {
  private static final MachineSpec MACHINE = MachineSpec.preset("nic100");

  private final Map<String, Map<Integer, long[]>> figures = new LinkedHashMap<>();
  private long time;
  private long allocated;

  /** {@code -Dweft.scale.sizes=N,N...} */
  @Test
  @Tag("campaign")
  void timeAndMemoryOfEachStep() {
    String sizes = System.getProperty("weft.scale.sizes", "1000,1000,10000,100000");
    for (String size : sizes.split(",")) {
      measure(Integer.parseInt(size));
    }
    System.out.print(table());
    assertTrue(figures.containsKey("check"));
  }

  private void measure(int size) {
    // Of a size that is there twice the second one counts: the first warms up.
    figures.values().forEach(bySize -> bySize.remove(size));
    XdpObject object = LargeProgram.of(size, 1);
    Program program = object.programs().get(0);
    PassContext context = new PassContext(MACHINE, object.maps());
    start();
    Facts facts = Verifier.verify(program, object.maps());
    end("verifier", size);
    ControlFlow flow = ControlFlow.of(program, facts, object.maps());
    end("control flow", size);
    Regions regions = RegionAnalysis.run(flow, object.maps());
    end("regions", size);
    Graph graph = IrBuilder.run(flow, regions, MACHINE);
    end("construction", size);
    for (Pass pass : Passes.ALL) {
      pass.run(graph, context);
      end(pass.name(), size);
    }
    Original original = new Original(graph);
    start();
    Schedule schedule = new TraceScheduling().run(graph, context);
    end("schedule", size);
    schedule.verify(original, graph, object.maps());
    end("check", size);
  }

  private void start() {
    time = cpuTime();
    allocated = allocatedBytes();
  }

  private void end(String step, int size) {
    long[] sum =
        figures.computeIfAbsent(step, s -> new TreeMap<>()).computeIfAbsent(size, s -> new long[2]);
    sum[0] += cpuTime() - time;
    sum[1] += allocatedBytes() - allocated;
    start();
  }

  private static long cpuTime() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long allocatedBytes() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  private String table() {
    StringBuilder text = new StringBuilder();
    figures.forEach(
        (step, bySize) -> {
          text.append(String.format("%-14s", step));
          bySize.forEach(
              (size, figure) ->
                  text.append(
                      String.format(
                          " %7d: %8.1f ms %7.1f MB", size, figure[0] / 1e6, figure[1] / 1e6)));
          text.append('\n');
        });
    return text.toString();
  }
}
