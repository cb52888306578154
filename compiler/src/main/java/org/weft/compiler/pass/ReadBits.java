package org.weft.compiler.pass;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.PostOrder;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Arithmetic;
import org.weft.isa.row.Opcode;

/**
 * Which bits of values anything reads: stores their low bytes, masks some of them, sums those up to
 * the highest that is read of them. The others of a value may be any without a difference.
 */
final class ReadBits {
  private static final long ALL = -1;
  private static final long MASK32 = 0xffffffffL;

  private final Map<Value, Long> read = new HashMap<>();
  private final Deque<Value> work = new ArrayDeque<>();

  ReadBits(Graph graph) {
    for (Block block : PostOrder.of(graph)) {
      long whole =
          block.terminator() instanceof Terminator.Branch branch && branch.is32() ? MASK32 : ALL;
      block.terminator().operands().forEach(operand -> add(operand, whole));
      List<Value> values = block.values();
      for (int i = values.size() - 1; i >= 0; i--) {
        if (!values.get(i).isReplaced()) {
          readOperands(values.get(i));
        }
      }
    }
    while (!work.isEmpty()) {
      readOperands(work.remove());
    }
  }

  /** The bits of a value that are read. */
  long of(Value value) {
    return read.getOrDefault(value, 0L);
  }

  /** Whether nothing reads more of a value than so many low bits, 1 to 63. */
  boolean only(Value value, int bits) {
    return of(value) >>> bits == 0;
  }

  /** All bits up to the highest one of a number: what sums and products read for it. */
  static long below(long bits) {
    return bits == 0 ? 0 : -1L >>> Long.numberOfLeadingZeros(bits);
  }

  private void add(Value value, long bits) {
    long before = of(value);
    if ((bits & ~before) != 0 && !value.isConstant()) {
      read.put(value, before | bits);
      work.add(value);
    }
  }

  private void readOperands(Value value) {
    for (int i = 0; i < value.size(); i++) {
      add(value.operand(i), operand(value, i));
    }
  }

  private long operand(Value value, int index) {
    Operation operation = value.operation();
    if (operation instanceof Operation.Store store) {
      return index == 1 && store.bytes() < 8 ? (1L << 8 * store.bytes()) - 1 : ALL;
    } else if (operation instanceof Operation.Alu alu) {
      long width = alu.is32() ? MASK32 : ALL;
      return width & arithmetic(value, alu, index, of(value) & width);
    }
    return value.isPhi() ? of(value) : ALL;
  }

  /** What arithmetic reads of an operand when these bits are read of its result. */
  private static long arithmetic(Value value, Operation.Alu alu, int index, long bits) {
    if (bits == 0) {
      return 0;
    }
    Value b = value.operand(value.size() - 1);
    return switch (alu.opcode()) {
      case MOV, XOR -> bits;
      case AND -> b.isConstant() ? bits & b.constant() : bits;
      case OR -> b.isConstant() ? bits & ~b.constant() : bits;
      case NEG, ADD, SUB, MUL -> below(bits);
      case SEXT8 -> extended(bits, 8);
      case SEXT16 -> extended(bits, 16);
      case SEXT32 -> extended(bits, 32);
      case SWAP16, SWAP32, SWAP64 -> Arithmetic.wide(alu.opcode(), 0, bits);
      case HIGH -> bits & MASK32;
      case LSH, RSH, ROL -> index == 1 ? ALL : b.isConstant() ? shifted(alu, b, bits) : ALL;
      default -> ALL;
    };
  }

  private static long extended(long bits, int width) {
    long sign = 1L << width - 1;
    long low = (sign << 1) - 1;
    return bits & low | ((bits & ~low) == 0 ? 0 : sign);
  }

  /** Bits of a shift's result back at their places in what is shifted. */
  private static long shifted(Operation.Alu alu, Value by, long bits) {
    boolean is32 = alu.is32();
    return switch (alu.opcode()) {
      case LSH -> Arithmetic.apply(Opcode.RSH, is32, bits, by.constant());
      case RSH -> Arithmetic.apply(Opcode.LSH, is32, bits, by.constant());
      default -> Arithmetic.apply(Opcode.ROL, is32, bits, -by.constant());
    };
  }
}
