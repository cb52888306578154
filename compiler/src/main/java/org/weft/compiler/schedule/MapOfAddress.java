package org.weft.compiler.schedule;

import java.util.HashSet;
import java.util.Set;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;
import org.weft.isa.xdp.HelperFunction;

/** Which map an access goes to, as far as its address says. */
final class MapOfAddress {
  private MapOfAddress() {}

  /** The map that a value's address is in: what the access says, or the lookup that gave it. */
  static int of(Value access) {
    if (access.operation().map() != 0) {
      return access.operation().map();
    }
    return ofAddress(access.operand(0), new HashSet<>());
  }

  private static int ofAddress(Value address, Set<Value> seen) {
    Value base = address;
    while (base.operation() instanceof Operation.Alu alu
        && alu.opcode() == Opcode.ADD
        && base.operand(1).isConstant()) {
      if (base.operand(1).constant() >>> 32 != 0 && base.operand(1).constant() > 0) {
        return (int) (base.operand(1).constant() >>> 32);
      }
      base = base.operand(0);
    }
    if (base.operation() instanceof Operation.Alu alu
        && alu.opcode() == Opcode.HIGH
        && base.operand(1).isConstant()) {
      return (int) base.operand(1).constant();
    }
    if (base.isPhi() && seen.add(base)) {
      return common(base, seen);
    }
    boolean lookup =
        base.operation() instanceof Operation.Call call
            && call.helper() == HelperFunction.MAP_LOOKUP_ELEM
            && base.operand(0).isConstant();
    return lookup ? (int) base.operand(0).constant() : 0;
  }

  /** The map that all addresses are in which flow into a phi, or 0. */
  private static int common(Value phi, Set<Value> seen) {
    int map = 0;
    for (Value operand : phi.operands()) {
      if (!seen.contains(operand)) {
        int of = ofAddress(operand, seen);
        if (of == 0 || map != 0 && map != of) {
          return 0;
        }
        map = of;
      }
    }
    return map;
  }
}
