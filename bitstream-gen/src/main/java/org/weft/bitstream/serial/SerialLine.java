package org.weft.bitstream.serial;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.weft.bitstream.device.PacketPort;
import org.weft.bitstream.device.RegisterBus;
import org.weft.bitstream.device.ValueMemory;
import org.weft.isa.InputException;

/**
 * Registers, map values and packets of a board over its serial line: each request a frame, each
 * frame an answer. See docs/bitstream.md.
 */
public final class SerialLine implements RegisterBus, PacketPort, ValueMemory, Closeable {
  private static final int READ = 1;
  private static final int WRITE = 2;
  private static final int PACKET = 3;
  private static final int WRITE_VALUES = 4;
  private static final int READ_VALUES = 5;
  private static final int ANSWER = 0x80;
  private static final int REFUSED = 0xff;
  private static final int AROUND = 7;
  private static final int LONGEST = 0xffff;
  private static final String BAUD = "1000000";

  /** Tenths of a second that an answer may take. */
  private static final String PATIENCE = "100";

  private final DataInputStream in;
  private final OutputStream out;

  /** A line between streams; the end of the first one is a board that does not answer. */
  public SerialLine(InputStream in, OutputStream out) {
    this.in = new DataInputStream(in);
    this.out = out;
  }

  /**
   * Opens a serial line of the system.
   *
   * @param device its file, {@code /dev/ttyUSB1}
   * @throws InputException when it cannot be opened, or is no serial line
   */
  public static SerialLine open(Path device) {
    if (!Files.exists(device)) {
      throw new InputException(device + ": no such file; give the board's serial line");
    }
    configure(device);
    try {
      return new SerialLine(
          new FileInputStream(device.toFile()), new FileOutputStream(device.toFile()));
    } catch (IOException e) {
      throw new InputException(device + ": cannot be opened: " + e.getMessage(), e);
    }
  }

  private static void configure(Path device) {
    try {
      Process stty =
          new ProcessBuilder(
                  "stty",
                  "-F",
                  device.toString(),
                  BAUD,
                  "raw",
                  "-echo",
                  "clocal",
                  "-crtscts",
                  "min",
                  "0",
                  "time",
                  PATIENCE)
              .redirectErrorStream(true)
              .start();
      byte[] said = stty.getInputStream().readAllBytes();
      if (stty.waitFor() != 0) {
        String cause = new String(said, StandardCharsets.UTF_8).strip();
        throw new InputException(device + ": no serial line: " + cause);
      }
    } catch (IOException e) {
      throw new InputException("stty cannot be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException("interrupted in stty", e);
    }
  }

  @Override
  public int read(int offset) {
    byte[] payload = new byte[2];
    little(payload).putShort((short) offset);
    return little(ask(READ, payload, Integer.BYTES)).getInt();
  }

  @Override
  public void write(int offset, int value) {
    byte[] payload = new byte[6];
    little(payload).putShort((short) offset).putInt(value);
    ask(WRITE, payload, 0);
  }

  @Override
  public Answer run(int ifindex, int queue, byte[] frame) {
    byte[] payload = new byte[4 + frame.length];
    little(payload).putShort((short) ifindex).putShort((short) queue).put(frame);
    byte[] answer = ask(PACKET, payload, 1);
    return new Answer(answer[0], Arrays.copyOfRange(answer, 1, answer.length));
  }

  @Override
  public byte[] readValues(int address, int length) {
    byte[] payload = new byte[4];
    little(payload).putShort((short) address).putShort((short) length);
    return ask(READ_VALUES, payload, length);
  }

  @Override
  public void writeValues(int address, byte[] values) {
    byte[] payload = new byte[2 + values.length];
    little(payload).putShort((short) address).put(values);
    ask(WRITE_VALUES, payload, 0);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private byte[] ask(int kind, byte[] payload, int least) {
    if (payload.length > LONGEST) {
      throw new InputException("serial line: frames have 65,535 bytes at most");
    }
    try {
      byte[] frame = new byte[payload.length + AROUND];
      ByteBuffer fields = little(frame);
      fields.put((byte) kind).putShort((short) payload.length).put(payload);
      fields.putInt(crc(frame, payload.length + 3));
      in.skipNBytes(in.available()); // Late answers, and what a board said while it was configured.
      out.write(frame);
      out.flush();
      byte[] answer = answer(kind | ANSWER);
      if (answer.length < least) {
        throw new InputException("serial line: an answer is too short: is it a weft board?");
      }
      return answer;
    } catch (EOFException e) {
      throw new InputException(
          "serial line: no answer: is it the board's line, and is the board configured?", e);
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

  @Override
  public void close() throws IOException {
    in.close();
    out.close();
  }
}
