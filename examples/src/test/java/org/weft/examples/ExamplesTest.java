package org.weft.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.examples.traffic.TrafficGenerator;
import org.weft.examples.traffic.TrafficKind;
import org.weft.isa.xdp.XdpAction;

/** The examples do what they say, judged by the packets alone. */
final class ExamplesTest {
  private static final int MANY = 400;
  private static final int IP = 14;

  private static byte[] frame(TrafficGenerator traffic) {
    return Arrays.copyOf(traffic.frame(), traffic.length());
  }

  @Test
  void txSwapsAddressesAndNothingElse() throws IOException {
    Bench bench = new Bench("tx");
    TrafficGenerator traffic = new TrafficGenerator(TrafficKind.MIX, 1);
    for (int i = 0; i < MANY; i++) {
      traffic.next();
      assertEquals(XdpAction.TX, bench.run(traffic));
      byte[] before = frame(traffic);
      byte[] after = bench.after();
      assertEquals(Wire.get48(before, 0), Wire.get48(after, 6));
      assertEquals(Wire.get48(before, 6), Wire.get48(after, 0));
      assertArrayEquals(
          Arrays.copyOfRange(before, 12, before.length),
          Arrays.copyOfRange(after, 12, after.length));
    }
  }

  @Test
  void firewallLetsNobodyInWhoWasNotAsked() throws IOException {
    Bench bench = new Bench("firewall");
    TrafficGenerator traffic = new TrafficGenerator(TrafficKind.UDP, 2);
    // All UDP flows that a host inside has sent a packet of.
    Map<Long, Boolean> opened = new HashMap<>();
    int[] verdicts = new int[2];
    for (int i = 0; i < MANY; i++) {
      traffic.next();
      byte[] frame = frame(traffic);
      boolean outgoing = frame[26] == 10;
      long inside = Wire.get32(frame, outgoing ? 26 : 30);
      if (outgoing) {
        opened.put(inside, true);
      }
      boolean pass = outgoing || opened.containsKey(inside);
      assertEquals(pass ? XdpAction.PASS : XdpAction.DROP, bench.run(traffic), "packet " + i);
      verdicts[pass ? 1 : 0]++;
    }
    assertTrue(verdicts[0] > 50 && verdicts[1] > 50);
    assertEquals(opened.size(), bench.map("flows").entries().size());
  }

  @Test
  void firewallForgetsAFlowThatIsReset() throws IOException {
    Bench bench = new Bench("firewall");
    TrafficGenerator traffic = new TrafficGenerator(TrafficKind.SYN_FLOOD, 3);
    traffic.next();
    byte[] syn = frame(traffic);
    syn[47] = 2;
    byte[] reset = syn.clone();
    reset[47] = 4;
    assertEquals(XdpAction.PASS, bench.run(syn, syn.length));
    assertEquals(1, bench.map("flows").entries().size());
    assertEquals(XdpAction.PASS, bench.run(reset, reset.length));
    assertEquals(0, bench.map("flows").entries().size());
  }

  @Test
  void firewallTakesTheInterfacesAtTheirWord() throws IOException {
    Bench bench = new Bench("firewall");
    TrafficGenerator traffic = new TrafficGenerator(TrafficKind.UDP, 4);
    for (int i = 0; i < MANY; i++) {
      traffic.next();
      bench.packet.ingressIfindex = 3;
      assertEquals(XdpAction.DROP, bench.run(traffic));
    }
    bench.packet.ingressIfindex = 2;
    assertEquals(XdpAction.PASS, bench.run(traffic));
  }

  @Test
  void adjustTailAnswersWithAnIcmpMessageThatChecks() throws IOException {
    Bench bench = new Bench("adjust-tail");
    TrafficGenerator traffic = new TrafficGenerator(TrafficKind.FULL_SIZE, 5);
    int replies = 0;
    for (int i = 0; i < MANY; i++) {
      traffic.next();
      byte[] before = frame(traffic);
      XdpAction action = bench.run(traffic);
      boolean answer =
          Wire.get16(before, 12) == 0x0800 && (Wire.get16(before, IP + 6) & 0x4000) != 0;
      assertEquals(answer ? XdpAction.TX : XdpAction.PASS, action);
      if (!answer) {
        continue;
      }
      replies++;
      byte[] after = bench.after();
      assertEquals(14 + 28 + 68, after.length);
      assertTrue(Wire.checks(after, IP, IP + 20));
      assertTrue(Wire.checks(after, IP + 20, after.length));
      assertEquals(0x0304, Wire.get16(after, IP + 20), "type and code");
      assertEquals(586, Wire.get16(after, IP + 26), "MTU");
      assertEquals(Wire.get32(before, IP + 12), Wire.get32(after, IP + 16));
      assertArrayEquals(
          Arrays.copyOfRange(before, IP, IP + 68), Arrays.copyOfRange(after, 42, after.length));
    }
    assertTrue(replies > MANY / 4);
    assertEquals(replies, bench.counter("replies", 0));
  }

