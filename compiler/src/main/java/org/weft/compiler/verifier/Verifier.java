package org.weft.compiler.verifier;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.object.Program;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.MapDefinition;

/**
 * The verifier: follows every path of a program with what is known of registers and stack, and
 * leaves a path where what remains was already found to be safe.
 */
public final class Verifier {
  /** As in Linux ({@code BPF_COMPLEXITY_LIMIT_INSNS}). */
  private static final int MAX_VISITED = 1_000_000;

  /** As in Linux ({@code BPF_COMPLEXITY_LIMIT_JMP_SEQ}). */
  private static final int MAX_PENDING = 8192;

  private static final int MAX_FRAMES = 8;

  /** {@code BPF_MAX_LOOPS}. */
  private static final long MAX_LOOPS = 1 << 23;

  /** Turns of a loop that the next one is compared with. */
  private static final int MOST_TURNS = 64;

  private record Path(int index, PathState state, Checkpoint last) {}

  private final Program program;
  private final List<Instruction> code;
  private final Environment environment;
  private final Memory memory;
  private final Arithmetic arithmetic;
  private final HelperCalls helpers;
  private final PrunePoints prunePoints;
  private final Map<Integer, List<Checkpoint>> checkpoints = new HashMap<>();
  private final Deque<Path> pending = new ArrayDeque<>();
  private final CallDepths depths;
  private final BitSet taken = new BitSet();
  private final BitSet passed = new BitSet();
  private final BitSet addressUses = new BitSet();
  private final BitSet staleReads = new BitSet();
  private final BitSet valueCopies = new BitSet();
  private final BitSet metadataMoves = new BitSet();
  private final Map<Integer, Set<MapDefinition>> calledMaps = new HashMap<>();
  private final Map<Integer, SortedSet<Integer>> callbacks = new HashMap<>();
  private int visited;
  private int jumps;
  private int visitedAtCheckpoint;
  private int jumpsAtCheckpoint;

  private int index;
  private PathState state;
  private Checkpoint last;

  private Verifier(Program program, List<MapDefinition> maps, boolean gpl) {
    this.program = program;
    code = program.code();
    environment = new Environment(program, maps, gpl);
    memory = new Memory(environment);
    arithmetic = new Arithmetic(environment);
    helpers = new HelperCalls(environment, memory);
    prunePoints = PrunePoints.of(code);
    depths = new CallDepths(memory);
  }

  /**
   * Proves that a program under the GPL is safe.
   *
   * @param maps those of the object
   * @throws RefusedException when it is not, or cannot be shown to be; with instruction, source
   *     line, cause, what to do, and what registers hold there
   */
  public static Facts verify(Program program, List<MapDefinition> maps) {
    return verify(program, maps, false, true);
  }

  /**
   * The same for a program that others may have called.
   *
   * @param metadata whether the packet may have metadata at first: others added it
   * @param gpl whether the program's licence is compatible with the GPL
   */
  public static Facts verify(
      Program program, List<MapDefinition> maps, boolean metadata, boolean gpl) {
    return new Verifier(program, maps, gpl).run(metadata);
  }

  private Facts run(boolean metadata) {
    int unreachable = prunePoints.unreachable();
    if (unreachable >= 0) {
      throw new RefusedException(
          program.place(unreachable) + ": no path leads here; remove the unreachable code");
    }
    state = new PathState();
    if (metadata) {
      state.addMetadata();
    }
    CallFrame frame = new CallFrame(0, 0, -1, false);
    frame.set(1, new Cell(Value.CONTEXT));
    state.push(frame);
    last = new Checkpoint(state.copy(), null);
    pending.push(new Path(0, state, last));
    while (!pending.isEmpty()) {
      Path path = pending.pop();
      index = path.index();
      state = path.state();
      last = path.last();
      follow();
    }
    depths.check(program);
    return Facts.of(
        visited,
        taken,
        passed,
        addressUses,
        staleReads,
        valueCopies,
        metadataMoves,
        calledMaps,
        callbacks,
        memory.depths(),
        memory.pointed());
  }

  /** Follows a path to its end. */
  private void follow() {
    try {
      do {
        if (++visited > MAX_VISITED) {
          throw new RefusalException(
              "the paths have more than " + MAX_VISITED + " instructions together",
              "make loops shorter, or move code to functions of its own");
        }
        if (prunePoints.contains(index) && isCovered()) {
          break;
        }
      } while (step());
    } catch (RefusalException e) {
      throw new RefusedException(
          program.place(index) + ": " + e.getMessage() + "; " + e.advice() + " (" + state + ")");
    }
    Checkpoint.endPath(last);
  }

