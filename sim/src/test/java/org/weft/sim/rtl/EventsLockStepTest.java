package org.weft.sim.rtl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.Aspect;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.lockstep.LockStep;
import org.weft.sim.lockstep.SimModel;
import org.weft.sim.map.MapTable;
import org.weft.sim.nic.HostMemory;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.nic.Programs;

/**
 * Events are the same in engines sim and rtl: answers, clocks, registers, and the host's memory.
 */
final class EventsLockStepTest {
  private static final long BASE = 0x1_2345_6000L;
  private static final long LIMIT = 2_000_000;
  private static final MachineSpec HXDP = LockStepTest.HXDP;
  private static final MachineSpec TWO = LockStepTest.TWO;

  /** Memory of a host that has only a ring; takes words as outputs take beats. */
  private static final class Ring implements HostMemory {
    final byte[] bytes = new byte[1 << 16];
    private final int ports;
    private final long stalls;

    Ring(int ports, long stalls) {
      this.ports = ports;
      this.stalls = stalls;
    }

    @Override
    public void write(long address, byte[] from, int offset, int count) {
      System.arraycopy(from, offset, bytes, (int) (address - BASE), count);
    }

    @Override
    public boolean takesAddress(long clock) {
      return RtlModel.takes(stalls, ports + 1, clock);
    }

    @Override
    public boolean takesData(long clock) {
      return RtlModel.takes(stalls, ports + 2, clock);
    }

    @Override
    public boolean answers(long clock) {
      return RtlModel.takes(stalls, ports + 3, clock);
    }
  }

  /**
   * Events of some of the stack's bytes, and of some of the packet's, more than there are in some;
   * for an entry that the packet's first bytes say.
   */
  private static ProgramImage events(MachineSpec machine) {
    return Programs.image(
        machine,
        List.of(
            MapDefinition.of("counts", MapType.ARRAY, 4, 8, 4, 0),
            MapDefinition.of("events", MapType.PERF_EVENT_ARRAY, 4, 4, 8, 0)),
        "r4 = load8 pkt[0] | r5 = load8 pkt[1]",
        "r8 = load8 pkt[2] | r9 = mov -1",
        "nop | r9 = rsh r9, 32",
        "goto 5 if r4 < 12 | nop",
        "nop | r9 = and r5, 15",
        "r8 = and r8, 127 | r5 = and r5, 63",
        "r8 = lsh r8, 32 | store64 stk[40] = r5",
        "r8 = or r8, r9 | r13 = mov 2",
        "r12 = mov 37 | r17 = mov 3",
        "r0 = call perf_event_output(ctx, r13, r8, stk r12, r5) | nop",
        "store64 pkt[4] = r0 | r1 = call perf_event_output(ctx, map2, r9, reg r4, r17)",
        "store32 pkt[0] = r1 | exit TX");
  }

  /**
   * What one made of packets.
   *
   * @param begun clocks before them, which writes to registers took
   */
  private record Result(long begun, List<String> packets, int[] registers, byte[] memory) {}

  private static void fill(MapTable maps) {
    for (byte cpu : new byte[] {0, 1, 3, 6}) {
      maps.put(1, new byte[] {cpu, 0, 0, 0}, new byte[] {1, 0, 0, 0});
    }
  }

  private static List<RegisterWrite> ring(int bytes) {
    return List.of(
        new RegisterWrite(Register.EVENT_BASE.offset(), (int) BASE),
        new RegisterWrite(Register.EVENT_BASE.offset() + 4, (int) (BASE >>> 32)),
        new RegisterWrite(Register.EVENT_BYTES.offset(), bytes));
  }

  private static final List<Register> READ =
      List.of(
          Register.EVENT_BYTES,
          Register.EVENT_HEAD,
          Register.EVENT_TAIL,
          Register.EVENT_LOST,
          Register.EVENT_TAKEN);

