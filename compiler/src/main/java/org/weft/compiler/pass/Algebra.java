package org.weft.compiler.pass;

import java.util.List;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Arithmetic;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;

/** Simpler forms of single instructions. */
final class Algebra {
  private static final long MASK32 = 0xffffffffL;

  private final Graph graph;
  private final Ranges ranges = new Ranges();
  private final boolean constantsLast;

  /**
   * Simplifies instructions of a graph.
   *
   * @param constantsLast whether constants are added to sums last, for addresses
   */
  Algebra(Graph graph, boolean constantsLast) {
    this.graph = graph;
    this.constantsLast = constantsLast;
  }

  /** Simplifies an instruction in place, or replaces it; how many changes. */
  int simplify(Value value) {
    Operation operation = value.operation();
    if (operation instanceof Operation.Alu alu) {
      return alu(value, alu) ? 1 : 0;
    }
    return operation.region() != null && address(value) ? 1 : 0;
  }

  private static boolean replace(Value value, Value other) {
    value.replaceWith(other);
    return true;
  }

  private boolean replace(Value value, long constant) {
    return replace(value, graph.constant(constant));
  }

  private boolean become(Value value, Opcode opcode, boolean is32, Value... operands) {
    value.become(new Operation.Alu(opcode, is32), List.of(operands));
    return true;
  }

  /** The constant part of an address goes into the access. */
  private boolean address(Value value) {
    Operation operation = value.operation();
    Value base = value.operand(0);
    if (operation.region() == Region.MAP && operation.map() == 0 && isInMap(base)) {
      return inMap(value, base);
    }
    Sum sum = base.isConstant() ? new Sum(graph.constant(0), base.constant()) : Sum.of(base);
    long part = sum.constant();
    if (part == 0 || operation.region() == Region.ARGUMENT) {
      return false;
    }
    if (operation.region() != Region.MAP) {
      // Sixteen bits of an address in packet and stack count.
      return at(value, 0, (short) (operation.offset() + part), sum.base());
    }
    if (operation.map() == 0 && part >>> 32 != 0) {
      return inMap(value, sum);
    }
    long offset = operation.offset() + part;
    return offset == (short) offset
        && (part >>> 32 == 0 || part == (int) part)
        && !(sum.base().isConstant() && operation.map() == 0)
        && at(value, operation.map(), (int) offset, sum.base());
  }

  private static boolean at(Value value, int map, int offset, Value base) {
    List<Value> operands = new java.util.ArrayList<>(value.operands());
    operands.set(0, base);
    value.become(value.operation().at(map, offset), operands);
    return true;
  }

  /** Whether an address is a map's handle over a place in it. */
  private static boolean isInMap(Value address) {
    Value base = Sum.of(address).base();
    return base.operation() instanceof Operation.Alu alu
        && alu.opcode() == Opcode.HIGH
        && base.operand(1).isConstant();
  }

  private boolean inMap(Value value, Value address) {
    Sum sum = Sum.of(address);
    long map = sum.base().operand(1).constant();
    long offset = value.operation().offset() + sum.constant();
    boolean atomic = value.operation() instanceof Operation.Atomic;
    return offset == (short) offset
        && map < (atomic ? 1 << 11 : 1 << 16)
        && at(value, (int) map, (int) offset, sum.base().operand(0));
  }

  /** A known map goes into the access, too, if the rest of the address does not reach its place. */
  private boolean inMap(Value value, Sum sum) {
    long low = sum.constant() & MASK32;
    long map = sum.constant() >>> 32;
    boolean atomic = value.operation() instanceof Operation.Atomic;
    boolean stays =
        ranges.of(sum.base()).max() >= 0 && ranges.of(sum.base()).max() + low <= MASK32 / 2;
    if (!stays || map >= (atomic ? 1 << 11 : 1 << 16)) {
      return false;
    }
    long offset = value.operation().offset() + low;
    if (offset == (short) offset) {
      return at(value, (int) map, (int) offset, sum.base());
    }
    if (sum.base().isConstant()) {
      return at(value, (int) map, value.operation().offset(), graph.constant(low));
    }
    return false;
  }

  private boolean alu(Value value, Operation.Alu alu) {
    Value b = value.operand(value.size() - 1);
    Value a = value.size() == 2 ? value.operand(0) : b;
    if (a.isConstant() && b.isConstant()) {
      return replace(value, Arithmetic.apply(alu.opcode(), alu.is32(), a.constant(), b.constant()));
    }
    if (a.isConstant() && isCommutative(alu.opcode())) {
      return become(value, alu.opcode(), alu.is32(), b, a);
    }
    Range range = ranges.of(value);
    if (range.isConstant()) {
      return replace(value, range.min());
    }
    if (value.size() == 1) {
      return unary(value, alu, a);
    }
    if (a == b && same(value, alu, a)) {
      return true;
    }
    if (b.isConstant()) {
      long c = alu.is32() ? b.constant() & MASK32 : b.constant();
      return constantRight(value, alu, a, c) || wide(value, alu, a, b);
    }
    return twoSums(value, alu, a, b) || wide(value, alu, a, b);
  }

