package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;

/**
 * Ones' complement sums, as Internet checksums are: {@code (x & 0xffff) + (x >> 16)} that can have
 * no further carry is one instruction, and what is summed up for it needs no folding of its own.
 *
 * <p>A fold keeps a number modulo 65535 and is zero for zero only. So of the summands of one, as
 * long as their sum does not wrap, each may be any other number that agrees in both.
 */
public final class ChecksumFolds implements Pass {
  private static final long LOW = 0xffff;
  private static final int HALF = 16;
  private static final int MAX_LEAVES = 64;

  /** So many numbers of this size are added up without wrapping. */
  private static final long LARGE = 0xffffffffffL;

  @Override
  public String name() {
    return "fold-checksums";
  }

  @Override
  public int run(Graph graph, PassContext context) {
    int found = 0;
    Ranges ranges = new Ranges();
    ReadBits read = new ReadBits(graph);
    for (Block block : graph.blocks()) {
      for (Value value : block.values()) {
        Value whole = whole(value, ranges, read);
        if (whole != null) {
          value.become(new Operation.Alu(Opcode.FOLD, false), List.of(whole));
          found++;
        }
      }
      ranges.forget();
    }
    if (found > 0) {
      for (Block block : graph.blocks()) {
        block.values().stream().filter(ChecksumFolds::isFold).forEach(f -> shorten(graph, f));
      }
      new Simplification().run(graph, context);
    }
    return found;
  }

  /** What a value is the fold of, with no carry left; null when it is none. */
  private static Value whole(Value value, Ranges ranges, ReadBits read) {
    Value half = half(value);
    if (half != null) {
      return Long.compareUnsigned(ranges.of(value).max(), LOW) <= 0 ? half : null;
    }
    half = upperAdded(value);
    boolean fits =
        half != null
            && read.only(value, HALF)
            && ranges.of(half).is32()
            && ranges.of(half).max() <= LOW << 1;
    return fits ? half : null;
  }

  /** The number of which a value is the sum of lower and upper half, or null. */
  private static Value half(Value value) {
    if (!isSum(value)) {
      return null;
    }
    for (int side = 0; side < 2; side++) {
      Value low = value.operand(side);
      Value high = value.operand(1 - side);
      if (isOn(low, Opcode.AND, LOW) && isOn(high, Opcode.RSH, HALF)) {
        return low.operand(0) == high.operand(0) ? low.operand(0) : null;
      }
    }
    return null;
  }

  /** The number to which a value adds its own upper half, or null. */
  private static Value upperAdded(Value value) {
    if (isSum(value)) {
      for (int side = 0; side < 2; side++) {
        Value high = value.operand(1 - side);
        if (isOn(high, Opcode.RSH, HALF) && high.operand(0) == value.operand(side)) {
          return value.operand(side);
        }
      }
    }
    return null;
  }

  private static boolean isSum(Value value) {
    return value.operation() instanceof Operation.Alu alu
        && alu.opcode() == Opcode.ADD
        && !alu.is32();
  }

  private static boolean isFold(Value value) {
    return value.operation() instanceof Operation.Alu alu && alu.opcode() == Opcode.FOLD;
  }

  private static boolean isOn(Value value, Opcode opcode, long constant) {
    return value.operation() instanceof Operation.Alu alu
        && alu.opcode() == opcode
        && !alu.is32()
        && value.operand(1).isConstant(constant);
  }

  /** Sums up numbers as they are in place of their halves. */
  private static void shorten(Graph graph, Value fold) {
    Ranges ranges = new Ranges();
    List<Value> leaves = new ArrayList<>();
    boolean changed = collect(fold.block(), fold.operand(0), leaves, ranges);
    if (leaves.size() > MAX_LEAVES || leaves.stream().anyMatch(l -> isLarge(l, ranges))) {
      return;
    }
    changed |= joinHalves(leaves, ranges);
    if (!changed) {
      return;
    }
    Value sum = leaves.get(0);
    for (Value leaf : leaves.subList(1, leaves.size())) {
      Value more =
          graph.value(new Operation.Alu(Opcode.ADD, false), List.of(sum, leaf), fold.origin());
      Blocks.insertBefore(fold, more);
      sum = more;
    }
    fold.setOperand(0, sum);
  }

  private static boolean isLarge(Value value, Ranges ranges) {
    return Long.compareUnsigned(ranges.of(value).max(), LARGE) > 0;
  }

  /**
   * Finds the summands of a number; whether one was replaced by another that folds alike. Those of
   * other blocks are left as they are: summands need more registers than sums.
   */
  private static boolean collect(Block block, Value value, List<Value> leaves, Ranges ranges) {
    if (leaves.size() > MAX_LEAVES || value.block() != block) {
      leaves.add(value);
      return false;
    }
    Value same = isFold(value) ? value.operand(0) : half(value);
    if (same == null && isUpperHalfOnly(value, ranges)) {
      same = value.operand(0);
    }
    if (same != null && !isLarge(same, ranges)) {
      collect(block, same, leaves, ranges);
      return true;
    }
    if (isSum(value) && !isLarge(value, ranges)) {
      boolean left = collect(block, value.operand(0), leaves, ranges);
      return collect(block, value.operand(1), leaves, ranges) || left;
    }
    leaves.add(value);
    return false;
  }

  /** Whether a value is the upper half of a number that has no lower one. */
  private static boolean isUpperHalfOnly(Value value, Ranges ranges) {
    return isOn(value, Opcode.RSH, HALF) && (ranges.of(value.operand(0)).mask() & LOW) == 0;
  }

  /** Puts a number in the place of its lower and upper half; whether there was one. */
  private static boolean joinHalves(List<Value> leaves, Ranges ranges) {
    boolean any = false;
    for (Value low : List.copyOf(leaves)) {
      if (!isOn(low, Opcode.AND, LOW) || isLarge(low.operand(0), ranges)) {
        continue;
      }
      for (Value high : leaves) {
        if (isOn(high, Opcode.RSH, HALF) && high.operand(0) == low.operand(0)) {
          leaves.set(leaves.indexOf(low), low.operand(0));
          leaves.remove(high);
          any = true;
          break;
        }
      }
    }
    return any;
  }
}
