package org.weft.compiler.verifier;

import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Operand;
import org.weft.compiler.ebpf.SwapKind;

/** Arithmetic of numbers and pointers ({@code adjust_reg_min_max_vals} in Linux). */
final class Arithmetic {
  /** Offsets of pointers stay below this. */
  static final long MAX_OFFSET = 1L << 29;

  private final Environment environment;

  Arithmetic(Environment environment) {
    this.environment = environment;
  }

  void apply(PathState state, Instruction.Alu alu) {
    CallFrame frame = state.top();
    if (alu.op() == AluOp.MOV || alu.op().isSignExtendingMove()) {
      frame.set(alu.dst(), move(state, alu));
      return;
    }
    Cell dst = state.read(alu.dst());
    if (alu.op() == AluOp.NEG) {
      environment.asNumber(dst.value());
      frame.set(alu.dst(), negated(dst, alu.is64()));
      return;
    }
    Cell src = operand(state, alu.src());
    checkConstant(alu);
    boolean pointers = dst.value().isPointer() || src.value().isPointer();
    frame.set(
        alu.dst(), pointers ? pointer(alu, dst, src) : number(alu.op(), alu.is64(), dst, src));
  }

  void apply(PathState state, Instruction.Swap swap) {
    Cell dst = state.read(swap.dst());
    environment.asNumber(dst.value());
    Scalar number = dst.value().isNumber() ? dst.value().number() : Scalar.UNKNOWN;
    Scalar result =
        swap.kind() == SwapKind.LE ? number.low(swap.bits()) : number.swapped(swap.bits());
    state.top().set(swap.dst(), Cell.computed(result, dst));
  }

  static Cell operand(PathState state, Operand operand) {
    return operand.isRegister()
        ? state.read(operand.value())
        : new Cell(Value.number(Scalar.of(operand.value())));
  }

  private Cell move(PathState state, Instruction.Alu alu) {
    Cell src = operand(state, alu.src());
    Value value = src.value();
    boolean whole = alu.is64() && alu.op() == AluOp.MOV;
    if (!value.isNumber()) {
      if (!whole) {
        environment.asNumber(value);
      }
      return whole ? src : Cell.computed(alu.is64() ? Scalar.UNKNOWN : Scalar.UNKNOWN.low(32));
    }
    Scalar number = Scalar.compute(alu.op(), alu.is64(), Scalar.ZERO, value.number());
    if (!number.equals(value.number())) {
      return Cell.computed(number, src);
    }
    return alu.src().isRegister() ? environment.shared(state, alu.src().value()) : src;
  }

  private static Cell negated(Cell dst, boolean is64) {
    if (!dst.value().isNumber()) {
      return Cell.UNKNOWN;
    }
    return Cell.computed(Scalar.compute(AluOp.NEG, is64, dst.value().number(), Scalar.ZERO), dst);
  }

  private static void checkConstant(Instruction.Alu alu) {
    if (alu.src().isRegister()) {
      return;
    }
    int constant = alu.src().value();
    switch (alu.op()) {
      case DIV, MOD, SDIV, SMOD -> {
        if (constant == 0) {
          throw new RefusalException("divides by zero", "divide by another constant");
        }
      }
      case LSH, RSH, ARSH -> {
        if (constant < 0 || constant >= (alu.is64() ? 64 : 32)) {
          throw new RefusalException(
              "shifts by " + constant + " bits", "shift by less than the register's width");
        }
      }
      default -> {}
    }
  }

  private static Cell number(AluOp op, boolean is64, Cell dst, Cell src) {
    Value a = dst.value();
    Scalar result = Scalar.compute(op, is64, a.number(), src.value().number());
    boolean linked =
        op == AluOp.ADD
            && is64
            && a.id() != 0
            && a.offset() == 0
            && src.value().number().isConstant();
    long added = src.value().number().value();
    if (linked && added >= 0 && added <= Integer.MAX_VALUE) {
      return new Cell(a.withNumber(result).withOffset((int) added), dst, src);
    }
    return Cell.computed(result, dst, src);
  }

