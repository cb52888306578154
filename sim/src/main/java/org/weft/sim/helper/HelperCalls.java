package org.weft.sim.helper;

import java.util.Arrays;
import java.util.function.Consumer;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapType;
import org.weft.isa.xdp.RandomNumbers;
import org.weft.isa.xdp.XdpAction;
import org.weft.sim.map.Little;
import org.weft.sim.map.MapTable;
import org.weft.sim.map.RingBuffer;
import org.weft.sim.map.SoftMap;
import org.weft.sim.network.FibLookup;
import org.weft.sim.network.Link;
import org.weft.sim.network.Network;
import org.weft.sim.packet.PacketBuffer;

/**
 * The helper functions with the kernel's semantics and error numbers (net/core/filter.c,
 * kernel/bpf/helpers.c, kernel/trace/bpf_trace.c). Memory comes as array and offset, maps as index.
 */
public final class HelperCalls {
  private static final int EFAULT = -14;
  private static final int EACCES = -13;
  private static final int EINVAL = -22;
  private static final int E2BIG = -7;
  private static final int ENOENT = -2;
  private static final int ENODEV = -19;
  private static final int EOPNOTSUPP = -95;

  private static final int ETHERNET_HEADER_BYTES = 14;
  private static final int MAX_METADATA_BYTES = 252;
  private static final long ACTION_MASK = 3;
  private static final long BROADCAST = 8;
  private static final long EXCLUDE_INGRESS = 16;

  private final MapTable maps;
  private final Network network;
  private final FibLookup fib;
  private final byte[] key = new byte[4];
  private final TraceFormat format = new TraceFormat();
  private Consumer<String> sink;
  private int seed;

  /** The state of random numbers, once the packet has asked for one. */
  private int random;

  private boolean hasRandom;

  /** Helpers over these maps and this network; random numbers follow from the seed. */
  public HelperCalls(MapTable maps, long seed, Network network) {
    this.maps = maps;
    this.seed = RandomNumbers.seed(seed);
    this.network = network;
    fib = new FibLookup(network);
  }

  /** Helpers over these maps, in a system without routes. */
  public HelperCalls(MapTable maps, long seed) {
    this(maps, seed, Network.NONE);
  }

  /** Where the text of {@code bpf_trace_printk} goes; null throws it away. */
  public void traceTo(Consumer<String> newSink) {
    sink = newSink;
  }

  /** To be called before each packet: random numbers begin anew. */
  public void begin() {
    hasRandom = false;
  }

  /** {@code bpf_ktime_get_ns} and its kin: the packet's time stamp. */
  public long timeNs(PacketBuffer packet) {
    return packet.timestampNs;
  }

  /** {@code bpf_jiffies64}, with 250 a second. */
  public long jiffies(PacketBuffer packet) {
    return Long.divideUnsigned(packet.timestampNs, HelperFunction.NS_PER_JIFFY);
  }

  /** Random numbers follow from another seed, of packets that have not asked for one yet. */
  public void seed(int newSeed) {
    seed = newSeed;
  }

  /** {@code bpf_get_prandom_u32}: a function of seed, packet number and number of the call. */
  public long random(PacketBuffer packet) {
    random = hasRandom ? random : RandomNumbers.state(seed, packet.number);
    hasRandom = true;
    random += RandomNumbers.STEP;
    return Integer.toUnsignedLong(RandomNumbers.mix(random));
  }

  /** {@code bpf_xdp_adjust_head}. */
  public long adjustHead(PacketBuffer packet, int delta) {
    int from = packet.dataMeta;
    int meta = packet.data - from;
    long error = moveHead(packet, delta);
    if (error == 0) {
      System.arraycopy(packet.bytes, from, packet.bytes, packet.dataMeta, meta);
    }
    return error;
  }

  /** The same as rows have it: the begin of metadata moves along, its bytes stay where they are. */
  public long moveHead(PacketBuffer packet, int delta) {
    int meta = packet.data - packet.dataMeta;
    long data = (long) packet.data + delta;
    if (data > packet.dataEnd - ETHERNET_HEADER_BYTES || !packet.hasRoomBefore(data - meta)) {
      return EINVAL;
    }
    packet.dataMeta += delta;
    packet.data = (int) data;
    packet.front = Math.min(packet.front, packet.dataMeta);
    return 0;
  }

  /** {@code bpf_xdp_adjust_tail}. */
  public long adjustTail(PacketBuffer packet, int delta) {
    long end = (long) packet.dataEnd + delta;
    if (end < packet.data + ETHERNET_HEADER_BYTES || !packet.hasRoomBehind(end)) {
      return EINVAL;
    }
    if (delta > 0) {
      Arrays.fill(packet.bytes, packet.dataEnd, (int) end, (byte) 0);
    }
    packet.dataEnd = (int) end;
    return 0;
  }

