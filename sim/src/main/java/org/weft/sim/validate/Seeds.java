package org.weft.sim.validate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.weft.sim.network.Address;
import org.weft.sim.network.Neighbour;
import org.weft.sim.network.Network;
import org.weft.sim.network.Route;
import org.weft.sim.packet.PacketBuffer;

/** Frames of every protocol that XDP programs know, right and wrong, to begin with. */
final class Seeds {
  private static final int IPIP = 4;
  private static final int IP6IP = 41;
  private static final int ROUTING = 43;
  private static final int FRAGMENT = 44;
  private static final int GRE = 47;
  private static final int ESP = 50;
  private static final int AUTHENTICATION = 51;
  private static final int DESTINATION = 60;
  private static final int SCTP = 132;
  private static final int MAX_CHAIN = 36;
  private static final int MOST_DESTINATIONS = 256;
  private static final int[] PROTOCOLS = {
    FrameWriter.TCP,
    FrameWriter.UDP,
    FrameWriter.ICMP,
    FrameWriter.ICMPV6,
    IPIP,
    IP6IP,
    GRE,
    ESP,
    AUTHENTICATION,
    SCTP
  };

  private static final int[] TCP_FLAGS = {0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0x00, 0x29, 0xff};
  private static final int[] PORTS = {22, 53, 80, 443, 1234, 4789, 8080, 9000};
  private static final int[] ICMP_TYPES = {0, 3, 4, 5, 8, 11, 13};
  private static final int[] ICMPV6_TYPES = {1, 2, 3, 128, 129, 133, 134, 135, 136};
  private static final int[] OTHER_TYPES = {
    FrameWriter.ARP, 0x8035, 0x8847, 0x8864, 0x88cc, 0x9100, 0x0026, 0x05dc, 0x0000, 0xffff
  };
  private static final int[] LENGTHS = {
    0,
    1,
    13,
    14,
    15,
    33,
    34,
    59,
    60,
    64,
    98,
    128,
    256,
    512,
    600,
    1024,
    1500,
    1514,
    2048,
    3000,
    PacketBuffer.MAX_PACKET_BYTES - 1,
    PacketBuffer.MAX_PACKET_BYTES
  };

  private final List<byte[]> frames = new ArrayList<>();

  private Seeds() {}

  /** The frames, always the same. */
  static List<byte[]> frames() {
    Seeds seeds = new Seeds();
    for (int tags = 0; tags <= 2; tags++) {
      seeds.network(tags);
    }
    seeds.chains();
    seeds.transport();
    seeds.others();
    seeds.lengths();
    return seeds.frames;
  }

  /** Frames to where each route leads and to each neighbour; not to all where there are many. */
  static List<byte[]> frames(Network network) {
    Stream<Address> prefixes = network.routes().stream().map(Route::destination);
    Stream<Address> hosts = network.neighbours().stream().map(Neighbour::address);
    return Stream.concat(prefixes, hosts)
        .distinct()
        .limit(MOST_DESTINATIONS)
        .map(Seeds::to)
        .toList();
  }

  private static byte[] to(Address address) {
    FrameWriter writer =
        address.isIpv6()
            ? ethernet(0, FrameWriter.IPV6).ipv6(FrameWriter.UDP)
            : ethernet(0, FrameWriter.IPV4).ipv4(FrameWriter.UDP, 0x4000, 0);
    byte[] frame = payload(writer, FrameWriter.UDP).bytes();
    byte[] bytes = address.bytes();
    System.arraycopy(bytes, 0, frame, address.isIpv6() ? 38 : 30, bytes.length);
    Checksums.complete(frame);
    return frame;
  }

  private static FrameWriter ethernet(int tags, int type) {
    FrameWriter frame = new FrameWriter().ethernet(type);
    if (tags > 0) {
      frame.tag(FrameWriter.VLAN, 0x2005);
    }
    if (tags == 2) {
      // The tag that was there becomes the inner one.
      byte[] tagged = frame.bytes();
      frame = new FrameWriter().put(Arrays.copyOf(tagged, 12));
      frame.put16(FrameWriter.SERVICE_VLAN).put16(7);
      frame.put(Arrays.copyOfRange(tagged, 12, tagged.length));
    }
    return frame;
  }

  /** Each network header before each transport header. */
  private void network(int tags) {
    for (int protocol : PROTOCOLS) {
      for (int options : new int[] {0, 4, 40}) {
        add(payload(ethernet(tags, FrameWriter.IPV4).ipv4(protocol, 0x4000, options), protocol));
      }
      for (int fragment : new int[] {0x2000, 0x2010, 0x0010}) {
        add(payload(ethernet(tags, FrameWriter.IPV4).ipv4(protocol, fragment, 0), protocol));
      }
      add(payload(ethernet(tags, FrameWriter.IPV6).ipv6(protocol), protocol));
      for (int header : new int[] {0, ROUTING, DESTINATION, AUTHENTICATION}) {
        FrameWriter frame = ethernet(tags, FrameWriter.IPV6).ipv6(header);
        add(payload(frame.extension(protocol, 16), protocol));
      }
      for (int offset : new int[] {1, 8}) {
        FrameWriter frame = ethernet(tags, FrameWriter.IPV6).ipv6(FRAGMENT);
        add(payload(frame.ipv6Fragment(protocol, offset), protocol));
      }
      FrameWriter chain = ethernet(tags, FrameWriter.IPV6).ipv6(0);
      chain.extension(DESTINATION, 8).extension(ROUTING, 8).extension(FRAGMENT, 24);
      add(payload(chain.ipv6Fragment(protocol, 0), protocol));
    }
  }

