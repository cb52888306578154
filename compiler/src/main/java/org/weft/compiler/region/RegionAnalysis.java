package org.weft.compiler.region;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.weft.compiler.cfg.Block;
import org.weft.compiler.cfg.ControlFlow;
import org.weft.compiler.cfg.Frame;
import org.weft.compiler.cfg.Liveness;
import org.weft.compiler.ebpf.Instruction;
import org.weft.isa.RefusedException;
import org.weft.isa.row.Region;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;

/**
 * Finds the region of every access: follows pointers through registers and spilled stack slots.
 *
 * <p>Requires: a program that the kernel's verifier accepts, or one for {@code weft exec}. Ensures:
 * every access has exactly one region; where one would have several, the paths that lead to it were
 * split.
 */
public final class RegionAnalysis {
  /** Copies of blocks: so many in any case, and so many for each block. */
  private static final int MAX_COPIES = 1 << 14;

  private static final int MAX_COPIES_OF_A_BLOCK = 4;

  private static final int STACK_BYTES = 512;

  private static final int ARGUMENTS = 5;

  private record Key(int block, String signature) {}

  private final ControlFlow flow;
  private final Transfer transfer;
  private final long[] live;
  private final Map<Key, Regions.Copy> copies = new LinkedHashMap<>();
  private final Map<Regions.Copy, State> states = new HashMap<>();
  private final int[] frameBytes;
  private final int most;

  /** By access: the kinds of pointers that it goes through on any path. */
  private final int[] seen;

  /** Where paths are told apart: what was seen before they were; or null. */
  private final int[] before;

  /** Whether an access may go to several regions, so that paths must be told apart. */
  private boolean ambiguous;

  private RegionAnalysis(ControlFlow flow, List<MapDefinition> maps, boolean bare, int[] before) {
    this.flow = flow;
    this.before = before;
    seen = new int[flow.program().code().size() * ARGUMENTS];
    frameBytes = new int[flow.frames().size()];
    transfer = new Transfer(flow.program(), maps, frameBytes, bare);
    live = before == null ? null : Liveness.atStart(flow);
    most = Math.max(MAX_COPIES, MAX_COPIES_OF_A_BLOCK * flow.blocks().size());
  }

  /**
   * Runs the analysis on a packet program: r1 is the context.
   *
   * @throws RefusedException naming the access whose region cannot be told
   */
  public static Regions run(ControlFlow flow, List<MapDefinition> maps) {
    return run(flow, maps, Value.of(Value.CONTEXT));
  }

  /** Runs the analysis on a bare program: r1 is the address of the memory argument. */
  public static Regions runBare(ControlFlow flow) {
    return run(flow, List.of(), Value.of(Value.ARGUMENT));
  }

  private static Regions run(ControlFlow flow, List<MapDefinition> maps, Value first) {
    boolean bare = first.is(Value.ARGUMENT);
    RegionAnalysis together = new RegionAnalysis(flow, maps, bare, null);
    Regions regions = together.solve(first);
    return together.ambiguous
        ? new RegionAnalysis(flow, maps, bare, together.seen).solve(first)
        : regions;
  }

  private Regions solve(Value first) {
    State start = new State();
    Block entry = flow.blocks().get(0);
    start.set(1, entry.frame(), first);
    // In the order of the code most blocks are reached on all ways before they are looked at.
    TreeSet<Regions.Copy> work =
        new TreeSet<>(
            Comparator.comparingInt((Regions.Copy copy) -> copy.block().id())
                .thenComparingInt(Regions.Copy::id));
    reach(entry, start, work);
    while (!work.isEmpty()) {
      Regions.Copy copy = work.pollFirst();
      State state = states.get(copy).copy();
      Block block = copy.block();
      for (int index : block.instructions()) {
        transfer.apply(index, block.frame(), state);
      }
      copy.link(
          block.taken() == null ? null : reach(block.taken(), state, work),
          block.next() == null ? null : reach(block.next(), entering(block, state), work));
    }
    List<Regions.Copy> order = new ArrayList<>();
    for (Regions.Copy copy : reachable()) {
      order.add(copy);
      State state = states.get(copy).copy();
      copy.accesses().clear();
      for (int index : copy.block().instructions()) {
        copy.accesses().add(access(index, copy.block().frame(), state));
        transfer.apply(index, copy.block().frame(), state);
      }
    }
    for (int i = 0; i < frameBytes.length; i++) {
      int used = Math.min(frameBytes[i], flow.frames().get(i).mostBytes());
      frameBytes[i] = Math.min(STACK_BYTES, (used + 7) / 8 * 8);
    }
    return new Regions(order, frameBytes);
  }

