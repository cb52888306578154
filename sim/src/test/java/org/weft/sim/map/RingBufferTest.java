package org.weft.sim.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.network.AllEngines;
import org.weft.sim.network.Network;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.ref.RefEngine;

/** Ring buffers, by themselves and in all engines; Linux judges where it can be asked. */
class RingBufferTest {
  private static final List<MapDefinition> RING =
      List.of(MapDefinition.of("ring", MapType.RINGBUF, 0, 0, 4096, 0));

  /** r6 is the context, r7 the packet of 128 bytes or more. */
  private static final String PROLOGUE =
      "r6 = r1; r7 = *(u32 *)(r6 + 0); r8 = *(u32 *)(r6 + 4); r2 = r7; r2 += 128;"
          + "if r2 <= r8 goto +2; r0 = 9; exit;";

  private static RingBuffer ring() {
    return (RingBuffer) new MapTable(RING, List.of(), 1).map(0);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i + 1);
    }
    return bytes;
  }

  @Test
  void recordsTakeAHeaderAndMultiplesOfEight() {
    RingBuffer ring = ring();
    assertEquals(8, ring.reserve(5, 0));
    assertEquals(24, ring.reserve(8, 0));
    assertEquals(40, ring.reserve(0, 0));
    assertEquals(40, ring.query(0));
    assertEquals(4096, ring.query(1));
    assertEquals(0, ring.query(2));
    assertEquals(40, ring.query(3));
    assertEquals(0, ring.query(4));
  }

  @Test
  void oneByteStaysFree() {
    assertEquals(-1, ring().reserve(4088, 0));
    assertEquals(-1, ring().reserve(4081, 0));
    assertEquals(8, ring().reserve(4080, 0));
  }

  @Test
  void flagsOfReserveAreRefused() {
    assertEquals(-1, ring().reserve(8, 1));
  }

  @Test
  void wakeUpFlagsAreTakenAndOthersRefused() {
    RingBuffer ring = ring();
    assertEquals(0, ring.output(bytes(8), 0, 8, 3));
    assertEquals(-22, ring.output(bytes(8), 0, 8, 4));
    assertEquals(-11, ring.output(bytes(4096), 0, 4096, 0));
  }

  @Test
  void recordIsCommittedOnce() {
    RingBuffer ring = ring();
    int record = ring.reserve(8, 0);
    assertFalse(ring.commit(record + 8, false));
    assertTrue(ring.commit(record, false));
    assertFalse(ring.commit(record, true));
  }

  @Test
  void recordsBehindAReservedOneWait() {
    RingBuffer ring = ring();
    int first = ring.reserve(8, 0);
    ring.output(bytes(3), 0, 3, 0);
    assertEquals(0, ring.records().size());
    ring.commit(first, true);
    assertEquals("[010203]", ring.records().values().iterator().next().bytes().toString());
  }

  @Test
  void recordThatReachesTheEndGoesOnAtTheBeginning() {
    RingBuffer ring = ring();
    ring.output(new byte[4000], 0, 4000, 0);
    ring.drain();
    assertEquals(0, ring.output(bytes(200), 0, 200, 0));
    assertEquals(2, ring.records().size());
    // What reached behind the end is what the next record finds at the beginning.
    int at = 4008 + 208 - 4096;
    assertEquals(at + 8, ring.reserve(8, 0));
    ring.commit(at + 8, true);
    ring.drain();
    ring.output(new byte[4096 - at - 32], 0, 4096 - at - 32, 0);
    ring.drain();
    int beginning = ring.reserve(16, 0);
    assertEquals(4096 - 8, beginning - 8 & 4095);
    assertEquals(bytes(200)[4096 - 4016], ring.values()[beginning]);
  }

  @Test
  void aRingHasNoEntriesToSet() {
    MapTable maps = new MapTable(RING, List.of(), 1);
    InputException error =
        assertThrows(InputException.class, () -> maps.put(0, new byte[0], new byte[0]));
    assertTrue(error.getMessage().contains("no entries to set"), error.getMessage());
  }

  @Test
  void sizesAreThoseOfPages() {
    assertEquals(4096, MapDefinition.of("r", MapType.RINGBUF, 0, 0, 1, 0).maxEntries());
    assertEquals(8192, MapDefinition.of("r", MapType.RINGBUF, 0, 0, 4097, 0).maxEntries());
    assertEquals(1 << 16, MapDefinition.of("r", MapType.RINGBUF, 0, 0, 1 << 16, 0).maxEntries());
    assertEquals(0, MapDefinition.of("r", MapType.RINGBUF, 0, 0, 0, 0).maxEntries());
  }

  /** Reserves, looks at what is there, writes both ends, commits; as the packet says. */
  private static String record(int size, int control) {
    String body =
        """
        r9 = r0; r1 = *(u64 *)(r9 + 0); *(u64 *)(r7 + 32) = r1; r1 = *(u64 *)(r9 + %d); \
        *(u64 *)(r7 + 40) = r1; r1 = *(u64 *)(r7 + 16); *(u64 *)(r9 + 0) = r1; \
        *(u64 *)(r9 + %d) = r1; r3 = *(u8 *)(r7 + %d); r2 = r3; r1 = r9; if r3 > 200 goto +2; \
        call 132; goto +1; call 133;"""
            .formatted(size - 8, size - 8, control);
    return "r3 = *(u8 *)(r7 + %d); if r3 < 80 goto +%d; ".formatted(control, 6 + 15)
        + "map 1 0; r2 = %d; r3 = 0; call 131; if r0 == 0 goto +15; ".formatted(size)
        + body;
  }

  /** Bytes from the stack, as many as the packet says. */
  private static String output(int control) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      text.append(
          "r1 = *(u64 *)(r7 + %d); *(u64 *)(r10 - %d) = r1; ".formatted(64 + 8 * i, 64 - 8 * i));
    }
    text.append(
        "r3 = *(u8 *)(r7 + %d); r3 &= 63; map 1 0; r2 = r10; r2 += -64; ".formatted(control));
    text.append(
        "r4 = *(u8 *)(r7 + %d); r4 &= 3; call 130; *(u32 *)(r7 + 48) = r0; "
            .formatted(control + 1));
    return text.toString();
  }

  private static String query(int control) {
    return "map 1 0; r2 = *(u8 *)(r7 + %d); r2 &= 7; call 134; *(u64 *)(r7 + 56) = r0; "
        .formatted(control);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void randomRecords(int seed) {
    Random random = new Random(seed);
    int[] sizes = {8, 16, 40, 104, 1000, 1496, 2040, 4080};
    StringBuilder text = new StringBuilder(PROLOGUE);
    for (int i = 0; i < 5; i++) {
      text.append(
          switch (random.nextInt(4)) {
            case 0 -> output(i);
            case 1 -> query(i);
            default -> record(sizes[random.nextInt(sizes.length)], i);
          });
    }
    text.append(query(14)).append("r0 = 2; exit");
    List<String> records = new ArrayList<>();
    try (AllEngines engines = new AllEngines(text.toString(), RING, Network.NONE)) {
      for (int i = 0; i < 300; i++) {
        byte[] frame = new byte[128];
        random.nextBytes(frame);
        engines.run(frame, 1);
      }
      records.addAll(engines.values(0));
    } catch (AssertionError e) {
      throw new AssertionError("seed " + seed + ": " + text, e);
    }
    assertTrue(records.size() > 50, "seed " + seed + ": " + records.size() + " records");
  }

  @Test
  void recordsThatAreReservedTogetherAreCommittedInAnyOrder() {
    String text =
        PROLOGUE
            + """
            map 1 0; r2 = 24; r3 = 0; call 131; if r0 == 0 goto +25; r9 = r0; \
            map 1 0; r2 = 2040; r3 = 0; call 131; if r0 != 0 goto +4; \
            r1 = r9; r2 = 0; call 133; goto +14; \
            r8 = r0; r1 = *(u64 *)(r7 + 16); *(u64 *)(r8 + 8) = r1; *(u64 *)(r9 + 8) = r1; \
            r1 = r8; r2 = 0; call 132; r1 = r9; r2 = 0; r3 = *(u8 *)(r7 + 0); \
            if r3 > 99 goto +2; call 132; goto +1; call 133; r0 = 2; exit""";
    Random random = new Random(5);
    try (AllEngines engines = new AllEngines(text, RING, Network.NONE)) {
      for (int i = 0; i < 60; i++) {
        byte[] frame = new byte[128];
        random.nextBytes(frame);
        engines.run(frame, 1);
      }
      assertTrue(engines.values(0).size() > 60);
    }
  }

  /**
   * As many bytes as the packet says, from where it says, to a record and from there to another
   * place in the packet.
   */
  @Test
  void bytesOfThePacketAreCopiedToRecordsAndBack() {
    String text =
        PROLOGUE
            + """
            map 1 0; r2 = 64; r3 = 0; call 131; if r0 != 0 goto +2; \
            r0 = 9; exit; r9 = r0; \
            r1 = 0; *(u64 *)(r9 + 0) = r1; *(u64 *)(r9 + 8) = r1; *(u64 *)(r9 + 16) = r1; \
            *(u64 *)(r9 + 24) = r1; *(u64 *)(r9 + 32) = r1; *(u64 *)(r9 + 40) = r1; \
            *(u64 *)(r9 + 48) = r1; *(u64 *)(r9 + 56) = r1; r4 = *(u8 *)(r7 + 0); r4 &= 31; \
            r4 += 1; r2 = *(u8 *)(r7 + 1); r3 = *(u8 *)(r7 + 2); if r3 < 250 goto +1; r2 <<= 12; \
            r1 = r6; r3 = r9; r3 += 7; call 189; *(u32 *)(r9 + 56) = r0; \
            r4 = *(u8 *)(r7 + 3); r4 &= 7; r4 += 1; r2 = *(u8 *)(r7 + 4); r1 = r6; r3 = r9; \
            call 190; *(u32 *)(r9 + 60) = r0; \
            r1 = r9; r2 = 0; call 132; r0 = 2; exit""";
    Random random = new Random(6);
    try (AllEngines engines = new AllEngines(text, RING, Network.NONE)) {
      for (int i = 0; i < 300; i++) {
        byte[] frame = new byte[128 + random.nextInt(80)];
        random.nextBytes(frame);
        engines.run(frame, 1);
      }
      assertEquals(300, engines.values(0).size());
    }
  }

  private static String fault(String text) {
    var object = AllEngines.object(PROLOGUE + text, RING);
    RefEngine engine = new RefEngine(object, object.programs().get(0), EngineOptions.DEFAULT);
    PacketBuffer packet = new PacketBuffer();
    packet.receive(new byte[128], 0, 128);
    return assertThrows(ProgramFault.class, () -> engine.run(packet)).getMessage();
  }

  @Test
  void refSaysWhatIsWrongWithRecords() {
    String reserve = "map 1 0; r2 = 16; r3 = 0; call 131; ";
    assertTrue(fault(reserve + "r0 = 2; exit").contains("ends with a record of ring"));
    assertTrue(fault(reserve + "r1 = *(u64 *)(r0 + 16); exit").contains("outside a reserved"));
    String submit = "r9 = r0; r1 = r9; r2 = 0; call 132; ";
    assertTrue(fault(reserve + submit + "r1 = r9; call 133; exit").contains("no reserved record"));
    assertTrue(fault(reserve + submit + "r1 = *(u64 *)(r9 + 0); exit").contains("outside"));
  }
}
