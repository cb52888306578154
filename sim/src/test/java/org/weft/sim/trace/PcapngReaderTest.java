package org.weft.sim.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.isa.InputException;

class PcapngReaderTest {
  private static final List<ByteOrder> ORDERS =
      List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);

  private static TraceBytes trace(ByteOrder order) {
    return new TraceBytes(order).section();
  }

  /** An interface description: link type, snap length and options as hex in the trace's order. */
  private static TraceBytes describe(TraceBytes trace, int link, long snap, TraceBytes options) {
    TraceBytes body = trace.body().u16(link, 0).u32(snap);
    return trace.block(1, options == null ? body : body.hex(hex(options.bytes())));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static String refusal(TraceBytes trace) {
    return assertThrows(InputException.class, trace::read).getMessage();
  }

  @Test
  void enhancedPacketsAreReadInBothByteOrders() throws IOException {
    for (ByteOrder order : ORDERS) {
      TraceBytes trace = describe(trace(order), 1, 0, null);
      trace.enhanced(0, 5_000_000_001L, "aabbcc").enhanced(0, 7, "");
      assertEquals(List.of("5000000001000:aabbcc", "7000:"), trace.read(), "" + order);
    }
  }

  @Test
  void resolutionAndOffsetGiveTheTime() throws IOException {
    for (ByteOrder order : ORDERS) {
      TraceBytes trace = trace(order);
      describe(trace, 1, 0, trace.body().u16(9, 1).hex("09000000").u16(0, 0));
      describe(trace, 1, 0, trace.body().u16(9, 1).hex("83000000"));
      TraceBytes offset = trace.body().u16(9, 1).hex("00000000").u16(14, 8);
      describe(trace, 1, 0, order == ByteOrder.BIG_ENDIAN ? offset.u32(0, 5) : offset.u32(5, 0));
      describe(trace, 1, 0, trace.body().u16(9, 1).hex("0c000000"));
      trace.enhanced(0, 5, "").enhanced(1, 12, "").enhanced(2, 3, "").enhanced(3, 12_345, "");
      assertEquals(List.of("5:", "1500000000:", "8000000000:", "12:"), trace.read(), "" + order);
    }
  }

  @Test
  void simpleAndObsoletePacketsAreRead() throws IOException {
    TraceBytes trace = describe(trace(ByteOrder.LITTLE_ENDIAN), 1, 2, null);
    trace.block(3, trace.body().u32(9).hex("aabb0000"));
    trace.block(2, trace.body().u16(0, 7).u32(0, 1, 3, 3).hex("010203"));
    assertEquals(List.of("0:aabb", "1000:010203"), trace.read());
    try (TraceReader reader = Traces.open("t", new ByteArrayInputStream(trace.bytes()))) {
      while (reader.next()) {
        assertEquals(1, reader.cutFrames());
      }
    }
  }

  @Test
  void unknownBlocksAreSkippedHoweverLong() throws IOException {
    TraceBytes trace = describe(trace(ByteOrder.LITTLE_ENDIAN), 1, 0, null);
    trace.block(0x0badcafe, trace.body().hex("00".repeat(3 << 20))).enhanced(0, 1, "aa");
    assertEquals(List.of("1000:aa"), trace.read());
  }

  @Test
  void aNewSectionHasItsOwnByteOrderAndInterfaces() throws IOException {
    TraceBytes first = describe(trace(ByteOrder.LITTLE_ENDIAN), 1, 0, null).enhanced(0, 1, "aa");
    TraceBytes second = describe(trace(ByteOrder.BIG_ENDIAN), 1, 0, null).enhanced(0, 2, "bb");
    assertEquals(List.of("1000:aa", "2000:bb"), first.hex(hex(second.bytes())).read());

    first.hex(hex(trace(ByteOrder.BIG_ENDIAN).enhanced(0, 2, "bb").bytes()));
    assertTrue(refusal(first).contains("interface 0 was not described"), refusal(first));
  }

  @Test
  void anotherLinkTypeIsRefusedWhenAPacketUsesIt() throws IOException {
    TraceBytes trace = describe(trace(ByteOrder.LITTLE_ENDIAN), 1, 0, null);
    describe(trace, 276, 0, null).enhanced(0, 1, "aa");
    assertEquals(List.of("1000:aa"), trace.read());
    trace.enhanced(1, 1, "bb");
    assertEquals(
        "t: packet 1 at byte 104: interface 1: link type 276;"
            + " weft takes Ethernet (link type 1) only",
        refusal(trace));
  }

  @Test
  void malformedBlocksAreRefusedWithTheirPlace() {
    TraceBytes ends = describe(trace(ByteOrder.LITTLE_ENDIAN), 1, 0, null);
    ends.u32(6, 36, 0, 0, 0, 4, 4, 0, 40);
    assertEquals(
        "t: packet 0 at byte 48: its length is 36 in front and 40 at the end", refusal(ends));

    TraceBytes beyond = describe(trace(ByteOrder.LITTLE_ENDIAN), 1, 0, null);
    beyond.u32(6, 36, 0, 0, 0, 5, 5, 0, 36);
    assertEquals("t: packet 0 at byte 48: 5 captured bytes in a block of 36", refusal(beyond));

    TraceBytes small = trace(ByteOrder.LITTLE_ENDIAN).u32(0x99, 8, 8);
    assertEquals(
        "t: block after 0 packets at byte 28: a length of 8 is not possible for it",
        refusal(small));

    TraceBytes option = trace(ByteOrder.LITTLE_ENDIAN);
    describe(option, 1, 0, option.body().u16(9, 100).u32(0));
    assertEquals(
        "t: block after 0 packets at byte 28: option 9 reaches beyond the block", refusal(option));

    TraceBytes clock = trace(ByteOrder.LITTLE_ENDIAN);
    describe(clock, 1, 0, clock.body().u16(9, 1).hex("13000000"));
    assertTrue(refusal(clock).contains("if_tsresol 19"), refusal(clock));

    TraceBytes magic = new TraceBytes(ByteOrder.LITTLE_ENDIAN).u32(0x0a0d0d0a, 28, 1, 2, 3, 4, 28);
    assertTrue(refusal(magic).contains("without byte-order magic"), refusal(magic));
  }
}
