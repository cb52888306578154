package org.weft.sim.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.weft.isa.xdp.MapType;
import org.weft.sim.packet.PacketBuffer;

class VerificationTest {
  private static final int PASS = 2;
  private static final int REDIRECT = 4;

  /** Runs packets of these lengths, whose bytes are their indexes. */
  private static Verification verify(List<FakeEngine> engines, int... lengths) {
    Verification verification = new Verification(engines);
    for (int number = 0; number < lengths.length; number++) {
      byte[] frame = new byte[lengths[number]];
      for (int i = 0; i < frame.length; i++) {
        frame[i] = (byte) i;
      }
      for (int i = 0; i < verification.buffers(); i++) {
        verification.buffer(i).number = number;
        verification.buffer(i).receive(frame, 0, frame.length);
      }
      verification.run();
    }
    verification.finish();
    return verification;
  }

  private static Comparison compare(
      ToIntFunction<PacketBuffer> left, ToIntFunction<PacketBuffer> right) {
    List<FakeEngine> engines = List.of(new FakeEngine("ref", left), new FakeEngine("rows", right));
    return verify(engines, 30).comparisons().get(0);
  }

  private static String only(Comparison comparison, Aspect aspect) {
    for (Aspect other : Aspect.values()) {
      assertEquals(
          other == aspect ? 1 : 0, comparison.tally(other).differentCount(), other.toString());
    }
    assertTrue(comparison.differs());
    return comparison.tally(aspect).firstDifferences().get(0);
  }

  @Test
  void equalEnginesAreEqual() {
    Comparison comparison = compare(p -> PASS, p -> PASS);
    assertFalse(comparison.differs());
    assertEquals(1, comparison.tally(Aspect.VERDICTS).equalCount());
    assertEquals(1, comparison.tally(Aspect.PACKETS).equalCount());
  }

  @Test
  void eachEngineIsComparedWithTheOneBefore() {
    List<FakeEngine> engines =
        List.of(
            new FakeEngine("kernel", p -> 1).foreign(),
            new FakeEngine("ref", p -> 1),
            new FakeEngine("rows", p -> 2));
    Verification verification = verify(engines, 60);
    assertFalse(verification.comparisons().get(0).differs());
    assertEquals(
        "packet 0: returns: ref 1, rows 2",
        only(verification.comparisons().get(1), Aspect.VERDICTS));
  }

  @Test
  void nothingDiffersFromTheKernelAfterAPacketForWhichOnlyItHasRoom() {
    ToIntFunction<PacketBuffer> grows = p -> p.number == 1 && p.hasRoomBehind(2000) ? 1 : 2;
    ToIntFunction<PacketBuffer> held = p -> heldTo(1500, p, grows);
    FakeEngine kernel = new FakeEngine("kernel", grows).foreign();
    kernel.map("m", MapType.ARRAY, false).entry(0, 1);
    FakeEngine ref = new FakeEngine("ref", held).map("m", MapType.ARRAY, false).entry(0, 2);
    Comparison comparison = verify(List.of(kernel, ref), 60, 60, 60).comparisons().get(0);
    assertFalse(comparison.differs());
    assertEquals(1, comparison.tally(Aspect.VERDICTS).equalCount());
    assertEquals(
        Map.of("after a packet found no room in the machine's buffers that Linux's have", 2L),
        comparison.tally(Aspect.VERDICTS).incomparable());
    assertEquals(
        Map.of("since a packet found no room in the machine's buffers that Linux's have", 1L),
        comparison.tally(Aspect.MAPS).incomparable());
  }

  @Test
  void enginesOfWeftAreHeldToTheSameRoom() {
    ToIntFunction<PacketBuffer> grows = p -> p.hasRoomBehind(2000) ? 1 : 2;
    assertEquals(
        "packet 0: returns: ref 1, rows 2",
        only(compare(grows, p -> heldTo(1500, p, grows)), Aspect.VERDICTS));
  }

  private static int heldTo(int last, PacketBuffer packet, ToIntFunction<PacketBuffer> program) {
    packet.last = last;
    return program.applyAsInt(packet);
  }

  @Test
  void rawReturnValuesAreCompared() {
    assertEquals(
        "packet 0: returns: ref 4294967295, rows 0",
        only(compare(p -> -1, p -> 0), Aspect.VERDICTS));
  }

