package org.weft.sim.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.sim.map.Little;
import org.weft.sim.packet.PacketBuffer;

/** {@code bpf_fib_lookup} and {@code bpf_check_mtu}; Linux judges where it can be asked. */
class FibLookupTest {
  private static final int FLAGS = 16;
  private static final int PARAMETERS = 24;

  /** The structure and flags from the packet, the structure and the result to it. */
  private static final String LOOKUP = lookup(64);

  private static final List<String> NETWORK =
      List.of(
          "link 1 forwarding on",
          "link 2 mac 02:00:00:00:00:22 mtu 1400 forwarding on",
          "link 3 mtu 9000",
          "link 4 mtu 600",
          "link 5",
          "route 10.0.0.0/8 via 192.168.1.1 dev 2",
          "route 10.1.0.0/16 dev 3 metric 7",
          "route 10.1.0.0/16 via 192.168.9.9 dev 2 metric 9",
          "route 10.1.2.3/32 via fe80::7 dev 2",
          "route blackhole 10.66.0.0/16",
          "route unreachable 10.67.0.0/16 metric 4",
          "route prohibit 10.68.0.0/16",
          "route 10.99.0.0/16 via 192.168.1.1 dev 2 table 100",
          "route default via 192.168.4.1 dev 4",
          "route 2001:db8::/32 via fe80::7 dev 2",
          "route 2001:db8:1::/48 dev 3 metric 5",
          "route 2001:db8:1::/48 via fe80::9 dev 2 metric 6",
          "route blackhole 2001:db8:66::/48",
          "route unreachable 2001:db8:67::/48",
          "route prohibit 2001:db8:68::/48 metric 3",
          "route 2001:db8:99::/48 dev 2 table 100",
          "neigh 192.168.1.1 lladdr 02:00:00:00:01:01 dev 2",
          "neigh 192.168.4.1 lladdr 02:00:00:00:04:01 dev 4",
          "neigh 10.1.0.5 lladdr 02:00:00:00:03:05 dev 3",
          "neigh fe80::7 lladdr 02:00:00:00:01:07 dev 2",
          "neigh 2001:db8:1::5 lladdr 02:00:00:00:03:05 dev 3");

  private static String lookup(int bytes) {
    StringBuilder text = new StringBuilder("r6 = r1; r7 = *(u32 *)(r6 + 0); ");
    text.append("r8 = *(u32 *)(r6 + 4); r2 = r7; r2 += 104; if r2 <= r8 goto +2; r0 = 9; exit; ");
    for (int i = 0; i < 8; i++) {
      text.append("r1 = *(u64 *)(r7 + %d); ".formatted(PARAMETERS + 8 * i));
      text.append("*(u64 *)(r10 - %d) = r1; ".formatted(64 - 8 * i));
    }
    text.append("r4 = *(u32 *)(r7 + 16); r1 = r6; r2 = r10; r2 += -64; ");
    text.append("r3 = %d; call 69; *(u64 *)(r7 + 96) = r0; ".formatted(bytes));
    for (int i = 0; i < 8; i++) {
      text.append("r1 = *(u64 *)(r10 - %d); ".formatted(64 - 8 * i));
      text.append("*(u64 *)(r7 + %d) = r1; ".formatted(PARAMETERS + 8 * i));
    }
    return text + "r0 = 2; exit";
  }

  private static byte[] question(
      int family, int ifindex, int length, String source, String destination, int flags) {
    byte[] frame = new byte[104];
    Arrays.fill(frame, PARAMETERS + 48, PARAMETERS + 64, (byte) 0xee);
    frame[PARAMETERS] = (byte) family;
    frame[PARAMETERS + 12] = 0x10;
    Little.SHORT.set(frame, PARAMETERS + 6, (short) length);
    Little.INT.set(frame, PARAMETERS + 8, ifindex);
    Little.INT.set(frame, FLAGS, flags);
    byte[] from = Address.parse(source).bytes();
    byte[] to = Address.parse(destination).bytes();
    System.arraycopy(from, 0, frame, PARAMETERS + 16, from.length);
    System.arraycopy(to, 0, frame, PARAMETERS + 32, to.length);
    return frame;
  }