  /** {@code bpf_xdp_adjust_meta}. */
  public long adjustMeta(PacketBuffer packet, int delta) {
    long meta = (long) packet.dataMeta + delta;
    if (meta > packet.data || !packet.hasRoomBefore(meta)) {
      return EINVAL;
    }
    long bytes = packet.data - meta;
    if (bytes % 4 != 0 || bytes > MAX_METADATA_BYTES) {
      return EACCES;
    }
    packet.dataMeta = (int) meta;
    packet.front = Math.min(packet.front, packet.dataMeta);
    return 0;
  }

  /** {@code bpf_redirect}. */
  public long redirect(PacketBuffer packet, long ifindex, long flags) {
    if (flags != 0) {
      return XdpAction.ABORTED.ordinal();
    }
    packet.redirectIfindex = (int) ifindex;
    packet.redirectMap = -1;
    return XdpAction.REDIRECT.ordinal();
  }

  /** {@code bpf_redirect_map}; the low two bits of flags are returned when the lookup fails. */
  public long redirectMap(PacketBuffer packet, int map, long index, long flags) {
    SoftMap target = maps.map(map);
    MapType type = target.definition().type();
    boolean devices = type == MapType.DEVMAP || type == MapType.DEVMAP_HASH;
    long allowed = ACTION_MASK | (devices ? BROADCAST | EXCLUDE_INGRESS : 0);
    if ((flags & ~allowed) != 0) {
      return XdpAction.ABORTED.ordinal();
    }
    Little.INT.set(key, 0, (int) index);
    int at = target.lookup(key, 0, packet.cpu);
    boolean broadcast = (flags & BROADCAST) != 0;
    if (at < 0 && !broadcast) {
      packet.redirectMap = -1;
      packet.redirectIfindex = 0;
      return flags & ACTION_MASK;
    }
    packet.redirectMap = map;
    packet.redirectKey = (int) index;
    packet.redirectIfindex = devices && !broadcast ? (int) Little.INT.get(target.values(), at) : 0;
    return XdpAction.REDIRECT.ordinal();
  }

  /**
   * {@code bpf_csum_diff} as it is since Linux 6.13: sizes need not be multiples of four, and the
   * result is folded to 16 bits. An array of null stands for no memory, with size 0.
   */
  public long csumDiff(
      byte[] from, int fromOffset, int fromBytes, byte[] to, int toOffset, int toBytes, long seed) {
    int sum = (int) seed;
    if (fromBytes != 0 && toBytes != 0) {
      int added = sum(to, toOffset, toBytes, sum);
      sum =
          fold(
              Integer.toUnsignedLong(added)
                  + Integer.toUnsignedLong(~sum(from, fromOffset, fromBytes, 0)));
    } else if (toBytes != 0) {
      sum = sum(to, toOffset, toBytes, sum);
    } else if (fromBytes != 0) {
      sum = ~sum(from, fromOffset, fromBytes, ~sum);
    }
    sum += sum >>> 16 | sum << 16;
    return sum >>> 16;
  }

  /** Ones' complement sum of 32-bit words; zeros fill the last one. */
  private static int sum(byte[] bytes, int offset, int length, int seed) {
    long sum = Integer.toUnsignedLong(seed);
    int at = offset;
    int end = offset + length;
    for (; at <= end - 4; at += 4) {
      sum += (int) Little.INT.get(bytes, at) & 0xffffffffL;
    }
    for (int shift = 0; at < end; at++, shift += 8) {
      sum += Byte.toUnsignedLong(bytes[at]) << shift;
    }
    return fold(sum);
  }

  private static int fold(long sum) {
    long folded = (sum >>> 32) + (sum & 0xffffffffL);
    return (int) ((folded >>> 32) + folded);
  }

  /** {@code bpf_xdp_load_bytes}. */
  public long loadBytes(PacketBuffer packet, int offset, byte[] to, int toOffset, int length) {
    long error = range(packet, offset, length);
    if (error == 0) {
      System.arraycopy(packet.bytes, packet.data + offset, to, toOffset, length);
    }
    return error;
  }

  /** {@code bpf_xdp_store_bytes}. */
  public long storeBytes(PacketBuffer packet, int offset, byte[] from, int fromOffset, int length) {
    long error = range(packet, offset, length);
    if (error == 0) {
      System.arraycopy(from, fromOffset, packet.bytes, packet.data + offset, length);
    }
    return error;
  }

  private static long range(PacketBuffer packet, int offset, int length) {
    if (Integer.compareUnsigned(offset, 0xffff) > 0
        || Integer.compareUnsigned(length, 0xffff) > 0) {
      return EFAULT;
    }
    return offset + length > packet.length() ? EINVAL : 0;
  }

