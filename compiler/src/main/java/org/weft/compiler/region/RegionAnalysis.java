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

  private static final String NOT_FOLLOWED =
      " through a number, not a pointer that weft can follow";

  /** Stands for the access of an instruction that finds a number; none is in context and stack. */
  private static final Regions.Access NUMBER = new Regions.Access(true, List.of(Region.STACK));

  /** What paths that meet must have in common to go on as one. */
  private enum Told {
    NOTHING,
    /** The kinds of pointers in registers and slots. */
    KINDS,
    /** Where in the stack pointers point, too. */
    PLACES
  }

  /** Paths must be told apart: an access may go to several regions, or a pointer to any slot. */
  private static final class AmbiguousException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Told wanted;

    AmbiguousException(Told wanted) {
      super(null, null, false, false);
      this.wanted = wanted;
    }
  }

  private record Key(int block, String signature) {}

  private final ControlFlow flow;
  private final Transfer transfer;
  private final Told told;
  private final boolean bare;
  private final long[] live;
  private final Map<Key, Regions.Copy> copies = new LinkedHashMap<>();
  private final Map<Regions.Copy, State> states = new HashMap<>();
  private final Map<Integer, Regions.Access> followed = new HashMap<>();
  private final int[] frameBytes;
  private final int most;

  private RegionAnalysis(ControlFlow flow, List<MapDefinition> maps, boolean bare, Told told) {
    this.flow = flow;
    this.told = told;
    this.bare = bare;
    frameBytes = new int[flow.frames().size()];
    transfer = new Transfer(flow.program(), maps, frameBytes, bare);
    live = told == Told.NOTHING ? null : Liveness.atStart(flow);
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
    Told told = Told.NOTHING;
    while (true) {
      try {
        return new RegionAnalysis(flow, maps, bare, told).solve(first);
      } catch (AmbiguousException e) {
        told = e.wanted;
      }
    }
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
        boolean sure = transfer.apply(index, block.frame(), state);
        if (!sure && told != Told.PLACES) {
          throw new AmbiguousException(Told.PLACES);
        }
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
        Regions.Access access = access(index, copy.block().frame(), state);
        copy.accesses().add(access);
        if (access != null && !access.equals(NUMBER)) {
          followed.putIfAbsent(index, access);
        }
        transfer.apply(index, copy.block().frame(), state);
      }
    }
    order.forEach(this::followNumbers);
    for (int i = 0; i < frameBytes.length; i++) {
      int used = Math.min(frameBytes[i], flow.frames().get(i).mostBytes());
      frameBytes[i] = Math.min(STACK_BYTES, (used + 7) / 8 * 8);
    }
    return new Regions(order, frameBytes);
  }

  /**
   * Where paths were split, a number may be what is dereferenced: that a null pointer was tested
   * for is not known here. The verifier knows that no packet goes there; so it is any other path's
   * access.
   */
  private void followNumbers(Regions.Copy copy) {
    for (int i = 0; i < copy.accesses().size(); i++) {
      if (NUMBER.equals(copy.accesses().get(i))) {
        int index = copy.block().instructions().get(i);
        Regions.Access other = followed.get(index);
        if (other == null) {
          throw refused(index, NOT_FOLLOWED);
        }
        copy.accesses().set(i, other);
      }
    }
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
    String signature = live == null ? "" : state.signature(live[block.id()], told == Told.PLACES);
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
    Region region = region(index, address);
    return region == null ? NUMBER : new Regions.Access(false, List.of(region));
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
      Region region = isNull ? Region.STACK : region(index, value);
      if (region == null) {
        return NUMBER;
      }
      regions.add(region);
    }
    return new Regions.Access(false, regions);
  }

  /**
   * The region that an address points into; null for a number where paths were split. Of a bare
   * program no verifier has said that no packet goes there.
   */
  private Region region(int index, Value address) {
    int kinds = address.kinds() & ~(Value.MAP | Value.MAP_OF_MAPS | Value.CONTEXT);
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
    if (kinds != 0 && live == null) {
      throw new AmbiguousException(Told.KINDS);
    }
    if (kinds != 0) {
      throw refused(index, " through a pointer into several kinds of memory");
    }
    if (address.is(Value.CONTEXT)) {
      throw refused(index, " in the context, which programs only read");
    }
    if (live == null || bare) {
      throw refused(index, NOT_FOLLOWED);
    }
    return null;
  }

  private RefusedException refused(int index, String cause) {
    String what =
        flow.program().code().get(index) instanceof Instruction.CallHelper call
            ? HelperFunction.of(call.number()).functionName() + " takes memory"
            : "accesses memory";
    return new RefusedException(
        flow.program().place(index)
            + ": "
            + what
            + cause
            + "; derive the pointer from the context, the stack or a lookup");
  }
}
