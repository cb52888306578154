package org.weft.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Region;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;
import org.weft.isa.row.Unit;

/**
 * How much of its machine an image uses.
 *
 * @param slots that are not empty
 * @param registers that the rows name, as a set of bits
 * @param resources lanes first, then what a row has a limited number of
 */
public record Occupancy(int slots, int registers, List<Resource> resources) {
  /**
   * What a row has so many of.
   *
   * @param name what it is
   * @param capacity how many a row has
   * @param used by row: how many it uses
   */
  public record Resource(String name, int capacity, List<Integer> used) {
    public Resource {
      used = List.copyOf(used);
    }

    /** Uses of all rows, each row as often as it is executed. */
    public double uses(long... executions) {
      double sum = 0;
      for (int row = 0; row < used.size(); row++) {
        sum += (double) executions[row] * used.get(row);
      }
      return sum;
    }

    /** Rows that use all of it. */
    public long fullRows() {
      return used.stream().filter(count -> count == capacity).count();
    }
  }

  public Occupancy {
    resources = List.copyOf(resources);
  }

  /** The occupancy by an image. */
  public static Occupancy of(ProgramImage image) {
    int slots = 0;
    int registers = 0;
    for (Row row : image.rows()) {
      for (Slot slot : row.slots()) {
        slots += slot instanceof Slot.Nop ? 0 : 1;
        registers |= slot.reads() | slot.writes();
      }
    }
    return new Occupancy(slots, registers, resources(image));
  }

  private static List<Resource> resources(ProgramImage image) {
    MachineSpec machine = image.machine();
    List<Resource> all = new ArrayList<>();
    for (int lane = 0; lane < machine.lanes(); lane++) {
      int at = lane;
      List<Integer> used =
          image.rows().stream()
              .map(Row::slots)
              .map(slots -> at < slots.size() && !(slots.get(at) instanceof Slot.Nop) ? 1 : 0)
              .toList();
      all.add(new Resource("lane " + lane, 1, used));
    }
    Predicate<Slot> isMap = slot -> slot.region() == Region.MAP;
    Predicate<Slot> isLocal = slot -> slot.region() != null && slot.region() != Region.MAP;
    all.add(resource("packet and stack ports", machine.memoryPorts(), image, isLocal));
    all.add(resource("map value port", 1, image, isMap));
    all.add(resource("branches and exits", machine.branchSlots(), image, of(Unit.BRANCH)));
    all.add(resource("helper calls", 1, image, of(Unit.CALL)));
    all.add(resource("shifters", machine.shifters(), image, of(Unit.SHIFTER)));
    all.add(resource("multipliers", machine.multipliers(), image, of(Unit.MULTIPLIER)));
    all.add(resource("dividers", machine.dividers(), image, of(Unit.DIVIDER)));
    all.add(resource("atomic units", machine.atomics(), image, of(Unit.ATOMIC)));
    all.removeIf(resource -> resource.capacity() == 0);
    return all;
  }

  private static Predicate<Slot> of(Unit unit) {
    return slot -> slot.opcode().unit() == unit;
  }

  private static Resource resource(
      String name, int capacity, ProgramImage image, Predicate<Slot> uses) {
    List<Integer> used =
        image.rows().stream().map(row -> (int) row.slots().stream().filter(uses).count()).toList();
    return new Resource(name, capacity, used);
  }
}
