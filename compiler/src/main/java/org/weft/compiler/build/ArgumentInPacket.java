package org.weft.compiler.build;

import java.util.List;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Region;
import org.weft.isa.xdp.XdpAction;

/**
 * Makes a packet program of a bare one, for machines that only get packets: the memory argument is
 * the packet's first bytes, r0 is stored in the eight bytes behind it, and the packet is sent back.
 */
final class ArgumentInPacket {
  private ArgumentInPacket() {}

  /** What r1 and r2 hold at first: the address of the argument, 0 if it is empty; its length. */
  static List<Operation> arguments(int bytes) {
    return List.of(
        new Operation.Constant(bytes == 0 ? 0 : StackLayout.POINTER_BIT),
        new Operation.Constant(bytes));
  }

  static void run(Graph graph, int bytes) {
    for (Block block : graph.blocks()) {
      for (Value value : block.values()) {
        Operation operation = inPacket(value.operation());
        if (operation != value.operation()) {
          value.become(operation, value.operands());
        }
      }
      if (block.terminator() instanceof Terminator.Exit exit) {
        Operation store = new Operation.Store(Region.PACKET, 0, bytes, Long.BYTES, false);
        List<Value> operands = List.of(graph.constant(StackLayout.POINTER_BIT), exit.verdict());
        block.add(graph.value(store, operands, exit.origin()));
        block.leave(new Terminator.Exit(graph.constant(XdpAction.TX.ordinal()), exit.origin()));
      }
    }
  }

  private static Operation inPacket(Operation operation) {
    if (operation instanceof Operation.Load load && load.region() == Region.ARGUMENT) {
      return new Operation.Load(
          Region.PACKET, 0, load.offset(), load.bytes(), load.signed(), load.swapped());
    } else if (operation instanceof Operation.Store store && store.region() == Region.ARGUMENT) {
      return new Operation.Store(Region.PACKET, 0, store.offset(), store.bytes(), store.swapped());
    } else if (operation instanceof Operation.Atomic atomic && atomic.region() == Region.ARGUMENT) {
      return new Operation.Atomic(
          atomic.opcode(), atomic.is32(), atomic.fetch(), Region.PACKET, 0, atomic.offset());
    }
    return operation;
  }
}
