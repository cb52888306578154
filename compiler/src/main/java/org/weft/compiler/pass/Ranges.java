package org.weft.compiler.pass;

import java.util.HashMap;
import java.util.Map;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Arithmetic;
import org.weft.isa.row.Opcode;

/**
 * What is known of values from how they are computed, and from what has been assumed of them: the
 * comparisons that led to a place.
 */
final class Ranges {
  /** Chains of values are followed this far. */
  private static final int DEPTH = 12;

  /** Packet and headroom are a page. */
  private static final long MAX_LENGTH = 4095;

  private final Map<Value, Range> memo = new HashMap<>();
  private final Map<Value, Range> assumed;

  Ranges() {
    this(Map.of());
  }

  Ranges(Map<Value, Range> assumed) {
    this.assumed = assumed;
  }

  /** The range of a value. */
  Range of(Value value) {
    return of(value, DEPTH);
  }

  /** Forgets what was found, as assumptions change or values become others. */
  void forget() {
    memo.clear();
  }

  private Range of(Value value, int depth) {
    if (value.isConstant()) {
      return Range.constant(value.constant());
    }
    Range known = memo.get(value);
    if (known == null) {
      if (depth == 0) {
        return width(value.operation());
      }
      // A phi that is met again on the way says nothing new of itself.
      memo.put(value, width(value.operation()));
      known = compute(value, depth - 1);
      memo.put(value, known);
    }
    Range assumption = assumed.get(value);
    return assumption == null ? known : known.meet(assumption);
  }

  private static Range width(Operation operation) {
    if (operation instanceof Operation.Load load && !load.signed()) {
      return load.bytes() == 8 ? Range.ANY : Range.upTo((1L << 8 * load.bytes()) - 1);
    } else if (operation instanceof Operation.ReadFact fact) {
      return switch (fact.fact()) {
        case LENGTH, METADATA -> Range.upTo(MAX_LENGTH);
        case TIME -> Range.ANY;
        default -> Range.upTo(0xffffffffL);
      };
    } else if (operation instanceof Operation.Alu alu) {
      return switch (alu.opcode()) {
        case SWAP16, FOLD -> Range.upTo(0xffff);
        case SWAP32 -> Range.upTo(0xffffffffL);
        default -> alu.is32() ? Range.upTo(0xffffffffL) : Range.ANY;
      };
    } else if (operation instanceof Operation.Atomic atomic && atomic.is32()) {
      return Range.upTo(0xffffffffL);
    }
    return Range.ANY;
  }

  private Range compute(Value value, int depth) {
    Range width = width(value.operation());
    if (value.isPhi()) {
      Range joined = null;
      for (int i = 0; i < value.size(); i++) {
        Range one = of(value.operand(i), depth);
        joined = joined == null ? one : joined.join(one);
      }
      return joined == null ? Range.ANY : joined;
    }
    if (!(value.operation() instanceof Operation.Alu alu)) {
      return width;
    }
    Range b = of(value.operand(value.size() - 1), depth);
    Range a = value.size() == 2 ? of(value.operand(0), depth) : b;
    if (a.isConstant() && b.isConstant()) {
      return Range.constant(Arithmetic.apply(alu.opcode(), alu.is32(), a.min(), b.min()));
    }
    if (alu.is32() && !(a.is32() && b.is32())) {
      return width;
    }
    Range result = compute(alu, a, b);
    if (alu.opcode() == Opcode.ADD) {
      Range folded = folded(value, depth);
      result = folded == null ? result : result.meet(folded);
    }
    return alu.is32() && !result.is32() ? width : result.meet(width);
  }

