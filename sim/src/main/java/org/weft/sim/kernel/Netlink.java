package org.weft.sim.kernel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Messages to the kernel about the current thread's network namespace, by rtnetlink:
 *
 * <pre>
 *  nlmsghdr   len u32 | type u16 | flags u16 | seq u32 | port u32
 *  body       by type
 *  attribute  len u16 | type u16 | payload, padded to four bytes
 * </pre>
 */
final class Netlink implements AutoCloseable {
  /** Flags of a message that makes something that must not be there. */
  static final int CREATE = 0x400 | 0x200;

  private static final int REQUEST_ACK = 1 | 4;
  private static final int FAMILY = 16;
  private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;

  private final NativeBlock message = NativeBlock.of(4096);
  private final ByteBuffer out = message.bytes;
  private int socket = -1;

  /** Begins a message. */
  void begin(int type, int flags) {
    out.clear();
    out.putInt(0).putShort((short) type).putShort((short) (REQUEST_ACK | flags));
    out.putInt(0).putInt(0);
  }

  /** Four bytes of the body. */
  void put(int word) {
    out.putInt(word);
  }

  /** Four bytes of the body, one by one. */
  void put(int a, int b, int c, int d) {
    out.put((byte) a).put((byte) b).put((byte) c).put((byte) d);
  }

  /** Begins an attribute that holds others. */
  int open(int type) {
    int start = out.position();
    out.putShort((short) 0).putShort((short) type);
    return start;
  }

  void close(int start) {
    out.putShort(start, (short) (out.position() - start));
    while (out.position() % 4 != 0) {
      out.put((byte) 0);
    }
  }

  void text(int type, String text) {
    int start = open(type);
    out.put(text.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
    close(start);
  }

  void number(int type, int value) {
    int start = open(type);
    out.putInt(value);
    close(start);
  }

  void bytes(int type, byte[] bytes) {
    int start = open(type);
    out.put(bytes);
    close(start);
  }

  /** Sends the message: 0, or the error that the kernel answers. */
  long send() {
    if (socket < 0) {
      socket = (int) SystemCall.SOCKET.call(FAMILY, SOCK_RAW_CLOEXEC, 0);
      if (socket < 0) {
        return socket;
      }
    }
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

  @Override
  public void close() {
    if (socket >= 0) {
      SystemCall.CLOSE.call(socket);
      socket = -1;
    }
  }
}