  private static boolean isCommutative(Opcode opcode) {
    return switch (opcode) {
      case ADD, AND, OR, XOR, MUL -> true;
      default -> false;
    };
  }

  /** A 32-bit operation whose operands and result fit 32 bits is the 64-bit one. */
  private boolean wide(Value value, Operation.Alu alu, Value a, Value b) {
    if (!alu.is32()) {
      return false;
    }
    Range left = ranges.of(a);
    Value right = b.isConstant() ? graph.constant(b.constant() & MASK32) : b;
    Range other = ranges.of(right);
    if (!left.is32() || !other.is32()) {
      return false;
    }
    boolean exact =
        switch (alu.opcode()) {
          case ADD -> left.max() + other.max() <= MASK32;
          case SUB -> left.min() >= other.max();
          case AND, OR, XOR, DIV, MOD -> true;
          case LSH ->
              right.isConstant()
                  && right.constant() < 32
                  && Long.numberOfLeadingZeros(left.max()) - right.constant() >= 32;
          case RSH -> right.isConstant() && right.constant() < 32;
          case MUL -> left.max() * other.max() >= 0 && left.max() * other.max() <= MASK32;
          default -> false;
        };
    boolean encodable = !right.isConstant() || right.constant() == (int) right.constant();
    return exact && encodable && become(value, alu.opcode(), false, a, right);
  }

  private boolean unary(Value value, Operation.Alu alu, Value x) {
    Range range = ranges.of(x);
    switch (alu.opcode()) {
      case MOV:
        if (!alu.is32() || range.is32()) {
          return replace(value, x);
        }
        return false;
      case SEXT8:
        return range.max() >= 0 && range.max() < 0x80 && replace(value, x);
      case SEXT16:
        return range.max() >= 0 && range.max() < 0x8000 && replace(value, x);
      case FOLD:
        return range.max() >= 0 && range.max() <= 0xffff && replace(value, x);
      case SEXT32:
        return !alu.is32() && range.isSmall() && replace(value, x);
      default:
        return alu.opcode() == Opcode.SWAP64
            && x.operation() instanceof Operation.Alu inner
            && inner.opcode() == Opcode.SWAP64
            && replace(value, x.operand(0));
    }
  }

  private boolean same(Value value, Operation.Alu alu, Value x) {
    return switch (alu.opcode()) {
      case SUB, XOR -> replace(value, 0);
      case AND, OR -> !alu.is32() && replace(value, x);
      default -> false;
    };
  }

  private boolean constantRight(Value value, Operation.Alu alu, Value x, long c) {
    boolean is32 = alu.is32();
    Range range = ranges.of(x);
    boolean keeps = !is32 || range.is32();
    switch (alu.opcode()) {
      case ADD, OR, XOR, SUB, LSH, RSH, ARSH:
        if (c == 0 && keeps) {
          return replace(value, x);
        }
        break;
      case MUL:
        return multiply(value, is32, x, c, keeps);
      case DIV:
        if (Long.bitCount(c) == 1 && (keeps || c != 1)) {
          return become(value, Opcode.RSH, is32, x, graph.constant(Long.numberOfTrailingZeros(c)));
        }
        return false;
      case MOD:
        if (Long.bitCount(c) == 1) {
          return become(value, Opcode.AND, false, x, graph.constant(c - 1));
        }
        return keeps && Long.compareUnsigned(range.max(), c) < 0 && replace(value, x);
      default:
        break;
    }
    return switch (alu.opcode()) {
      case SUB ->
          !is32
              ? become(value, Opcode.ADD, false, x, graph.constant(-c))
              : become(value, Opcode.ADD, true, x, graph.constant((int) -c));
      case ADD -> sum(value, is32, x, c);
      case AND -> mask(value, x, c, range);
      case LSH, RSH, ARSH -> shift(value, alu, x, c);
      case ROL -> rotate(value, is32, x, c);
      default -> false;
    };
  }

  private boolean multiply(Value value, boolean is32, Value x, long c, boolean keeps) {
    if (c == 0) {
      return replace(value, 0);
    }
    if (c == 1 && keeps) {
      return replace(value, x);
    }
    return Long.bitCount(c) == 1
        && c != 1
        && become(value, Opcode.LSH, is32, x, graph.constant(Long.numberOfTrailingZeros(c)));
  }

  private boolean sum(Value value, boolean is32, Value x, long c) {
    if (!(x.operation() instanceof Operation.Alu inner)
        || inner.opcode() != Opcode.ADD
        || !x.operand(1).isConstant()
        || inner.is32() && !is32 && !ranges.of(x).canAdd(0)) {
      return false;
    }
    if (inner.is32() != is32 && !is32) {
      return false;
    }
    long total = c + x.operand(1).constant();
    return become(
        value, Opcode.ADD, is32, x.operand(0), graph.constant(is32 ? (int) total : total));
  }

