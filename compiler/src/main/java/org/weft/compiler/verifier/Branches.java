package org.weft.compiler.verifier;

import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;

/** Conditional jumps: which ways are possible, and what is known there. */
final class Branches {
  private Branches() {}

  /**
   * Where control may go.
   *
   * @param next what is known if the jump is not taken; null if it always is
   * @param taken what is known if the jump is taken; null if it never is
   */
  record Ways(PathState next, PathState taken) {}

  /** The ways a conditional jump may go; the state becomes part of the answer. */
  static Ways of(PathState state, Instruction.Jump jump) {
    Cell dst = state.read(jump.dst());
    Cell src = Arithmetic.operand(state, jump.src());
    if (dst.value().isNumber() && src.value().isNumber()) {
      return numbers(state, jump, dst, src);
    }
    Boolean known = jump.is64() ? decided(jump.op(), dst.value(), src.value()) : null;
    if (known != null) {
      return known ? new Ways(null, state) : new Ways(state, null);
    }
    PathState taken = state.copy();
    if (jump.is64()) {
      if (isNullCheck(jump, dst.value(), src.value())) {
        boolean nullTaken = jump.op() == JumpOp.JEQ;
        resolve(nullTaken ? taken : state, dst.value().id(), true);
        resolve(nullTaken ? state : taken, dst.value().id(), false);
      } else if (jump.src().isRegister()) {
        packet(jump, dst.value(), src.value(), state, taken);
      }
    }
    return new Ways(state, taken);
  }

  /** Whether a comparison depends on where memory is: on more than null and distances. */
  static boolean comparesAddress(PathState state, Instruction.Jump jump) {
    Value dst = state.read(jump.dst()).value();
    Value src = Arithmetic.operand(state, jump.src()).value();
    if (!dst.isPointer() && !src.isPointer()) {
      return false;
    }
    boolean equality = jump.op() == JumpOp.JEQ || jump.op() == JumpOp.JNE;
    boolean withNull = equality && jump.is64() && (dst.isNull() || src.isNull());
    return !withNull && !Arithmetic.isDistance(dst, src);
  }

  private static Ways numbers(PathState state, Instruction.Jump jump, Cell dst, Cell src) {
    boolean is64 = jump.is64();
    Comparison yes = Comparison.assume(jump.op(), true, is64, dst.value(), src.value());
    Comparison no = Comparison.assume(jump.op(), false, is64, dst.value(), src.value());
    if (yes == null || no == null) {
      dst.demand(Cell.RANGE);
      src.demand(Cell.RANGE);
    }
    if (yes == null) {
      refine(state, jump, dst, src, no);
      return new Ways(state, null);
    }
    if (no == null) {
      refine(state, jump, dst, src, yes);
      return new Ways(null, state);
    }
    PathState taken = state.copy();
    refine(taken, jump, dst, src, yes);
    refine(state, jump, dst, src, no);
    return new Ways(state, taken);
  }

  private static void refine(
      PathState state, Instruction.Jump jump, Cell dst, Cell src, Comparison known) {
    if (known == null) {
      return;
    }
    refine(state, jump.dst(), dst, known.left(), dst, src);
    if (jump.src().isRegister() && jump.src().value() != jump.dst()) {
      refine(state, jump.src().value(), src, known.right(), dst, src);
    }
  }

  private static void refine(
      PathState state, int register, Cell old, Scalar number, Cell dst, Cell src) {
    if (number.equals(old.value().number())) {
      return;
    }
    Cell cell = new Cell(old.value().withNumber(number), dst, src);
    state.top().set(register, cell);
    int id = old.value().id();
    if (id != 0) {
      state.replaceAll(other -> linked(other, cell, id));
    }
  }

  /** What is known of a number is known of those that differ from it by a constant. */
  private static Cell linked(Cell other, Cell refined, int id) {
    Value value = other.value();
    if (other == refined || !value.isNumber() || value.id() != id) {
      return other;
    }
    Scalar base = refined.value().number();
    int distance = value.offset() - refined.value().offset();
    Scalar moved =
        distance == 0 ? base : Scalar.compute(AluOp.ADD, true, base, Scalar.of(distance));
    Scalar number = value.number().and(moved);
    return number == null || number.equals(value.number())
        ? other
        : new Cell(value.withNumber(number), other, refined);
  }

  private static boolean isNullCheck(Instruction.Jump jump, Value dst, Value src) {
    return (jump.op() == JumpOp.JEQ || jump.op() == JumpOp.JNE)
        && dst.maybeNull()
        && !jump.src().isRegister()
        && src.isNull();
  }