  /** Whether an earlier path showed that all is safe from here on; else remembers this one. */
  private boolean isCovered() {
    List<Checkpoint> list = checkpoints.computeIfAbsent(index, key -> new ArrayList<>());
    boolean callsBack = prunePoints.isLoop(index);
    boolean keep =
        callsBack || jumps - jumpsAtCheckpoint >= 2 && visited - visitedAtCheckpoint >= 8;
    boolean inLoop = false;
    // Turns of a loop may be many; the last ones are most alike.
    int first = callsBack ? Math.max(0, list.size() - MOST_TURNS) : 0;
    Iterator<Checkpoint> all = list.listIterator(first);
    while (all.hasNext()) {
      Checkpoint checkpoint = all.next();
      boolean entersLoop = !checkpoint.isExplored() && !inLoop;
      if (!checkpoint.isExplored()) {
        inLoop = true;
        if (callsBack) {
          if (Covering.contains(checkpoint.state(), state)) {
            cover(checkpoint);
            return true;
          }
          continue;
        }
        if (checkpoint.state().callbacks() == state.callbacks()
            && Covering.same(checkpoint.state(), state)) {
          throw new RefusalException(
              "a loop that makes no progress leads here again",
              "bound the loop by a counter that changes in each round");
        }
        if (jumps - jumpsAtCheckpoint < 20 && visited - visitedAtCheckpoint < 100) {
          keep = false;
        }
      } else if (checkpoint.isComplete()
          ? Covering.covers(checkpoint.state(), state)
          : Covering.contains(checkpoint.state(), state)) {
        cover(checkpoint);
        return true;
      }
      // Only what makes room for another state counts, and the state in which a loop was entered
      // stays: the next path that enters it will be much like it.
      if (keep && !entersLoop && checkpoint.miss()) {
        all.remove();
      }
    }
    if (keep) {
      PathState here = state.copy();
      here.checkpoint();
      state = here.copy();
      last = new Checkpoint(here, last);
      list.add(last);
      visitedAtCheckpoint = visited;
      jumpsAtCheckpoint = jumps;
    }
    return false;
  }

  /** What was or will be found out from a checkpoint on holds for this path, too. */
  private void cover(Checkpoint checkpoint) {
    checkpoint.hit();
    if (checkpoint.isComplete()) {
      Covering.passDemands(checkpoint.state(), state);
    } else {
      Covering.followDemands(checkpoint.state(), state);
      Checkpoint.noteLoop(last, checkpoint);
    }
  }

  /** Executes an instruction; returns whether the path goes on. */
  private boolean step() {
    Instruction instruction = code.get(index);
    int next = index + 1;
    if (instruction instanceof Instruction.Alu alu) {
      arithmetic.apply(state, alu);
    } else if (instruction instanceof Instruction.Swap swap) {
      arithmetic.apply(state, swap);
    } else if (instruction instanceof Instruction.LoadImmediate load) {
      state.top().set(load.dst(), immediate(load));
      next++;
    } else if (instruction instanceof Instruction.Load load) {
      memory.apply(state, load);
    } else if (instruction instanceof Instruction.Store store) {
      memory.apply(state, store);
    } else if (instruction instanceof Instruction.Atomic atomic) {
      memory.apply(state, atomic);
    } else if (instruction instanceof Instruction.CallHelper call) {
      PathState before = prunePoints.isLoop(index) ? state.copy() : null;
      helpers.apply(state, call.number());
      depths.noteHelper(state, call.number(), index);
      if (before != null) {
        loop(before);
      }
    } else if (instruction instanceof Instruction.CallKernel) {
      throw new RefusalException("calls a kernel function", "only helper functions exist here");
    } else if (instruction instanceof Instruction.CallLocal call) {
      next = enter(call);
    } else if (instruction instanceof Instruction.Jump jump) {
      next = jump(jump);
    } else if (instruction instanceof Instruction.Exit) {
      next = leave();
    }
    if (environment.takeAddressUsed()) {
      addressUses.set(index);
    }
    if (environment.takeStaleStackRead()) {
      staleReads.set(index);
    }
    if (environment.takeValueCopied()) {
      valueCopies.set(index);
    }
    if (environment.takeMetadataMoved()) {
      metadataMoves.set(index);
    }
    MapDefinition map = environment.takeCalledMap();
    if (map != null) {
      calledMaps.computeIfAbsent(index, key -> new LinkedHashSet<>()).add(map);
    }
    index = next < 0 ? index : next;
    return next >= 0;
  }

  private Cell immediate(Instruction.LoadImmediate load) {
    return switch (load.kind()) {
      case NUMBER -> new Cell(Value.number(Scalar.of(load.value())));
      case MAP_INDEX -> new Cell(Value.map(environment.map(load.low())));
      case MAP_INDEX_VALUE -> new Cell(Value.mapValue(environment.map(load.low()), load.high()));
      case CODE -> new Cell(Value.function(index + 1 + load.low()));
      default ->
          throw new RefusalException(
              "takes the address of a variable of the kernel", "only maps have addresses here");
    };
  }

