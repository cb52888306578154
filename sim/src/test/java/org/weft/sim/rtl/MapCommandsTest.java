package org.weft.sim.rtl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.lockstep.SimModel;
import org.weft.sim.map.MapTable;
import org.weft.sim.nic.Fate;
import org.weft.sim.nic.LoadedMaps;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.nic.Programs;

/**
 * What the host does with maps through registers while packets run is the same in engines sim and
 * rtl: the same answers, in the same clocks.
 */
final class MapCommandsTest {
  private static final long SEED = Long.getLong("weft.random.seed", 1);
  private static final int ROUNDS = Integer.getInteger("weft.random.rounds", 150);
  private static final int PACKETS = 30;
  private static final int UPDATE = 2;
  private static final int RESET = 3;
  private static final int EQUAL_BYTES = 6;

  /** Small, so that reading all of a map takes few clocks. */
  private static final MachineSpec TWO =
      MachineFile.parse(
          """
          preset = hxdp
          name = commands
          cores = 2
          ports = 2
          lanes = 2
          map_kbytes = 16
          table_slots = 256
          rows = 256
          map_banks = 2
          cpus = 4
          """);

  private static final int HASH = 2;
  private static final List<MapDefinition> MAPS =
      List.of(
          MapDefinition.of("array", MapType.ARRAY, 4, 20, 16, 0),
          MapDefinition.of("percpu", MapType.PERCPU_ARRAY, 4, 8, 8, 0),
          MapDefinition.of("hash", MapType.HASH, 20, 16, 12, 0),
          MapDefinition.of("lru", MapType.LRU_HASH, 4, 8, 10, 0),
          MapDefinition.of("percpu_hash", MapType.PERCPU_HASH, 8, 16, 6, 0),
          MapDefinition.of("devices", MapType.DEVMAP, 4, 4, 8, 0),
          MapDefinition.of("ring", MapType.RINGBUF, 0, 0, 4096, 0),
          MapDefinition.of("device_hash", MapType.DEVMAP_HASH, 4, 4, 8, 0));

  /** Reads a table that the host writes, counts, changes another one, and writes to a ring. */
  private static ProgramImage image(MachineSpec machine) {
    return Programs.image(
        machine,
        MAPS,
        "r4 = load8 pkt[0] | r7 = mov 32",
        "r4 = and r4, 7 | nop",
        "store64 stk[0] = r4 | r13 = mov 0",
        "store64 stk[32] = r4 | nop",
        "r0 = call map_update_elem(map4, stk 0, stk r7, r13) | nop",
        "atomic_add map2[0], 1 | nop",
        "r16 = call ringbuf_reserve(map7, r7, r13) | nop",
        "goto 10 if r16 == 0 | nop",
        "store64 map[r16 + 8] = r4 | nop",
        "r16 = call ringbuf_submit(r16, r13) | nop",
        "r0 = call map_lookup_elem(map3, stk 0) | nop",
        "exit DROP if r0 == 0 | nop",
        "r6 = load64 map[r0] | nop",
        "r8 = load64 map[r0 + 8] | nop",
        "store48 pkt[0] = r6 | nop",
        "store48 pkt[6] = r8 | nop",
        "r6 = load64 map1[8] | nop",
        "store16 pkt[12] = r6 | nop",
        "exit TX | nop");
  }

  private static byte[] key(Random random, MapDefinition map) {
    byte[] key = new byte[map.type() == MapType.RINGBUF ? Integer.BYTES : (int) map.keySize()];
    key[0] = (byte) random.nextInt(random.nextInt(8) == 0 ? 32 : 8);
    return key;
  }

  /** The same in both words of eight bytes, so that half a value is seen. */
  private static byte[] value(Random random, MapDefinition map) {
    byte[] value = new byte[(int) map.valueSize()];
    random.nextBytes(value);
    for (int i = Long.BYTES; i < Math.min(value.length, 2 * Long.BYTES); i++) {
      value[i] = value[i - Long.BYTES];
    }
    return value;
  }

  private static List<RegisterWrite> command(Random random) {
    int index = random.nextInt(16) == 0 ? MAPS.size() : random.nextInt(MAPS.size());
    List<RegisterWrite> writes = new ArrayList<>();
    if (random.nextInt(40) == 0) {
      LoadedMaps.add(writes, Register.CONTROL, RESET);
    }
    LoadedMaps.add(writes, Register.MAP, index);
    if (index < MAPS.size()) {
      MapDefinition map = MAPS.get(index);
      LoadedMaps.add(writes, Register.KEY, LoadedMaps.words(key(random, map)));
      LoadedMaps.add(writes, Register.VALUE, LoadedMaps.words(value(random, map)));
    }
    LoadedMaps.add(writes, Register.COMMAND_CPU, random.nextInt(random.nextInt(8) == 0 ? 6 : 4));
    LoadedMaps.add(writes, Register.COMMAND_FLAGS, Math.max(0, random.nextInt(9) - 4));
    LoadedMaps.add(writes, Register.COMMAND_ENTRY, random.nextInt(14));
    int kind = random.nextInt(16) == 0 ? 5 : 1 + random.nextInt(4);
    LoadedMaps.add(writes, Register.COMMAND, random.nextBoolean() ? UPDATE : kind);
    return writes;
  }

