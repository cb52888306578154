package org.weft.sim.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.InputException;

class TracesTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"t.pcap", "t.pcapng"})
  void whatIsWrittenIsRead(String name) throws IOException {
    Path file = directory.resolve(name);
    Random random = new Random(5);
    byte[][] frames = new byte[500][];
    try (TraceWriter writer = Traces.create(file)) {
      for (int i = 0; i < frames.length; i++) {
        frames[i] = new byte[random.nextInt(9000)];
        random.nextBytes(frames[i]);
        byte[] within = new byte[frames[i].length + 7];
        System.arraycopy(frames[i], 0, within, 5, frames[i].length);
        writer.write(within, 5, frames[i].length, 1_700_000_000_123_456_789L + i);
      }
    }
    try (TraceReader reader = Traces.open(file)) {
      for (int i = 0; i < frames.length; i++) {
        assertTrue(reader.next());
        assertArrayEquals(frames[i], Arrays.copyOf(reader.frame(), reader.length()));
        assertEquals(1_700_000_000_123_456_789L + i, reader.timestampNs());
      }
      assertFalse(reader.next());
      assertEquals(0, reader.cutFrames());
    }
    assertEquals(List.of(file), files());
  }

  @Test
  void anAbandonedFileLeavesWhatWasThere() throws IOException {
    Path file = Files.writeString(directory.resolve("old.pcap"), "old");
    try (TraceWriter writer = Traces.create(file)) {
      writer.write(new byte[100], 0, 100, 0);
      writer.abandon();
    }
    assertEquals("old", Files.readString(file));
    assertEquals(List.of(file), files());
  }

  @Test
  void aTraceMayReplaceTheOneBeingRead() throws IOException {
    Path file = directory.resolve("t.pcap");
    Files.write(file, sample(ByteOrder.BIG_ENDIAN));
    try (TraceReader reader = Traces.open(file);
        TraceWriter writer = Traces.create(file)) {
      while (reader.next()) {
        writer.write(reader.frame(), 0, reader.length(), reader.timestampNs());
      }
    }
    assertEquals(TraceBytes.read(sample(ByteOrder.BIG_ENDIAN)), TraceBytes.read(bytes(file)));
  }

  @Test
  void aLinkStaysALink() throws IOException {
    Path target = Files.createFile(directory.resolve("target.pcap"));
    Path link = Files.createSymbolicLink(directory.resolve("link.pcap"), target);
    Traces.create(link).close();
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(24, Files.size(target));
  }

  @Test
  void devicesAreWrittenInPlace() throws IOException {
    try (TraceWriter writer = Traces.create(Path.of("/dev/null"))) {
      writer.write(new byte[60], 0, 60, 0);
    }
    assertFalse(Files.isRegularFile(Path.of("/dev/null")));
  }

  @Test
  void filesThatCannotBeOpenedAreNamed() {
    Path missing = directory.resolve("missing.pcap");
    assertEquals(
        missing + ": no such file",
        assertThrows(InputException.class, () -> Traces.open(missing)).getMessage());
    assertTrue(
        assertThrows(InputException.class, () -> Traces.open(directory))
            .getMessage()
            .contains("is a directory"));
    Path nowhere = directory.resolve("no/where.pcap");
    assertEquals(
        nowhere + ": cannot be written: no such directory",
        assertThrows(InputException.class, () -> Traces.create(nowhere)).getMessage());
  }

  /** Bytes flipped, cut off, put in and taken out: packets or one line, nothing else. */
  @Test
  void damagedTracesGiveOneLine() throws IOException {
    long seed = 20_240_917;
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < 40_000; i++) {
      byte[] trace = damaged(random);
      try {
        TraceBytes.read(trace);
      } catch (InputException e) {
        refused++;
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", case " + i, e);
      }
    }
    assertTrue(refused > 10_000, refused + " refused");
  }

  private static byte[] damaged(Random random) {
    byte[][] samples = {
      sample(ByteOrder.LITTLE_ENDIAN), sample(ByteOrder.BIG_ENDIAN), sampleNg(), new byte[64]
    };
    byte[] trace = samples[random.nextInt(samples.length)];
    if (random.nextInt(4) == 0) {
      trace = Arrays.copyOf(trace, random.nextInt(trace.length + 1));
    }
    for (int i = random.nextInt(6); i > 0 && trace.length > 0; i--) {
      int at = random.nextInt(trace.length);
      switch (random.nextInt(3)) {
        case 0 -> trace[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> trace[at] = (byte) random.nextInt(256);
        default -> trace[at] = (byte) (random.nextBoolean() ? 0xff : 0);
      }
    }
    return trace;
  }

  private static byte[] sample(ByteOrder order) {
    return new TraceBytes(order)
        .pcapHeader(0xa1b2c3d4L)
        .pcapPacket(1, 2, "aabbcc")
        .pcapPacket(3, 4, "00".repeat(60))
        .bytes();
  }

  private static byte[] sampleNg() {
    TraceBytes trace = new TraceBytes(ByteOrder.BIG_ENDIAN).section();
    trace.block(1, trace.body().u16(1, 0).u32(0).u16(9, 1).hex("09000000").u16(0, 0));
    trace.enhanced(0, 77, "aabbcc");
    trace.block(3, trace.body().u32(4).hex("01020304"));
    return trace.block(2, trace.body().u16(0, 7).u32(0, 1, 3, 3).hex("010203")).bytes();
  }

  private static byte[] bytes(Path file) throws IOException {
    return Files.readAllBytes(file);
  }

  private List<Path> files() throws IOException {
    try (var list = Files.list(directory)) {
      return list.toList();
    }
  }
}