  private static byte[] question(String destination, int flags) {
    boolean isIpv6 = destination.contains(":");
    return question(
        isIpv6 ? 10 : 2, 1, 100, isIpv6 ? "2001:db8:77::1" : "172.16.0.1", destination, flags);
  }

  private static int result(PacketBuffer packet) {
    return (int) Little.INT.get(packet.bytes, packet.data + 96);
  }

  private static List<Integer> results(Network network, String program, byte[]... questions) {
    List<Integer> results = new ArrayList<>();
    try (AllEngines engines = new AllEngines(program, List.of(), network)) {
      for (byte[] question : questions) {
        results.add(result(engines.run(question, 1)));
      }
    }
    return results;
  }

  private static Network network(String... more) {
    List<String> lines = new ArrayList<>(NETWORK);
    lines.addAll(List.of(more));
    return NetworkFile.parse("test", lines);
  }

  @Test
  void everyOutcomeOfIpv4() {
    assertEquals(
        List.of(0, 1, 2, 3, 4, 7, 7, 0, 0),
        results(
            network(),
            LOOKUP,
            question("10.2.3.4", 0),
            question("10.66.1.1", 0),
            question("10.67.1.1", 0),
            question("10.68.1.1", 0),
            question("127.0.0.1", 0),
            question("10.1.0.6", 0),
            question("10.1.0.7", 1),
            question("10.1.0.5", 0),
            question("10.1.2.3", 0)));
  }

  @Test
  void everyOutcomeOfIpv6() {
    assertEquals(
        List.of(0, 1, 2, 3, 4, 7, 0, 4, 4, 4),
        results(
            network(),
            LOOKUP,
            question("2001:db8:2::4", 0),
            question("2001:db8:66::1", 0),
            question("2001:db8:67::1", 0),
            question("2001:db8:68::1", 0),
            question("2002::1", 0),
            question("2001:db8:1::6", 0),
            question("2001:db8:1::5", 0),
            question("fe80::7", 0),
            question("ff02::1", 0),
            question("::1", 0)));
  }

  @Test
  void interfacesThatForwardNothingOrAreNotThere() {
    assertEquals(
        List.of(5, 5, -19, -19, 5, -97, -22),
        results(
            network(),
            LOOKUP,
            question(2, 3, 0, "1.1.1.1", "10.2.3.4", 0),
            question(10, 3, 0, "2001::1", "2001:db8:2::4", 0),
            question(2, 77, 0, "1.1.1.1", "10.2.3.4", 0),
            question(10, 0, 0, "2001::1", "2001:db8:2::4", 0),
            question(10, 4, 0, "2001::1", "2001:db8:2::4", 0),
            question(3, 1, 0, "1.1.1.1", "10.2.3.4", 0),
            question("10.2.3.4", 64)));
  }

  @Test
  void withoutRoutesForwardingIsOff() {
    assertEquals(
        List.of(5, 5, -19),
        results(
            Network.NONE,
            LOOKUP,
            question("10.2.3.4", 0),
            question("2001:db8::1", 0),
            question(2, 3, 0, "1.1.1.1", "10.2.3.4", 0)));
  }

  @Test
  void structureThatIsTooShort() {
    assertEquals(List.of(-22), results(network(), lookup(63), question("10.2.3.4", 0)));
  }

  @Test
  void longPacketsDoNotFit() {
    assertEquals(
        List.of(0, 8, 8, 8, 0),
        results(
            network(),
            LOOKUP,
            question(2, 1, 1400, "1.1.1.1", "10.2.3.4", 0),
            question(2, 1, 1401, "1.1.1.1", "10.2.3.4", 0),
            question(2, 1, 0xffff, "1.1.1.1", "10.1.0.5", 0),
            question(10, 1, 1401, "2001::1", "2001:db8:2::4", 0),
            question(10, 1, 1400, "2001::1", "2001:db8:2::4", 0)));
  }

