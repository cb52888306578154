package org.weft.compiler.ir;

import java.util.ArrayList;
import java.util.List;

/** One instruction and the number that it yields. */
public final class Value {
  /** Origin of what no eBPF instruction asked for. */
  public static final int NO_ORIGIN = -1;

  private final int id;
  private final int origin;
  private Operation operation;
  private final List<Value> operands;
  private Block block;
  private Value replacement;

  Value(int id, Operation operation, List<Value> operands, int origin) {
    this.id = id;
    this.operation = operation;
    this.operands = new ArrayList<>(operands);
    this.origin = origin;
  }

  /** Number of the value, unique in its graph. */
  public int id() {
    return id;
  }

  /** What it does. */
  public Operation operation() {
    return operation;
  }

  /** The eBPF instruction that it comes from, or {@link #NO_ORIGIN}. */
  public int origin() {
    return origin;
  }

  /** The block that it stands in; null for constants and for what was removed. */
  public Block block() {
    return block;
  }

  void moveTo(Block to) {
    block = to;
  }

  /** Number of operands. */
  public int size() {
    return operands.size();
  }

  /** An operand, from 0. */
  public Value operand(int index) {
    Value now = operands.get(index).resolve();
    operands.set(index, now);
    return now;
  }

  /** All operands. */
  public List<Value> operands() {
    for (int i = 0; i < operands.size(); i++) {
      operand(i);
    }
    return List.copyOf(operands);
  }

  /** Sets an operand. */
  public void setOperand(int index, Value value) {
    operands.set(index, value);
  }

  /** Adds an operand behind the others. */
  public void addOperand(Value value) {
    operands.add(value);
  }

  void removeOperand(int index) {
    operands.remove(index);
  }

  /** Makes it another instruction, in its place. */
  public void become(Operation newOperation, List<Value> newOperands) {
    List<Value> copy = List.copyOf(newOperands);
    operation = newOperation;
    operands.clear();
    operands.addAll(copy);
  }

  /** Uses another value wherever this one is used. It stays in its block until it is removed. */
  public void replaceWith(Value other) {
    Value target = other.resolve();
    if (target == this) {
      throw new IllegalStateException("%" + id + " replaced with itself");
    }
    replacement = target;
  }

  /** Whether another value is used in its place. */
  public boolean isReplaced() {
    return replacement != null;
  }

  Value resolve() {
    Value now = this;
    while (now.replacement != null) {
      if (now.replacement.replacement != null) {
        now.replacement = now.replacement.replacement;
      }
      now = now.replacement;
    }
    return now;
  }

  /** Whether it is a number known now. */
  public boolean isConstant() {
    return operation instanceof Operation.Constant;
  }

  /** Whether it is this number. */
  public boolean isConstant(long number) {
    return operation instanceof Operation.Constant constant && constant.value() == number;
  }

  /** The number that a constant is. */
  public long constant() {
    return ((Operation.Constant) operation).value();
  }

  /** Whether it is a phi. */
  public boolean isPhi() {
    return operation instanceof Operation.Phi;
  }

  @Override
  public String toString() {
    return isConstant() ? Long.toString(constant()) : "%" + id;
  }
}
