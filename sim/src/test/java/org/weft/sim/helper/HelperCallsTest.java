package org.weft.sim.helper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.isa.xdp.RandomNumbers;
import org.weft.sim.map.MapTable;
import org.weft.sim.packet.PacketBuffer;

/** What the helpers answer was compared with Linux 6.18, by programs with random arguments. */
class HelperCallsTest {
  private static final int EFAULT = -14;
  private static final int EINVAL = -22;

  private static PacketBuffer packet(int length) {
    byte[] frame = new byte[length];
    for (int i = 0; i < length; i++) {
      frame[i] = (byte) (i + 1);
    }
    PacketBuffer packet = new PacketBuffer();
    packet.receive(frame, 0, length);
    return packet;
  }

  private static HelperCalls calls(MapDefinition... maps) {
    return new HelperCalls(new MapTable(List.of(maps), List.of(), 4), 7);
  }

  @ParameterizedTest
  @CsvSource({
    // metadata, head, result, new start
    "0, 0, 0, 256",
    "0, -216, 0, 40",
    "0, -217, -22, 256",
    "8, -208, 0, 48",
    "8, -209, -22, 256",
    "0, 50, 0, 306",
    "0, 51, -22, 256",
    "0, 2147483647, -22, 256",
    "0, -2147483648, -22, 256",
  })
  void headMovesBetweenHeadroomAndEthernetHeader(int meta, int delta, int result, int data) {
    PacketBuffer packet = packet(64);
    HelperCalls calls = calls();
    assertEquals(0, calls.adjustMeta(packet, -meta));
    for (int i = 0; i < meta; i++) {
      packet.bytes[packet.dataMeta + i] = (byte) (0xa0 + i);
    }
    assertEquals(result, calls.adjustHead(packet, delta));
    assertEquals(data, packet.data);
    assertEquals(meta, packet.data - packet.dataMeta);
    for (int i = 0; i < meta; i++) {
      assertEquals((byte) (0xa0 + i), packet.bytes[packet.dataMeta + i], "metadata moves along");
    }
    assertEquals(256 + 64, packet.dataEnd);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-4, 0",
    "-252, -22",
    "-216, 0",
    "-220, -22",
    "4, -22",
    "-2, -13",
    "-7, -13",
    "-2147483648, -22",
  })
  void metadataIsInWordsAndBelowThePacket(int delta, int result) {
    PacketBuffer packet = packet(64);
    assertEquals(result, calls().adjustMeta(packet, delta));
    assertEquals(256 + (result == 0 ? delta : 0), packet.dataMeta);
  }

  @Test
  void metadataHasAtMost252Bytes() {
    PacketBuffer packet = packet(400);
    HelperCalls calls = calls();
    assertEquals(0, calls.adjustHead(packet, 100));
    assertEquals(0, calls.adjustMeta(packet, -152));
    assertEquals(-13, calls.adjustMeta(packet, -104));
    assertEquals(0, calls.adjustMeta(packet, -100));
    assertEquals(252, packet.data - packet.dataMeta);
  }

  @ParameterizedTest
  @CsvSource({
    "-64, 192, 0, false",
    "-65, 192, -22, true",
    "-216, 192, -22, true",
    "-217, 192, -22, false",
    "0, 193, -22, true",
    "0, 3456, -22, true",
    "0, 3457, -22, false",
  })
  void whatLinuxHasRoomForAndTheMachineHasNotIsMarked(
      int head, int tail, int result, boolean confined) {
    PacketBuffer packet = packet(64);
    packet.holdIn(MachineSpec.preset("tiny"));
    packet.holdIn(MachineSpec.preset("nic100")); // Larger, so it does not count.
    HelperCalls calls = calls();
    assertEquals(result, calls.adjustHead(packet, head) | calls.adjustTail(packet, tail));
    assertEquals(confined, packet.confined);
  }

  @ParameterizedTest
  @CsvSource({
    "64, -50, 0",
    "64, -51, -22",
    "64, 3456, 0",
    "64, 3457, -22",
    "3520, 0, 0",
    "3520, 1, -22",
    "64, 2147483647, -22",
    "64, -2147483648, -22",
  })
  void tailMovesBetweenEthernetHeaderAndEndOfThePage(int length, int delta, int result) {
    PacketBuffer packet = packet(length);
    java.util.Arrays.fill(packet.bytes, packet.dataEnd, packet.bytes.length, (byte) 0x55);
    assertEquals(result, calls().adjustTail(packet, delta));
    assertEquals(length + (result == 0 ? delta : 0), packet.length());
    for (int i = 256 + length; i < packet.dataEnd; i++) {
      assertEquals(0, packet.bytes[i], "new bytes are zero");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 4, 0",
    "60, 4, 0",
    "61, 4, -22",
    "64, 1, -22",
    "-1, 4, -14",
    "65535, 1, -22",
    "65536, 1, -14",
    "0, 65536, -14",
    "65535, 65535, -22",
    "-2147483648, 4, -14",
  })
  void loadAndStoreBytesCheckTheRange(int offset, int length, int result) {
    PacketBuffer packet = packet(64);
    byte[] memory = new byte[1 << 16];
    assertEquals(result, calls().loadBytes(packet, offset, memory, 1, length));
    assertEquals(result == 0 ? (byte) (offset + 1) : 0, memory[1]);
    memory[1] = 0x77;
    assertEquals(result, calls().storeBytes(packet, offset, memory, 1, length));
    if (result == 0) {
      assertEquals(0x77, packet.bytes[packet.data + offset]);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // from, to, seed, result
    "'', '', 0, 0",
    "'', '', 0x12345678, 0x68ac",
    "'', '00010203', 0, 0x0402",
    "'', 'ffffffff', 0, 0xffff",
    "'', '01000000', 0xffffffff, 0x0001",
    "'00010203', '', 0, 0xfbfd",
    "'00010203', '00010203', 0, 0xffff",
    "'00010203', '00010203', 0x1234, 0x1234",
    "'01000000', '02000000', 0, 0x0001",
    "'02000000', '01000000', 0, 0xfffe",
    "'0a0000010a000002', '0b0000010b000002', 0xfffe, 0x0001",
    "'', '010203', 0, 0x0204",
  })
  void checksumDifference(String from, String to, String seed, String result) {
    byte[] a = HexFormat.of().parseHex("ee" + from);
    byte[] b = HexFormat.of().parseHex("eeee" + to);
    assertEquals(
        Long.decode(result),
        calls()
            .csumDiff(a, 1, a.length - 1, b, 2, b.length - 2, Long.decode(seed) | 0xabcdL << 32));
  }

  @Test
  void redirectTakesNoFlags() {
    PacketBuffer packet = packet(64);
    assertEquals(0, calls().redirect(packet, 3, 1));
    assertEquals(0, packet.redirectIfindex);
    assertEquals(4, calls().redirect(packet, 3, 0));
    assertEquals(3, packet.redirectIfindex);
    assertEquals(-1, packet.redirectMap);
  }

  @ParameterizedTest
  @CsvSource({
    // type, key, flags, result, through map
    "DEVMAP, 1, 0, 4, true",
    "DEVMAP, 0x100000001, 0, 4, true",
    "DEVMAP, 0, 0, 0, false",
    "DEVMAP, 0, 2, 2, false",
    "DEVMAP, 7, 3, 3, false",
    "DEVMAP, 1, 3, 4, true",
    "DEVMAP, 0, 8, 4, true",
    "DEVMAP, 0, 24, 4, true",
    "DEVMAP, 0, 18, 2, false",
    "DEVMAP, 1, 4, 0, false",
    "DEVMAP_HASH, 1, 0, 4, true",
    "DEVMAP_HASH, 0, 9, 4, true",
    "DEVMAP_HASH, 0, 1, 1, false",
    "CPUMAP, 1, 0, 4, true",
    "CPUMAP, 0, 2, 2, false",
    "CPUMAP, 1, 8, 0, false",
    "XSKMAP, 1, 2, 4, true",
    "XSKMAP, 0, 2, 2, false",
    "XSKMAP, 1, 16, 0, false",
    "XSKMAP, 1, 0x100000000, 0, false",
  })
  void redirectThroughMap(String type, String key, String flags, int result, boolean through) {
    MapTable maps =
        new MapTable(
            List.of(MapDefinition.of("m", MapType.valueOf(type), 4, 4, 4, 0)), List.of(), 1);
    maps.put(0, new byte[] {1, 0, 0, 0}, new byte[] {9, 0, 0, 0});
    PacketBuffer packet = packet(64);
    HelperCalls calls = new HelperCalls(maps, 0);
    assertEquals(
        result, calls.redirectMap(packet, 0, Long.decode(key), Long.decode(flags.strip())));
    assertEquals(through ? 0 : -1, packet.redirectMap);
    boolean device = through && type.startsWith("DEVMAP") && (Long.decode(flags) & 8) == 0;
    assertEquals(device ? 9 : 0, packet.redirectIfindex);
    assertEquals(through ? (int) (long) Long.decode(key) : 0, packet.redirectKey);
  }

  @Test
  void redirectThroughMapThatFailsForgetsTheOneBefore() {
    MapTable maps =
        new MapTable(List.of(MapDefinition.of("m", MapType.DEVMAP, 4, 4, 4, 0)), List.of(), 1);
    PacketBuffer packet = packet(64);
    HelperCalls calls = new HelperCalls(maps, 0);
    calls.redirect(packet, 5, 0);
    assertEquals(0, calls.redirectMap(packet, 0, 0, 4));
    assertEquals(5, packet.redirectIfindex, "bad flags change nothing");
    assertEquals(1, calls.redirectMap(packet, 0, 0, 1));
    assertEquals(0, packet.redirectIfindex);
  }

  @ParameterizedTest
  @CsvSource({
    // flags, result; packet of 64 bytes on CPU 2, events on CPUs 1 and 2, three entries
    "0xffffffff, 0",
    "2, 0",
    "1, -95",
    "0, -2",
    "3, -7",
    "0xfffffffe, -7",
    "0x4000000002, 0",
    "0x4100000002, -14",
    "0x10000000000002, -22",
    "0x8000000000000002, -22",
    "0xfffff00000002, -14",
  })
  void perfEventGoesToTheEventOfThisCpu(String flags, int result) {
    MapTable maps =
        new MapTable(
            List.of(MapDefinition.of("e", MapType.PERF_EVENT_ARRAY, 4, 4, 3, 0)), List.of(), 4);
    maps.put(0, new byte[] {1, 0, 0, 0}, new byte[] {1, 0, 0, 0});
    maps.put(0, new byte[] {2, 0, 0, 0}, new byte[] {1, 0, 0, 0});
    PacketBuffer packet = packet(64);
    packet.cpu = 2;
    assertEquals(
        result,
        new HelperCalls(maps, 0)
            .perfEventOutput(
                packet, 0, Long.parseUnsignedLong(flags.replace("0x", ""), radix(flags))));
  }

  private static int radix(String number) {
    return number.startsWith("0x") ? 16 : 10;
  }

  @Test
  void randomNumbersFollowFromSeedPacketAndCall() {
    HelperCalls calls = calls();
    PacketBuffer packet = packet(64);
    packet.number = 3;
    calls.begin();
    long first = calls.random(packet);
    long second = calls.random(packet);
    calls.begin();
    assertEquals(first, calls.random(packet));
    assertEquals(second, calls.random(packet));
    assertNotEquals(first, second);
    assertEquals(first, Integer.toUnsignedLong(RandomNumbers.mix((7 ^ 3) + RandomNumbers.STEP)));
    // What the kernel engine's function and the hardware give, too.
    assertEquals(0x1628e2ccL, Integer.toUnsignedLong(RandomNumbers.mix(RandomNumbers.STEP)));
  }

  @Test
  void timeIsThePacketsAndJiffiesAreFourMilliseconds() {
    PacketBuffer packet = packet(64);
    packet.timestampNs = 1_000_000_007;
    assertEquals(1_000_000_007, calls().timeNs(packet));
    assertEquals(250, calls().jiffies(packet));
    packet.timestampNs = -1;
    assertEquals(Long.divideUnsigned(-1, 4_000_000), calls().jiffies(packet));
  }

  @Test
  void vprintkTakesUpToTwelveNumbersFromMemory() {
    HelperCalls calls = calls();
    List<String> lines = new ArrayList<>();
    calls.traceTo(lines::add);
    byte[] format = "%d %d %d %d\0".getBytes(StandardCharsets.US_ASCII);
    byte[] data = new byte[104];
    for (int i = 0; i < 13; i++) {
      data[8 * i] = (byte) i;
    }
    assertEquals(7, calls.traceVprintk(format, 0, 12, data, 0, 32, PointerReader.NONE));
    assertEquals(7, calls.traceVprintk(format, 0, 12, data, 8, 96, PointerReader.NONE));
    assertEquals(EINVAL, calls.traceVprintk(format, 0, 12, data, 0, 24, PointerReader.NONE));
    assertEquals(EINVAL, calls.traceVprintk(format, 0, 12, data, 0, 33, PointerReader.NONE));
    assertEquals(EINVAL, calls.traceVprintk(format, 0, 12, data, 0, 104, PointerReader.NONE));
    assertEquals(List.of("0 1 2 3", "1 2 3 4"), lines);
  }

  @Test
  void printedTextGoesToTheSink() {
    HelperCalls calls = calls();
    List<String> lines = new ArrayList<>();
    calls.traceTo(lines::add);
    byte[] format = {'%', 'd', '!', 0, '%', 0};
    assertEquals(3, calls.tracePrintk(format, 0, 4, 42, 0, 0));
    assertEquals(EINVAL, calls.tracePrintk(format, 4, 2, 42, 0, 0));
    assertEquals(List.of("42!"), lines);
    assertEquals(EFAULT, calls.loadBytes(packet(64), -1, new byte[1], 0, 1));
  }
}