  @Test
  void tablesAndMarks() {
    byte[] direct = question("10.99.1.1", 1 | 8);
    Little.INT.set(direct, PARAMETERS + 48, 100);
    byte[] missing = direct.clone();
    Little.INT.set(missing, PARAMETERS + 48, 101);
    byte[] main = direct.clone();
    Little.INT.set(main, PARAMETERS + 48, 0);
    byte[] marked = question("10.99.1.1", 32);
    Little.INT.set(marked, PARAMETERS + 52, 0x107);
    byte[] other = marked.clone();
    Little.INT.set(other, PARAMETERS + 52, 8);
    byte[] elsewhere = question("10.66.1.1", 32);
    Little.INT.set(elsewhere, PARAMETERS + 52, 7);
    byte[][] all = {direct, missing, main, marked, other, elsewhere};
    assertEquals(List.of(0, 4, 0, 0, 0, 1), results(network(), LOOKUP, all));
    assertEquals(
        List.of(0, 4, 0, 0, 0, 1), results(network("rule mark 7/0xff table 100"), LOOKUP, all));
  }

  @Test
  void sourcesThatRoutesName() {
    Network network =
        network(
            "route 172.20.0.0/16 via 192.168.1.1 dev 2 src 192.168.1.2",
            "route 172.21.0.0/16 dev 3 src 192.168.3.2",
            "route 2001:db8:20::/48 via fe80::7 dev 2 src 2001:db8:a::1");
    assertEquals(
        List.of(0, 7, 0, 0, 4, 0),
        results(
            network,
            LOOKUP,
            question("172.20.1.1", 16),
            question("172.21.1.1", 16),
            question("2001:db8:20::5", 16),
            question("10.2.3.4", 16),
            question("192.168.1.2", 0),
            question("2001:db8:2::4", 16)));
    // Without addresses of one's own there is the loopback's.
    assertEquals(
        List.of(0, 0),
        results(network(), LOOKUP, question("10.2.3.4", 16), question("2001:db8:2::4", 16)));
  }

