package org.weft.sim.nic;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.row.Unit;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;

/**
 * The rows in which a packet has to be the only one of its logical CPU, as the whole program is in
 * Linux: from the first access of a per-CPU value that another packet could disturb to the last.
 *
 * <p>An access disturbs another one of the same words if one of them changes them, but two of the
 * same atomic operation that fetch nothing do not: their order leaves no trace. Between first and
 * last are the rows that one such access leads to and that lead to one; so who has left them never
 * comes back, and packets of a CPU do what they would have done one after the other.
 */
public final class CpuSection {
  /** Where the set of a table's entries stands beside its values. */
  private static final long ENTRIES = -1;

  private static final long END = Long.MAX_VALUE;

  private final ProgramImage image;
  private final MapAddresses addresses;
  private final Map<Integer, List<Access>> byMap = new HashMap<>();

  /** What a row does with the bytes from one to another of a map's values. */
  private record Access(int row, long from, long to, boolean writes, Opcode commutes, int bytes) {
    boolean disturbs(Access other) {
      boolean alike = commutes != null && commutes == other.commutes && bytes == other.bytes;
      return from < other.to && other.from < to && (writes || other.writes) && !alike;
    }
  }

  private CpuSection(ProgramImage image) {
    this.image = image;
    addresses = new MapAddresses(image);
  }

  /** What a row asks of a packet's logical CPU. */
  enum Mark {
    /** Nothing: who is alone gives the CPU back. */
    OPEN,
    /** Who is alone stays so, as such an access may follow; others need not be. */
    KEPT,
    /** Such an access: from here on the packet is alone. */
    ALONE,
    /** Such an access, and none can follow: the packet is alone in this row only. */
    LAST;

    /** Whether a packet has to be alone in the row. */
    boolean asks() {
      return this == ALONE || this == LAST;
    }
  }

  /** What each row asks, by its ordinal: as row memory has it. */
  public static byte[] marksOf(ProgramImage image) {
    Mark[] marks = marks(image);
    byte[] numbers = new byte[marks.length];
    for (int row = 0; row < numbers.length; row++) {
      numbers[row] = (byte) marks[row].ordinal();
    }
    return numbers;
  }

  /** By row. */
  static Mark[] marks(ProgramImage image) {
    return new CpuSection(image).marks();
  }

  private Mark[] marks() {
    for (int row = 0; row < image.rows().size(); row++) {
      for (Slot slot : image.rows().get(row).slots()) {
        collect(row, slot);
      }
    }
    boolean[] alone = disturbed();
    boolean[] section = between(alone);
    Mark[] marks = new Mark[alone.length];
    for (int row = 0; row < alone.length; row++) {
      if (alone[row]) {
        marks[row] = isLast(row, section) ? Mark.LAST : Mark.ALONE;
      } else {
        marks[row] = section[row] ? Mark.KEPT : Mark.OPEN;
      }
    }
    return marks;
  }

  /** By row: whether it has an access that another packet could disturb. */
  private boolean[] disturbed() {
    boolean[] alone = new boolean[image.rows().size()];
    boolean any = false;
    for (List<Access> ofMap : byMap.values()) {
      for (Access access : ofMap) {
        if (!alone[access.row] && ofMap.stream().anyMatch(access::disturbs)) {
          alone[access.row] = true;
          any = true;
        }
      }
    }
    // Who waits for a spin lock has its CPU already, so that no two wait for each other.
    for (int row = 0; any && row < alone.length; row++) {
      alone[row] |= image.rows().get(row).slots().stream().anyMatch(CpuSection::isLock);
    }
    return alone;
  }

  /** Accesses are done in the order of their rows; calls are done later. */
  private boolean isLast(int row, boolean... section) {
    return IntStream.of(successors(row)).noneMatch(next -> section[next])
        && image.rows().get(row).slots().stream()
            .noneMatch(slot -> slot.opcode().unit() == Unit.CALL);
  }

  private static boolean isLock(Slot slot) {
    return slot instanceof Slot.Call call && call.helper().isLock();
  }

