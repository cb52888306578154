package org.weft.compiler.build;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.cfg.ControlFlow;
import org.weft.compiler.cfg.Frame;
import org.weft.compiler.cfg.Liveness;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.PostOrder;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.compiler.region.Regions;
import org.weft.isa.machine.MachineSpec;

/**
 * Builds the SSA form: a block with several predecessors gets a phi for every variable that is live
 * there.
 *
 * <p>Requires: regions of all accesses. Ensures: the same effects, instruction by instruction.
 * Pointers are numbers: into the packet 1 &lt;&lt; 16 plus the offset from its start, into the
 * stack 1 &lt;&lt; 16 plus the address, into a map value what a lookup gives.
 */
public final class IrBuilder {
  /** What stands for the context: not null, and never dereferenced. */
  private static final int CONTEXT = 1;

  private final ControlFlow flow;
  private final Regions regions;
  private final Graph graph;
  private final StackLayout stack;
  private final boolean divides;
  private final long[] live;
  private final Map<Integer, Block> blocks = new HashMap<>();
  private final Map<Block, Regions.Copy> copies = new LinkedHashMap<>();
  private final Map<Block, Value[]> ends = new HashMap<>();

  private IrBuilder(ControlFlow flow, Regions regions, MachineSpec machine) {
    this.flow = flow;
    this.regions = regions;
    graph = new Graph(flow.program().name(), flow.program()::place);
    live = Liveness.atStart(flow);
    stack = new StackLayout(flow.frames(), regions.frameBytes(), machine, flow.program().name());
    graph.setStackFloor(stack.floor());
    graph.setPointedFloor(stack.pointedFloor());
    divides = machine.dividers() > 0;
  }

  /**
   * Builds the graph of a packet program.
   *
   * @throws org.weft.isa.RefusedException naming an instruction that no machine has, or when the
   *     stack is too small
   */
  public static Graph run(ControlFlow flow, Regions regions, MachineSpec machine) {
    return new IrBuilder(flow, regions, machine).build(List.of());
  }

  /** Builds the graph of a bare program, whose arguments are in r1 and r2. */
  public static Graph runBare(ControlFlow flow, Regions regions, MachineSpec machine) {
    return new IrBuilder(flow, regions, machine)
        .build(List.of(new Operation.Parameter(1), new Operation.Parameter(2)));
  }

  /** Builds the graph of a bare program as a packet program, see {@link ArgumentInPacket}. */
  public static Graph runInPacket(
      ControlFlow flow, Regions regions, MachineSpec machine, int bytes) {
    Graph graph = new IrBuilder(flow, regions, machine).build(ArgumentInPacket.arguments(bytes));
    ArgumentInPacket.run(graph, bytes);
    return graph;
  }

  private Graph build(List<Operation> arguments) {
    Block start = graph.newBlock();
    for (Regions.Copy copy : regions.copies()) {
      Block block = graph.newBlock();
      blocks.put(copy.id(), block);
      copies.put(block, copy);
    }
    start.leave(new Terminator.Goto(blocks.get(regions.copies().get(0).id())));
    ends.put(start, begin(start, arguments));
    // Edges first, so that predecessors are known; the values compared come later.
    copies.forEach((block, copy) -> block.leave(edges(copy, graph.constant(0), graph.constant(0))));
    List<Block> order = PostOrder.reverse(graph);
    for (Block block : order.subList(1, order.size())) {
      translate(block, copies.get(block));
    }
    for (Block block : order.subList(1, order.size())) {
      complete(block);
    }
    graph.setBlocks(order);
    return graph;
  }

  private Value[] begin(Block start, List<Operation> arguments) {
    Value[] variables = new Value[Frame.VARIABLES];
    java.util.Arrays.fill(variables, graph.constant(0));
    variables[1] = graph.constant(CONTEXT);
    for (int i = 0; i < arguments.size(); i++) {
      variables[i + 1] =
          arguments.get(i) instanceof Operation.Constant constant
              ? graph.constant(constant.value())
              : start.add(graph.value(arguments.get(i), List.of(), Value.NO_ORIGIN));
    }
    return variables;
  }

  private Terminator edges(Regions.Copy copy, Value a, Value b) {
    List<Integer> instructions = copy.block().instructions();
    int last = instructions.get(instructions.size() - 1);
    Instruction instruction = flow.program().code().get(last);
    if (copy.next() == null) {
      return new Terminator.Exit(a, flow.origin(last));
    }
    Block next = blocks.get(copy.next().id());
    if (instruction instanceof Instruction.Jump jump && copy.taken() != null) {
      Block taken = blocks.get(copy.taken().id());
      if (taken != next) {
        return new Terminator.Branch(
            Translation.condition(jump.op()),
            !jump.is64(),
            a,
            b,
            taken,
            next,
            Terminator.Branch.UNKNOWN,
            flow.origin(last));
      }
    }
    return new Terminator.Goto(next);
  }

  private void translate(Block block, Regions.Copy copy) {
    Value[] variables = start(block, copy);
    Translation translation =
        new Translation(graph, block, flow, copy.block().frame(), stack, variables, divides);
    List<Integer> instructions = copy.block().instructions();
    for (int i = 0; i < instructions.size(); i++) {
      translation.translate(instructions.get(i), copy.accesses().get(i));
    }
    int last = instructions.get(instructions.size() - 1);
    Instruction instruction = flow.program().code().get(last);
    if (copy.next() == null) {
      block.leave(edges(copy, variables[0], null));
    } else if (block.terminator() instanceof Terminator.Branch) {
      Instruction.Jump jump = (Instruction.Jump) instruction;
      block.leave(edges(copy, translation.register(jump.dst()), translation.operand(jump.src())));
    }
    ends.put(block, variables);
  }

  private Value[] start(Block block, Regions.Copy copy) {
    if (block.predecessors().size() == 1) {
      return ends.get(block.predecessors().get(0)).clone();
    }
    Value[] variables = new Value[Frame.VARIABLES];
    java.util.Arrays.fill(variables, graph.constant(0));
    for (int i = 0; i < variables.length; i++) {
      if ((live[copy.block().id()] >>> i & 1) != 0) {
        variables[i] = block.add(graph.value(new Operation.Phi(), List.of(), Value.NO_ORIGIN));
      }
    }
    return variables;
  }

  private void complete(Block block) {
    if (block.phis().isEmpty()) {
      return;
    }
    List<Value> phis = new ArrayList<>(block.phis());
    long variables = live[copies.get(block).block().id()];
    for (Value phi : phis) {
      int variable = Long.numberOfTrailingZeros(variables);
      variables &= variables - 1;
      for (Block predecessor : block.predecessors()) {
        phi.addOperand(ends.get(predecessor)[variable]);
      }
    }
  }
}