  /** Routes, neighbours and questions at random, all from few addresses so that they meet. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomNetworks(int seed) {
    Random random = new Random(seed);
    List<String> lines = randomNetwork(random);
    Network network = NetworkFile.parse("seed " + seed, lines);
    TreeSet<Integer> seen = new TreeSet<>();
    try (AllEngines engines = new AllEngines(LOOKUP, List.of(), network)) {
      for (int i = 0; i < 400; i++) {
        byte[] frame = new byte[104];
        random.nextBytes(frame);
        boolean isIpv6 = random.nextBoolean();
        byte[] ask =
            question(
                random.nextInt(40) == 0 ? random.nextInt(12) : isIpv6 ? 10 : 2,
                random.nextInt(20) == 0 ? random.nextInt(9) : 1 + random.nextInt(3),
                random.nextInt(3) == 0 ? random.nextInt(0x10000) : random.nextInt(1600),
                address(random, isIpv6),
                address(random, isIpv6),
                random.nextInt(16) == 0 ? random.nextInt(128) : random.nextInt(64) & ~16);
        System.arraycopy(ask, PARAMETERS, frame, PARAMETERS, 48);
        System.arraycopy(ask, FLAGS, frame, FLAGS, 4);
        Little.INT.set(frame, PARAMETERS + 48, random.nextInt(3) == 0 ? 100 : random.nextInt(103));
        Little.INT.set(frame, PARAMETERS + 52, random.nextInt(4));
        seen.add(result(engines.run(frame, 1)));
      }
    } catch (AssertionError e) {
      throw new AssertionError("seed " + seed + ", " + String.join("\n", lines), e);
    }
    assertTrue(seen.size() > 4, "seed " + seed + " saw " + seen);
  }

  private static String address(Random random, boolean isIpv6) {
    int a = random.nextInt(3);
    int b = random.nextInt(4);
    if (random.nextInt(12) == 0) {
      return isIpv6
          ? List.of("ff02::5", "fe80::1", "::1", "::", "::ffff:1:2").get(random.nextInt(5))
          : List.of("127.0.0.9", "224.0.0.1", "255.255.255.255", "0.0.0.0").get(random.nextInt(4));
    }
    return isIpv6 ? "2001:db8:" + a + "::" + b : "10." + a + ".0." + b;
  }

  private static List<String> randomNetwork(Random random) {
    List<String> lines = new ArrayList<>();
    for (int ifindex = 1; ifindex <= 3; ifindex++) {
      String mtu = random.nextBoolean() ? " mtu " + (1280 + random.nextInt(400)) : "";
      String forwarding = random.nextInt(5) == 0 ? "" : " forwarding on";
      lines.add("link " + ifindex + mtu + forwarding);
    }
    TreeSet<String> routes = new TreeSet<>();
    while (routes.size() < 24) {
      boolean isIpv6 = random.nextBoolean();
      int length = isIpv6 ? 8 * random.nextInt(17) : 8 * random.nextInt(5);
      Address prefix = Address.parse(address(random, isIpv6)).masked(length);
      String metric = " metric " + (1 + random.nextInt(3));
      String table = random.nextInt(3) == 0 ? " table " + (100 + random.nextInt(2)) : "";
      routes.add(prefix + "/" + length + metric + table);
    }
    for (String route : routes) {
      boolean isIpv6 = route.contains(":");
      boolean isIpv6Hop = isIpv6 || random.nextInt(4) == 0;
      String via =
          isIpv6Hop
              ? " via fe80::" + (1 + random.nextInt(3))
              : " via 10.9.0." + (1 + random.nextInt(3));
      lines.add(
          switch (random.nextInt(8)) {
            case 0 -> "route blackhole " + route;
            case 1 -> "route unreachable " + route;
            case 2 -> "route prohibit " + route;
            case 3 -> "route " + route + " dev " + (2 + random.nextInt(2));
            default -> "route " + route + via + " dev " + (2 + random.nextInt(2));
          });
    }
    for (int i = 1; i <= 3; i++) {
      lines.add("neigh 10.9.0." + i + " lladdr 02:00:00:00:01:0" + i + " dev 2");
      lines.add("neigh fe80::" + i + " lladdr 02:00:00:00:02:0" + i + " dev " + (2 + i % 2));
      lines.add("neigh 10.1.0." + i + " lladdr 02:00:00:00:03:0" + i + " dev 3");
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      lines.add("rule mark " + i + (random.nextBoolean() ? "/3" : "") + " table " + (99 + i));
    }
    return lines;
  }

  @Test
  void checkMtu() {
    String program =
        """
        r6 = r1; r7 = *(u32 *)(r6 + 0); r8 = *(u32 *)(r6 + 4); r2 = r7; r2 += 64; \
        if r2 <= r8 goto +2; r0 = 9; exit; r1 = *(u32 *)(r7 + 20); *(u32 *)(r10 - 4) = r1; \
        r2 = *(u32 *)(r7 + 16); r4 = *(u32 *)(r7 + 24); r5 = *(u64 *)(r7 + 32); r1 = r6; \
        r3 = r10; r3 += -4; call 163; *(u64 *)(r7 + 40) = r0; r1 = *(u32 *)(r10 - 4); \
        *(u32 *)(r7 + 20) = r1; r0 = 2; exit""";
    Random random = new Random(3);
    TreeSet<Integer> seen = new TreeSet<>();
    try (AllEngines engines = new AllEngines(program, List.of(), network())) {
      for (int i = 0; i < 600; i++) {
        byte[] frame = new byte[64 + random.nextInt(1400)];
        Little.INT.set(frame, 16, random.nextInt(7));
        int length = random.nextInt(3) == 0 ? 0 : random.nextInt(9100);
        Little.INT.set(frame, 20, random.nextInt(20) == 0 ? random.nextInt() : length);
        int difference = random.nextInt(3) == 0 ? random.nextInt(9000) - 4500 : 0;
        Little.INT.set(frame, 24, random.nextInt(20) == 0 ? random.nextInt() : difference);
        Little.LONG.set(frame, 32, random.nextInt(9) == 0 ? 1L << random.nextInt(64) : 0);
        PacketBuffer packet = engines.run(frame, 1);
        seen.add((int) Little.INT.get(packet.bytes, packet.data + 40));
      }
    }
    assertEquals(new TreeSet<>(List.of(-22, -19, 0, 1)), seen);
  }
}
