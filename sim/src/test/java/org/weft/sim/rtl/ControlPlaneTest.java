package org.weft.sim.rtl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ImageCheck;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.RowParser;
import org.weft.sim.map.MapTable;
import org.weft.sim.nic.LoadedProgram;

/** What the host does through registers while packets run is the same in engines sim and rtl. */
final class ControlPlaneTest {
  private static final MachineSpec HXDP = LockStepTest.HXDP;
  private static final MachineSpec TWO = LockStepTest.TWO;

  /** Marks its packets in two places, many rows apart, and sends them back. */
  private static ProgramImage marking(MachineSpec machine, int mark) {
    String[] rows = {
      "store8 pkt[0] = " + mark,
      "r4 = mov 0",
      "goto 4 if r4 >= 20",
      "r4 = add r4, 1 | goto 2",
      "store8 pkt[13] = " + mark,
      "exit TX",
    };
    // The second program has its rows elsewhere, so that a row of the other one would be seen.
    String before = mark == 1 ? "" : "exit ABORTED\n".repeat(5);
    String text = String.join("\n", rows);
    if (mark != 1) {
      text = text.replace("goto 4", "goto 9").replace("goto 2", "goto 7");
    }
    ProgramImage image =
        new ProgramImage(
            machine,
            RowParser.parse(before + text),
            List.of(),
            List.of(new ProgramImage.Entry("main", mark == 1 ? 0 : 5)),
            List.of());
    ImageCheck.check(image);
    return image;
  }

  private static List<Map.Entry<Long, RegisterWrite>> at(long clock, List<RegisterWrite> writes) {
    return writes.stream().map(write -> Map.entry(clock, write)).toList();
  }

  private static List<String> same(
      ProgramImage image, SideBySide.Setting setting, int seed, int packets, int gap) {
    List<RtlModel.Offer> offers = RandomTraffic.of(new Random(seed), image.machine(), packets, gap);
    List<List<String>> both = SideBySide.run(image, offers, setting);
    for (int i = 0; i < both.get(0).size(); i++) {
      assertEquals(both.get(0).get(i), both.get(1).get(i), "seed " + seed);
    }
    return both.get(1);
  }

  private static void switchesUnderLoad(MachineSpec machine, int seed) {
    List<Map.Entry<Long, RegisterWrite>> writes = new ArrayList<>();
    // A bank is free for the next program long before that comes.
    for (int i = 0; i < 3; i++) {
      writes.addAll(at(7_000L * (i + 1), LoadedProgram.writes(marking(machine, 2 - i % 2))));
    }
    SideBySide.Setting setting = new SideBySide.Setting(false, seed, writes);
    List<RtlModel.Offer> offers = RandomTraffic.of(new Random(seed), machine, 6_000, 20);
    try (RtlModel model =
        new RtlModel(
            marking(machine, 1),
            new MapTable(List.of(), List.of("main"), machine.cpus(), MapTable.Model.HARDWARE),
            false)) {
      writes.forEach(w -> model.schedule(w.getKey(), w.getValue()));
      int[] runs = new int[3];
      for (RtlModel.Met met : model.run(offers, false, 1_000_000)) {
        assertTrue(met.ended() > 0, "a packet is lost");
        if (met.frame().length > 0) {
          assertEquals(met.frame()[0], met.frame()[13], "a packet was run by two programs");
          runs[met.frame()[0]]++;
        }
      }
      assertEquals(writes.size(), model.taken().length);
      assertTrue(runs[1] > 100 && runs[2] > 100, "both programs ran");
    }
    String counters = same(marking(machine, 1), setting, seed, 6_000, 20).get(6_000);
    assertTrue(counters.startsWith("status 3;"), counters);
  }

  @Test
  void programsAreSwitchedUnderLoad() {
    switchesUnderLoad(HXDP, 1);
  }

  @Test
  void programsAreSwitchedUnderLoadOnTwoCoresAndPorts() {
    switchesUnderLoad(TWO, 2);
  }

