package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;

/** Whether all that reads a value reads its low bits only. */
final class LowBits {
  private static final int DEPTH = 8;

  private final Map<Value, List<Value>> users = new HashMap<>();

  /** What phis and branches read, whole. */
  private final Set<Value> whole = new HashSet<>();

  LowBits(Graph graph) {
    for (Block block : graph.blocks()) {
      block.phis().forEach(phi -> whole.addAll(phi.operands()));
      whole.addAll(block.terminator().operands());
      for (Value value : block.values()) {
        if (!value.isReplaced()) {
          value
              .operands()
              .forEach(o -> users.computeIfAbsent(o, v -> new ArrayList<>()).add(value));
        }
      }
    }
  }

  /** Whether nothing reads more of a value than so many low bits. */
  boolean only(Value value, int bits) {
    return only(value, bits, DEPTH);
  }

  private boolean only(Value value, int bits, int depth) {
    return depth > 0
        && !whole.contains(value)
        && users.getOrDefault(value, List.of()).stream()
            .allMatch(user -> reads(user, value, bits, depth));
  }

  private boolean reads(Value user, Value value, int bits, int depth) {
    Operation operation = user.operation();
    if (operation instanceof Operation.Store store) {
      return user.operand(0) != value && 8 * store.bytes() <= bits;
    }
    if (!(operation instanceof Operation.Alu alu)) {
      return false;
    }
    return switch (alu.opcode()) {
      case SWAP16, SEXT16 -> bits >= 16;
      case AND -> isMask(user.operand(1), bits) || only(user, bits, depth - 1);
      case MOV, NEG, ADD, SUB, OR, XOR, MUL -> only(user, bits, depth - 1);
      case LSH -> user.operand(0) == value && user.operand(1) != value && onlyShifted(user, bits);
      default -> alu.opcode() == Opcode.SWAP32 && bits >= 32;
    };
  }

  private static boolean isMask(Value mask, int bits) {
    return mask.isConstant() && mask.constant() >>> bits == 0;
  }

  /** Shifted to the left and cut off there: how 16 bits are often extended. */
  private static boolean onlyShifted(Value shift, int bits) {
    boolean is32 = ((Operation.Alu) shift.operation()).is32();
    return shift.operand(1).isConstant((is32 ? 32 : 64) - bits);
  }
}