  private void collect(int row, Slot slot) {
    if (slot instanceof Slot.Call call) {
      collect(row, call);
    } else if (slot.region() != Region.MAP) {
      return;
    } else if (slot instanceof Slot.Load load) {
      access(row, load.map(), load.base(), load.offset(), load.bytes(), false, null);
    } else if (slot instanceof Slot.Store store) {
      access(row, store.map(), store.base(), store.offset(), store.bytes(), true, null);
    } else {
      Slot.Atomic atomic = (Slot.Atomic) slot;
      int bytes = atomic.is32() ? 4 : 8;
      access(row, atomic.map(), atomic.base(), atomic.offset(), bytes, true, atomic);
    }
  }

  private void access(
      int row, int map, int base, int offset, int bytes, boolean writes, Slot.Atomic atomic) {
    boolean known = map != 0 && base == Slot.NO_BASE;
    long from = known ? offset : 0;
    long to = known ? offset + bytes : END;
    BitSet maps = map != 0 ? addresses.named(map) : at(row, base);
    Opcode commutes = atomic != null && commutes(atomic) ? atomic.opcode() : null;
    add(maps, new Access(row, from, to, writes, commutes, bytes));
  }

  private static boolean commutes(Slot.Atomic atomic) {
    return !atomic.fetch()
        && switch (atomic.opcode()) {
          case ATOMIC_ADD, ATOMIC_OR, ATOMIC_AND, ATOMIC_XOR -> true;
          default -> false;
        };
  }

  private BitSet at(int row, int base) {
    return base == Slot.NO_BASE ? new BitSet() : addresses.of(row, base);
  }

  private void collect(int row, Slot.Call call) {
    HelperFunction helper = call.helper();
    switch (helper) {
      case MAP_LOOKUP_ELEM ->
          add(addresses.map(row, call), new Access(row, ENTRIES, 0, false, null, 0));
      case MAP_UPDATE_ELEM, MAP_DELETE_ELEM ->
          add(addresses.map(row, call), new Access(row, ENTRIES, END, true, null, 0));
      default -> {}
    }
    int memory = 0;
    for (int i = 0; i < helper.args().size(); i++) {
      HelperFunction.Arg arg = helper.args().get(i);
      if (!arg.isMemory()) {
        continue;
      }
      int argument = call.arguments().get(i);
      if (call.regions().get(memory++) == Region.MAP && argument < Slot.FIRST_CONSTANT) {
        add(addresses.of(row, argument), new Access(row, 0, END, arg.isWritten(), null, 0));
      }
    }
  }

  private void add(BitSet maps, Access access) {
    for (int map = maps.nextSetBit(0); map >= 0; map = maps.nextSetBit(map + 1)) {
      if (isPerCpu(map)) {
        byMap.computeIfAbsent(map, none -> new ArrayList<>()).add(access);
      }
    }
  }

  /** Whether values of a map, or of the maps in one, are a CPU's own. */
  private boolean isPerCpu(int map) {
    MapDefinition definition = addresses.definition(map);
    return definition == null || definition.type().isPerCpu();
  }

  /** Adds the rows that lie on a way from one row of a set to another one. */
  private boolean[] between(boolean... alone) {
    boolean[] behind = new boolean[alone.length];
    boolean[] before = new boolean[alone.length];
    List<int[]> next = new ArrayList<>();
    for (int row = 0; row < alone.length; row++) {
      next.add(successors(row));
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = 0; i < alone.length; i++) {
        int back = alone.length - 1 - i;
        for (int to : next.get(i)) {
          if ((alone[i] || behind[i]) && !behind[to]) {
            behind[to] = true;
            changed = true;
          }
        }
        for (int to : next.get(back)) {
          if ((alone[to] || before[to]) && !before[back]) {
            before[back] = true;
            changed = true;
          }
        }
      }
    }
    boolean[] section = alone.clone();
    for (int row = 0; row < alone.length; row++) {
      section[row] |= behind[row] && before[row];
    }
    return section;
  }

  private int[] successors(int row) {
    IntStream.Builder next = IntStream.builder();
    for (Slot slot : image.rows().get(row).slots()) {
      if (slot instanceof Slot.Branch branch) {
        next.add(branch.target());
      } else if (slot instanceof Slot.TailCall) {
        image.entries().forEach(entry -> next.add(entry.row()));
      }
      if (MapAddresses.endsAlways(slot)) {
        return next.build().toArray();
      }
    }
    return next.add(row + 1).build().filter(to -> to < image.rows().size()).toArray();
  }
}
