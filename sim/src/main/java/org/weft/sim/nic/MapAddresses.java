package org.weft.sim.nic;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;

/**
 * Which maps the registers of a row may have addresses in, or handles of: what flows from lookups
 * and constants through registers, row by row. A map is its number in the image; the maps in the
 * map of maps <i>n</i> are together number <i>maps + n</i>.
 */
public final class MapAddresses {
  private static final int REGISTERS = 32;

  private final ProgramImage image;
  private final int maps;

  /** By row, or null where control never is, and register: maps, null for none. */
  private final BitSet[][] at;

  /** What addresses were stored to the stack may come back by any load from it. */
  private final BitSet spilled = new BitSet();

  private final Deque<Integer> work = new ArrayDeque<>();

  /** Follows addresses and handles through the rows of a program. */
  public MapAddresses(ProgramImage image) {
    this.image = image;
    maps = image.maps().size();
    at = new BitSet[image.rows().size()][];
    int before;
    do {
      before = spilled.cardinality();
      image.entries().forEach(entry -> reach(entry.row(), new BitSet[REGISTERS]));
      for (int row = 0; row < at.length; row++) {
        if (at[row] != null) {
          work.add(row);
        }
      }
      while (!work.isEmpty()) {
        flow(work.remove());
      }
    } while (spilled.cardinality() != before);
  }

  /** The maps that a register may lead to when a row begins. */
  BitSet of(int row, int register) {
    return at[row] == null ? new BitSet() : of(at[row], register);
  }

  /** The map of a handle, as a set of one; empty for no map. */
  BitSet named(long handle) {
    BitSet set = new BitSet();
    if (handle > 0 && handle <= maps) {
      set.set((int) handle - 1);
    }
    return set;
  }

  private static BitSet of(BitSet[] state, int register) {
    return state[register] == null ? new BitSet() : state[register];
  }

  /** Control comes to a row with these registers. */
  private void reach(int row, BitSet... state) {
    if (row >= at.length) {
      return;
    }
    boolean changed = at[row] == null;
    if (changed) {
      at[row] = new BitSet[REGISTERS];
    }
    for (int i = 0; i < REGISTERS; i++) {
      if (state[i] == null || state[i].isEmpty()) {
        continue;
      }
      BitSet union = (BitSet) of(at[row], i).clone();
      union.or(state[i]);
      if (!union.equals(at[row][i])) {
        at[row][i] = union;
        changed = true;
      }
    }
    if (changed) {
      work.add(row);
    }
  }

  private void flow(int number) {
    Row row = image.rows().get(number);
    BitSet[] before = at[number].clone();
    BitSet[] after = before.clone();
    for (Slot slot : row.slots()) {
      if (slot instanceof Slot.Branch branch) {
        reach(branch.target(), after);
      }
      if (endsAlways(slot)) {
        return;
      }
      if (slot instanceof Slot.Store store
          && store.region() == Region.STACK
          && store.value().isRegister()) {
        spilled.or(of(before, store.value().value()));
      }
      if (slot.writes() != 0) {
        after[Integer.numberOfTrailingZeros(slot.writes())] = result(slot, before);
      }
    }
    reach(number + 1, after);
  }

  /** Whether no slot behind it and no next row follows. */
  static boolean endsAlways(Slot slot) {
    return slot.opcode().condition() == Condition.ALWAYS;
  }

  private BitSet result(Slot slot, BitSet... before) {
    if (slot instanceof Slot.Alu alu) {
      return result(alu, before);
    } else if (slot instanceof Slot.Load load) {
      return load.region() == Region.STACK ? (BitSet) spilled.clone() : null;
    } else if (slot instanceof Slot.Call call
        && (call.helper() == HelperFunction.MAP_LOOKUP_ELEM
            || call.helper() == HelperFunction.RINGBUF_RESERVE)) {
      return valuesOf(map(call, before));
    }
    return null;
  }

  private BitSet result(Slot.Alu alu, BitSet... before) {
    BitSet set = new BitSet();
    if (alu.b().isRegister()) {
      set.or(of(before, alu.b().value()));
    } else if (alu.opcode() == Opcode.HIGH || alu.opcode() == Opcode.MOV) {
      // A handle, or an address with the handle in its upper half; or a number that looks like it.
      return named(alu.b().value());
    }
    if (alu.isBinary() && alu.a() < Slot.FIRST_FACT) {
      set.or(of(before, alu.a()));
    }
    return set;
  }

  private BitSet map(Slot.Call call, BitSet... before) {
    int map = call.arguments().get(call.helper().args().indexOf(HelperFunction.Arg.MAP));
    return map < Slot.FIRST_CONSTANT ? of(before, map) : named(map - Slot.FIRST_CONSTANT);
  }

  /** The maps that a call of a row is given. */
  BitSet map(int row, Slot.Call call) {
    return at[row] == null ? new BitSet() : map(call, at[row]);
  }

  /**
   * What the maps are that a call of a row may be given, of a helper that takes one; those whose
   * inner maps nothing says anything about are left out.
   */
  public List<MapDefinition> given(int row, Slot.Call call) {
    return map(row, call).stream().mapToObj(this::definition).filter(Objects::nonNull).toList();
  }

  /** What a map is, or each of those in a map of maps; null when nothing says so. */
  MapDefinition definition(int map) {
    return map < maps ? image.maps().get(map) : image.maps().get(map - maps).inner();
  }

  /** Where addresses lead that a lookup gives: values, or of maps of maps the maps in them. */
  private BitSet valuesOf(BitSet looked) {
    BitSet values = new BitSet();
    for (int map = looked.nextSetBit(0); map >= 0; map = looked.nextSetBit(map + 1)) {
      boolean holdsMaps = map < maps && image.maps().get(map).type().isMapOfMaps();
      values.set(holdsMaps ? maps + map : map);
    }
    return values;
  }
}