  /** {@code (x & 0xffff) + (x >> 16)}: a checksum's carry, which is less than both bounds say. */
  private Range folded(Value sum, int depth) {
    for (int side = 0; side < 2; side++) {
      Value low = sum.operand(side);
      Value high = sum.operand(1 - side);
      boolean fold =
          low.operation() instanceof Operation.Alu and
              && and.opcode() == Opcode.AND
              && high.operation() instanceof Operation.Alu shift
              && shift.opcode() == Opcode.RSH
              && !shift.is32()
              && low.operand(0) == high.operand(0)
              && high.operand(1).isConstant()
              && low.operand(1).isConstant((1L << high.operand(1).constant()) - 1);
      if (fold) {
        int bits = (int) high.operand(1).constant();
        long most = of(low.operand(0), depth).max();
        long carry = most >>> bits;
        long mask = (1L << bits) - 1;
        return carry == 0
            ? Range.upTo(most & mask)
            : Range.upTo(Math.max(mask + carry - 1, (most & mask) + carry));
      }
    }
    return null;
  }

  private static Range compute(Operation.Alu alu, Range a, Range b) {
    return switch (alu.opcode()) {
      case MOV -> b;
      case ADD -> add(a, b);
      case HIGH ->
          b.isConstant() ? new Range(b.min() << 32, b.min() << 32 | 0xffffffffL, -1) : Range.ANY;
      case SUB -> sub(a, b);
      case AND -> Range.upTo(Range.least(a.max(), b.max())).meet(mask(a.mask() & b.mask()));
      case OR ->
          mask(a.mask() | b.mask()).meet(new Range(Range.greatest(a.min(), b.min()), -1, -1));
      case XOR -> mask(a.mask() | b.mask());
      case LSH -> shiftLeft(a, b, alu.is32() ? 32 : 64);
      case ROL -> b.isConstant() ? mask(rotated(alu, a.mask(), b.min())) : Range.ANY;
      case RSH -> b.isConstant() ? shiftRight(a, (int) b.min() & (alu.is32() ? 31 : 63)) : a0(a);
      case ARSH ->
          !alu.is32() && a.max() >= 0 && b.isConstant()
              ? shiftRight(a, (int) b.min() & 63)
              : Range.ANY;
      case MUL ->
          a.is32() && b.is32() && a.max() * b.max() >= 0
              ? Range.of(a.min() * b.min(), a.max() * b.max())
              : Range.ANY;
      case DIV -> a0(a);
      case MOD -> b.min() != 0 ? Range.upTo(Range.least(a.max(), b.max() - 1)) : a0(a);
      case SEXT8 -> b.max() >= 0 && b.max() < 0x80 ? b : Range.ANY;
      case SEXT16 -> b.max() >= 0 && b.max() < 0x8000 ? b : Range.ANY;
      case SEXT32 -> b.isSmall() ? b : Range.ANY;
      case SWAP16, SWAP32, SWAP64 -> mask(Arithmetic.wide(alu.opcode(), 0, b.mask()));
      default -> Range.ANY;
    };
  }

  private static long rotated(Operation.Alu rotation, long mask, long by) {
    return Arithmetic.apply(rotation.opcode(), rotation.is32(), mask, by);
  }

  private static Range a0(Range a) {
    return Range.upTo(a.max());
  }

  private static Range mask(long mask) {
    return new Range(0, mask, mask);
  }

  private static Range add(Range a, Range b) {
    long max = a.max() + b.max();
    boolean wraps = Long.compareUnsigned(max, a.max()) < 0;
    return wraps ? Range.ANY : Range.of(a.min() + b.min(), max);
  }

  private static Range sub(Range a, Range b) {
    boolean wraps = Long.compareUnsigned(a.min(), b.max()) < 0;
    return wraps ? Range.ANY : Range.of(a.min() - b.max(), a.max() - b.min());
  }

  private static Range shiftLeft(Range a, Range b, int width) {
    if (!b.isConstant()) {
      return Range.ANY;
    }
    int by = (int) b.min() & width - 1;
    if (Long.numberOfLeadingZeros(a.max()) < by + 64 - width) {
      return Range.ANY.meet(mask(a.mask() << by));
    }
    return new Range(a.min() << by, a.max() << by, a.mask() << by);
  }

  private static Range shiftRight(Range a, int by) {
    return new Range(a.min() >>> by, a.max() >>> by, a.mask() >>> by);
  }
}
