package org.weft.bitstream.serial;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.weft.isa.InputException;

/**
 * Registers and packets of a board over its serial line: each request a frame, each frame an
 * answer. See docs/bitstream.md.
 */
public final class SerialLine {
  private static final int READ = 1;
  private static final int WRITE = 2;
  private static final int PACKET = 3;
  private static final int ANSWER = 0x80;
  private static final int REFUSED = 0xff;
  private static final int AROUND = 7;

  private final DataInputStream in;
  private final OutputStream out;

  /**
   * What became of a packet.
   *
   * @param fate its number, as counters have it
   * @param bytes what leaves; empty where nothing does
   */
  public record Answer(int fate, byte[] bytes) {}

  public SerialLine(InputStream in, OutputStream out) {
    this.in = new DataInputStream(in);
    this.out = out;
  }

  /** Reads a register. */
  public int read(int offset) {
    byte[] payload = new byte[2];
    little(payload).putShort((short) offset);
    return little(ask(READ, payload)).getInt();
  }

  /** Writes a register. */
  public void write(int offset, int value) {
    byte[] payload = new byte[6];
    little(payload).putShort((short) offset).putInt(value);
    ask(WRITE, payload);
  }

  /** Runs a packet. */
  public Answer run(int ifindex, int queue, byte[] frame) {
    byte[] payload = new byte[4 + frame.length];
    little(payload).putShort((short) ifindex).putShort((short) queue).put(frame);
    byte[] answer = ask(PACKET, payload);
    return new Answer(answer[0], Arrays.copyOfRange(answer, 1, answer.length));
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private byte[] ask(int kind, byte[] payload) {
    try {
      byte[] frame = new byte[payload.length + AROUND];
      ByteBuffer fields = little(frame);
      fields.put((byte) kind).putShort((short) payload.length).put(payload);
      fields.putInt(crc(frame, payload.length + 3));
      out.write(frame);
      out.flush();
      return answer(kind | ANSWER);
    } catch (IOException e) {
      throw new InputException("serial line: " + e.getMessage(), e);
    }
  }

  private byte[] answer(int wanted) throws IOException {
    byte[] head = new byte[3];
    in.readFully(head);
    int length = little(head).getShort(1) & 0xffff;
    byte[] all = Arrays.copyOf(head, length + AROUND);
    in.readFully(all, head.length, length + 4);
    int crc = little(all).getInt(length + 3);
    int kind = Byte.toUnsignedInt(head[0]);
    if (crc != crc(all, length + 3) || kind != wanted) {
      String cause = kind == REFUSED ? "the board got a wrong CRC" : "a wrong answer came";
      throw new InputException("serial line: " + cause + "; try again");
    }
    return Arrays.copyOfRange(all, 3, length + 3);
  }

  private static int crc(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