  /** All that is null together with a pointer, or is not. */
  private static void resolve(PathState state, int id, boolean isNull) {
    state.replaceAll(
        cell -> {
          Value value = cell.value();
          if (!value.maybeNull() || value.id() != id) {
            return cell;
          }
          return new Cell(isNull ? Value.ZERO : value.notNull(), cell);
        });
    if (isNull) {
      // What was not reserved need not be submitted.
      state.release(id);
    }
  }

  /** Whether a comparison with a pointer always holds, never, or (null) sometimes. */
  private static Boolean decided(JumpOp op, Value dst, Value src) {
    if (src.is(Kind.PACKET_END) && dst.is(Kind.PACKET)) {
      return beyond(op, dst);
    }
    if (dst.is(Kind.PACKET_END) && src.is(Kind.PACKET)) {
      return beyond(flipped(op), src);
    }
    boolean exists =
        !dst.maybeNull()
            && switch (dst.kind()) {
              case MAP_VALUE, MAP, SOCKET, RECORD -> true;
              default -> false;
            };
    if (exists && src.isNull() && (op == JumpOp.JEQ || op == JumpOp.JNE)) {
      return op == JumpOp.JNE;
    }
    return null;
  }

  private static Boolean beyond(JumpOp op, Value packet) {
    boolean isBeyond = packet.range() == Value.BEYOND_END;
    boolean isAt = packet.range() == Value.AT_END;
    return switch (op) {
      case JGT, JLE -> isBeyond ? Boolean.valueOf(op == JumpOp.JGT) : null;
      case JGE, JLT -> isBeyond || isAt ? Boolean.valueOf(op == JumpOp.JGE) : null;
      default -> null;
    };
  }

  static JumpOp flipped(JumpOp op) {
    return switch (op) {
      case JGT -> JumpOp.JLT;
      case JLT -> JumpOp.JGT;
      case JGE -> JumpOp.JLE;
      case JLE -> JumpOp.JGE;
      case JSGT -> JumpOp.JSLT;
      case JSLT -> JumpOp.JSGT;
      case JSGE -> JumpOp.JSLE;
      case JSLE -> JumpOp.JSGE;
      default -> op;
    };
  }

  /** Comparisons of a packet pointer with the end, and of one to metadata with the packet. */
  private static void packet(
      Instruction.Jump jump, Value dst, Value src, PathState next, PathState taken) {
    boolean left = isBounded(dst, src);
    if (!left && !isBounded(src, dst)) {
      return;
    }
    Value pointer = left ? dst : src;
    int register = left ? jump.dst() : jump.src().value();
    // From here on: pointer OP end.
    switch (left ? jump.op() : flipped(jump.op())) {
      case JGT -> {
        inside(next, pointer, 0);
        outside(taken, register, Value.BEYOND_END);
      }
      case JGE -> {
        inside(next, pointer, 1);
        outside(taken, register, Value.AT_END);
      }
      case JLT -> {
        inside(taken, pointer, 1);
        outside(next, register, Value.AT_END);
      }
      case JLE -> {
        inside(taken, pointer, 0);
        outside(next, register, Value.BEYOND_END);
      }
      default -> {}
    }
  }

  private static boolean isBounded(Value pointer, Value end) {
    return pointer.is(Kind.PACKET) && end.is(Kind.PACKET_END)
        || pointer.is(Kind.PACKET_META)
            && end.is(Kind.PACKET)
            && end.offset() == 0
            && end.id() == 0
            && end.number().isZero();
  }

  /** All bytes before the pointer, and so many more, are in the packet. */
  private static void inside(PathState state, Value pointer, int more) {
    int maxOffset = 0xffff;
    long reach = pointer.number().wide().umax();
    if (pointer.offset() + more <= 0
        || Long.compareUnsigned(reach, maxOffset) > 0
        || reach + pointer.offset() > maxOffset) {
      return;
    }
    int range = pointer.offset() + more;
    state.replaceAll(
        cell -> {
          Value value = cell.value();
          boolean same = value.is(pointer.kind()) && value.id() == pointer.id();
          return same && value.range() < range ? new Cell(value.withRange(range), cell) : cell;
        });
  }

  private static void outside(PathState state, int register, int range) {
    Cell cell = state.top().register(register);
    if (cell.value().is(Kind.PACKET)) {
      state.top().set(register, new Cell(cell.value().withRange(range), cell));
    }
  }
}