  @Test
  void aByteThatDiffersIsShownInItsPlace() {
    Comparison comparison =
        compare(
            p -> PASS,
            p -> {
              p.bytes[p.data + 9] = (byte) 0xee;
              return PASS;
            });
    assertEquals(
        "packet 0: byte 9 of 30:"
            + " ref ...05060708[09]0a0b0c0d0e0f101112131415161718...,"
            + " rows ...05060708[ee]0a0b0c0d0e0f101112131415161718...",
        only(comparison, Aspect.PACKETS));
  }

  @Test
  void lengthsThatDifferAreShown() {
    Comparison comparison =
        compare(
            p -> PASS,
            p -> {
              p.dataEnd -= 2;
              return PASS;
            });
    String text = only(comparison, Aspect.PACKETS);
    assertTrue(text.startsWith("packet 0: ref 30 bytes, rows 28; from byte 28: ref "), text);
    assertTrue(text.endsWith("1b[end]"), text);
  }

  @Test
  void metadataIsCompared() {
    Comparison comparison =
        compare(
            p -> {
              p.dataMeta -= 4;
              return PASS;
            },
            p -> PASS);
    assertEquals("packet 0: metadata: ref 00000000, rows none", only(comparison, Aspect.PACKETS));
  }

  @Test
  void redirectTargetsAreCompared() {
    Comparison comparison =
        compare(
            p -> {
              p.redirectIfindex = 3;
              return REDIRECT;
            },
            p -> {
              p.redirectIfindex = 3;
              p.redirectMap = 1;
              p.redirectKey = 7;
              return REDIRECT;
            });
    assertEquals(
        "packet 0: redirects to: ref interface 3, rows interface 3 by key 7 of map 1",
        only(comparison, Aspect.VERDICTS));
  }

  @Test
  void redirectTargetsOfTheKernelAreNotTakenForEqual() {
    List<FakeEngine> engines =
        List.of(
            new FakeEngine("kernel", p -> REDIRECT).foreign(),
            new FakeEngine(
                "ref",
                p -> {
                  p.redirectIfindex = 3;
                  return REDIRECT;
                }));
    Comparison comparison = verify(engines, 60, 60).comparisons().get(0);
    assertEquals(2, comparison.tally(Aspect.VERDICTS).equalCount());
    assertEquals(2, comparison.redirects().incomparableCount());
  }

  @Test
  void aFaultOfOneEngineIsADifference() {
    Comparison comparison =
        compare(
            p -> PASS,
            p -> {
              throw new ProgramFault("reads byte 99");
            });
    assertEquals(
        "packet 0: returns: ref 2, rows a fault: reads byte 99", only(comparison, Aspect.VERDICTS));
  }

  @Test
  void aPacketThatOneEngineRefusesIsLeftOutOfAll() {
    int[] runs = new int[1];
    List<FakeEngine> engines =
        List.of(
            new FakeEngine("kernel", p -> PASS).foreign(),
            new FakeEngine("ref", p -> PASS + 0 * runs[0]++));
    Verification verification = verify(engines, 13, 14, 0);
    assertEquals(1, runs[0]);
    assertEquals(1, verification.packets());
    assertEquals(2, verification.leftOut());
    Comparison comparison = verification.comparisons().get(0);
    assertEquals(1, comparison.tally(Aspect.VERDICTS).equalCount());
    assertEquals(Map.of("too short", 2L), comparison.tally(Aspect.VERDICTS).incomparable());
  }

  @Test
  void mapsAreComparedByCpuAndMissingCpusAreZero() {
    FakeEngine left = new FakeEngine("ref", p -> PASS).map("m", MapType.PERCPU_ARRAY, false);
    FakeEngine right = new FakeEngine("rows", p -> PASS).map("m", MapType.PERCPU_ARRAY, false);
    left.entry(0, 5, 0, 0).entry(1, 0, 0, 0).entry(2, 0, 7, 0);
    right.entry(0, 5).entry(2, 0, 8);
    Comparison comparison = verify(List.of(left, right)).comparisons().get(0);
    assertEquals(
        "map m: 1 entry differs; key 02000000: ref [0 0700000000000000 0],"
            + " rows [0 0800000000000000]",
        only(comparison, Aspect.MAPS));
  }

  @Test
  void anEntryOfAHashCountsEvenWhenItIsZero() {
    FakeEngine left = new FakeEngine("ref", p -> PASS).map("m", MapType.HASH, false).entry(1, 0);
    FakeEngine right = new FakeEngine("rows", p -> PASS).map("m", MapType.HASH, false);
    Comparison comparison = verify(List.of(left, right)).comparisons().get(0);
    assertEquals(
        "map m: 1 entry differs; key 01000000: ref 0000000000000000, rows no entry",
        only(comparison, Aspect.MAPS));
  }