  /** As many tags and extension headers as no honest sender uses. */
  private void chains() {
    for (int count = 3; count <= MAX_CHAIN; count++) {
      FrameWriter tags = new FrameWriter().ethernet(FrameWriter.IPV4);
      FrameWriter headers = ethernet(0, FrameWriter.IPV6).ipv6(DESTINATION);
      for (int i = 0; i < count; i++) {
        tags.tag(FrameWriter.VLAN, i);
        headers.extension(i == count - 1 ? FrameWriter.TCP : DESTINATION, 8);
      }
      add(payload(tags.ipv4(FrameWriter.UDP, 0, 0), FrameWriter.UDP));
      add(payload(headers, FrameWriter.TCP));
    }
  }

  private static FrameWriter payload(FrameWriter frame, int protocol) {
    return switch (protocol) {
      case FrameWriter.TCP -> frame.tcp(1025, 80, 0x18, 0).zeros(20);
      case FrameWriter.UDP -> frame.udp(1025, 53).zeros(32);
      case FrameWriter.ICMP -> frame.icmp(8, 0).zeros(48);
      case FrameWriter.ICMPV6 -> frame.icmp(128, 0).zeros(48);
      case IPIP -> frame.ipv4(FrameWriter.UDP, 0, 0).udp(1025, 53).zeros(16);
      case IP6IP -> frame.ipv6(FrameWriter.TCP).tcp(1025, 80, 2, 0).zeros(16);
      case GRE -> frame.put16(0).put16(FrameWriter.IPV4).ipv4(FrameWriter.UDP, 0, 0).udp(5, 6);
      default -> frame.zeros(48);
    };
  }

  /** What transport headers may say. */
  private void transport() {
    for (boolean six : new boolean[] {false, true}) {
      for (int flags : TCP_FLAGS) {
        add(ip(six, FrameWriter.TCP).tcp(1025, 80, flags, 0).zeros(12));
        add(ip(six, FrameWriter.TCP).tcp(1025, 443, flags, 20).zeros(100));
      }
      for (int port : PORTS) {
        add(ip(six, FrameWriter.TCP).tcp(1025, port, 0x18, 12).zeros(100));
        add(ip(six, FrameWriter.TCP).tcp(port, 1025, 0x18, 12).zeros(100));
        add(ip(six, FrameWriter.UDP).udp(1025, port).zeros(100));
        add(ip(six, FrameWriter.UDP).udp(port, 1025).zeros(100));
      }
      for (int type : six ? ICMPV6_TYPES : ICMP_TYPES) {
        FrameWriter frame = ip(six, six ? FrameWriter.ICMPV6 : FrameWriter.ICMP).icmp(type, 0);
        add(six ? frame.ipv6(FrameWriter.TCP).tcp(80, 1025, 16, 0) : quoted(frame));
      }
    }
  }

  private static FrameWriter quoted(FrameWriter frame) {
    return frame.ipv4(FrameWriter.TCP, 0, 0).tcp(80, 1025, 16, 0);
  }

  private static FrameWriter ip(boolean six, int protocol) {
    return six
        ? ethernet(0, FrameWriter.IPV6).ipv6(protocol)
        : ethernet(0, FrameWriter.IPV4).ipv4(protocol, 0x4000, 0);
  }

  /** Other network protocols, and headers that lie. */
  private void others() {
    for (int type : OTHER_TYPES) {
      add(ethernet(0, type).zeros(46));
      add(ethernet(1, type).zeros(46));
    }
    FrameWriter arp = ethernet(0, FrameWriter.ARP).put16(1).put16(FrameWriter.IPV4).put16(0x0604);
    add(arp.put16(1).zeros(6).put32(0x0a000001).zeros(6).put32(0xc0000201).zeros(18));
    int ip = 14;
    for (int first : new int[] {0x40, 0x44, 0x4f, 0x65, 0x55, 0x05, 0xff}) {
      lie(ip, first);
    }
    lie(ip + 1, 0xff);
    lie(ip + 2, 0xff);
    lie(ip + 8, 0);
    lie(ip + 8, 1);
    lie(ip + 10, 0xaa);
    frames.add(new byte[64]);
    byte[] ones = new byte[64];
    Arrays.fill(ones, (byte) 0xff);
    frames.add(ones);
  }

  private void lie(int at, int value) {
    for (int protocol : new int[] {FrameWriter.TCP, FrameWriter.UDP}) {
      add(payload(ip(false, protocol), protocol));
      frames.get(frames.size() - 1)[at] = (byte) value;
    }
  }

  /** Short and long ones. */
  private void lengths() {
    List<byte[]> whole = new ArrayList<>();
    whole.add(payload(ip(false, FrameWriter.TCP), FrameWriter.TCP).bytes());
    whole.add(payload(ip(false, FrameWriter.UDP), FrameWriter.UDP).bytes());
    whole.add(payload(ip(true, FrameWriter.TCP), FrameWriter.TCP).bytes());
    whole.add(payload(ethernet(2, FrameWriter.IPV4).ipv4(17, 0, 8), FrameWriter.UDP).bytes());
    for (byte[] frame : whole) {
      for (int length = 0; length < Math.min(frame.length, 64); length += 3) {
        frames.add(Arrays.copyOf(frame, length));
      }
      for (int length : LENGTHS) {
        byte[] sized = Arrays.copyOf(frame, length);
        Checksums.complete(sized);
        frames.add(sized);
      }
    }
  }

  private void add(FrameWriter writer) {
    byte[] frame = writer.bytes();
    if (frame.length < 60) {
      frame = Arrays.copyOf(frame, 60);
    }
    Checksums.complete(frame);
    frames.add(frame);
  }
}
