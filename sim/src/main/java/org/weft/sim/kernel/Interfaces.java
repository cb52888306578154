package org.weft.sim.kernel;

import java.util.HashMap;
import java.util.Map;
import org.weft.isa.InputException;
import org.weft.sim.network.Link;

/**
 * The network interfaces of the current thread's network namespace. The loopback is there from the
 * start, is number 1 and has one receive queue; others are made when they are first asked for:
 * virtual Ethernet pairs whose far ends have numbers from 2^30 on.
 *
 * <pre>
 *  ifinfomsg  family u8, pad u8 | type u16 | index s32 | flags u32 | change u32
 * </pre>
 */
final class Interfaces {
  static final int LOOPBACK = 1;

  private static final int FAR_ENDS = 1 << 30;
  private static final int MAX_QUEUES = 4096;
  private static final int NEW_LINK = 16;
  private static final int UP = 1;
  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_LINKINFO = 18;
  private static final int IFLA_NUM_RX_QUEUES = 32;
  private static final int INFO_KIND = 1;
  private static final int INFO_DATA = 2;
  private static final int VETH_PEER = 1;

  private final Netlink netlink;
  private final Map<Integer, Integer> queues = new HashMap<>(Map.of(LOOPBACK, 1));

  Interfaces(Netlink netlink) {
    this.netlink = netlink;
  }

  /**
   * Makes an interface as it is to be, and switches it on.
   *
   * @param queue the highest receive queue
   * @throws InputException when the kernel refuses
   */
  void make(Link link, int queue) {
    if (link.ifindex() == LOOPBACK) {
      netlink.begin(NEW_LINK, 0);
      interfaceInfo(LOOPBACK, UP);
      netlink.number(IFLA_MTU, link.mtu());
      check(LOOPBACK, netlink.send());
    } else {
      create(link, queue + 1);
      netlink.begin(NEW_LINK, 0);
      interfaceInfo(link.ifindex(), UP);
      check(link.ifindex(), netlink.send());
    }
  }

  private static void check(int index, long result) {
    if (result < 0) {
      throw new InputException(
          "the kernel engine cannot set interface " + index + " up: " + Errno.describe(result));
    }
  }

  /**
   * Sees to it that an interface is there.
   *
   * @param index its number, from 1
   * @param queue a receive queue that it must have
   * @throws InputException when the kernel refuses, or it is there with fewer queues
   */
  void require(int index, int queue) {
    Integer present = queues.get(index);
    if (present == null) {
      create(Link.of(index), Math.max(queue, 0) + 1);
    } else if (queue < 0 || queue >= present) {
      throw new InputException(
          "interface "
              + index
              + " has "
              + (present == 1 ? "queue 0 only" : "queues 0 to " + (present - 1))
              + " in the kernel engine, not queue "
              + Integer.toUnsignedString(queue)
              + (index == LOOPBACK
                  ? ": interface 1 is the loopback, use --ifindex 2 or higher"
                  : ": give the highest queue with --queue"));
    }
  }

  private void create(Link link, int count) {
    int index = link.ifindex();
    if (index < 1 || index >= FAR_ENDS || count > MAX_QUEUES) {
      throw new InputException(
          "the kernel engine cannot make interface "
              + Integer.toUnsignedString(index)
              + " with "
              + count
              + " receive queues: interfaces are 1 to 2^30 - 1, queues at most "
              + MAX_QUEUES);
    }
    long result = veth(link, count);
    if (result < 0) {
      throw new InputException(
          "the kernel engine cannot make interface "
              + index
              + " (veth): "
              + Errno.describe(result)
              + (Errno.EOPNOTSUPP.is(result) ? "; load the module veth" : ""));
    }
    queues.put(index, count);
  }

  private long veth(Link link, int count) {
    netlink.begin(NEW_LINK, Netlink.CREATE);
    interfaceInfo(link.ifindex(), 0);
    netlink.text(IFLA_IFNAME, name(link.ifindex()));
    netlink.number(IFLA_MTU, link.mtu());
    netlink.bytes(IFLA_ADDRESS, mac(link.mac()));
    netlink.number(IFLA_NUM_RX_QUEUES, count);
    int info = netlink.open(IFLA_LINKINFO);
    netlink.text(INFO_KIND, "veth");
    int data = netlink.open(INFO_DATA);
    int peer = netlink.open(VETH_PEER);
    interfaceInfo(FAR_ENDS + link.ifindex(), 0);
    netlink.text(IFLA_IFNAME, "far" + link.ifindex());
    netlink.close(peer);
    netlink.close(data);
    netlink.close(info);
    return netlink.send();
  }

  private void interfaceInfo(int index, int up) {
    netlink.put(0);
    netlink.put(index);
    netlink.put(up);
    netlink.put(up);
  }

  static byte[] mac(long mac) {
    byte[] bytes = new byte[6];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (mac >>> 40 - 8 * i);
    }
    return bytes;
  }

  /** The kernel's name of an interface. */
  static String name(int index) {
    return index == LOOPBACK ? "lo" : "weft" + index;
  }
}