  @Test
  void addressesThatTheKernelWroteAreNotComparable() {
    FakeEngine left = new FakeEngine("kernel", p -> PASS).foreign().map("m", MapType.HASH, false);
    FakeEngine right = new FakeEngine("ref", p -> PASS).map("m", MapType.HASH, false);
    left.entry(1, 0xffff_8881_0123_4500L);
    right.entry(1, 0x0000_0003_0000_0100L);
    Comparison comparison = verify(List.of(left, right)).comparisons().get(0);
    assertFalse(comparison.differs());
    assertEquals(1, comparison.tally(Aspect.MAPS).incomparableCount());
    assertEquals(0, comparison.tally(Aspect.MAPS).equalCount());
  }

  @Test
  void differencesOfAProgramThatTakesAnAddressAsANumberAreNotComparable() {
    FakeEngine left = new FakeEngine("ref", p -> (int) p.number).map("m", MapType.HASH, false);
    FakeEngine right = new FakeEngine("rows", p -> PASS).map("m", MapType.HASH, false);
    left.entry(1, 2);
    right.entry(1, 3);
    Verification verification =
        new Verification(List.of(left, right), new Dependence("p.o: insn 3", null));
    for (long number : new long[] {PASS, REDIRECT}) {
      for (int i = 0; i < 2; i++) {
        verification.buffer(i).number = number;
        verification.buffer(i).receive(new byte[20], 0, 20);
      }
      verification.run();
    }
    verification.finish();
    Comparison comparison = verification.comparisons().get(0);
    assertFalse(comparison.differs());
    assertEquals(1, comparison.tally(Aspect.VERDICTS).equalCount());
    assertEquals(
        Map.of("p.o: insn 3: takes an address as a number", 1L),
        comparison.tally(Aspect.VERDICTS).incomparable());
    assertEquals(1, comparison.tally(Aspect.MAPS).incomparableCount());
  }

  @Test
  void bytesOfTheStackThatWereNeverWrittenAreComparableAmongOwnEngines() {
    Dependence dependence = new Dependence(null, "p.o: insn 3");
    FakeEngine kernel = new FakeEngine("kernel", p -> PASS).foreign().map("m", MapType.HASH, false);
    FakeEngine ref = new FakeEngine("ref", p -> PASS).map("m", MapType.HASH, false);
    FakeEngine rows = new FakeEngine("rows", p -> PASS).map("m", MapType.HASH, false);
    kernel.entry(1, 2);
    ref.entry(1, 3);
    rows.entry(1, 4);
    Verification verification = new Verification(List.of(kernel, ref, rows), dependence);
    verification.finish();
    Comparison judged = verification.comparisons().get(0);
    assertFalse(judged.differs());
    String reason = judged.tally(Aspect.MAPS).incomparable().keySet().iterator().next();
    assertTrue(reason.startsWith("p.o: insn 3: reads bytes of the stack that were never"), reason);
    assertTrue(verification.comparisons().get(1).differs());
  }

  @Test
  void afterTheKernelsFirstEvictionPacketsAreNotComparable() {
    FakeEngine left =
        new FakeEngine("kernel", p -> p.number < 2 ? PASS : 1)
            .foreign()
            .map("m", MapType.LRU_HASH, true);
    FakeEngine right = new FakeEngine("ref", p -> PASS).map("m", MapType.LRU_HASH, false);
    Comparison comparison = verify(List.of(left, right), 60, 60, 60, 60).comparisons().get(0);
    assertFalse(comparison.differs());
    assertEquals(2, comparison.tally(Aspect.VERDICTS).equalCount());
    assertEquals(
        Map.of("after LRU map m began to throw out entries", 2L),
        comparison.tally(Aspect.VERDICTS).incomparable());
  }

  @Test
  void weftsOwnEnginesMustEvictAlike() {
    FakeEngine left = new FakeEngine("ref", p -> PASS).map("m", MapType.LRU_HASH, true);
    FakeEngine right = new FakeEngine("rows", p -> 1).map("m", MapType.LRU_HASH, true);
    assertTrue(verify(List.of(left, right), 60).comparisons().get(0).differs());
  }

  @Test
  void onlyTheFirstDifferencesAreKept() {
    List<FakeEngine> engines =
        List.of(new FakeEngine("ref", p -> 1), new FakeEngine("rows", p -> 2));
    Tally tally = verify(engines, new int[1000]).comparisons().get(0).tally(Aspect.VERDICTS);
    assertEquals(1000, tally.differentCount());
    assertEquals(10, tally.firstDifferences().size());
  }
}
