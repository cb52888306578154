package org.weft.compiler.cfg;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.object.Program;
import org.weft.compiler.verifier.Facts;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.MapDefinition;

/**
 * The blocks of a program.
 *
 * <p>Requires: linked code that passed the structure check. Ensures: every call of a function of
 * the program is replaced by a copy of it, with a frame of its own; unreachable code is gone. What
 * {@code bpf_loop} calls is called in a loop; helpers that no unit is for are called as functions.
 *
 * @param expansion the program, with calls written out that no unit makes
 * @param blocks the entry first
 * @param frames by number
 */
public record ControlFlow(Expansion expansion, List<Block> blocks, List<Frame> frames) {
  private static final int MAX_INSTRUCTIONS = 1 << 18;

  /**
   * Finds the blocks.
   *
   * @param facts what is known of the program's jumps: ways that nothing goes are left out
   * @param maps those of the object, and those of the library behind them
   * @throws RefusedException when calls nest deeper than 8 or the inlined program is too large
   */
  public static ControlFlow of(Program program, Facts facts, List<MapDefinition> maps) {
    return new Builder(Expansion.of(program, facts, maps), facts).build();
  }

  /** The program whose instructions the blocks name. */
  public Program program() {
    return expansion.program();
  }

  /** The instruction of the program as it was given that one in a block comes from. */
  public int origin(int index) {
    return expansion.origin(index);
  }

  private static final class Builder {
    private final Expansion expansion;
    private final Program program;
    private final Facts facts;
    private final List<Block> blocks = new ArrayList<>();
    private final List<Frame> frames = new ArrayList<>();
    private final Map<Integer, TreeSet<Integer>> leaders = new HashMap<>();
    private int instructions;

    Builder(Expansion expansion, Facts facts) {
      this.expansion = expansion;
      program = expansion.program();
      this.facts = facts;
    }

    ControlFlow build() {
      function(0, null, null);
      return new ControlFlow(expansion, List.copyOf(blocks), List.copyOf(frames));
    }

    /** Copies a function into a new frame; its exits go to the continuation. */
    private Block function(int start, Frame parent, Block continuation) {
      int depth = parent == null ? 0 : parent.depth() + 1;
      Frame frame =
          new Frame(
              frames.size(),
              parent,
              depth,
              expansion.mostStackBytes(start, facts),
              expansion.mostPointedBytes(start, facts));
      frames.add(frame);
      TreeSet<Integer> starts = leaders.computeIfAbsent(start, this::leadersFrom);
      Map<Integer, Block> byStart = new HashMap<>();
      for (int leader : starts) {
        Block block = new Block(blocks.size(), frame);
        blocks.add(block);
        byStart.put(leader, block);
      }
      for (int leader : starts) {
        fill(byStart.get(leader), leader, byStart, continuation);
      }
      return byStart.get(start);
    }

    private void fill(Block block, int start, Map<Integer, Block> byStart, Block continuation) {
      int index = start;
      while (true) {
        Instruction instruction = program.code().get(index);
        if (!(instruction instanceof Instruction.WideTail)) {
          block.instructions().add(index);
          if (++instructions > MAX_INSTRUCTIONS) {
            throw new RefusedException(
                program.place(index)
                    + ": more than "
                    + MAX_INSTRUCTIONS
                    + " instructions once calls are inlined; mark fewer functions __noinline");
          }
        }
        int following = index + 1;
        if (instruction instanceof Instruction.Exit) {
          block.link(null, continuation);
          return;
        } else if (instruction instanceof Instruction.Jump jump) {
          Block target = byStart.get(following + jump.offset());
          Block next = byStart.get(following);
          if (isAlwaysTaken(index, jump)) {
            block.link(null, target);
          } else {
            block.link(facts.neverTaken().get(index) ? null : target, next);
          }
          return;
        } else if (instruction instanceof Instruction.CallLocal call) {
          if (block.frame().depth() + 1 >= Frame.MOST_DEEP) {
            throw new RefusedException(
                program.place(index)
                    + ": calls nest deeper than "
                    + Frame.MOST_DEEP
                    + " frames, loops counted twice, or recurse");
          }
          Block back = byStart.get(following);
          block.link(null, function(following + call.offset(), block.frame(), back));
          return;
        } else if (byStart.containsKey(following)) {
          block.link(null, byStart.get(following));
          return;
        }
        index = following;
      }
    }

    private boolean isAlwaysTaken(int index, Instruction.Jump jump) {
      return jump.op() == JumpOp.JA || facts.alwaysTaken().get(index);
    }

    /** Where blocks of the function that begins here begin: only what is reached counts. */
    private TreeSet<Integer> leadersFrom(int start) {
      TreeSet<Integer> starts = new TreeSet<>(List.of(start));
      Deque<Integer> work = new ArrayDeque<>(List.of(start));
      TreeSet<Integer> seen = new TreeSet<>();
      while (!work.isEmpty()) {
        int index = work.pop();
        if (!seen.add(index)) {
          continue;
        }
        Instruction instruction = program.code().get(index);
        int following = index + 1;
        if (instruction instanceof Instruction.Exit) {
          continue;
        } else if (instruction instanceof Instruction.Jump jump) {
          int target = following + jump.offset();
          if (!facts.neverTaken().get(index)) {
            starts.add(target);
            work.push(target);
          }
          if (isAlwaysTaken(index, jump)) {
            continue;
          }
          starts.add(following);
        } else if (instruction instanceof Instruction.CallLocal) {
          starts.add(following);
        }
        work.push(following);
      }
      return starts;
    }
  }
}
