package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.InputException;

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

  @Test
  void h1CallsOfACoreAreStartedInTheOrderOfTheirRows() {
    // The first packet's checksum reads 512 bytes; the second one's eight come behind it.
    String sum = "r0 = call csum_diff(stk 0, r5, pkt r4, r8, r5)";
    String[] rows = {
      "r4 = mov 65536", "r8 = mov 512 | goto 3 if length > 64", "r8 = mov 8", sum, "exit DROP"
    };
    Wire wire = new Wire(Programs.image("hxdp", rows)).offer(0, 64, 64, 64).until(3);
    long alone = wire.of(2).ended() - wire.of(2).started();
    Wire behind = new Wire(Programs.image("hxdp", rows)).offer(0, 600, 64, 64).until(3);
    assertTrue(behind.of(1).ended() - behind.of(1).started() > alone + 16);
  }

  @ParameterizedTest
  @CsvSource({"0, 2", "60, 0"})
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
  void h3CallReachesTheEnginesThreeClocksAfterItsLastByteWasRead() {
    String lookup = "r4 = call map_lookup_elem(map2, reg r8)";
    Wire wire = new Wire(Programs.image("hxdp", lookup, "exit DROP")).offer(0, 64);
    long selected = selected(wire, 0);
    while (wire.nic.tableCalls() == 0) {
      wire.step(1);
    }
    // In the memory stage in 5; nothing is read in 6, and it is taken in 9.
    assertEquals(9, wire.nic.now() - selected);
  }

  @Test
  void h4AnswerIsWithTheCoreInTheClockAfterTheEngineHasIt() {
    String lookup = "r4 = call map_lookup_elem(map2, reg r8)";
    // Taken in 9, answered in 15, written in 16: the context's half is selected in 18.
    assertEquals(18, clocks(0, lookup, "exit DROP"));
  }
}
