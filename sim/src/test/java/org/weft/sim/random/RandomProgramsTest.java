package org.weft.sim.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weft.sim.kernel.KernelEngine;

/** Random programs on random packets do the same on every engine. */
final class RandomProgramsTest {
  private static final int PROGRAMS = 150;
  private static final int REPORT = 1000;
  private static final long SEED = 20_240_601;

  @Test
  void refAndRowsAgree() {
    agree(new Differential(false), SEED, PROGRAMS);
  }

  @Test
  void kernelRefAndRowsAgree() {
    String reason = KernelEngine.unavailable().orElse("");
    assumeTrue(reason.isEmpty(), reason);
    agree(new Differential(true), SEED, PROGRAMS);
  }

  /** A store that was left out below what an unknown address reaches was taken for read there. */
  @Test
  void programsOfCampaignsAgree() {
    assertEquals("", new Differential(false, List.of("nic100")).differences(51_200_201));
  }

  /**
   * {@code -Dweft.random.programs=N -Dweft.random.seed=S}, perhaps {@code
   * -Dweft.random.machines=tiny,hxdp,nic100,random -Dweft.random.kernel=false}; all differences are
   * printed, not only the first.
   */
  @Test
  @Tag("campaign")
  void manyProgramsAgree() {
    long seed = Long.getLong("weft.random.seed", System.nanoTime());
    int programs = Integer.getInteger("weft.random.programs", 10_000);
    String machines =
        System.getProperty("weft.random.machines", String.join(",", Differential.ALL_MACHINES));
    boolean kernel =
        !System.getProperty("weft.random.kernel", "true").equals("false")
            && KernelEngine.unavailable().isEmpty();
    Differential differential = new Differential(kernel, List.of(machines.split(",")));
    int different = 0;
    for (int i = 0; i < programs; i++) {
      String differences = differential.differences(seed + i);
      if (!differences.isEmpty()) {
        different++;
        System.out.println(differences);
      }
      if ((i + 1) % REPORT == 0) {
        System.out.println(different + " differ; " + figures(differential, seed));
      }
    }
    System.out.println(different + " differ; " + figures(differential, seed));
    assertEquals(0, different);
  }

  private static void agree(Differential differential, long seed, int programs) {
    for (int i = 0; i < programs; i++) {
      assertEquals("", differential.differences(seed + i));
    }
    String figures = figures(differential, seed);
    assertTrue(differential.accepted() > 0.8 * programs, figures);
    for (String machine : List.of("hxdp", "nic100", "random")) {
      int compiled = differential.compiled().getOrDefault(machine, 0);
      assertTrue(compiled > 0.7 * differential.accepted(), machine + ": " + figures);
    }
    assertTrue(differential.compiled().getOrDefault("tiny", 0) > 0, figures);
  }

  private static String figures(Differential differential, long seed) {
    return String.format(
        "seed %d: %d programs, %d accepted; images %s, not compiled %s; refusals %s",
        seed,
        differential.programs(),
        differential.accepted(),
        differential.compiled(),
        differential.uncompiled(),
        differential.refusals());
  }
}
