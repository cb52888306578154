package org.weft.sim.validate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ChecksumsTest {
  /** The header of RFC 1071's usual example. */
  @Test
  void theChecksumOfAnIpv4HeaderIsThatOfThePublishedExample() {
    byte[] frame =
        HexFormat.of()
            .parseHex("0".repeat(24) + "0800" + "45000073000040004011b861c0a80001c0a800c7");
    byte[] whole = java.util.Arrays.copyOf(frame, 14 + 0x73);
    byte[] broken = whole.clone();
    broken[24] = 0x12;
    broken[25] = 0x34;
    broken[17] = 1;
    Checksums.complete(broken);
    assertEquals("0073", HexFormat.of().formatHex(broken, 16, 18));
    assertEquals("b861", HexFormat.of().formatHex(broken, 24, 26));
  }

  @Test
  void framesWithoutTheHeadersStayAsTheyAre() {
    for (int length = 0; length < 34; length++) {
      byte[] frame = new byte[length];
      if (length >= 14) {
        frame[12] = 8;
      }
      byte[] before = frame.clone();
      Checksums.complete(frame);
      assertArrayEquals(before, frame);
    }
  }

  /** Over all 16-bit words, checksum included, a sum of ones is right. */
  @Test
  void seedsHaveRightUdpChecksums() {
    FrameWriter writer = new FrameWriter().ethernet(FrameWriter.IPV4);
    byte[] frame = writer.ipv4(FrameWriter.UDP, 0, 0).udp(1, 2).put32(0x12345678).bytes();
    Checksums.complete(frame);
    long sum = FrameWriter.UDP + 12;
    for (int i = 26; i < frame.length; i += 2) {
      sum += (frame[i] & 0xff) << 8 | frame[i + 1] & 0xff;
    }
    assertEquals(0xffff, (sum & 0xffff) + (sum >> 16));
  }
}
