package org.weft.examples.traffic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.sim.trace.TraceReader;
import org.weft.sim.trace.Traces;

final class TrafficGeneratorTest {
  private static final int MANY = 500;

  private static byte[] written(TrafficKind kind, long seed) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new TrafficGenerator(kind, seed).write(MANY, out);
    return out.toByteArray();
  }

  @ParameterizedTest
  @EnumSource
  void sameSeedSameTrace(TrafficKind kind) throws IOException {
    assertArrayEquals(written(kind, 1), written(kind, 1));
    assertFalse(Arrays.equals(written(kind, 1), written(kind, 2)));
  }

  @ParameterizedTest
  @EnumSource
  void framesFitAnEthernetLink(TrafficKind kind) {
    TrafficGenerator generator = new TrafficGenerator(kind, 3);
    long before = 0;
    for (int i = 0; i < MANY; i++) {
      generator.next();
      assertTrue(generator.length() >= 14 && generator.length() <= 1514, kind + " " + i);
      assertTrue(generator.timestampNs() > before, kind + " " + i);
      before = generator.timestampNs();
    }
  }

  @Test
  void traceReadsBackAsItWasMade(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("mix.pcap");
    new TrafficGenerator(TrafficKind.MIX, 4).write(MANY, Files.newOutputStream(file));
    TrafficGenerator again = new TrafficGenerator(TrafficKind.MIX, 4);
    try (TraceReader trace = Traces.open(file)) {
      for (int i = 0; i < MANY; i++) {
        again.next();
        assertTrue(trace.next());
        assertEquals(again.timestampNs(), trace.timestampNs());
        assertArrayEquals(
            Arrays.copyOf(again.frame(), again.length()),
            Arrays.copyOf(trace.frame(), trace.length()));
      }
      assertFalse(trace.next());
    }
  }

  @Test
  void sizeFixesTheLengthOfEveryFrame() {
    TrafficGenerator generator = new TrafficGenerator(List.of(TrafficKind.UDP), 5, 100, 64);
    for (int i = 0; i < MANY; i++) {
      generator.next();
      assertEquals(64, generator.length());
    }
  }

  @Test
  void flowsAreAsManyAsWanted() {
    TrafficGenerator generator = new TrafficGenerator(List.of(TrafficKind.UDP), 6, 50, 64);
    Set<ByteBuffer> seen = new HashSet<>();
    for (int i = 0; i < 20 * MANY; i++) {
      generator.next();
      // Both directions of a flow name the same host inside.
      boolean outgoing = generator.frame()[26] == 10;
      seen.add(
          ByteBuffer.wrap(
              Arrays.copyOfRange(generator.frame(), outgoing ? 26 : 30, outgoing ? 30 : 34)));
    }
    assertEquals(50, seen.size());
  }

  @Test
  void runtsHaveEveryLengthFrom14To64() {
    TrafficGenerator generator = new TrafficGenerator(TrafficKind.RUNTS, 7);
    Set<Integer> lengths = new TreeSet<>();
    for (int i = 0; i < 4 * MANY; i++) {
      generator.next();
      lengths.add(generator.length());
    }
    assertEquals(51, lengths.size());
    assertTrue(lengths.contains(14) && lengths.contains(64));
  }

  @Test
  void vlanStacksAreOneToThreeDeep() {
    TrafficGenerator generator = new TrafficGenerator(TrafficKind.VLAN, 8);
    Set<Integer> depths = new TreeSet<>();
    for (int i = 0; i < MANY; i++) {
      generator.next();
      int depth = 0;
      while (isTag(generator.frame(), 12 + 4 * depth)) {
        depth++;
      }
      depths.add(depth);
    }
    assertEquals(Set.of(1, 2, 3), depths);
  }

  private static boolean isTag(byte[] frame, int at) {
    int type = Byte.toUnsignedInt(frame[at]) << 8 | Byte.toUnsignedInt(frame[at + 1]);
    return type == PacketBuilder.VLAN || type == PacketBuilder.SERVICE_VLAN;
  }

  @Test
  void fullSizeIs1514Bytes() {
    TrafficGenerator generator = new TrafficGenerator(TrafficKind.FULL_SIZE, 9);
    for (int i = 0; i < MANY; i++) {
      generator.next();
      assertEquals(1514, generator.length());
    }
  }

  @Test
  void nonsenseIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new TrafficGenerator(List.of(TrafficKind.UDP), 1, 0, 64));
    assertThrows(
        IllegalArgumentException.class,
        () -> new TrafficGenerator(List.of(TrafficKind.UDP), 1, 1, 4000));
    assertThrows(IllegalArgumentException.class, () -> new TrafficGenerator(List.of(), 1, 1, 64));
  }
}