  private Cell pointer(Instruction.Alu alu, Cell dst, Cell src) {
    Value left = dst.value();
    Value right = src.value();
    boolean both = left.isPointer() && right.isPointer();
    if (alu.op() == AluOp.SUB && (both || !alu.is64())) {
      if (!isDistance(left, right)) {
        environment.asNumber(left);
        environment.asNumber(right);
      }
      return Cell.computed(alu.is64() ? Scalar.UNKNOWN : Scalar.UNKNOWN.low(32));
    }
    Value pointer = left.isPointer() ? left : right;
    String what = pointer.kind().description();
    if (both) {
      throw new RefusalException(
          "calculates "
              + alu.op().symbol()
              + " with "
              + left.kind().description()
              + " and "
              + right.kind().description(),
          "pointers may only be subtracted from each other");
    }
    if (!alu.is64()) {
      throw new RefusalException(
          "32-bit arithmetic with " + what, "keep pointers in 64-bit variables");
    }
    if (alu.op() != AluOp.ADD && alu.op() != AluOp.SUB) {
      throw new RefusalException(
          "calculates " + alu.op().symbol() + " with " + what,
          "numbers may be added to pointers and subtracted from them, nothing else");
    }
    if (alu.op() == AluOp.SUB && right.isPointer()) {
      throw new RefusalException("subtracts " + what + " from a number", "subtract the other way");
    }
    Cell offset = left.isPointer() ? src : dst;
    return moved(alu.op(), left.isPointer() ? dst : src, offset);
  }

  /** Whether what lies between two pointers does not depend on where their memory is. */
  static boolean isDistance(Value left, Value right) {
    return left.kind().isPacket() && right.kind().isPacket()
        || left.is(Kind.STACK) && right.is(Kind.STACK)
        || left.is(Kind.MAP_VALUE) && right.is(Kind.MAP_VALUE) && left.id() == right.id();
  }

  /** A pointer to which a number is added, or from which it is subtracted. */
  private Cell moved(AluOp op, Cell base, Cell by) {
    Value pointer = base.value();
    Scalar number = by.value().number();
    checkBase(op, pointer, number);
    by.demand(Cell.RANGE);
    checkOffset(pointer, number);
    checkSane(pointer);
    boolean subtracts = op == AluOp.SUB;
    long distance = subtracts ? -number.value() : number.value();
    Value result;
    if (number.isConstant() && pointer.offset() + distance == (int) (pointer.offset() + distance)) {
      result = pointer.withOffset((int) (pointer.offset() + distance));
      if (pointer.range() < 0 && distance != 0) {
        result = result.withRange(0);
      }
    } else {
      Scalar sum = Scalar.compute(op, true, pointer.number(), number);
      result = pointer.withNumber(sum);
      if (pointer.kind().isPacket()) {
        result = result.withId(environment.nextId()).withRange(0);
      }
    }
    checkSane(result);
    return new Cell(result, base, by);
  }

  private static void checkBase(AluOp op, Value pointer, Scalar number) {
    String what = pointer.kind().description();
    if (pointer.maybeNull()) {
      throw new RefusalException(
          "calculates with " + what + " that may be null", "compare it with NULL first");
    }
    boolean adds0 = op == AluOp.ADD && number.isZero();
    switch (pointer.kind()) {
      case PACKET_END, SOCKET, FUNCTION ->
          throw new RefusalException("calculates with " + what, "do not");
      case MAP -> {
        if (!adds0) {
          throw new RefusalException("calculates with " + what, "look a value up instead");
        }
      }
      case STACK -> {
        if (op == AluOp.SUB) {
          throw new RefusalException("subtracts from a stack pointer", "add a negative number");
        }
      }
      default -> {}
    }
  }

  private static void checkOffset(Value pointer, Scalar number) {
    String what = pointer.kind().description();
    if (number.wide().smin() == Long.MIN_VALUE) {
      throw new RefusalException(
          "adds a number without lower bound to " + what,
          "bound it first, for example with & or an unsigned comparison");
    }
    if (number.wide().smin() >= MAX_OFFSET || number.wide().smin() <= -MAX_OFFSET) {
      throw new RefusalException("moves " + what + " by " + number, "keep the distance below 2^29");
    }
  }

  private static void checkSane(Value pointer) {
    Scalar number = pointer.number();
    long least = number.wide().smin();
    if (Math.abs((long) pointer.offset()) >= MAX_OFFSET
        || least >= MAX_OFFSET
        || least <= -MAX_OFFSET) {
      throw new RefusalException(
          pointer.kind().description() + " moves out of reach: " + pointer,
          "bound what is added to it");
    }
  }
}
