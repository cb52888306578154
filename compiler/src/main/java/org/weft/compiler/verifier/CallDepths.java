package org.weft.compiler.verifier;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.object.Program;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.HelperFunction;

/** The stack of functions that call each other ({@code check_max_stack_depth} in Linux). */
final class CallDepths {
  private static final int MAX_BYTES = 512;
  private static final int MAX_BYTES_WITH_TAIL_CALLS = 256;
  private static final int GRANULE = 16;
  private static final int MAX_FRAMES = 8;

  private record Call(int caller, int site, int callee) {}

  private final Memory memory;
  private final Set<Call> calls = new LinkedHashSet<>();
  private final Map<Integer, Integer> tailCalls = new LinkedHashMap<>();
  private final Map<Integer, Integer> mostAbove = new HashMap<>();

  CallDepths(Memory memory) {
    this.memory = memory;
  }

  void noteCall(PathState state, int site) {
    int caller = state.frame(state.depth() - 2).function();
    calls.add(new Call(caller, site, state.top().function()));
  }

  void noteHelper(PathState state, int number, int site) {
    if (number == HelperFunction.TAIL_CALL.number()) {
      tailCalls.putIfAbsent(state.top().function(), site);
    }
  }

  /** Checks all chains of calls, once the depth of each function is known. */
  void check(Program program) {
    check(program, 0, 0, 1);
  }

  private void check(Program program, int function, int above, int frames) {
    Integer known = mostAbove.get(function);
    if (known != null && known >= above) {
      return;
    }
    mostAbove.put(function, above);
    Integer tailCall = tailCalls.get(function);
    if (tailCall != null && above >= MAX_BYTES_WITH_TAIL_CALLS) {
      throw new RefusedException(
          program.place(tailCall)
              + ": tail call below functions that use "
              + above
              + " bytes of stack; use less than 256");
    }
    int bytes = above + (Math.max(1, memory.depth(function)) + GRANULE - 1) / GRANULE * GRANULE;
    if (bytes > MAX_BYTES) {
      throw new RefusedException(
          program.place(function)
              + ": this function and those that call it use "
              + bytes
              + " bytes of stack; 512 is the most, so use fewer or smaller variables");
    }
    for (Call call : calls) {
      if (call.caller() == function) {
        if (frames == MAX_FRAMES) {
          throw new RefusedException(
              program.place(call.site()) + ": calls nest deeper than 8 frames, or recurse");
        }
        check(program, call.callee(), bytes, frames + 1);
      }
    }
  }
}