  private int jump(Instruction.Jump jump) {
    int target = index + 1 + jump.offset();
    jumps++;
    if (jump.op() == JumpOp.JA) {
      return target;
    }
    if (Branches.comparesAddress(state, jump)) {
      addressUses.set(index);
    }
    Branches.Ways ways = Branches.of(state, jump);
    if (ways.taken() != null) {
      taken.set(index);
    }
    if (ways.next() == null) {
      state = ways.taken();
      return target;
    }
    passed.set(index);
    state = ways.next();
    if (ways.taken() != null) {
      follow(target, ways.taken());
    }
    return index + 1;
  }

  private int enter(Instruction.CallLocal call) {
    if (state.depth() == MAX_FRAMES) {
      throw new RefusalException("calls nest deeper than 8 frames", "call less deep");
    }
    int target = index + 1 + call.offset();
    for (int depth = 0; depth < state.depth(); depth++) {
      if (state.frame(depth).function() == target) {
        throw new RefusalException(
            "calls a function that is running already", "write recursion as a loop");
      }
    }
    CallFrame caller = state.top();
    CallFrame callee = new CallFrame(state.depth(), target, index, false);
    for (int register = 1; register <= 5; register++) {
      callee.set(register, caller.register(register));
      caller.set(register, Cell.UNINITIALISED);
    }
    caller.set(0, Cell.UNINITIALISED);
    state.push(callee);
    depths.noteCall(state, index);
    return target;
  }

  /**
   * Another turn of a loop: the callback is entered, and comes back to the call; the path at hand
   * goes on behind the loop.
   *
   * @param before the state at the call
   */
  private void loop(PathState before) {
    CallFrame caller = before.top();
    Cell times = caller.register(1);
    if (!times.value().isNumber()) {
      throw new RefusalException("r1 of bpf_loop is " + times.value(), "pass a number of turns");
    }
    times.demand(Cell.RANGE);
    int turns = caller.turns();
    state.top().setTurns(0);
    long most = times.value().number().wide().umax();
    if (Long.compareUnsigned(turns, most) >= 0) {
      return;
    }
    if (before.depth() == MAX_FRAMES) {
      throw new RefusalException("calls nest deeper than 8 frames", "call less deep");
    }
    caller.setTurns(turns + 1);
    int target = caller.register(2).value().offset();
    callbacks.computeIfAbsent(index, key -> new TreeSet<>()).add(target);
    CallFrame callee = new CallFrame(before.depth(), target, index, true);
    long last = (Long.compareUnsigned(most, MAX_LOOPS) < 0 ? most : MAX_LOOPS) - 1;
    callee.set(1, new Cell(Value.number(Scalar.range(0, last)), times));
    callee.set(2, caller.register(3));
    before.enterCallback(callee);
    depths.noteCall(before, index);
    follow(target, before);
  }

  /** Lets a path wait. */
  private void follow(int target, PathState there) {
    if (pending.size() >= MAX_PENDING) {
      throw new RefusalException(
          "more than " + MAX_PENDING + " jumps wait to be followed", "make loops shorter");
    }
    last.addPath();
    pending.push(new Path(target, there, last));
  }

  /** A callback returns: to the call, where it is seen whether another turn is to be followed. */
  private int leaveCallback() {
    Cell result = state.read(0);
    result.demand(Cell.RANGE);
    boolean inside =
        result.value().isNumber()
            && result.value().number().wide().smin() >= 0
            && result.value().number().wide().smax() <= 1;
    if (!inside) {
      throw new RefusalException(
          "returns " + result.value() + " from a callback", "return 0 to go on or 1 to stop");
    }
    int call = state.pop().callSite();
    List<Checkpoint> earlier = checkpoints.getOrDefault(call, List.of());
    for (int i = earlier.size() - 1; i >= 0; i--) {
      if (!earlier.get(i).isExplored() && Widening.apply(earlier.get(i).state(), state)) {
        break;
      }
    }
    return call;
  }

  /** Leaves a function; negative when that was the program. */
  private int leave() {
    if (state.top().isCallback()) {
      return leaveCallback();
    }
    if (state.depth() == 1) {
      if (state.lock() != null) {
        throw new RefusalException(
            "leaves while a spin lock of map " + state.lock().map().name() + " is held",
            "call bpf_spin_unlock on every path");
      }
      HelperCalls.checkNoRecords(state, "ends");
      environment.asNumber(state.read(0).value());
      return -1;
    }
    Cell result = state.top().register(0);
    if (result.value().is(Kind.STACK)) {
      throw new RefusalException(
          "returns a pointer to its own stack", "pass memory to the function");
    }
    CallFrame callee = state.pop();
    state.top().set(0, result);
    return callee.callSite() + 1;
  }
}
