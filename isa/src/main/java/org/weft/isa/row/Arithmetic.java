package org.weft.isa.row;

/** What arithmetic instructions compute: the one place. */
public final class Arithmetic {
  private Arithmetic() {}

  /**
   * The result of an instruction of format UNARY (which ignores a) or BINARY.
   *
   * @param is32 whether operands are cut to 32 bits and the result is zero-extended
   */
  public static long apply(Opcode opcode, boolean is32, long a, long b) {
    return is32 ? narrow(opcode, a, b) : wide(opcode, a, b);
  }

  /** The 64-bit form. Division by zero gives 0, modulo by zero a; distances count modulo 64. */
  public static long wide(Opcode opcode, long a, long b) {
    return switch (opcode) {
      case MOV -> b;
      case NEG -> -b;
      case SEXT8 -> (byte) b;
      case SEXT16 -> (short) b;
      case SEXT32 -> (int) b;
      case SWAP16 -> Short.reverseBytes((short) b) & 0xffffL;
      case SWAP32 -> Integer.reverseBytes((int) b) & 0xffffffffL;
      case SWAP64 -> Long.reverseBytes(b);
      case FOLD -> b == 0 ? 0 : Long.remainderUnsigned(b - 1, 0xffff) + 1;
      case ADD -> a + b;
      case SUB -> a - b;
      case AND -> a & b;
      case OR -> a | b;
      case XOR -> a ^ b;
      case HIGH -> a & 0xffffffffL | b << 32;
      case LSH -> a << b;
      case RSH -> a >>> b;
      case ARSH -> a >> b;
      case ROL -> Long.rotateLeft(a, (int) b);
      case MUL -> a * b;
      case DIV -> b == 0 ? 0 : Long.divideUnsigned(a, b);
      case MOD -> b == 0 ? a : Long.remainderUnsigned(a, b);
      case SDIV -> b == 0 ? 0 : a / b;
      case SMOD -> b == 0 ? a : a % b;
      case MIN -> Long.compareUnsigned(a, b) <= 0 ? a : b;
      case MAX -> Long.compareUnsigned(a, b) >= 0 ? a : b;
      default -> throw new IllegalStateException("no arithmetic: " + opcode);
    };
  }

  /** The 32-bit form; distances of shifts and rotations count modulo 32. */
  public static long narrow(Opcode opcode, long wideA, long wideB) {
    int a = (int) wideA;
    int b = (int) wideB;
    int result =
        switch (opcode) {
          case LSH -> a << b;
          case RSH -> a >>> b;
          case ARSH -> a >> b;
          case ROL -> Integer.rotateLeft(a, b);
          case DIV -> b == 0 ? 0 : Integer.divideUnsigned(a, b);
          case MOD -> b == 0 ? a : Integer.remainderUnsigned(a, b);
          case SDIV -> b == 0 ? 0 : a / b;
          case SMOD -> b == 0 ? a : a % b;
          case FOLD -> (int) wide(opcode, 0, Integer.toUnsignedLong(b));
          case MIN -> Integer.compareUnsigned(a, b) <= 0 ? a : b;
          case MAX -> Integer.compareUnsigned(a, b) >= 0 ? a : b;
          default -> (int) wide(opcode, a, b);
        };
    return result & 0xffffffffL;
  }
}
