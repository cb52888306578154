package org.weft.compiler.emit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.schedule.Schedule;
import org.weft.isa.row.Slot;

/**
 * The order of blocks in instruction memory: where control falls through, the next block follows.
 */
final class Layout {
  private Layout() {}

  static List<Schedule.Trace> order(Schedule schedule) {
    Map<Integer, Schedule.Trace> byId = new HashMap<>();
    schedule.traces().forEach(block -> byId.put(block.id(), block));
    List<Schedule.Trace> order = new ArrayList<>();
    Set<Integer> placed = new HashSet<>();
    Deque<Integer> later = new ArrayDeque<>(List.of(schedule.traces().get(0).id()));
    while (!later.isEmpty()) {
      int id = later.pop();
      while (id >= 0 && placed.add(id)) {
        Schedule.Trace block = byId.get(id);
        order.add(block);
        targets(block, later);
        id = block.next();
      }
    }
    return order;
  }

  private static void targets(Schedule.Trace block, Deque<Integer> later) {
    for (List<Schedule.Placed> row : block.rows()) {
      for (Schedule.Placed operation : row) {
        if (operation != null && operation.slot() instanceof Slot.Branch branch) {
          later.push(branch.target());
        }
      }
    }
  }
}
