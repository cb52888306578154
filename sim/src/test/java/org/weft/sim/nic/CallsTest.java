package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.InputException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** When calls begin, reach the engines, and are answered. */
final class CallsTest {
  /** Clocks from the selection of a packet's row to that of the next one. */
  private static long clocks(int row, String... rows) {
    Wire wire = new Wire(Programs.image("hxdp", rows)).offer(0, 64);
    long first = selected(wire, row);
    return selected(wire, row + 1) - first;
  }

  /** The clock in which the first context executes a row. */
  private static long selected(Wire wire, int row) {
    while (wire.nic.core(0).selected() != 0 || wire.nic.core(0).rowOf(0) != row) {
      wire.step(1);
    }
    return wire.nic.now();
  }

  @Test
  void h1RowHasOneCall() {
    String call = "r4 = call map_lookup_elem(map2, reg r8)";
    String two = call + " | r5 = call map_lookup_elem(map2, reg r8)";
    assertThrows(InputException.class, () -> Programs.image("hxdp", two, "exit DROP"));
  }

  /** Clocks in which each of the first contexts waits for its call, of packets of these lengths. */
  private static int[] waiting(int... lengths) {
    // A long packet's checksum reads 512 bytes, a short one's eight.
    String sum = "r0 = call csum_diff(stk 0, r5, pkt r4, r8, r5)";
    String[] rows = {
      "r4 = mov 65536", "r8 = mov 512 | goto 3 if length > 64", "r8 = mov 8", sum, "exit DROP"
    };
    Wire wire = new Wire(Programs.image("hxdp", rows)).offer(0, lengths);
    int[] clocks = new int[lengths.length];
    while (wire.left.size() < lengths.length) {
      wire.step(1);
      for (int i = 0; i < clocks.length; i++) {
        clocks[i] += wire.nic.core(0).state(i).equals("call") ? 1 : 0;
      }
    }
    return clocks;
  }

  @Test
  void h1CallsOfAHalfAreStartedInTheOrderOfTheirRows() {
    int[] alone = waiting(64, 64, 64, 64);
    int[] behind = waiting(600, 64, 64, 64);
    assertTrue(behind[0] > alone[0] + 100);
    assertTrue(behind[2] > alone[2] + 50, behind[2] + " beside " + alone[2]);
  }

  @Test
  void m2HalvesReadForTheirCallsWithoutWaitingForEachOther() {
    assertEquals(waiting(64, 64, 64, 64)[3], waiting(600, 64, 64, 64)[3]);
  }

  @ParameterizedTest
  @CsvSource({"stk 0", "reg r8"})
  void m2EntryWhoseNumberWasReadIsAskedForInTheNextClockOfItsHalf(String key) {
    String lookup = "r4 = call map_lookup_elem(map1, " + key + ")";
    // In the memory stage in 5; its number is read in 6. The entry is asked for in 8, taken in 9,
    // with the core in 12; no row of the half is in its write stage in 14, and its turn is in 16.
    assertEquals(16, clocks(0, lookup, "exit DROP"));
    // So each half does one in four clocks, though twice as many are wanted.
    String[] rows = {lookup, lookup, lookup, lookup, lookup, lookup, lookup, "exit DROP"};
    Nic nic = Floods.nic(Programs.image("hxdp", rows), 100);
    Floods.run(nic, 1000);
    long before = nic.mapAccesses();
    Floods.run(nic, 1000);
    assertEquals(500, (double) (nic.mapAccesses() - before), 5);
  }

  @ParameterizedTest
  @CsvSource({"0, 16", "60, 0"})
  void h2WhatFailsItsChecksMovesNothing(int offset, int more) {
    String[] rows = {
      "r4 = mov " + offset,
      "r8 = mov 8",
      "r0 = call xdp_load_bytes(ctx, r4, stk 0, r8)",
      "exit DROP"
    };
    long few = clocks(2, rows);
    rows[1] = "r8 = mov 40";
    long many = clocks(2, rows);
    assertEquals(more, many - few);
  }

  /** When a long packet has left its buffer, while a lookup is made in the same half. */
  private static long drained(String key) {
    String lookup = "r4 = call map_lookup_elem(map2, " + key + ")";
    Wire wire =
        new Wire(Programs.image("hxdp", "exit TX if length > 64", lookup, "exit DROP"))
            .offer(0, 600, 64, 64);
    while (wire.packets.isEmpty() || wire.packets.get(0).drained < 600) {
      wire.step(1);
    }
    return wire.nic.now();
  }

  @Test
  void h2KeyInARegisterTakesNoClockFromPacketsThatLeave() {
    assertEquals(2, drained("stk 0") - drained("reg r8"));
  }

  @Test
  void h3CallReachesTheEnginesSixClocksAfterItsLastWord() {
    String lookup = "r4 = call map_lookup_elem(map2, reg r8)";
    Wire wire = new Wire(Programs.image("hxdp", lookup, "exit DROP")).offer(0, 64);
    long selected = selected(wire, 0);
    while (wire.nic.tableCalls() == 0) {
      wire.step(1);
    }
    // In the memory stage in 5; its key is asked for in 6, and it is taken in 12.
    assertEquals(12, wire.nic.now() - selected);
  }

  @ParameterizedTest
  @CsvSource({"4, 22", "32, 28"})
  void h4AnswerIsWithTheCoreInTheClockAfterTheEngineHasIt(int keyBytes, int clocks) {
    // Of one beat: asked for in 6, taken in 12, answered in 18, with the core in 19, written in 20.
    // Of two: the last of four words asked for in 12, taken in 18, answered in 25, written in 26.
    MapDefinition map = MapDefinition.of("m", MapType.HASH, keyBytes, 8, 64, 0);
    String lookup = "r4 = call map_lookup_elem(map1, stk 0)";
    ProgramImage image =
        Programs.image(MachineSpec.preset("hxdp"), List.of(map), lookup, "exit DROP");
    Wire wire = new Wire(image).offer(0, 64);
    long first = selected(wire, 0);
    assertEquals(clocks, selected(wire, 1) - first);
  }
}
