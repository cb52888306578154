package org.weft.compiler.emit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.lower.Lowered;
import org.weft.compiler.schedule.Schedule;
import org.weft.isa.row.Slot;

/**
 * The order of blocks in instruction memory: where control falls through, the next block follows.
 */
final class Layout {
  private Layout() {}

  static List<Schedule.Block> order(Schedule schedule) {
    Map<Integer, Schedule.Block> byId = new HashMap<>();
    schedule.blocks().forEach(block -> byId.put(block.id(), block));
    List<Schedule.Block> order = new ArrayList<>();
    Set<Integer> placed = new HashSet<>();
    Deque<Integer> later = new ArrayDeque<>(List.of(schedule.blocks().get(0).id()));
    while (!later.isEmpty()) {
      int id = later.pop();
      while (id >= 0 && placed.add(id)) {
        Schedule.Block block = byId.get(id);
        order.add(block);
        targets(block, later);
        id = block.next();
      }
    }
    return order;
  }

  private static void targets(Schedule.Block block, Deque<Integer> later) {
    for (List<Lowered.Operation> row : block.rows()) {
      for (Lowered.Operation operation : row) {
        if (operation != null && operation.slot() instanceof Slot.Branch branch) {
          later.push(branch.target());
        }
      }
    }
  }
}
