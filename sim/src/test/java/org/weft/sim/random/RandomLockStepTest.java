package org.weft.sim.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.Aspect;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.lockstep.LockStep;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.rtl.RandomTraffic;

/**
 * The hardware does in each clock what engine sim does with random programs, as many packets under
 * way as the machine takes, while outputs stall in random clocks.
 */
final class RandomLockStepTest {
  private static final long SEED = 20_250_301;
  private static final int REPORT = 100;

  /** Programs that ran, packets that were equal, and why programs did not run. */
  private static final class Figures {
    int ran;
    long packets;
    final Map<String, Integer> refused = new TreeMap<>();

    @Override
    public String toString() {
      return ran + " programs, " + packets + " packets equal; not run " + refused;
    }
  }

  @Test
  void programsAreTheSame() {
    Figures figures = new Figures();
    MachineSpec machine = MachineSpec.preset("hxdp");
    for (int i = 0; i < 100; i++) {
      assertEquals("", differences(machine, SEED + i, 100, figures));
    }
    assertTrue(figures.ran >= 30, figures.toString());
  }

  /** Seeds whose programs once showed a difference. */
  @ParameterizedTest
  @ValueSource(longs = {10, 36, 61_096_063_796_259L, 61_096_063_796_417L})
  void foundBefore(long seed) {
    Figures figures = new Figures();
    assertEquals("", differences(MachineSpec.preset("hxdp"), seed, 500, figures));
    assertEquals(1, figures.ran);
  }

  /**
   * {@code -Dweft.random.programs=N -Dweft.random.packets=N -Dweft.random.seed=S
   * -Dweft.random.machine=NAME or FILE}
   */
  @Test
  @Tag("campaign")
  void manyProgramsAreTheSame() {
    long seed = Long.getLong("weft.random.seed", System.nanoTime());
    int packets = Integer.getInteger("weft.random.packets", 1_000);
    String name = System.getProperty("weft.random.machine", "hxdp");
    MachineSpec machine =
        MachineSpec.PRESETS.contains(name)
            ? MachineSpec.preset(name)
            : MachineFile.read(Path.of(name));
    Figures figures = new Figures();
    int different = 0;
    for (int i = 0; i < Integer.getInteger("weft.random.programs", 1_000); i++) {
      String differences = differences(machine, seed + i, packets, figures);
      if (!differences.isEmpty()) {
        different++;
        System.out.println(differences);
      }
      if ((i + 1) % REPORT == 0) {
        System.out.println(different + " differ; seed " + seed + ": " + figures);
      }
    }
    System.out.println(different + " differ; seed " + seed + ": " + figures);
    assertEquals(0, different);
  }

  /** The first difference that the program of a seed shows; empty when there is none. */
  private static String differences(MachineSpec machine, long seed, int packets, Figures figures) {
    XdpObject object = RandomObject.of(seed);
    Random random = new Random(seed);
    try {
      ProgramImage image = Compiler.compile(object, object.programs().get(0), machine);
      LockStep.Setting setting =
          new LockStep.Setting(
              image,
              new EngineOptions(machine.cpus(), seed),
              new NicOptions(NicOptions.DEFAULT.memoryLatency(), random.nextBoolean()),
              random.nextBoolean() ? 0 : 1 + random.nextInt(1000),
              maps -> RandomMaps.fill(maps, seed));
      try (LockStep both = new LockStep(setting, null)) {
        boolean equal =
            both.run(RandomTraffic.of(random, machine, packets, 1 + random.nextInt(100)));
        if (equal) {
          both.finish();
        }
        figures.ran++;
        figures.packets += both.found().tally(Aspect.PACKETS).equalCount();
        return both.found().differs() ? "seed " + seed + text(both) : "";
      }
    } catch (RefusedException e) {
      figures.refused.merge(reason(e), 1, Integer::sum);
      return "";
    }
  }

  private static String text(LockStep both) {
    StringBuilder text = new StringBuilder();
    for (Aspect aspect : Aspect.values()) {
      both.found().tally(aspect).firstDifferences().forEach(d -> text.append("\n").append(d));
    }
    return text.toString();
  }

  /** The reason without the place. */
  private static String reason(RefusedException e) {
    return e.getMessage().replaceFirst("^.*insn \\d+[^:]*: ", "").replaceAll("\\d+", "N");
  }
}