  /** States change while copies are linked: what is left in the end is what the entry reaches. */
  private List<Regions.Copy> reachable() {
    List<Regions.Copy> order = new ArrayList<>();
    boolean[] seen = new boolean[copies.size()];
    Deque<Regions.Copy> work = new ArrayDeque<>(List.of(copies.values().iterator().next()));
    while (!work.isEmpty()) {
      Regions.Copy copy = work.pop();
      if (copy == null || seen[copy.id()]) {
        continue;
      }
      seen[copy.id()] = true;
      order.add(copy);
      for (Regions.Copy successor : Arrays.asList(copy.taken(), copy.next())) {
        if (successor != null) {
          work.push(successor);
        }
      }
    }
    return order;
  }

  private static State entering(Block block, State state) {
    Frame callee = block.next().frame();
    boolean call = callee.depth() > block.frame().depth();
    if (!call) {
      return state;
    }
    State entered = state.copy();
    entered.enter(callee);
    return entered;
  }

  private Regions.Copy reach(Block block, State state, Set<Regions.Copy> work) {
    String signature = live == null ? "" : state.signature(live[block.id()]);
    Key key = new Key(block.id(), signature);
    Regions.Copy copy = copies.get(key);
    if (copy == null) {
      if (copies.size() == most) {
        throw new RefusedException(
            flow.program().place(block.instructions().get(0))
                + ": the paths that lead here differ in too many pointers to be told apart;"
                + " dereference each pointer where it is made");
      }
      copy = new Regions.Copy(copies.size(), block);
      copies.put(key, copy);
      states.put(copy, state.copy());
      work.add(copy);
    } else if (states.get(copy).join(state)) {
      work.add(copy);
    }
    return copy;
  }

  private Regions.Access access(int index, Frame frame, State state) {
    Instruction instruction = flow.program().code().get(index);
    if (instruction instanceof Instruction.Load load) {
      return memory(index, state.get(load.base(), frame), true);
    } else if (instruction instanceof Instruction.Store store) {
      return memory(index, state.get(store.base(), frame), false);
    } else if (instruction instanceof Instruction.Atomic atomic) {
      return memory(index, state.get(atomic.base(), frame), false);
    } else if (instruction instanceof Instruction.CallHelper call) {
      return call(index, HelperFunction.of(call.number()), frame, state);
    }
    return null;
  }

  private Regions.Access memory(int index, Value address, boolean mayBeContext) {
    if (mayBeContext && address.kinds() == Value.CONTEXT) {
      return new Regions.Access(true, List.of());
    }
    return new Regions.Access(false, List.of(region(index, 0, address, "accesses memory")));
  }

  private Regions.Access call(int index, HelperFunction helper, Frame frame, State state) {
    if (helper == null) {
      return null;
    }
    List<Region> regions = new ArrayList<>();
    for (int i = 0; i < helper.args().size(); i++) {
      HelperFunction.Arg arg = helper.args().get(i);
      if (!arg.isMemory()) {
        continue;
      }
      Value value = state.get(i + 1, frame);
      boolean isNull = value.kinds() == 0 && arg == HelperFunction.Arg.MEMORY_OR_NULL;
      String what = helper.functionName() + " takes memory";
      regions.add(isNull ? Region.STACK : region(index, i, value, what));
    }
    return new Regions.Access(false, regions);
  }

  private Region region(int index, int argument, Value address, String what) {
    int place = index * ARGUMENTS + argument;
    int kinds = address.kinds() & ~(Value.MAP | Value.MAP_OF_MAPS | Value.CONTEXT);
    seen[place] |= kinds;
    if (address.kinds() == 0 && before != null && !transfer.isBare()) {
      // On other paths it is a pointer. So here it is null, and the verifier saw to it that
      // nothing is accessed.
      kinds = Integer.lowestOneBit(before[place]);
    }
    switch (kinds) {
      case Value.PACKET:
        return Region.PACKET;
      case Value.STACK:
        return Region.STACK;
      case Value.MAP_VALUE:
        return Region.MAP;
      case Value.ARGUMENT:
        return Region.ARGUMENT;
      default:
        break;
    }
    if (kinds != 0 && before == null) {
      ambiguous = true;
      return Region.STACK;
    }
    String cause =
        kinds != 0
            ? " through a pointer into several kinds of memory"
            : address.is(Value.CONTEXT)
                ? " in the context, which programs only read"
                : " through a number, not a pointer that weft can follow";
    throw new RefusedException(
        flow.program().place(index)
            + ": "
            + what
            + cause
            + "; derive the pointer from the context, the stack or a lookup");
  }
}
