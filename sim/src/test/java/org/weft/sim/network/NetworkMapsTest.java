package org.weft.sim.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.InputException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.Aspect;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.lockstep.LockStep;
import org.weft.sim.map.Little;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.ref.RefEngine;
import org.weft.sim.rows.RowsEngine;
import org.weft.sim.rtl.RtlModel;

/**
 * Routes as maps: what rows find in them is what {@link FibLookup} finds, and what does not fit.
 */
class NetworkMapsTest {
  private static final int FLAGS = 16;
  private static final int PARAMETERS = 24;
  private static final int RESULT = 88;
  private static final int FRAME = 96;

  private static final String FETCH =
      "r6 = r1; r7 = *(u32 *)(r6 + 0); r8 = *(u32 *)(r6 + 4); r2 = r7; r2 += 96;"
          + "if r2 <= r8 goto +2; r0 = 9; exit; ";

  /** The structure in memory at r9, and the call. */
  private static String call(String flags) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 64; i += 8) {
      text.append("r1 = *(u64 *)(r7 + %d); ".formatted(PARAMETERS + i));
      text.append("*(u64 *)(r9 + %d) = r1; ".formatted(i));
    }
    text.append(flags).append("; r1 = r6; r2 = r9; r3 = 64; call 69; ");
    text.append("*(u64 *)(r7 + %d) = r0; ".formatted(RESULT));
    for (int i = 0; i < 64; i += 8) {
      text.append("r1 = *(u64 *)(r9 + %d); ".formatted(i));
      text.append("*(u64 *)(r7 + %d) = r1; ".formatted(PARAMETERS + i));
    }
    return text + "r0 = 2; exit";
  }

  private static final String ON_STACK =
      FETCH + "r9 = r10; r9 += -64; " + call("r4 = *(u32 *)(r7 + 16)");

  private static final String IN_VALUE =
      FETCH
          + "*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; map 1 0; call 1; if r0 != 0 goto +2;"
          + "r0 = 1; exit; r9 = r0; "
          + call("r4 = *(u32 *)(r7 + 16)");

  private static final List<MapDefinition> VALUE =
      List.of(MapDefinition.of("value", MapType.ARRAY, 4, 64, 1, 0));

  private static ProgramImage image(String text, List<MapDefinition> maps) {
    XdpObject object = AllEngines.object(text, maps);
    return Compiler.compile(object, object.programs().get(0), MachineSpec.preset("hxdp"));
  }

  private static Engine ref(String text, List<MapDefinition> maps, EngineOptions options) {
    XdpObject object = AllEngines.object(text, maps);
    return new RefEngine(object, object.programs().get(0), options);
  }

  private static String run(Engine engine, byte[] frame) {
    PacketBuffer packet = new PacketBuffer();
    packet.ingressIfindex = 1;
    packet.receive(frame, 0, frame.length);
    int verdict = engine.run(packet);
    return verdict + " " + HexFormat.of().formatHex(packet.bytes, packet.data, packet.dataEnd);
  }

  private static String address(Random random, boolean isIpv6) {
    int a = random.nextInt(4);
    int b = random.nextInt(6);
    if (random.nextInt(10) == 0) {
      return isIpv6
          ? List.of("ff02::5", "fe80::1", "::1", "::").get(random.nextInt(4))
          : List.of("127.0.0.9", "224.0.0.1", "0.0.0.0").get(random.nextInt(3));
    }
    return isIpv6 ? "2001:db8:" + a + "::" + b : "10." + a + ".0." + b;
  }

  /** Each source address belongs to one interface: the one of its last digit. */
  private static String source(Random random, boolean isIpv6, int ifindex) {
    int a = random.nextInt(4);
    return isIpv6
        ? "2001:db8:" + a + "::" + (ifindex + 2 * random.nextInt(3))
        : "10." + a + ".0." + (ifindex + 2 * random.nextInt(3));
  }

  private static List<String> network(Random random) {
    List<String> lines = new ArrayList<>();
    for (int ifindex = 1; ifindex <= 3; ifindex++) {
      lines.add("link " + ifindex + " mtu " + (1280 + random.nextInt(400)) + " forwarding on");
    }
    TreeSet<String> prefixes = new TreeSet<>();
    while (prefixes.size() < 30) {
      boolean isIpv6 = random.nextBoolean();
      int length = isIpv6 ? 16 * random.nextInt(9) : 8 * random.nextInt(5);
      Address prefix = Address.parse(address(random, isIpv6)).masked(length);
      int table = random.nextInt(3) == 0 ? 100 + random.nextInt(2) : 254;
      prefixes.add(prefix + "/" + length + " metric " + random.nextInt(3) + " table " + table);
    }
    boolean hasSources = random.nextBoolean();
    for (String route : prefixes) {
      boolean isIpv6 = route.contains(":");
      int ifindex = 2 + random.nextInt(2);
      String src =
          hasSources && random.nextInt(3) == 0 ? " src " + source(random, isIpv6, ifindex) : "";
      String via = isIpv6 || random.nextInt(4) == 0 ? " via fe80::1" : " via 10.3.0.9";
      lines.add(
          switch (random.nextInt(7)) {
            case 0 -> "route blackhole " + route;
            case 1 -> "route prohibit " + route;
            case 2, 3 -> "route " + route + via + " dev " + ifindex + src;
            default -> "route " + route + " dev " + ifindex + src;
          });
    }
    for (int a = 0; a < 4; a++) {
      for (int b = 0; b < 6; b++) {
        if (random.nextInt(3) == 0) {
          int ifindex = 2 + random.nextInt(2);
          lines.add("neigh 10." + a + ".0." + b + " lladdr 02:00:00:00:01:0" + a + " dev 2");
          lines.add(
              "neigh 2001:db8:"
                  + a
                  + "::"
                  + b
                  + " lladdr 02:00:00:00:02:0"
                  + b
                  + " dev "
                  + ifindex);
        }
      }
    }
    lines.add("neigh fe80::1 lladdr 02:00:00:00:03:01 dev 2");
    lines.add("neigh 10.3.0.9 lladdr 02:00:00:00:03:02 dev 3");
    for (int i = random.nextInt(4); i > 0; i--) {
      lines.add("rule mark " + i % 2 + (random.nextBoolean() ? "/1" : "") + " table " + (99 + i));
    }
    return lines;
  }

  private static byte[] question(Random random) {
    byte[] frame = new byte[FRAME];
    random.nextBytes(frame);
    boolean isIpv6 = random.nextBoolean();
    frame[PARAMETERS] = (byte) (isIpv6 ? 10 : 2);
    Little.SHORT.set(frame, PARAMETERS + 6, (short) random.nextInt(1700));
    Little.INT.set(frame, PARAMETERS + 8, 1 + random.nextInt(3));
    byte[] from = Address.parse(address(random, isIpv6)).bytes();
    byte[] to = Address.parse(address(random, isIpv6)).bytes();
    System.arraycopy(from, 0, frame, PARAMETERS + 16, from.length);
    System.arraycopy(to, 0, frame, PARAMETERS + 32, to.length);
    Little.INT.set(frame, PARAMETERS + 48, random.nextInt(3) == 0 ? 255 : 99 + random.nextInt(3));
    Little.INT.set(frame, PARAMETERS + 52, random.nextInt(4));
    Little.INT.set(frame, FLAGS, random.nextInt(64));
    return frame;
  }

  /** Sources, too, of which Linux looks at more than weft does, so that it is not asked here. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void rowsFindWhatRefFinds(int seed) {
    Random random = new Random(seed);
    List<String> lines = network(random);
    EngineOptions options = new EngineOptions(1, 0, NetworkFile.parse("seed " + seed, lines));
    for (String text : List.of(ON_STACK, IN_VALUE)) {
      Engine ref = ref(text, VALUE, options);
      Engine rows = new RowsEngine(image(text, VALUE), options);
      for (int i = 0; i < 600; i++) {
        byte[] frame = question(random);
        assertEquals(
            run(ref, frame),
            run(rows, frame),
            () -> "seed " + seed + " " + HexFormat.of().formatHex(frame) + lines);
      }
    }
  }

  @Test
  void hardwareFindsItInTheClocksOfSim() {
    Random random = new Random(5);
    EngineOptions options = new EngineOptions(1, 0, NetworkFile.parse("test", network(random)));
    LockStep.Setting setting =
        new LockStep.Setting(
            image(ON_STACK, List.of()), options, new NicOptions(100, true), 0, maps -> {});
    List<RtlModel.Offer> offers = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      int port = random.nextInt(4);
      offers.add(new RtlModel.Offer(port, 30L * i, question(random), port + 1, 0, 0, 0));
    }
    try (LockStep lockStep = new LockStep(setting, null)) {
      assertTrue(lockStep.run(offers), () -> "" + lockStep.divergence());
      lockStep.finish();
      assertFalse(lockStep.found().differs());
      assertEquals(400, lockStep.found().tally(Aspect.PACKETS).equalCount());
    }
  }

  @Test
  void interfacesOfDeviceMapsAreThere() {
    List<MapDefinition> devices = List.of(MapDefinition.of("out", MapType.DEVMAP, 4, 4, 4, 0));
    String text = ON_STACK.replace("r0 = 2; exit", "map 1 0; r2 = 0; r3 = 0; call 51; exit");
    Engine ref = ref(text, devices, EngineOptions.DEFAULT);
    Engine rows = new RowsEngine(image(text, devices), EngineOptions.DEFAULT);
    for (Engine engine : List.of(ref, rows)) {
      engine.maps().put(0, new byte[4], new byte[] {7, 0, 0, 0});
    }
    byte[] frame = new byte[FRAME];
    frame[PARAMETERS] = 2;
    List<String> results = new ArrayList<>();
    for (int ifindex : new int[] {7, 8}) {
      Little.INT.set(frame, PARAMETERS + 8, ifindex);
      assertEquals(run(ref, frame), run(rows, frame));
      results.add(run(rows, frame).substring(2 + 2 * RESULT, 4 + 2 * RESULT));
    }
    assertEquals(List.of("05", "ed"), results);
  }

  @Test
  void onlyTriesThatRowsLookInHaveRoom() {
    String text = FETCH + "r9 = r10; r9 += -64; " + call("r4 = 0");
    List<Long> rooms =
        image(text.replace("*(u64 *)(r9 + 0) = r1", "*(u64 *)(r9 + 0) = 2"), List.of())
            .maps()
            .stream()
            .filter(map -> map.type() == MapType.LPM_TRIE)
            .map(MapDefinition::maxEntries)
            .toList();
    assertEquals(List.of(512L, 1L, 1L), rooms);
    assertEquals(List.of(), image("r0 = 2; exit", List.of()).maps());
  }

  private static String refusal(String... lines) {
    ProgramImage image = image(ON_STACK, List.of());
    EngineOptions options = new EngineOptions(1, 0, NetworkFile.parse("test", List.of(lines)));
    return assertThrows(InputException.class, () -> new RowsEngine(image, options)).getMessage();
  }

  @Test
  void networksThatDoNotFit() {
    assertTrue(refusal("link 300 forwarding on").startsWith("interface 300: "));
    String[] routes = new String[600];
    String[] rules = new String[18];
    rules[0] = "route 10.0.0.0/8 dev 2 table 7";
    for (int i = 0; i < 600; i++) {
      routes[i] = "route 10." + i / 256 + "." + i % 256 + ".0/24 dev 2";
      rules[1 + i % 17] = "rule mark 1 table 7";
    }
    // One more is what the loopback has.
    assertTrue(refusal(routes).contains("take 601 entries of map net:routes4, which has 512"));
    assertTrue(refusal(rules).startsWith("17 rules: bpf_fib_lookup has room for 15"));
  }
}
