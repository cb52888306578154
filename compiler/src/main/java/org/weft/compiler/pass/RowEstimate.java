package org.weft.compiler.pass;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.PostOrder;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Region;

/**
 * In which row each instruction could stand at the earliest, as operands, the order of effects and
 * memory ports allow, counted from the last place where paths met. Lanes are not counted.
 */
final class RowEstimate {
  private final MachineSpec machine;
  private final Map<Value, Integer> rows = new HashMap<>();
  private final Map<Block, Block> heads = new HashMap<>();
  private final Map<Block, State> ends = new HashMap<>();

  /** What of the past matters for what follows. */
  private static final class State {
    /** The row of the last branch: effects stand there or later. */
    int control;

    /** The row behind the last call that moves bounds, and behind the last call at all. */
    int bounds;

    int call;

    /** The row of the last store to the stack, and of the last access to a map's value. */
    int stack;

    int map;

    /** Stores to packet and stack since the last branch. */
    int stores;

    State copy() {
      State copy = new State();
      copy.control = control;
      copy.bounds = bounds;
      copy.call = call;
      copy.stack = stack;
      copy.map = map;
      copy.stores = stores;
      return copy;
    }
  }

  RowEstimate(Graph graph, MachineSpec machine) {
    this.machine = machine;
    for (Block block : PostOrder.reverse(graph)) {
      List<Block> from = block.predecessors();
      boolean follows = from.size() == 1 && ends.containsKey(from.get(0));
      heads.put(block, follows ? heads.get(from.get(0)) : block);
      State state = follows ? ends.get(from.get(0)).copy() : new State();
      for (Value value : block.values()) {
        rows.put(value, row(block, value, state));
      }
      if (block.terminator() instanceof Terminator.Branch) {
        int now = decided(block, state.control);
        for (Value value : block.values()) {
          now = value.operation().isPure() ? now : Math.max(now, row(value));
        }
        state.stores = now > state.control ? 0 : state.stores;
        state.control = now;
      }
      ends.put(block, state);
    }
  }

  /** The row of an instruction. */
  int row(Value value) {
    return rows.get(value);
  }

  /** The first row in which a block can read a value. */
  int ready(Block block, Value value) {
    boolean near = value.block() != null && heads.get(value.block()) == heads.get(block);
    return near && rows.containsKey(value) ? rows.get(value) + 1 : 0;
  }

  /** The first row, not before another, in which a block's branch can compare. */
  int decided(Block block, int from) {
    int row = from;
    for (Value operand : block.terminator().operands()) {
      row = Math.max(row, ready(block, operand));
    }
    return row;
  }

  /** The row of the last branch before a block. */
  int control(Block block) {
    List<Block> from = block.predecessors();
    return heads.get(block) == block ? 0 : ends.get(from.get(0)).control;
  }

  private int row(Block block, Value value, State state) {
    Operation operation = value.operation();
    int row = 0;
    for (Value operand : value.operands()) {
      row = Math.max(row, ready(block, operand));
    }
    if (operation instanceof Operation.ReadFact) {
      return Math.max(row, state.bounds);
    } else if (operation instanceof Operation.Load load) {
      boolean map = load.region() == Region.MAP;
      return Math.max(row, map ? state.call : load.region() == Region.PACKET ? state.bounds : 0);
    } else if (operation.isPure()) {
      return row;
    } else if (operation.region() == null) {
      return call(value, Math.max(row, state.control), state);
    }
    row = Math.max(row, state.control);
    if (operation.region() == Region.MAP) {
      row = Math.max(row, Math.max(state.call, state.map));
      state.map = row + 1;
      return row;
    }
    int ports = Math.max(1, machine.memoryPorts());
    row = Math.max(row, Math.max(state.bounds, state.control) + state.stores++ / ports);
    if (operation.region() == Region.STACK) {
      state.stack = Math.max(state.stack, row + 1);
    }
    return row;
  }

  private static int call(Value value, int earliest, State state) {
    int row = Math.max(earliest, state.call);
    if (value.operation() instanceof Operation.Call call) {
      row = call.regions().contains(Region.STACK) ? Math.max(row, state.stack) : row;
      if (call.helper().movesPacketBounds()) {
        state.bounds = row + 1;
        state.stores = 0;
      }
    }
    state.call = row + 1;
    return row;
  }
}
