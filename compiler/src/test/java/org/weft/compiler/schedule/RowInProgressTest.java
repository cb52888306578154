package org.weft.compiler.schedule;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;

final class RowInProgressTest {
  private static final MachineSpec MACHINE = MachineSpec.preset("hxdp");

  private static Node store(int index, int base, int offset) {
    return new Node(
        index,
        (dst, uses) -> new Slot.Store(Region.STACK, base, offset, 8, false, Operand.constant(0)),
        null,
        List.of(),
        index);
  }

  private static RowInProgress row(Node first) {
    RowInProgress row = new RowInProgress(MACHINE, new LaneChoice(MACHINE.lanes()));
    assertTrue(row.add(first, (node, lane) -> 1));
    return row;
  }

  @Test
  void aSpilledValueIsNotStoredBesideAStoreToAnUnknownPlace() {
    Node unknown = store(0, 3, 0);
    Node spilled = store(1, Slot.NO_BASE, 8);
    assertFalse(row(unknown).addLater(spilled));
    assertFalse(row(spilled).add(unknown, (node, lane) -> 1));
    assertTrue(row(store(0, Slot.NO_BASE, 16)).addLater(spilled));
  }
}