  @Test
  void routerCountsDownTheLifetimeAndMendsTheChecksum() throws IOException {
    Bench bench = new Bench("router-ipv4");
    TrafficGenerator traffic = new TrafficGenerator(TrafficKind.UDP, 6);
    Map<Integer, Integer> portByNetwork = new HashMap<>();
    int forwarded = 0;
    for (int i = 0; i < MANY; i++) {
      traffic.next();
      byte[] before = frame(traffic);
      if (bench.run(traffic) != XdpAction.REDIRECT) {
        continue;
      }
      forwarded++;
      byte[] after = bench.after();
      assertEquals(Wire.get8(before, IP + 8) - 1, Wire.get8(after, IP + 8));
      assertTrue(Wire.checks(after, IP, IP + 20));
      assertNotEquals(Wire.get48(before, 0), Wire.get48(after, 0));
      portByNetwork.put(Wire.get8(after, IP + 16), bench.packet.redirectIfindex);
    }
    assertTrue(forwarded > MANY / 4);
    assertEquals(Map.of(10, 2, 192, 3), portByNetwork);
  }

  @Test
  void tunnelKeepsThePacketAndAddsAHeaderThatChecks() throws IOException {
    Bench bench = new Bench("iptunnel");
    TrafficGenerator traffic =
        new TrafficGenerator(List.of(TrafficKind.UDP, TrafficKind.IPV6), 7, 8, 0);
    int[] wrapped = new int[2];
    for (int i = 0; i < MANY; i++) {
      traffic.next();
      byte[] before = frame(traffic);
      if (bench.run(traffic) != XdpAction.TX) {
        assertArrayEquals(before, bench.after());
        continue;
      }
      byte[] after = bench.after();
      boolean ipv6 = Wire.get16(after, 12) == 0x86dd;
      int header = ipv6 ? 40 : 20;
      wrapped[ipv6 ? 1 : 0]++;
      assertArrayEquals(
          Arrays.copyOfRange(before, IP, before.length),
          Arrays.copyOfRange(after, IP + header, after.length));
      int lengthAt = ipv6 ? 4 : 2;
      assertEquals(Wire.get16(before, IP + lengthAt) + header, Wire.get16(after, IP + lengthAt));
      assertEquals(ipv6 ? 41 : 4, Wire.get8(after, IP + (ipv6 ? 6 : 9)));
      assertTrue(ipv6 || Wire.checks(after, IP, IP + 20));
    }
    assertTrue(wrapped[0] > 10 && wrapped[1] > 10, Arrays.toString(wrapped));
  }

  @Test
  void balancerSendsAllPacketsOfAFlowToOneServer() throws IOException {
    Bench bench = new Bench("load-balancer");
    TrafficGenerator traffic =
        new TrafficGenerator(List.of(TrafficKind.UDP, TrafficKind.TCP), 8, 16, 0);
    Map<String, Integer> servers = new HashMap<>();
    for (int i = 0; i < 4 * MANY; i++) {
      traffic.next();
      byte[] before = frame(traffic);
      if (bench.run(traffic) != XdpAction.TX) {
        continue;
      }
      byte[] after = bench.after();
      assertTrue(Wire.checks(after, IP, IP + 20));
      String flow = Wire.get8(before, IP + 9) + Arrays.toString(Arrays.copyOfRange(before, 26, 38));
      Integer server = servers.putIfAbsent(flow, Wire.get32(after, IP + 16));
      assertTrue(server == null || server == Wire.get32(after, IP + 16), flow);
    }
    assertTrue(servers.values().stream().distinct().count() >= 3, servers.toString());
  }

  @Test
  void balancerKeepsFlowsWithTheirServerWhenTheRingChanges() throws IOException {
    Bench bench = new Bench("load-balancer");
    TrafficGenerator traffic = new TrafficGenerator(List.of(TrafficKind.SYN_FLOOD), 9, 1, 0);
    traffic.next();
    byte[] ack = frame(traffic);
    ack[47] = 16;
    assertEquals(XdpAction.TX, bench.run(ack, ack.length));
    int server = Wire.get32(bench.after(), IP + 16);
    // Every slot now leads elsewhere.
    for (int slot = 0; slot < 65537; slot++) {
      bench.put("rings", String.format("%08x", Integer.reverseBytes(slot)), "03000000");
    }
    assertNotEquals(0xcb00710d, server);
    assertEquals(XdpAction.TX, bench.run(ack, ack.length));
    assertEquals(server, Wire.get32(bench.after(), IP + 16));
    // A new connection with the same ports is free to go.
    ack[47] = 2;
    assertEquals(XdpAction.TX, bench.run(ack, ack.length));
    assertEquals(0xcb00710d, Wire.get32(bench.after(), IP + 16));
  }