  /**
   * {@code bpf_perf_event_output}, of an event that is thrown away: an entry other than zero stands
   * for one that is open on the CPU of its index.
   */
  public long perfEventOutput(PacketBuffer packet, int map, long flags) {
    long error = perfEventFlagsError(packet, flags);
    return error < 0 ? error : perfEventEntryError(packet, map, flags);
  }

  /** Bytes of the packet that an event with these flags has behind the program's. */
  public int perfEventPacketBytes(long flags) {
    return (int) (flags >>> 32) & 0xfffff;
  }

  /** What such a call answers for its flags and the packet's length: 0 if they allow an event. */
  public long perfEventFlagsError(PacketBuffer packet, long flags) {
    if (flags >>> 52 != 0) {
      return EINVAL;
    }
    return perfEventPacketBytes(flags) > packet.length() ? EFAULT : 0;
  }

  /** The number of the entry that such flags name. */
  public long perfEventIndex(PacketBuffer packet, long flags) {
    long index = flags & 0xffffffffL;
    return index == 0xffffffffL ? packet.cpu : index;
  }

  /** What such a call answers for its entry: 0 if an event is open there, on the packet's CPU. */
  public long perfEventEntryError(PacketBuffer packet, int map, long flags) {
    long index = perfEventIndex(packet, flags);
    SoftMap events = maps.map(map);
    if (index >= events.definition().maxEntries()) {
      return E2BIG;
    }
    Little.INT.set(key, 0, (int) index);
    if (events.lookup(key, 0, packet.cpu) < 0) {
      return ENOENT;
    }
    return index == packet.cpu ? 0 : EOPNOTSUPP;
  }

  /** An interface: one that the network or a device map names, or that a packet comes in on. */
  private Link link(PacketBuffer packet, int ifindex) {
    Link link = network.links().get(ifindex);
    boolean exists =
        link != null
            || ifindex == Link.LOOPBACK
            || ifindex == packet.ingressIfindex
            || maps.hasInterface(ifindex);
    return link == null && exists && ifindex > 0 ? Link.of(ifindex) : link;
  }

  /** {@code bpf_fib_lookup} with a structure of so many bytes. */
  public long fibLookup(PacketBuffer packet, byte[] parameters, int offset, int bytes, int flags) {
    Link link =
        bytes < FibLookup.PARAMETER_BYTES
            ? null
            : link(packet, FibLookup.ifindex(parameters, offset));
    return fib.lookup(parameters, offset, bytes, flags, link);
  }

  /** {@code bpf_check_mtu}: the length comes in, if it is not 0, and the MTU goes out. */
  public long checkMtu(
      PacketBuffer packet, int ifindex, byte[] length, int offset, int difference, long flags) {
    if (flags != 0) {
      return EINVAL;
    }
    Link link = link(packet, ifindex == 0 ? packet.ingressIfindex : ifindex);
    if (link == null) {
      return ENODEV;
    }
    int given = (int) Little.INT.get(length, offset);
    int bytes = (given == 0 ? packet.length() : given + ETHERNET_HEADER_BYTES) + difference;
    Little.INT.set(length, offset, link.mtu());
    return bytes > link.mtu() + ETHERNET_HEADER_BYTES ? 1 : 0;
  }

  /** The ring buffer of an index. */
  public RingBuffer ring(int map) {
    return (RingBuffer) maps.map(map);
  }

  /** {@code bpf_trace_printk} where strings cannot be followed: they count as empty. */
  public long tracePrintk(byte[] text, int offset, int bytes, long a, long b, long c) {
    return tracePrintk(text, offset, bytes, a, b, c, PointerReader.NONE);
  }

  /** {@code bpf_trace_printk}: the length of the text, which goes to the sink, if there is one. */
  public long tracePrintk(
      byte[] text, int offset, int bytes, long a, long b, long c, PointerReader pointers) {
    format.argument(0, a);
    format.argument(1, b);
    format.argument(2, c);
    return trace(format.print(text, offset, bytes, 3, pointers));
  }

  /**
   * {@code bpf_trace_vprintk}: the same with up to 12 numbers of eight bytes, which stand in
   * memory.
   */
  public long traceVprintk(
      byte[] text,
      int offset,
      int bytes,
      byte[] data,
      int dataOffset,
      int dataBytes,
      PointerReader pointers) {
    int count = dataBytes / Long.BYTES;
    if (dataBytes % Long.BYTES != 0 || count > TraceFormat.MAX_ARGUMENTS) {
      return EINVAL;
    }
    for (int i = 0; i < count; i++) {
      format.argument(i, (long) Little.LONG.get(data, dataOffset + Long.BYTES * i));
    }
    return trace(format.print(text, offset, bytes, count, pointers));
  }

  private long trace(int length) {
    if (length >= 0 && sink != null) {
      sink.accept(format.text());
    }
    return length;
  }
}
