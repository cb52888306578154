package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Region;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.HelperFunction.Arg;
import org.weft.isa.xdp.MapDefinition;

/**
 * What a call reads in a map's value it gets in a register, or in the stack: the units that make
 * calls reach packet, stack and registers, and map values are loaded by rows.
 *
 * <p>Requires: nothing. Ensures: no call reads a map's value of a known size that the stack has
 * room for, but one whose text nobody reads.
 */
public final class MapArguments implements Pass {
  private static final int MOST_BYTES = 128;

  @Override
  public String name() {
    return "map-arguments";
  }

  @Override
  public int run(Graph graph, PassContext context) {
    int top = graph.stackFloor() & -Long.BYTES;
    int replaced = 0;
    for (Block block : graph.blocks()) {
      for (Value value : List.copyOf(block.values())) {
        if (value.operation() instanceof Operation.Call call
            && call.regions().contains(Region.MAP)) {
          replaced += new Loading(graph, context, value, call, top).run();
        }
      }
    }
    return replaced;
  }

  /** Makes loads, and stores to the stack, of what one call reads. */
  private static final class Loading {
    private final Graph graph;
    private final PassContext context;
    private final Value call;
    private final HelperFunction helper;
    private final List<Region> regions;
    private final List<Value> operands;
    private final List<Value> stores = new ArrayList<>();

    /** Where the free part of the stack ends. */
    private int end;

    Loading(Graph graph, PassContext context, Value value, Operation.Call operation, int top) {
      this.graph = graph;
      this.context = context;
      call = value;
      helper = operation.helper();
      regions = new ArrayList<>(operation.regions());
      operands = new ArrayList<>(value.operands());
      end = top;
    }

    int run() {
      int replaced = 0;
      int region = 0;
      int operand = 0;
      for (Arg arg : helper.args()) {
        if (arg.isMemory()) {
          boolean isRead = arg.isRead() && !arg.isWritten() && arg != Arg.LOCK;
          if (isRead && regions.get(region) == Region.MAP && load(region, operand, arg)) {
            replaced++;
          }
          region++;
        }
        operand += arg == Arg.CONTEXT ? 0 : 1;
      }
      if (replaced > 0) {
        stores.forEach(store -> Blocks.insertBefore(call, store));
        call.become(new Operation.Call(helper, regions), operands);
      }
      return replaced;
    }

    private boolean load(int region, int operand, Arg arg) {
      int bytes = size(arg, operand);
      boolean isWord = Long.bitCount(bytes) == 1 && bytes <= Long.BYTES;
      int to = end - (bytes + Long.BYTES - 1 & -Long.BYTES);
      if (bytes <= 0 || bytes > MOST_BYTES || !isWord && to < 0) {
        return false;
      }
      Value address = operands.get(operand);
      if (isWord) {
        regions.set(region, Region.REGISTER);
        operands.set(operand, word(address, 0, bytes));
        return true;
      }
      end = to;
      graph.setStackFloor(Math.min(graph.stackFloor(), to));
      int piece;
      for (int at = 0; at < bytes; at += piece) {
        piece = Integer.highestOneBit(Math.min(Long.BYTES, bytes - at));
        Operation store = new Operation.Store(Region.STACK, 0, to + at, piece, false);
        Value word = word(address, at, piece);
        stores.add(graph.value(store, List.of(graph.constant(0), word), call.origin()));
      }
      regions.set(region, Region.STACK);
      operands.set(operand, graph.constant(to));
      return true;
    }

    private Value word(Value address, int at, int bytes) {
      Operation load = new Operation.Load(Region.MAP, 0, at, bytes, false, false);
      Value word = graph.value(load, List.of(address), call.origin());
      Blocks.insertBefore(call, word);
      return word;
    }

    /** Bytes of a memory argument, or less than 1 when they are not known. */
    private int size(Arg arg, int operand) {
      if (arg == Arg.KEY || arg == Arg.VALUE) {
        MapDefinition map = context.mapOf(call.operand(helper.args().indexOf(Arg.MAP)));
        long size = map == null ? 0 : arg == Arg.KEY ? map.keySize() : map.valueSize();
        return (int) Math.min(size, Short.MAX_VALUE);
      }
      Value size = call.operand(operand + 1);
      return size.isConstant() ? (int) Math.min(size.constant(), Short.MAX_VALUE) : 0;
    }
  }
}