  /** What the host reads when all is done. */
  private static int[] answers(IntUnaryOperator read) {
    List<Integer> offsets = new ArrayList<>();
    offsets.add(Register.COMMAND_STATUS.offset());
    offsets.add(Register.COMMAND_ENTRY.offset());
    offsets.add(Register.COMMAND_CLOCKS.offset());
    for (int i = 0; i < Register.RING_PRODUCER.words(); i++) {
      offsets.add(Register.RING_PRODUCER.offset() + 4 * i);
      offsets.add(Register.RING_CONSUMER.offset() + 4 * i);
    }
    for (int i = 0; i < 8; i++) {
      offsets.add(Register.KEY.offset() + 4 * i);
      offsets.add(Register.VALUE.offset() + 4 * i);
    }
    for (int i = 0; i < Register.DESCRIPTOR.words(); i++) {
      offsets.add(Register.DESCRIPTOR.offset() + 4 * i);
    }
    return offsets.stream().mapToInt(read::applyAsInt).toArray();
  }

  private static void same(MachineSpec machine, long seed) {
    ProgramImage image = image(machine);
    Random random = new Random(seed);
    MapTable maps = new MapTable(MAPS, List.of("main"), machine.cpus(), MapTable.Model.HARDWARE);
    EngineOptions options = new EngineOptions(machine.cpus(), EngineOptions.DEFAULT.seed());
    SimModel sim = new SimModel(image, options, new NicOptions(100, true), 0);
    int sent = 0;
    boolean isFilled = false;
    try (RtlModel rtl = new RtlModel(image, maps, true)) {
      List<RegisterWrite> writes = new ArrayList<>();
      int[] next = {0};
      for (int round = 0; round < ROUNDS; round++) {
        String where = "seed " + seed + ", round " + round;
        long start = rtl.now();
        List<RtlModel.Offer> offers = new ArrayList<>();
        for (RtlModel.Offer offer : RandomTraffic.of(random, machine, PACKETS, 20)) {
          offers.add(
              new RtlModel.Offer(
                  offer.port(),
                  start + 1 + offer.clock(),
                  offer.frame(),
                  offer.ifindex(),
                  offer.queue(),
                  offer.time(),
                  offer.cpu()));
        }
        long at = start + random.nextInt(100);
        for (int i = random.nextInt(4); i >= 0; i--) {
          for (RegisterWrite write : command(random)) {
            rtl.schedule(at, write);
            writes.add(write);
          }
        }
        RtlModel.Met[] hardware = rtl.run(offers, false, 1_000_000);
        while (rtl.taken().length < writes.size()
            || rtl.read(Register.COMMAND_STATUS.offset()) == 1) {
          rtl.read(Register.ID.offset());
        }
        int[] answers = answers(rtl::read);
        long[] taken = rtl.taken();
        Runnable host =
            () -> {
              while (next[0] < taken.length && taken[next[0]] == sim.nic().now()) {
                RegisterWrite write = writes.get(next[0]++);
                assertFalse(sim.nic().control().holds(write.offset(), true), where);
                sim.nic().control().write(write.offset(), write.data());
              }
            };
        while (sim.nic().now() < start) {
          sim.nic().step();
          host.run();
        }
        RtlModel.Met[] simulated = sim.run(offers, 1_000_000, host);
        while (sim.nic().now() < rtl.now()) {
          sim.nic().step();
          host.run();
        }
        assertArrayEquals(answers(sim.nic().control()::read), answers, where);
        isFilled |= !sim.nic().maps().contents(HASH).entries().isEmpty();
        for (int i = 0; i < hardware.length; i++) {
          assertEquals(text(simulated[i]), text(hardware[i]), where + ", packet " + i);
          byte[] frame = hardware[i].frame();
          if (hardware[i].fate() == Fate.TX) {
            sent++;
            assertTrue(
                Arrays.equals(frame, 0, EQUAL_BYTES, frame, EQUAL_BYTES, 2 * EQUAL_BYTES),
                where + ": a torn value");
          }
        }
      }
      rtl.readMaps();
      for (int i = 0; i < MAPS.size() - 1; i++) {
        assertEquals(
            sim.nic().maps().contents(i).entries(), maps.contents(i).entries(), "map " + i);
      }
      assertTrue(sent > ROUNDS, sent + " packets found a value");
      assertTrue(isFilled, "the host has filled a table");
    }
  }

  private static String text(RtlModel.Met met) {
    return "%d to %d %s, r0 %d, %d rows, %s"
        .formatted(
            met.begun(),
            met.ended(),
            met.fate(),
            met.result(),
            met.rows(),
            Arrays.toString(met.frame()));
  }

  @Test
  void hostReadsAndWritesMapsUnderLoad() {
    same(TWO, SEED);
  }

  @Test
  void hostReadsAndWritesMapsBehindTheMemoryPort() {
    // Some of the maps, the ring among them.
    same(OutsideLockStepTest.ONE, SEED + 1);
  }
}
