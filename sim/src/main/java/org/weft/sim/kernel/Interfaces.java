package org.weft.sim.kernel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.weft.isa.InputException;

/**
 * The network interfaces of the current thread's network namespace. The loopback is there from the
 * start, is number 1 and has one receive queue; others are made when they are first asked for:
 * virtual Ethernet pairs whose far ends have numbers from 2^30 on.
 *
 * <p>Messages go to the kernel by rtnetlink:
 *
 * <pre>
 *  nlmsghdr   len u32 | type u16 | flags u16 | seq u32 | port u32
 *  ifinfomsg  family u8, pad u8 | type u16 | index s32 | flags u32 | change u32
 *  attribute  len u16 | type u16 | payload, padded to four bytes
 * </pre>
 */
final class Interfaces implements AutoCloseable {
  static final int LOOPBACK = 1;

  private static final int FAR_ENDS = 1 << 30;
  private static final int MAX_QUEUES = 4096;
  private static final int NETLINK = 16;
  private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
  private static final int NEWLINK = 16;
  private static final int REQUEST_ACK_CREATE_EXCL = 1 | 4 | 0x400 | 0x200;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_LINKINFO = 18;
  private static final int IFLA_NUM_RX_QUEUES = 32;
  private static final int INFO_KIND = 1;
  private static final int INFO_DATA = 2;
  private static final int VETH_PEER = 1;

  private final NativeBlock message = NativeBlock.of(4096);
  private final ByteBuffer out = message.bytes;
  private final Map<Integer, Integer> queues = new HashMap<>(Map.of(LOOPBACK, 1));
  private int socket = -1;

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
      create(index, Math.max(queue, 0) + 1);
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

  private void create(int index, int count) {
    if (index < 1 || index >= FAR_ENDS || count > MAX_QUEUES) {
      throw new InputException(
          "the kernel engine cannot make interface "
              + Integer.toUnsignedString(index)
              + " with "
              + count
              + " receive queues: interfaces are 1 to 2^30 - 1, queues at most "
              + MAX_QUEUES);
    }
    long result = veth(index, count);
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

  private long veth(int index, int count) {
    if (socket < 0) {
      socket = (int) SystemCall.SOCKET.call(NETLINK, SOCK_RAW_CLOEXEC, 0);
      if (socket < 0) {
        return socket;
      }
    }
    out.clear();
    out.putInt(0).putShort((short) NEWLINK).putShort((short) REQUEST_ACK_CREATE_EXCL);
    out.putInt(index).putInt(0);
    interfaceInfo(index);
    text(IFLA_IFNAME, "weft" + index);
    number(IFLA_NUM_RX_QUEUES, count);
    int link = begin(IFLA_LINKINFO);
    text(INFO_KIND, "veth");
    int data = begin(INFO_DATA);
    int peer = begin(VETH_PEER);
    interfaceInfo(FAR_ENDS + index);
    text(IFLA_IFNAME, "far" + index);
    end(peer);
    end(data);
    end(link);
    int length = out.position();
    out.putInt(0, length);
    long sent = SystemCall.SENDTO.call(socket, message.address, length);
    if (sent < 0) {
      return sent;
    }
    long received;
    do {
      received = SystemCall.RECVFROM.call(socket, message.address, out.capacity());
    } while (Errno.EINTR.is(received));
    // An acknowledgement is an error message (type 2): header, then the error or 0.
    return received < 0 ? received : out.getInt(16);
  }

  private void interfaceInfo(int index) {
    out.putInt(0).putInt(index).putInt(0).putInt(0);
  }

  private int begin(int type) {
    int start = out.position();
    out.putShort((short) 0).putShort((short) type);
    return start;
  }

  private void end(int start) {
    out.putShort(start, (short) (out.position() - start));
    while (out.position() % 4 != 0) {
      out.put((byte) 0);
    }
  }

  private void text(int type, String text) {
    int start = begin(type);
    out.put(text.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
    end(start);
  }

  private void number(int type, int value) {
    int start = begin(type);
    out.putInt(value);
    end(start);
  }

  @Override
  public void close() {
    if (socket >= 0) {
      SystemCall.CLOSE.call(socket);
      socket = -1;
    }
  }
}