  private boolean mask(Value value, Value x, long c, Range range) {
    boolean is32 = ((Operation.Alu) value.operation()).is32();
    if ((range.mask() & ~c) == 0) {
      return replace(value, x);
    }
    if (is32) {
      // The mask cuts to 32 bits by itself, if it is a number of 31.
      return c == (int) c && c >= 0 && become(value, Opcode.AND, false, x, graph.constant(c));
    }
    if (c == MASK32) {
      return become(value, Opcode.MOV, true, x);
    }
    if (x.operation() instanceof Operation.Alu inner
        && inner.opcode() == Opcode.AND
        && x.operand(1).isConstant()
        && !inner.is32()) {
      return become(
          value, Opcode.AND, false, x.operand(0), graph.constant(c & x.operand(1).constant()));
    }
    // What the mask cuts off anyway.
    if (x.operation() instanceof Operation.Alu inner
        && inner.opcode() == Opcode.MOV
        && inner.is32()
        && c >>> 32 == 0) {
      return become(value, Opcode.AND, false, x.operand(0), graph.constant(c));
    }
    return false;
  }

  private boolean shift(Value value, Operation.Alu alu, Value x, long c) {
    int width = alu.is32() ? 32 : 64;
    int by = (int) c & width - 1;
    if (by != c) {
      return become(value, alu.opcode(), alu.is32(), x, graph.constant(by));
    }
    if (!(x.operation() instanceof Operation.Alu inner)
        || inner.is32() != alu.is32()
        || x.size() != 2
        || !x.operand(1).isConstant()) {
      return false;
    }
    Value y = x.operand(0);
    int first = (int) x.operand(1).constant() & width - 1;
    if (inner.opcode() == alu.opcode() && alu.opcode() != Opcode.ARSH && first + by < width) {
      return become(value, alu.opcode(), alu.is32(), y, graph.constant(first + by));
    }
    if (inner.opcode() != Opcode.LSH || alu.is32()) {
      return false;
    }
    if (alu.opcode() == Opcode.RSH && first == by) {
      return zeroExtend(value, y, 64 - by);
    }
    if (alu.opcode() == Opcode.ARSH && first == by) {
      return switch (by) {
        case 32 -> become(value, Opcode.SEXT32, false, y);
        case 48 -> become(value, Opcode.SEXT16, false, y);
        case 56 -> become(value, Opcode.SEXT8, false, y);
        default -> false;
      };
    }
    if (alu.opcode() == Opcode.RSH && by > first && ranges.of(y).is32() && first == 32) {
      return become(value, Opcode.RSH, false, y, graph.constant(by - first));
    }
    return false;
  }

  private boolean rotate(Value value, boolean is32, Value x, long c) {
    int width = is32 ? 32 : 64;
    int by = (int) c & width - 1;
    if (by == 0) {
      return become(value, Opcode.MOV, is32, x);
    }
    if (x.operation().equals(value.operation()) && x.operand(1).isConstant()) {
      long total = by + x.operand(1).constant() & width - 1;
      return become(value, Opcode.ROL, is32, x.operand(0), graph.constant(total));
    }
    return by != c && become(value, Opcode.ROL, is32, x, graph.constant(by));
  }

  private boolean zeroExtend(Value value, Value x, int bits) {
    long mask = -1L >>> 64 - bits;
    if (bits == 32) {
      return become(value, Opcode.MOV, true, x);
    }
    return mask == (int) mask && become(value, Opcode.AND, false, x, graph.constant(mask));
  }

  /** Constants of two sums meet: offsets into the packet. */
  private boolean twoSums(Value value, Operation.Alu alu, Value a, Value b) {
    if (alu.is32()) {
      return false;
    }
    Sum left = Sum.of(a);
    Sum right = Sum.of(b);
    if (alu.opcode() == Opcode.SUB && left.base() == right.base()) {
      return replace(value, left.constant() - right.constant());
    }
    boolean both = left.constant() != 0 && right.constant() != 0;
    if (left.constant() == 0 && right.constant() == 0 || !constantsLast && !both) {
      return false;
    }
    if (alu.opcode() == Opcode.ADD) {
      return sumOf(
          value, Opcode.ADD, left.base(), right.base(), left.constant() + right.constant());
    }
    return alu.opcode() == Opcode.SUB
        && sumOf(value, Opcode.SUB, left.base(), right.base(), left.constant() - right.constant());
  }

  private boolean sumOf(Value value, Opcode opcode, Value a, Value b, long constant) {
    Value inner = graph.value(new Operation.Alu(opcode, false), List.of(a, b), value.origin());
    Blocks.insertBefore(value, inner);
    if (constant == 0) {
      return replace(value, inner);
    }
    return become(value, Opcode.ADD, false, inner, graph.constant(constant));
  }
}
