package org.weft.sim.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.isa.xdp.RandomNumbers;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.nic.NicEngine;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.ref.RefEngine;
import org.weft.sim.rows.RowsEngine;

class KernelEngineTest {
  private static final MapDefinition RESULTS =
      MapDefinition.of("results", MapType.ARRAY, 4, 8, 1, 0);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, -1, 0x7fffffff})
  void verdictIsTheRawReturnValue(int verdict) {
    try (KernelEngine engine = Objects.of("r0 = " + verdict, "exit").open()) {
      PacketBuffer packet = Objects.packet(64);
      assertEquals(verdict, engine.run(packet));
      assertEquals(Objects.content(Objects.packet(64)), Objects.content(packet));
      assertEquals("kernel", engine.name());
    }
  }

  @Test
  void packetIsRewritten() {
    try (KernelEngine engine =
        Objects.of(
                "r2 = *(u32 *)(r1 + 0)",
                "r3 = *(u32 *)(r1 + 4)",
                "r4 = r2",
                "r4 += 14",
                "r0 = 1",
                "if r4 > r3 goto +2",
                "*(u16 *)(r2 + 12) = 13330",
                "r0 = 3",
                "exit")
            .open()) {
      PacketBuffer packet = Objects.packet(16);
      assertEquals(3, engine.run(packet));
      assertEquals("000102030405060708090a0b12340e0f", Objects.content(packet));
    }
  }

  @Test
  void headTailAndMetadataMove() {
    try (KernelEngine engine =
        Objects.of(
                "r6 = r1",
                "r2 = -2",
                "call 44",
                "if r0 != 0 goto +22",
                "r1 = r6",
                "r2 = -3",
                "call 65",
                "if r0 != 0 goto +18",
                "r1 = r6",
                "r2 = -4",
                "call 54",
                "if r0 != 0 goto +14",
                "r2 = *(u32 *)(r6 + 8)",
                "r3 = *(u32 *)(r6 + 0)",
                "r4 = r2",
                "r4 += 4",
                "if r4 > r3 goto +9",
                "*(u32 *)(r2 + 0) = 67305985",
                "r4 = *(u32 *)(r6 + 4)",
                "r5 = r3",
                "r5 += 2",
                "if r5 > r4 goto +4",
                "*(u8 *)(r3 + 0) = 170",
                "*(u8 *)(r3 + 1) = 187",
                "r0 = 2",
                "exit",
                "r0 = 0",
                "exit")
            .open()) {
      PacketBuffer packet = Objects.packet(20);
      assertEquals(2, engine.run(packet));
      assertEquals("aabb000102030405060708090a0b0c0d0e0f10", Objects.content(packet));
      assertEquals("01020304", Objects.metadata(packet));
      assertEquals(PacketBuffer.HEADROOM_BYTES, packet.data);
    }
  }

  @Test
  void packetGrowsToTheKernelsLimits() {
    try (KernelEngine engine =
        Objects.of(
                "r6 = r1",
                "r2 = -216",
                "call 44",
                "r7 = r0",
                "r1 = r6",
                "r2 = 256",
                "call 65",
                "r0 += r7",
                "exit")
            .open()) {
      PacketBuffer packet = Objects.packet(PacketBuffer.MAX_PACKET_BYTES - 256);
      assertEquals(0, engine.run(packet));
      assertEquals(PacketBuffer.MAX_PACKET_BYTES + 216, packet.length());
      assertEquals(0, packet.bytes[packet.dataEnd - 1]);
      PacketBuffer largest = Objects.packet(PacketBuffer.MAX_PACKET_BYTES);
      assertEquals(-22, engine.run(largest), "no room behind the largest packet");
      assertEquals(PacketBuffer.MAX_PACKET_BYTES + 216, largest.length());
    }
  }

  @Test
  void contextSaysInterfaceQueueAndCpu() {
    // r0 = ifindex << 16 | queue << 8 | cpu
    try (KernelEngine engine =
        Objects.of(
                "r6 = *(u32 *)(r1 + 12)",
                "r7 = *(u32 *)(r1 + 16)",
                "call 8",
                "r6 <<= 16",
                "r7 <<= 8",
                "r0 |= r6",
                "r0 |= r7",
                "exit")
            .open(new KernelOptions(7, 5, 0, Set.of(2, 300)))) {
      assertEquals(1 << 16, engine.run(packetOn(1, 0, 0)));
      assertEquals(7 << 16 | 5 << 8, engine.run(packetOn(7, 5, 0)));
      assertEquals(7 << 16, engine.run(packetOn(7, 0, 0)));
      assertEquals(300 << 16, engine.run(packetOn(300, 0, 0)));
      assertEquals(12345 << 16 | 9 << 8, engine.run(packetOn(12345, 9, 0)), "made on demand");
      int last = Cpus.possible() - 1;
      if (Cpus.online().endsWith(Integer.toString(last))) {
        assertEquals(2 << 16 | last, engine.run(packetOn(2, 0, last)));
      }
      oneLine(InputException.class, "has queue 0 only", () -> engine.run(packetOn(1, 1, 0)));
      oneLine(InputException.class, "queues 0 to 5", () -> engine.run(packetOn(7, 6, 0)));
      oneLine(InputException.class, "CPU 8000", () -> engine.run(packetOn(7, 1, 8000)));
      oneLine(InputException.class, "interface 0", () -> engine.run(packetOn(0, 0, 0)));
      assertEquals(7 << 16, engine.run(packetOn(7, 0, 0)), "usable after errors");
    }
  }

  private static PacketBuffer packetOn(int ifindex, int queue, int cpu) {
    PacketBuffer packet = Objects.packet(64);
    packet.ingressIfindex = ifindex;
    packet.rxQueueIndex = queue;
    packet.cpu = cpu;
    return packet;
  }

  @Test
  void shortFramesAreIncomparable() {
    try (KernelEngine engine = Objects.of("r0 = 2", "exit").open()) {
      PacketBuffer runt = Objects.packet(13);
      assertTrue(engine.incomparable(runt).orElseThrow().contains("under 14 bytes"));
      oneLine(RefusedException.class, "under 14 bytes", () -> engine.run(runt));
      assertTrue(engine.incomparable(Objects.packet(14)).isEmpty());
      assertEquals(2, engine.run(Objects.packet(14)));
    }
  }

  @Test
  void refusalSaysWhereAndWhy() {
    Objects object =
        Objects.of("r2 = *(u32 *)(r1 + 0)", "r0 = *(u8 *)(r2 + 0)", "exit").license("GPL");
    VerifierRefusal refusal =
        oneLine(VerifierRefusal.class, "program main, insn 1 (main.c:10): ", object::open);
    assertTrue(refusal.getMessage().contains("invalid access to packet"), refusal.getMessage());
    assertTrue(refusal.log().contains("processed 2 insns"), refusal.log());
  }

  @Test
  void licenseDecidesOnRestrictedHelpers() {
    String[] code = {
      "*(u32 *)(r10 - 8) = 37", "r1 = r10", "r1 += -8", "r2 = 2", "call 6", "r0 = 1", "exit"
    };
    oneLine(VerifierRefusal.class, "GPL", () -> Objects.of(code).open());
    try (KernelEngine engine = Objects.of(code).license("GPL").open()) {
      assertEquals(1, engine.run(Objects.packet(64)));
    }
  }

  /** The format is in eight bytes of the stack, arguments, all zero, in what stands below. */
  private static Objects vprintk(String format, int bytes) {
    long text = 0;
    for (int i = format.length() - 1; i >= 0; i--) {
      text = text << 8 | format.charAt(i);
    }
    List<String> code = new ArrayList<>();
    code.add("r1 = " + text + " ll");
    code.add("*(u64 *)(r10 - 8) = r1");
    for (int at = 16; at <= 112; at += 8) {
      code.add("*(u64 *)(r10 - " + at + ") = 0");
    }
    code.addAll(List.of("r1 = r10", "r1 += -8", "r2 = 8", "r3 = r10", "r3 += -112"));
    code.addAll(List.of("r4 = " + bytes, "call 177", "exit"));
    return Objects.of(code.toArray(String[]::new)).license("GPL");
  }

  @ParameterizedTest
  @CsvSource({"%d%d%d, 24", "%d%d%d, 16", "%d%x, 96", "%d, 104", "%d, 12", "a, 0", "%c%u, 32"})
  void vprintkIsTheOtherEngines(String format, int bytes) {
    Objects objects = vprintk(format, bytes);
    XdpObject object = objects.object();
    Program main = object.programs().get(0);
    ProgramImage image = Compiler.compile(object, main, MachineSpec.preset("nic100"));
    try (KernelEngine engine = objects.open()) {
      int expected = engine.run(Objects.packet(64));
      RefEngine ref = new RefEngine(object, main, EngineOptions.DEFAULT);
      assertEquals(expected, ref.run(Objects.packet(64)));
      assertEquals(expected, new RowsEngine(image, EngineOptions.DEFAULT).run(Objects.packet(64)));
      assertEquals(
          expected, new NicEngine(image, EngineOptions.DEFAULT, 100).run(Objects.packet(64)));
    }
  }

  @Test
  void functionsOfTheProgramAreCalled() {
    try (KernelEngine engine =
        Objects.of("r1 = 20", "call pc+1", "exit", "r0 = r1", "r0 += 22", "exit").open()) {
      assertEquals(42, engine.run(Objects.packet(64)));
    }
  }

  @Test
  void timeAndRandomAreTheOtherEngines() {
    try (KernelEngine engine =
        Objects.of(
                "call 7",
                "r6 = r0",
                "r6 <<= 32",
                "call 7",
                "r6 |= r0",
                "ld_pseudo r1, 6, 0",
                "*(u64 *)(r1 + 0) = r6",
                "call 5",
                "ld_pseudo r1, 6, 34359738368",
                "*(u64 *)(r1 + 0) = r0",
                "call 118",
                "ld_pseudo r1, 6, 68719476736",
                "*(u64 *)(r1 + 0) = r0",
                "call 125",
                "r6 = r0",
                "call 160",
                "r6 += r0",
                "call 208",
                "r6 += r0",
                "ld_pseudo r1, 6, 103079215104",
                "*(u64 *)(r1 + 0) = r6",
                "r0 = 2",
                "exit")
            .license("GPL")
            .map(MapDefinition.of("results", MapType.ARRAY, 4, 32, 1, 0))
            .open()) {
      for (long number : new long[] {0, 1, 5_000_000_000L}) {
        PacketBuffer packet = Objects.packet(64);
        packet.number = number;
        packet.timestampNs = 0xF000_0000_0000_1234L + number;
        assertTrue(engine.incomparable(packet).isEmpty());
        assertEquals(2, engine.run(packet));
        long random = expectedRandom(number, 0) << 32 | expectedRandom(number, 1);
        assertEquals(random, value(engine, 0));
        assertEquals(packet.timestampNs, value(engine, 8));
        assertEquals(Long.divideUnsigned(packet.timestampNs, 4_000_000), value(engine, 16));
        assertEquals(3 * packet.timestampNs, value(engine, 24));
      }
    }
  }

  private static long value(KernelEngine engine, int offset) {
    byte[] all =
        engine.maps().contents(0).entries().values().iterator().next().bytes().get(0).toArray();
    return ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong(offset);
  }

  private static long expectedRandom(long packetNumber, int call) {
    int state =
        RandomNumbers.state(RandomNumbers.seed(Objects.SEED), packetNumber)
            + (call + 1) * RandomNumbers.STEP;
    return Integer.toUnsignedLong(RandomNumbers.mix(state));
  }

  @Test
  void timeInAFunctionAndBesideTailCallsIsFixed() {
    try (KernelEngine engine =
        Objects.of(
                "r6 = r1",
                "call pc+10",
                "r7 = r0",
                "r1 = r6",
                "ld_pseudo r2, 5, 0",
                "r3 = 3",
                "call 12",
                "call 5",
                "r0 -= r7",
                "r0 += 9",
                "exit",
                "call 5",
                "exit")
            .map(MapDefinition.of("next", MapType.PROG_ARRAY, 4, 4, 4, 0))
            .program("late", "call 5", "r0 += 1", "exit")
            .license("GPL")
            .open()) {
      PacketBuffer packet = Objects.packet(64);
      packet.timestampNs = 1000;
      assertEquals(9, engine.run(packet));
      assertEquals(-1, engine.maps().putReference(0, Objects.word(3), "late"));
      assertEquals(1001, engine.run(packet));
    }
  }

  @Test
  void fullStackIsNoObstacle() {
    try (KernelEngine engine =
        Objects.of("r6 = 0", "*(u64 *)(r10 - 512) = r6", "call 5", "exit").license("GPL").open()) {
      PacketBuffer packet = Objects.packet(64);
      packet.timestampNs = 123;
      assertTrue(engine.incomparable(packet).isEmpty());
      assertEquals(123, engine.run(packet));
    }
  }

  @Test
  void callsThatAreTooDeepLeaveTimeToTheKernelAndSaySo() {
    List<String> code = new ArrayList<>();
    for (int frame = 1; frame < 8; frame++) {
      code.addAll(List.of("call pc+1", "exit"));
    }
    code.addAll(List.of("call 5", "r0 = 2", "exit"));
    try (KernelEngine engine = Objects.of(code.toArray(new String[0])).license("GPL").open()) {
      PacketBuffer packet = Objects.packet(64);
      assertTrue(engine.incomparable(packet).orElseThrow().contains("program main reads"));
      assertEquals(2, engine.run(packet));
    }
  }

  @Test
  void sectionForMapEntriesRunsUnlessItReadsTheEgressInterface() {
    try (KernelEngine engine =
        new Objects().sectioned("xdp/cpumap", "main", "r0 = 2", "exit").open()) {
      assertEquals(2, engine.run(Objects.packet(64)));
    }
    Objects egress =
        new Objects().sectioned("xdp/devmap", "main", "r0 = *(u32 *)(r1 + 20)", "exit");
    oneLine(VerifierRefusal.class, "behind a redirect only", egress::open);
  }

  @Test
  void fragmentsSectionIsLoadedAsSuch() {
    try (KernelEngine engine =
        new Objects().sectioned("xdp.frags", "main", "call 188", "exit").open()) {
      assertEquals(900, engine.run(Objects.packet(900)));
    }
  }

  @Test
  void repeatedRunsAreTimedAndLeaveThePacket() {
    try (KernelEngine engine =
        Objects.of("r2 = -8", "call 44", "r0 = 2", "exit").license("GPL").open()) {
      PacketBuffer packet = Objects.packet(64);
      long nanos = engine.nanosPerPacket(packet, 10_000);
      assertTrue(nanos >= 0 && nanos < 1_000_000, "nanoseconds: " + nanos);
      assertEquals(Objects.content(Objects.packet(64)), Objects.content(packet));
      assertEquals(2, engine.run(packet));
      assertEquals(72, packet.length());
    }
  }

  @Test
  void metadataThatComesInReachesTheProgram() {
    try (KernelEngine engine =
        Objects.of("r2 = *(u32 *)(r1 + 8)", "r3 = *(u32 *)(r1 + 0)", "r3 -= r2", "r0 = r3", "exit")
            .open()) {
      PacketBuffer packet = Objects.packet(64);
      packet.dataMeta -= 8;
      packet.bytes[packet.dataMeta] = 5;
      assertEquals(8, engine.run(packet));
      assertEquals("0500000000000000", Objects.metadata(packet));
    }
  }

  @Test
  void manyEnginesLeaveNothingOpen() throws IOException {
    Objects object =
        Objects.of("call 5", "ld_pseudo r1, 5, 0", "r0 = 2", "exit").license("GPL").map(RESULTS);
    object.open().close();
    long before = descriptors();
    for (int i = 0; i < 50; i++) {
      try (KernelEngine engine = object.open(new KernelOptions(2, 0, 0, Set.of()))) {
        assertEquals(2, engine.run(packetOn(2, 0, 0)));
      }
      Objects broken = Objects.of("r0 = r5", "exit").map(RESULTS);
      assertThrows(VerifierRefusal.class, broken::open);
    }
    assertEquals(before, descriptors());
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .anyMatch(thread -> thread.isAlive() && thread.getName().equals("weft-kernel")));
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(KernelEngineTest::isOfBpfOrSocket).count();
    }
  }

  private static boolean isOfBpfOrSocket(Path fd) {
    try {
      String target = Files.readSymbolicLink(fd).toString();
      return target.contains("bpf") || target.startsWith("socket");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void openEnginesLiveSideBySide() {
    KernelEngine first = Objects.of("r0 = 1", "exit").open();
    try (KernelEngine second = Objects.of("r0 = 2", "exit").open()) {
      assertEquals(1, first.run(Objects.packet(64)));
      assertEquals(2, second.run(Objects.packet(64)));
      first.close();
      first.close();
      assertEquals(2, second.run(Objects.packet(64)));
    }
    assertThrows(IllegalStateException.class, () -> first.run(Objects.packet(64)));
  }

  @Test
  void impossibleOptionsAreRefusedInOneLine() {
    Objects object = Objects.of("r0 = 2", "exit");
    oneLine(
        InputException.class,
        "--ifindex 2 or higher",
        () -> object.open(new KernelOptions(1, 1, 0, Set.of())));
    oneLine(
        InputException.class,
        "this machine has CPUs",
        () -> object.open(new KernelOptions(1, 0, 4095, Set.of())));
    oneLine(
        InputException.class,
        "interface 0",
        () -> object.open(new KernelOptions(0, 0, 0, Set.of())));
    oneLine(
        InputException.class,
        "at most 4096",
        () -> object.open(new KernelOptions(2, 4096, 0, Set.of())));
  }

  /** The exception that work throws; it must be of that kind and one line that has the text. */
  static <T extends RuntimeException> T oneLine(Class<T> kind, String part, Runnable work) {
    Objects.assumeAvailable();
    T thrown = assertThrows(kind, work::run);
    assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
    assertFalse(thrown.getMessage().contains("\n"), thrown.getMessage());
    return thrown;
  }
}
