package org.weft.sim.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.InputException;

class NetworkFileTest {
  private static Network parse(String... lines) {
    return NetworkFile.parse("routes", List.of(lines));
  }

  @Test
  void linesAreRead() {
    Network network =
        parse(
            "# a comment",
            "",
            "link 3 mac 02:00:00:00:00:33 mtu 9000 forwarding on # and one here",
            "route default via fe80::1 dev 3",
            "route 10.0.0.0/8 via 192.0.2.1 dev 4 metric 0x10 table 100 src 192.0.2.9",
            "route prohibit 10.1.2.3",
            "neigh 192.0.2.1 lladdr 02:00:00:00:00:44 dev 4",
            "rule mark 0x10/0xf0 table 100");
    assertEquals(new Link(3, 0x020000000033L, 9000, true), network.links().get(3));
    assertEquals(Link.of(4), network.links().get(4));
    assertEquals(1024, network.routes().get(0).metric());
    assertTrue(network.routes().get(0).destination().isIpv6());
    assertEquals(16, network.routes().get(1).metric());
    assertEquals(32, network.routes().get(2).length());
    assertEquals(0x44, network.neighbours().get(0).mac() & 0xff);
    assertEquals(new Rule(0x10, 0xf0, 100), network.rules().get(0));
    assertEquals(4, network.own().get(Address.parse("192.0.2.9")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "routes 1 | no line begins with routes",
        "link | the line ends where an interface's number",
        "link 0 | give a number from 1",
        "link 3 mtu | the line ends where mtu",
        "link 3 mtu 67 | mtu 67: give a number from 68 to 65535",
        "link 3 mac 2:0:0:0:0:1 | is no address of a link",
        "link 3 mac 01:00:00:00:00:01 | is no host's address",
        "link 3 forwarding yes | known here are on and off",
        "link 3 up | what is up?",
        "link 1 mac 02:00:00:00:00:01 | the loopback has no address",
        "route 10.0.0.0/8 dev 1 | interface 1 is the loopback",
        "route 10.0.0.1/8 dev 2 | has bits behind the prefix; write 10.0.0.0/8",
        "route 10.0.0.0/33 dev 2 | prefix length 33",
        "route 10.0.0/8 dev 2 | is no prefix",
        "route 10.256.0.0/16 dev 2 | is no prefix",
        "route 2001:db8::g/32 dev 2 | is no prefix",
        "route 10.0.0.0/8 via 192.0.2.1 | the route leads nowhere",
        "route blackhole 10.0.0.0/8 dev 2 | leads nowhere; leave",
        "route 10.0.0.0/8 via 224.0.0.1 dev 2 | is no host's address",
        "route 2001:db8::/32 via 192.0.2.1 dev 2 | give one of IPv6",
        "route 10.0.0.0/8 dev 2 src 2001:db8::1 | of the other family",
        "route 10.0.0.0/8 dev 2 table 255 | Linux fills itself",
        "route 10.0.0.0/8 dev 2 metric -1 | give a number from 0",
        "neigh 192.0.2.1 dev 2 | needs both",
        "neigh 0.0.0.0 lladdr 02:00:00:00:00:01 dev 2 | is no host's address",
        "rule mark 3/2 table 100 | bits outside its mask",
        "rule table 100 | needs both",
      })
  void whatNoNetworkCanBeIsRefusedWithItsLine(String line, String cause) {
    String message = assertThrows(InputException.class, () -> parse("# first", line)).getMessage();
    assertTrue(message.startsWith("routes:2: "), message);
    assertTrue(message.contains(cause), message);
    assertFalse(message.contains("\n"), message);
  }

  @Test
  void linesMustAgree() {
    String route = "route 10.0.0.0/8 dev 2";
    assertThrows(InputException.class, () -> parse(route, "route 10.0.0.0/8 via 1.1.1.1 dev 3"));
    parse(route, route + " metric 1", route + " table 7");
    assertThrows(InputException.class, () -> parse("link 2 mtu 1000", "route ::/0 dev 2"));
    assertThrows(InputException.class, () -> parse("route ::/0 dev 2", "link 2 mtu 1000"));
    assertThrows(InputException.class, () -> parse("link 2", "link 2"));
    String neighbour = "neigh 1.1.1.1 lladdr 02:00:00:00:00:01 dev 2";
    assertThrows(InputException.class, () -> parse(neighbour, neighbour));
    String source = " src 192.0.2.1";
    assertThrows(
        InputException.class, () -> parse(route + source, "route 11.0.0.0/8 dev 3" + source));
  }

  @Test
  void addressesAreThoseOfPeople() {
    assertEquals("10.1.2.3", Address.parse("10.1.2.3").toString());
    assertEquals(0xffff_c000_0201L, Address.parse("::ffff:192.0.2.1").low());
    assertEquals(null, Address.parse("10.1.2"));
    assertEquals(null, Address.parse("::1%lo"));
    assertEquals(null, Address.parse("example.org"));
  }
}
