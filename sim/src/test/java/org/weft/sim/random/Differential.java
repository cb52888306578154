package org.weft.sim.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.weft.compiler.Compiler;
import org.weft.compiler.ebpf.Printer;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.sim.engine.Aspect;
import org.weft.sim.engine.Comparison;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.engine.Verification;
import org.weft.sim.kernel.KernelEngine;
import org.weft.sim.kernel.KernelOptions;
import org.weft.sim.nic.NicEngine;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.ref.RefEngine;
import org.weft.sim.rows.RowsEngine;

/** Runs random objects on all engines and keeps count. */
final class Differential {
  static final String RANDOM_MACHINE = "random";

  /** The presets, and a machine of random width. */
  static final List<String> ALL_MACHINES =
      Stream.concat(MachineSpec.PRESETS.stream(), Stream.of(RANDOM_MACHINE)).toList();

  private static final int PACKETS = 12;
  private static final int MAX_PACKET_BYTES = 160;
  private static final byte SMALL = 7;
  private static final int MAX_MEMORY_LATENCY = 400;
  private static final int MAX_REASON = 60;

  private final boolean kernel;
  private final List<String> machines;
  private final int cpus = Math.min(2, Runtime.getRuntime().availableProcessors());
  private final Map<String, Integer> refusals = new TreeMap<>();
  private int programs;
  private int accepted;
  private final Map<String, Integer> compiled = new TreeMap<>();
  private final Map<String, Integer> uncompiled = new TreeMap<>();

  Differential(boolean kernel) {
    this(kernel, ALL_MACHINES);
  }

  /** For machines by name; programs are such as the smallest of them may run. */
  Differential(boolean kernel, List<String> machines) {
    this.kernel = kernel;
    this.machines = machines;
  }

  int programs() {
    return programs;
  }

  /** Programs that the kernel accepted; without a kernel those that the interpreter could run. */
  int accepted() {
    return accepted;
  }

  /** By machine: images made. */
  Map<String, Integer> compiled() {
    return compiled;
  }

  /** By machine: programs that it cannot run. */
  Map<String, Integer> uncompiled() {
    return uncompiled;
  }

  /** Why programs were refused, with their number. */
  Map<String, Integer> refusals() {
    return refusals;
  }

  /**
   * The differences that the object of a seed shows, with the program; empty when there are none.
   */
  String differences(long seed) {
    boolean plain = machines.equals(List.of("tiny"));
    return differences(seed, plain ? RandomObject.plain(seed) : RandomObject.of(seed));
  }

  /** The differences that an object shows on the packets of a seed. */
  String differences(long seed, XdpObject object) {
    programs++;
    List<Engine> engines = new ArrayList<>();
    try {
      return differences(seed, object, engines);
    } catch (RuntimeException e) {
      throw new IllegalStateException(describe(seed, object, e.toString()), e);
    } finally {
      engines.forEach(Engine::close);
    }
  }

  private String differences(long seed, XdpObject object, List<Engine> engines) {
    EngineOptions options = new EngineOptions(4, seed);
    Program main = object.programs().get(0);
    if (kernel) {
      try {
        engines.add(KernelEngine.open(object, main, options, KernelOptions.DEFAULT));
      } catch (RefusedException e) {
        refused("kernel", e);
        return "";
      }
    }
    engines.add(new RefEngine(object, main, options));
    Random random = new Random(seed);
    for (String name : machines) {
      MachineSpec machine =
          name.equals(RANDOM_MACHINE)
              ? RandomMachine.of(random, 1 + random.nextInt(8))
              : MachineSpec.preset(name);
      try {
        ProgramImage image = Compiler.compile(object, main, machine);
        if (!image.maps().equals(object.maps())) {
          throw new RefusedException("a tail call's target is refused");
        }
        engines.add(new RowsEngine(image, options));
        engines.add(new NicEngine(image, options, 1 + random.nextInt(MAX_MEMORY_LATENCY)));
        compiled.merge(machine.name(), 1, Integer::sum);
      } catch (RefusedException e) {
        uncompiled.merge(machine.name(), 1, Integer::sum);
        refused("compiler", e);
      }
    }
    engines.forEach(engine -> RandomMaps.fill(engine.maps(), seed));
    Verification verification = new Verification(engines);
    run(random, engines.size(), verification);
    verification.finish();
    List<String> differences = new ArrayList<>();
    for (Comparison comparison : verification.comparisons()) {
      for (Aspect aspect : Aspect.values()) {
        for (String difference : comparison.tally(aspect).firstDifferences()) {
          differences.add(comparison.left() + "/" + comparison.right() + ": " + difference);
        }
      }
    }
    if (!kernel && differences.stream().anyMatch(d -> d.contains("ref a fault"))) {
      // The kernel's verifier would not have taken it, so rows owe it nothing.
      refused("ref", new RefusedException("a fault"));
      return "";
    }
    accepted++;
    return differences.isEmpty() ? "" : describe(seed, object, String.join("\n", differences));
  }

  private void run(Random random, int engines, Verification verification) {
    for (int number = 0; number < PACKETS; number++) {
      byte[] frame = new byte[14 + random.nextInt(MAX_PACKET_BYTES - 14)];
      random.nextBytes(frame);
      if (random.nextInt(3) == 0) {
        // Numbers that programs compare with.
        for (int i = 0; i < frame.length; i++) {
          frame[i] &= SMALL;
        }
      }
      int cpu = random.nextInt(cpus);
      long time = random.nextLong();
      for (int i = 0; i < engines; i++) {
        PacketBuffer packet = verification.buffer(i);
        packet.receive(frame, 0, frame.length);
        packet.number = number;
        packet.cpu = cpu;
        packet.timestampNs = time;
      }
      verification.run();
    }
  }

  private void refused(String who, RuntimeException cause) {
    String reason = cause.getMessage().replaceFirst("^program \\w+, insn \\d+: ", "");
    String general = reason.replaceAll("-?\\d+", "N");
    refusals.merge(
        who + ": " + general.substring(0, Math.min(MAX_REASON, general.length())), 1, Integer::sum);
  }

  private static String describe(long seed, XdpObject object, String differences) {
    StringBuilder text = new StringBuilder("seed " + seed + "\n");
    for (MapDefinition map : object.maps()) {
      text.append(map).append('\n');
    }
    for (Program program : object.programs()) {
      text.append(program.name()).append(' ').append(program.functions()).append('\n');
      text.append(Printer.print(program.code()));
    }
    return text.append(differences).append('\n').toString();
  }
}