  @Test
  void balancerAnswersPings() throws IOException {
    Bench bench = new Bench("load-balancer");
    TrafficGenerator traffic = new TrafficGenerator(List.of(TrafficKind.ICMP), 10, 1, 0);
    int pings = 0;
    for (int i = 0; i < MANY; i++) {
      traffic.next();
      byte[] before = frame(traffic);
      if (Wire.get8(before, IP + 20) != 8 || before[26] != 10) {
        continue;
      }
      pings++;
      assertEquals(XdpAction.TX, bench.run(traffic));
      byte[] after = bench.after();
      int end = IP + Wire.get16(after, IP + 2);
      assertEquals(0, Wire.get8(after, IP + 20));
      assertTrue(Wire.checks(after, IP + 20, end));
      assertEquals(Wire.get32(before, IP + 12), Wire.get32(after, IP + 16));
    }
    assertTrue(pings > 20);
  }

  @Test
  void vlanPushesWhatItPops() throws IOException {
    TrafficGenerator traffic = new TrafficGenerator(TrafficKind.UDP, 11);
    Bench pushing = new Bench("vlan");
    Bench popping = new Bench("vlan");
    popping.put("rules", "64000000", "02000000");
    for (int i = 0; i < MANY; i++) {
      traffic.next();
      assertEquals(XdpAction.TX, pushing.run(traffic));
      byte[] tagged = pushing.after();
      assertEquals(0x8100_0064, Wire.get32(tagged, 12));
      assertEquals(XdpAction.TX, popping.run(tagged, tagged.length));
      assertArrayEquals(frame(traffic), popping.after());
    }
  }

  @Test
  void limiterLetsThroughBurstAndRate() throws IOException {
    Bench bench = new Bench("syn-limiter");
    TrafficGenerator traffic = new TrafficGenerator(List.of(TrafficKind.SYN_FLOOD), 12, 1, 0);
    traffic.next();
    byte[] syn = frame(traffic);
    syn[47] = 2;
    int[] passedInSecond = new int[3];
    for (int millisecond = 0; millisecond < 3000; millisecond++) {
      bench.packet.timestampNs = 1_000_000_000L + millisecond * 1_000_000L;
      if (bench.run(syn, syn.length) == XdpAction.PASS) {
        passedInSecond[millisecond / 1000]++;
      }
    }
    assertArrayEquals(new int[] {13, 10, 10}, passedInSecond);
  }

  @ParameterizedTest
  @EnumSource(names = {"UDP", "IPV4_OPTIONS", "TCP"})
  void checksumLoopPassesGoodPacketsAndDropsAnyFlippedBit(TrafficKind kind) throws IOException {
    Bench bench = new Bench("checksum-loop");
    TrafficGenerator traffic = new TrafficGenerator(kind, 13);
    for (int i = 0; i < MANY; i++) {
      traffic.next();
      assertEquals(XdpAction.PASS, bench.run(traffic), kind + " " + i);
      byte[] broken = frame(traffic);
      broken[IP + 12 + i % 8] ^= (byte) (1 << i % 7);
      assertEquals(XdpAction.DROP, bench.run(broken, broken.length), kind + " " + i);
    }
  }

  @Test
  void subprogFindsTheTransportHeaderBehindAnything() throws IOException {
    Bench bench = new Bench("subprog");
    TrafficGenerator traffic =
        new TrafficGenerator(List.of(TrafficKind.IPV4_OPTIONS, TrafficKind.VLAN), 14, 16, 0);
    for (int i = 0; i < MANY; i++) {
      traffic.next();
      assertEquals(XdpAction.PASS, bench.run(traffic), "packet " + i);
    }
    assertTrue(bench.counter("traffic", 0) > 50, "TCP");
    assertTrue(bench.counter("traffic", 1) > 50, "UDP");
    assertEquals(0, bench.counter("traffic", 4) + bench.counter("traffic", 5), "nothing else");
  }

  @Test
  void metadataStandsBeforeThePacket() throws IOException {
    Bench bench = new Bench("metadata");
    TrafficGenerator traffic = new TrafficGenerator(TrafficKind.UDP, 15);
    int[] actions = new int[XdpAction.values().length];
    for (int i = 0; i < MANY; i++) {
      traffic.next();
      int dscp = Wire.get8(frame(traffic), IP + 1) >> 2;
      XdpAction expected = dscp == 46 ? XdpAction.TX : dscp == 8 ? XdpAction.DROP : XdpAction.PASS;
      assertEquals(expected, bench.run(traffic));
      assertEquals(8, bench.packet.data - bench.packet.dataMeta);
      actions[expected.ordinal()]++;
    }
    assertFalse(actions[1] == 0 || actions[2] == 0 || actions[3] == 0);
  }
}