  private static Result simulated(
      ProgramImage image, List<RtlModel.Offer> offers, int bytes, long stalls, long begun) {
    EngineOptions options = new EngineOptions(image.machine().cpus(), 0);
    SimModel model = new SimModel(image, options, new NicOptions(100, true), stalls);
    Ring ring = new Ring(image.machine().ports(), stalls);
    model.nic().connect(ring);
    fill(model.nic().maps());
    ring(bytes).forEach(w -> model.nic().control().write(w.offset(), w.data()));
    while (model.nic().now() < begun) {
      model.nic().step();
    }
    List<String> met = SideBySide.packets(model.run(offers, LIMIT, () -> {}));
    for (int i = 0; i < 20_000; i++) {
      model.nic().step();
    }
    int[] read = READ.stream().mapToInt(r -> model.nic().control().read(r.offset())).toArray();
    return new Result(begun, met, read, ring.bytes);
  }

  private static Result hardware(
      ProgramImage image, List<RtlModel.Offer> offers, int bytes, long stalls) {
    MapTable maps =
        new MapTable(
            image.maps(), List.of("main"), image.machine().cpus(), MapTable.Model.HARDWARE);
    fill(maps);
    try (RtlModel model = new RtlModel(image, maps, true)) {
      model.stall(stalls);
      model.write(ring(bytes));
      long begun = model.now();
      List<String> met = SideBySide.packets(model.run(offers, false, LIMIT));
      while (model.read(Register.EVENT_HEAD.offset())
          != model.read(Register.EVENT_TAKEN.offset())) {
        assertTrue(model.now() < 2 * LIMIT, "records are not written");
      }
      int[] read = READ.stream().mapToInt(r -> model.read(r.offset())).toArray();
      ByteBuffer memory = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
      memory.asLongBuffer().put(model.hostWords(BASE, memory.capacity() / Long.BYTES));
      return new Result(begun, met, read, memory.array());
    }
  }

  private static int[] same(MachineSpec machine, int packets, int gap, int bytes, long stalls) {
    ProgramImage image = events(machine);
    List<RtlModel.Offer> offers = RandomTraffic.of(new Random(gap), machine, packets, gap);
    Result right = hardware(image, offers, bytes, stalls);
    Result left = simulated(image, offers, bytes, stalls, right.begun());
    for (int i = 0; i < packets; i++) {
      assertEquals(left.packets().get(i), right.packets().get(i), "packet " + i);
    }
    assertEquals(Arrays.toString(left.registers()), Arrays.toString(right.registers()));
    assertArrayEquals(left.memory(), right.memory());
    return right.registers();
  }

  @Test
  void e3RecordsOfCoresThatMakeEventsAtOnce() {
    for (long stalls : new long[] {0, 5}) {
      assertTrue(same(HXDP, 400, 40, 1 << 16, stalls)[1] > 1_000);
      assertTrue(same(TWO, 400, 10, 1 << 16, stalls)[1] > 1_000);
    }
  }

  /** Entries are open in sim only. */
  @Test
  void lockStepSaysHowManyEventsDiffer() {
    boolean[] opens = {true};
    LockStep.Setting setting =
        new LockStep.Setting(
            events(HXDP),
            new EngineOptions(HXDP.cpus(), 0),
            new NicOptions(100, true),
            0,
            maps -> {
              if (opens[0]) {
                maps.put(1, new byte[4], new byte[] {1, 0, 0, 0});
              }
              opens[0] = false;
            });
    try (LockStep lockStep = new LockStep(setting, null)) {
      lockStep.run(RandomTraffic.of(new Random(3), HXDP, 20, 100));
      lockStep.finish();
      String lost = lockStep.found().tally(Aspect.COUNTERS).firstDifferences().get(0);
      assertTrue(lost.matches("events: sim [1-9]\\d*, rtl 0"), lost);
    }
  }

  @Test
  void e4FullRingAndNoRing() {
    int[] full = same(TWO, 400, 10, 1024, 0);
    assertTrue(full[3] > 10, "lost: " + Arrays.toString(full));
    assertTrue(full[1] > 900 && full[1] <= 1024, "head");
    int[] none = same(TWO, 200, 10, 0, 0);
    assertEquals(0, none[4]);
    assertTrue(none[3] > 0, "lost: " + Arrays.toString(none));
  }
}
