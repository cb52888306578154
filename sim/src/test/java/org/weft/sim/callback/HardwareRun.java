package org.weft.sim.callback;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Random;
import java.util.function.Consumer;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.Aspect;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.lockstep.LockStep;
import org.weft.sim.map.MapStore;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.rtl.RandomTraffic;

/** The hardware beside engine sim, with packets that nobody chose, many at once. */
final class HardwareRun {
  private static final int GAP = 40;

  private HardwareRun() {}

  static void same(XdpObject object, MachineSpec machine, int packets) {
    same(object, machine, packets, maps -> {});
  }

  static void same(XdpObject object, MachineSpec machine, int packets, Consumer<MapStore> fill) {
    ProgramImage image = Compiler.compile(object, object.programs().get(0), machine);
    LockStep.Setting setting =
        new LockStep.Setting(
            image,
            new EngineOptions(machine.cpus(), 1),
            new NicOptions(NicOptions.DEFAULT.memoryLatency(), true),
            0,
            fill);
    try (LockStep both = new LockStep(setting, null)) {
      if (both.run(RandomTraffic.of(new Random(packets), machine, packets, GAP))) {
        both.finish();
      }
      assertFalse(both.found().differs(), () -> text(both));
    }
  }

  private static String text(LockStep both) {
    StringBuilder text = new StringBuilder();
    for (Aspect aspect : Aspect.values()) {
      both.found().tally(aspect).firstDifferences().forEach(d -> text.append("\n").append(d));
    }
    return text.toString();
  }
}
