package org.weft.compiler.pass;

import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;

/** A value as another one plus a constant. */
record Sum(Value base, long constant) {
  static Sum of(Value value) {
    if (value.operation() instanceof Operation.Alu alu
        && alu.opcode() == Opcode.ADD
        && !alu.is32()
        && value.operand(1).isConstant()) {
      return new Sum(value.operand(0), value.operand(1).constant());
    }
    return new Sum(value, 0);
  }
}
