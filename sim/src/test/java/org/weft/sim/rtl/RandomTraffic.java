package org.weft.sim.rtl;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.weft.isa.machine.MachineSpec;

/** Packets for a NIC that nobody chose. */
public final class RandomTraffic {
  private RandomTraffic() {}

  /** Packets of random lengths and contents, on all ports, in random clocks from the first on. */
  public static List<RtlModel.Offer> of(Random random, MachineSpec machine, int count, int gap) {
    int ports = machine.ports();
    long[] clock = new long[ports];
    List<RtlModel.Offer> offers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int port = random.nextInt(ports);
      clock[port] += random.nextInt(gap);
      int most = machine.frameBytes();
      int length =
          switch (random.nextInt(16)) {
            case 0 -> 1 + random.nextInt(20);
            case 1 -> most - 50 + random.nextInt(100);
            case 2, 3 -> 14 + random.nextInt(most - 14);
            default -> 14 + random.nextInt(Math.min(150, most - 14));
          };
      byte[] frame = new byte[length];
      random.nextBytes(frame);
      frame[0] &= 15;
      int cpu = random.nextInt(machine.cpus());
      offers.add(
          new RtlModel.Offer(
              port,
              clock[port],
              frame,
              port + 1,
              random.nextInt(64),
              i,
              cpu,
              random.nextInt(16) == 0));
    }
    return offers;
  }
}