  @Test
  void aBankThatPacketsUseIsNotWritten() {
    ProgramImage image = marking(HXDP, 1);
    MapTable none = new MapTable(List.of(), List.of("main"), 1, MapTable.Model.HARDWARE);
    try (RtlModel model = new RtlModel(image, none, false)) {
      at(1_000, LoadedProgram.writes(marking(HXDP, 2)))
          .forEach(w -> model.schedule(w.getKey(), w.getValue()));
      at(0, LoadedProgram.writes(image)).forEach(w -> model.schedule(w.getKey(), w.getValue()));
      List<RtlModel.Offer> offers = RandomTraffic.of(new Random(1), image.machine(), 1_000, 5);
      IllegalStateException refused =
          assertThrows(IllegalStateException.class, () -> model.run(offers, false, 1_000_000));
      assertTrue(refused.getMessage().endsWith("a register write is refused"));
    }
  }

  @Test
  void outputsThatAreHeldUpKeepTheirBeats() {
    same(marking(HXDP, 1), new SideBySide.Setting(false, 5, List.of()), 3, 2_000, 40);
    same(marking(TWO, 1), new SideBySide.Setting(false, 6, List.of()), 4, 2_000, 10);
  }

  /** Frames of flows, in both directions, some of them cut off, with IPv4 options, or fragments. */
  private static byte[] flow(Random random) {
    byte[] frame = new byte[14 + random.nextInt(100)];
    random.nextBytes(frame);
    int kind = random.nextInt(3);
    if (kind < 2) {
      frame[12] = (byte) (kind == 0 ? 8 : 0x86);
      frame[13] = (byte) (kind == 0 ? 0 : 0xdd);
      int[] protocols = {6, 17, 1, 58};
      byte protocol = (byte) protocols[random.nextInt(protocols.length)];
      set(frame, 14, kind == 0 ? 0x40 | random.nextInt(16) : 0x60);
      set(frame, 20, kind == 0 ? random.nextInt(8) == 0 ? 0x20 : 0x40 : protocol);
      set(frame, 21, 0);
      set(frame, 23, kind == 0 ? protocol : random.nextInt(256));
    }
    return frame;
  }

  private static void set(byte[] frame, int at, int value) {
    if (at < frame.length) {
      frame[at] = (byte) value;
    }
  }

  @Test
  void i3FlowsComeToTheSameCpu() {
    String two = "preset = nic100\nname = flow\ncores = 2\nlanes = 2\nbank_bytes = 2\n";
    for (String change : List.of("cpus = 8", "bus_bytes = 4\ncpus = 6")) {
      MachineSpec machine = MachineFile.parse(two + change);
      assertEquals(MachineSpec.Dispatch.FLOW_HASH, machine.dispatch());
      ProgramImage image =
          LockStepTest.image(machine, "r2 = fact cpu", "store8 pkt[0] = r2 | exit TX");
      Random random = new Random(9);
      List<RtlModel.Offer> offers = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        offers.add(new RtlModel.Offer(i % 2, 8L * i, flow(random), 1 + i % 2, 0, i, 0));
      }
      List<List<String>> both = SideBySide.run(image, offers, false);
      assertEquals(both.get(0), both.get(1), change);
    }
  }

  @Test
  void dispatchStopsAndGoesOn() {
    int control = Register.CONTROL.offset();
    List<Map.Entry<Long, RegisterWrite>> writes =
        List.of(
            Map.entry(500L, new RegisterWrite(control, 0)),
            Map.entry(1_500L, new RegisterWrite(control, 1)),
            Map.entry(2_500L, new RegisterWrite(control, 3)));
    same(marking(HXDP, 1), new SideBySide.Setting(false, 0, writes), 7, 1_000, 40);
    same(marking(TWO, 1), new SideBySide.Setting(false, 8, writes), 8, 1_000, 10);
  }
}
