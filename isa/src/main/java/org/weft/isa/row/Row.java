package org.weft.isa.row;

import java.util.List;

/**
 * The slots that are issued together; slot <i>i</i> is on lane <i>i</i>.
 *
 * @param slots as many as the machine has lanes, or fewer when the rest is empty
 */
public record Row(List<Slot> slots) {
  public Row {
    slots = List.copyOf(slots);
  }
}
