package org.weft.sim.rtl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.isa.xdp.RandomNumbers;
import org.weft.sim.map.MapTable;
import org.weft.sim.nic.Programs;

/** Random numbers are the same in engines sim and rtl, in the same clocks. */
final class RandomHelperTest {
  private static final MachineSpec HXDP = LockStepTest.HXDP;
  private static final MachineSpec TWO = LockStepTest.TWO;

  private static void same(ProgramImage image, SideBySide.Setting setting, int seed, int gap) {
    List<RtlModel.Offer> offers = RandomTraffic.of(new Random(seed), image.machine(), 1_000, gap);
    List<List<String>> both = SideBySide.run(image, offers, setting);
    for (int i = 0; i < both.get(0).size(); i++) {
      assertEquals(both.get(0).get(i), both.get(1).get(i), "seed " + seed);
    }
  }

  /** Up to 16 numbers for a packet, some of calls that a branch before them kills. */
  private static ProgramImage numbers(MachineSpec machine) {
    return Programs.image(
        machine,
        List.of(
            MapDefinition.of("programs", MapType.PROG_ARRAY, 4, 4, 4, 0),
            MapDefinition.of("count", MapType.ARRAY, 4, 8, 1, 0)),
        "r4 = load8 pkt[0] | r1 = mov 0",
        "goto 4 if r4 < 4 | r5 = call get_prandom_u32()",
        "r8 = call get_prandom_u32() | store32 pkt[8] = r5",
        "r4 = sub r4, 1 | r1 = add r1, r8",
        "goto 1 if r4 >= 4 | r13 = call get_prandom_u32()",
        "atomic_add map2[0], r1 | nop",
        "store32 pkt[4] = r13 | r9 = call get_prandom_u32()",
        "store32 pkt[0] = r1 | exit DROP if r9 < 99999999",
        "store32 pkt[10] = r9 | exit TX");
  }

  @Test
  void h6SeveralCallsOfManyPacketsInFlight() {
    SideBySide.Setting plain = new SideBySide.Setting(true, 0, List.of());
    same(numbers(HXDP), plain, 1, 20);
    same(numbers(TWO), plain, 2, 5);
    same(numbers(TWO), new SideBySide.Setting(false, 3, List.of()), 3, 5);
  }

  /** Of rows with a call that are issued again, since their packet has not arrived, one counts. */
  @Test
  void rowsThatAreIssuedAgainDoNotCount() {
    ProgramImage image =
        Programs.image(
            TWO,
            List.of(),
            "r4 = call get_prandom_u32() | r5 = load64 pkt[700]",
            "r8 = call get_prandom_u32() | store32 pkt[0] = r4",
            "store32 pkt[4] = r8 | exit TX");
    same(image, new SideBySide.Setting(true, 0, List.of()), 4, 20);
  }

  @Test
  void r6OtherSeedsHoldForPacketsThatHaveNotAskedYet() {
    int seed = Register.RANDOM_SEED.offset();
    List<Map.Entry<Long, RegisterWrite>> writes =
        List.of(
            Map.entry(500L, new RegisterWrite(seed, 7)),
            Map.entry(1_500L, new RegisterWrite(seed, -1)),
            Map.entry(1_600L, new RegisterWrite(seed, 0x12345678)));
    same(numbers(HXDP), new SideBySide.Setting(true, 0, writes), 5, 20);
    same(numbers(TWO), new SideBySide.Setting(true, 0, writes), 6, 5);
  }

  @Test
  void machineWithNothingButRandomNumbers() {
    MachineSpec machine =
        MachineFile.parse(
            """
            preset = nic100
            name = random
            cores = 1
            lanes = 1
            cpus = 1
            depth = 4
            threads = 4
            buffers = 4
            registers = 16
            branch_slots = 1
            shifters = 1
            ports = 1
            multipliers = 0
            dividers = 0
            atomics = 0
            bank_bytes = 1
            bus_bytes = 8
            map_kbytes = 4
            map_banks = 1
            table_engines = 1
            table_slots = 64
            helpers = get_prandom_u32
            """);
    ProgramImage image =
        Programs.image(
            machine,
            List.of(),
            "r4 = call get_prandom_u32()",
            "store32 pkt[0] = r4",
            "r4 = call get_prandom_u32()",
            "store32 pkt[4] = r4",
            "exit TX");
    same(image, new SideBySide.Setting(true, 0, List.of()), 7, 20);
  }

  @Test
  void seedIsRead() {
    ProgramImage image = LockStepTest.image(HXDP, "exit TX");
    MapTable none = new MapTable(List.of(), List.of("main"), 1, MapTable.Model.HARDWARE);
    try (RtlModel model = new RtlModel(image, none, true, 0x100000002L, null)) {
      int at = Register.RANDOM_SEED.offset();
      assertEquals(RandomNumbers.seed(0x100000002L), model.read(at));
      model.write(List.of(new RegisterWrite(at, 0x89abcdef)));
      assertEquals(0x89abcdef, model.read(at));
    }
  }
}
