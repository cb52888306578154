package org.weft.sim.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.InputException;

class PcapReaderTest {
  private static final List<ByteOrder> ORDERS =
      List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);

  private static TraceBytes twoPackets(ByteOrder order) {
    return new TraceBytes(order)
        .pcapHeader(0xa1b2c3d4L)
        .pcapPacket(1, 2, "aabb")
        .pcapPacket(0xffffffffL, 999_999, "");
  }

  @Test
  void microsecondsAreReadInBothByteOrders() throws IOException {
    for (ByteOrder order : ORDERS) {
      assertEquals(
          List.of("1000002000:aabb", "4294967295999999000:"), twoPackets(order).read(), "" + order);
    }
  }

  @Test
  void nanosecondsAreReadInBothByteOrders() throws IOException {
    for (ByteOrder order : ORDERS) {
      TraceBytes trace =
          new TraceBytes(order).pcapHeader(0xa1b23c4dL).pcapPacket(3, 999_999_999, "01");
      assertEquals(List.of("3999999999:01"), trace.read(), "" + order);
    }
  }

  @Test
  void aHeaderAloneIsATraceWithoutPackets() throws IOException {
    assertEquals(List.of(), new TraceBytes(ByteOrder.BIG_ENDIAN).pcapHeader(0xa1b2c3d4L).read());
  }

  @Test
  void framesLongerThanTheFirstBufferAreRead() throws IOException {
    String frame = "5a".repeat(200_000);
    TraceBytes trace =
        new TraceBytes(ByteOrder.LITTLE_ENDIAN).pcapHeader(0xa1b2c3d4L).pcapPacket(0, 0, frame);
    assertEquals(List.of("0:" + frame), trace.read());
  }

  @Test
  void framesAcrossTheEndOfTheReadersBufferAreRead() throws IOException {
    TraceBytes trace = new TraceBytes(ByteOrder.LITTLE_ENDIAN).pcapHeader(0xa1b23c4dL);
    for (int i = 0; i < 3000; i++) {
      trace.pcapPacket(0, i, "%02x".formatted(i & 0xff).repeat(1000));
    }
    List<String> packets = trace.read();
    assertEquals(3000, packets.size());
    for (int i = 0; i < 3000; i++) {
      assertEquals(i + ":" + "%02x".formatted(i & 0xff).repeat(1000), packets.get(i));
    }
  }

  @Test
  void framesCapturedInPartAreCounted() throws IOException {
    byte[] trace =
        new TraceBytes(ByteOrder.LITTLE_ENDIAN)
            .pcapHeader(0xa1b2c3d4L)
            .pcapPacket(0, 0, "aa")
            .u32(0, 0, 2, 1500)
            .hex("bbcc")
            .bytes();
    try (TraceReader reader = Traces.open("t", new ByteArrayInputStream(trace))) {
      assertTrue(reader.next());
      assertEquals(0, reader.cutFrames());
      assertTrue(reader.next());
      assertEquals(1, reader.cutFrames());
      assertEquals(2, reader.length());
      assertFalse(reader.next());
      assertEquals(trace.length, reader.bytesRead());
    }
  }

  @Test
  void aTraceThatEndsInTheMiddleIsAnErrorWithPacketAndByte() {
    byte[] whole = twoPackets(ByteOrder.LITTLE_ENDIAN).bytes();
    for (int length = 43; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      String message = assertThrows(InputException.class, () -> TraceBytes.read(part)).getMessage();
      assertTrue(message.startsWith("t: packet 1 at byte 42: the trace is cut off"), message);
    }
  }

  @Test
  void anImpossibleLengthIsAnErrorWithPacketAndByte() {
    TraceBytes trace = twoPackets(ByteOrder.BIG_ENDIAN).u32(0, 0, 262_145, 262_145);
    String message = assertThrows(InputException.class, trace::read).getMessage();
    assertEquals(
        "t: packet 2 at byte 58: a packet of 262145 bytes; at most 262144 are possible", message);
  }

  @Test
  void otherLinkTypesAreRefused() {
    TraceBytes trace =
        new TraceBytes(ByteOrder.LITTLE_ENDIAN).u32(0xa1b2c3d4L).u16(2, 4).u32(0, 0, 65535, 113);
    assertEquals(
        "t: link type 113; weft takes Ethernet (link type 1) only",
        assertThrows(InputException.class, trace::read).getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1f8b0800 -> t: compressed; unpack it: gzip -dc FILE | weft ... --pcap -",
        "28b52ffd -> t: compressed; unpack it: zstd -dc FILE | weft ... --pcap -",
        "fd377a58 -> t: compressed; unpack it: xz -dc FILE | weft ... --pcap -",
        "7f454c46 -> t: neither pcap nor pcapng; convert it with editcap",
        "34cdb2a1 -> t: pcap as Kuznetzov modified it; convert it with editcap",
        "d4c3b2a1 -> t: the file header is cut off",
        "d4c3 -> t: cut off; give pcap or pcapng",
      })
  void whatIsNoPcapIsNamed(String example) {
    String[] parts = example.split(" -> ", 2);
    TraceBytes trace = new TraceBytes(ByteOrder.LITTLE_ENDIAN).hex(parts[0]);
    assertEquals(parts[1], assertThrows(InputException.class, trace::read).getMessage());
  }
}
