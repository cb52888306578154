package org.weft.sim.lockstep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.Aspect;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.map.MapStore;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.nic.Programs;
import org.weft.sim.rtl.RtlModel;

/** Sim and hardware, which are made to differ by what their maps hold at first. */
final class DivergenceTest {
  private static final MachineSpec MACHINE = MachineSpec.preset("tiny");
  private static final int PACKETS = 20;

  @TempDir Path folder;

  /** Counts in a map, and takes another way when it has counted so far. */
  private static ProgramImage counts() {
    return Programs.image(
        MACHINE,
        List.of(MapDefinition.of("count", MapType.ARRAY, 4, 8, 1, 0)),
        "r4 = load64 map1[0]",
        "r4 = add r4, 1",
        "store64 map1[0] = r4",
        "goto 5 if r4 > 10",
        "exit DROP",
        "store8 pkt[0] = r4",
        "exit TX");
  }

  private static LockStep.Setting setting(Consumer<MapStore> fill) {
    return new LockStep.Setting(counts(), new EngineOptions(1, 0), NicOptions.DEFAULT, 0, fill);
  }

  private static List<RtlModel.Offer> offers() {
    List<RtlModel.Offer> offers = new ArrayList<>();
    for (int i = 0; i < PACKETS; i++) {
      offers.add(new RtlModel.Offer(0, -1, new byte[64], 1, 0, i, 0));
    }
    return offers;
  }

  /** Each map that is filled has counted one packet more. */
  private static Consumer<MapStore> unlike() {
    byte[] counted = {0, 0, 0, 0, 0, 0, 0, 0};
    return maps -> {
      maps.put(0, new byte[4], counted.clone());
      counted[0]++;
    };
  }

  @Test
  void allIsEqual() throws IOException {
    try (LockStep lockStep = new LockStep(setting(maps -> {}), null)) {
      assertTrue(lockStep.run(offers()));
      assertTrue(lockStep.run(offers()));
      lockStep.finish();
      assertFalse(lockStep.found().differs());
      assertNull(lockStep.divergence());
      for (Aspect aspect : List.of(Aspect.VERDICTS, Aspect.PACKETS, Aspect.CLOCKS)) {
        assertEquals(2 * PACKETS, lockStep.found().tally(aspect).equalCount());
      }
      assertTrue(lockStep.found().tally(Aspect.ROWS).equalCount() >= 2 * PACKETS * 5);
      assertEquals(1, lockStep.found().tally(Aspect.MAPS).equalCount());
      assertTrue(lockStep.found().tally(Aspect.COUNTERS).equalCount() > 0);
    }
  }

  @Test
  void theFirstRowThatDiffersIsNamed() throws IOException {
    try (LockStep lockStep = new LockStep(setting(unlike()), null)) {
      assertFalse(lockStep.run(offers()));
      String row = lockStep.found().tally(Aspect.ROWS).firstDifferences().get(0);
      assertTrue(
          row.matches(
              "clock \\d+, core 0: sim thread (\\d+) executes row 4,"
                  + " rtl thread \\1 executes row 5; .*row 4.*"),
          row);
      List<String> window = lockStep.divergence().window();
      String differs = "clock " + lockStep.divergence().clock() + " * sim: ";
      assertTrue(window.stream().anyMatch(line -> line.startsWith(differs)), row);
      String verdict = lockStep.found().tally(Aspect.VERDICTS).firstDifferences().get(0);
      assertTrue(verdict.contains("sim DROP, r0 1") && verdict.contains("rtl TX, r0 3"), verdict);
    }
  }

  @Test
  void mapsAreComparedAtTheEnd() throws IOException {
    try (LockStep lockStep = new LockStep(setting(unlike()), null)) {
      assertTrue(lockStep.run(offers().subList(0, 5)));
      lockStep.finish();
      assertEquals(
          List.of(
              "map count: 1 entry differs; key 00000000: sim 0500000000000000,"
                  + " rtl 0600000000000000"),
          lockStep.found().tally(Aspect.MAPS).firstDifferences());
    }
  }

  @Test
  void clocksAroundADifferenceAreWaves() throws IOException {
    Path signals = folder.resolve("difference.fst");
    LockStep.Waves waves = LockStep.Waves.around(signals, 100);
    try (LockStep lockStep = new LockStep(setting(unlike()), waves)) {
      assertFalse(lockStep.run(offers()));
    }
    // An FST file begins with a block of type 0, 329 bytes long.
    byte[] bytes = Files.readAllBytes(signals);
    assertEquals(0, bytes[0]);
    assertEquals(329, (bytes[7] & 0xff) << 8 | bytes[8] & 0xff);
    String text = Files.readString(folder.resolve("difference.vcd"), StandardCharsets.UTF_8);
    assertTrue(text.contains("$timescale 1 ps $end"), text);
    assertEquals(2, folder.toFile().list().length);
  }
}
