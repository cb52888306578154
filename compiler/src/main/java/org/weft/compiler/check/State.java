package org.weft.compiler.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;

/** What is known between two rows, or within one as far as control is concerned. */
final class State {
  private static final int REGISTERS = 32;
  private static final int SPILL_BYTES = 8;

  /** Where the program is: the block, of whose instructions the effects may be done or not. */
  Block block;

  /**
   * Whether control came to the block after the rows' beginning, and none of its effects is done.
   */
  boolean fresh;

  /**
   * The merge that control is on its way to from the block, or null: what flows into its phis may
   * still be moved.
   */
  Block edge;

  /** The block's effects that are not done yet, in order. */
  List<Value> undone = List.of();

  /** Effects of earlier blocks that are not done yet, in order. */
  List<Value> owed = List.of();

  /** Stores of later blocks that are done, in the order in which they were. */
  List<Early> ahead = List.of();

  /** Loads that would not give their value any more, since something was stored behind them. */
  final BitSet spoiled = new BitSet();

  /** Bytes of the stack that are not what they are in the program: a store was left out. */
  final BitSet stale = new BitSet();

  private final int[][] registers = new int[REGISTERS][];

  /** The contents of places on the stack below the program's own, by address. */
  private final TreeMap<Integer, int[]> spills = new TreeMap<>();

  State(Block block) {
    this.block = block;
    Arrays.fill(registers, Contents.NONE);
  }

  State copy() {
    State copy = new State(block);
    copy.edge = edge;
    copy.fresh = fresh;
    copy.undone = undone;
    copy.owed = owed;
    copy.ahead = ahead;
    copy.spoiled.or(spoiled);
    copy.stale.or(stale);
    System.arraycopy(registers, 0, copy.registers, 0, REGISTERS);
    copy.spills.putAll(spills);
    return copy;
  }

  /** The one block where control goes next; null when a branch decides, or it leaves. */
  Block onward() {
    if (edge != null) {
      return edge;
    }
    return block.terminator() instanceof Terminator.Goto jump ? jump.next() : null;
  }

  int[] register(int number) {
    return registers[number];
  }

  /** The contents of eight bytes of the stack. */
  int[] spilled(int address) {
    return spills.getOrDefault(address, Contents.NONE);
  }

  void set(int place, int[] contents) {
    if (place >= 0) {
      registers[place] = contents;
      return;
    }
    int address = Pending.STACK - place;
    spills.subMap(address - SPILL_BYTES + 1, address + SPILL_BYTES).clear();
    spills.put(address, contents);
  }

  void change(UnaryOperator<int[]> change) {
    for (int i = 0; i < REGISTERS; i++) {
      if (registers[i].length > 0) {
        registers[i] = change.apply(registers[i]);
      }
    }
    spills.replaceAll((address, contents) -> change.apply(contents));
  }

  void keep(IntPredicate kept) {
    change(contents -> Contents.keep(contents, kept));
  }

  /** Keeps what another state of the same place knows, too; whether anything is lost. */
  boolean meet(State other) {
    boolean lost = false;
    for (int i = 0; i < REGISTERS; i++) {
      int[] both = Contents.both(registers[i], other.registers[i]);
      lost |= both.length < registers[i].length;
      registers[i] = both;
    }
    for (Map.Entry<Integer, int[]> spill : spills.entrySet()) {
      int[] both = Contents.both(spill.getValue(), other.spilled(spill.getKey()));
      lost |= both.length < spill.getValue().length;
      spill.setValue(both);
    }
    int before = spoiled.cardinality() + stale.cardinality();
    spoiled.or(other.spoiled);
    stale.or(other.stale);
    return lost || spoiled.cardinality() + stale.cardinality() > before;
  }

  void owe(List<Value> effects) {
    if (!effects.isEmpty()) {
      owed = new ArrayList<>(owed);
      owed.addAll(effects);
    }
  }

  void remove(Value effect) {
    undone = without(undone, effect);
    owed = without(owed, effect);
  }

  static <T> List<T> with(List<T> list, T more) {
    List<T> result = new ArrayList<>(list);
    result.add(more);
    return result;
  }

  private static List<Value> without(List<Value> list, Value gone) {
    return list.contains(gone) ? list.stream().filter(v -> v != gone).toList() : list;
  }
}
