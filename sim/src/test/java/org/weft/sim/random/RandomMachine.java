package org.weft.sim.random;

import java.util.EnumSet;
import java.util.Random;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.HelperFunction;

/** Machines of random width, with few registers or many. */
final class RandomMachine {
  private RandomMachine() {}

  static MachineSpec of(Random random, int lanes) {
    return new MachineSpec(
        "random",
        1,
        4,
        4,
        4,
        lanes,
        16 + random.nextInt(17),
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        1,
        1,
        8192,
        1,
        1536,
        256,
        4096,
        1,
        MachineSpec.Dispatch.ROUND_ROBIN,
        32,
        100_000,
        1,
        4,
        4,
        512,
        1,
        16 << random.nextInt(8),
        EnumSet.allOf(HelperFunction.class));
  }
}
