package org.weft.isa.row;

/**
 * What arithmetic instructions compute: the one place. Each has a method with the name of its
 * mnemonic, which generated code calls; those whose 32-bit form is more than the 64-bit one {@link
 * #cut} to 32 bits have another one with 32 behind it. Methods of format UNARY ignore a.
 */
public final class Arithmetic {
  private static final long LOW_HALF = 0xffff_ffffL;

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
      case MOV -> mov(a, b);
      case NEG -> neg(a, b);
      case SEXT8 -> sext8(a, b);
      case SEXT16 -> sext16(a, b);
      case SEXT32 -> sext32(a, b);
      case SWAP16 -> swap16(a, b);
      case SWAP32 -> swap32(a, b);
      case SWAP64 -> swap64(a, b);
      case FOLD -> fold(a, b);
      case ADD -> add(a, b);
      case SUB -> sub(a, b);
      case AND -> and(a, b);
      case OR -> or(a, b);
      case XOR -> xor(a, b);
      case HIGH -> high(a, b);
      case LSH -> lsh(a, b);
      case RSH -> rsh(a, b);
      case ARSH -> arsh(a, b);
      case ROL -> rol(a, b);
      case MUL -> mul(a, b);
      case DIV -> div(a, b);
      case MOD -> mod(a, b);
      case SDIV -> sdiv(a, b);
      case SMOD -> smod(a, b);
      case MIN -> min(a, b);
      case MAX -> max(a, b);
      default -> throw new IllegalStateException("no arithmetic: " + opcode);
    };
  }

  /** The 32-bit form; distances of shifts and rotations count modulo 32. */
  public static long narrow(Opcode opcode, long a, long b) {
    return switch (opcode) {
      case LSH -> lsh32(a, b);
      case RSH -> rsh32(a, b);
      case ARSH -> arsh32(a, b);
      case ROL -> rol32(a, b);
      case DIV -> div32(a, b);
      case MOD -> mod32(a, b);
      case SDIV -> sdiv32(a, b);
      case SMOD -> smod32(a, b);
      case FOLD -> fold32(a, b);
      case MIN -> min32(a, b);
      case MAX -> max32(a, b);
      default -> cut(wide(opcode, a, b));
    };
  }

  /** Whether the 32-bit form has a method of its own. */
  public static boolean hasNarrowMethod(Opcode opcode) {
    return switch (opcode) {
      case LSH, RSH, ARSH, ROL, DIV, MOD, SDIV, SMOD, FOLD, MIN, MAX -> true;
      default -> false;
    };
  }

  /** The low half. */
  public static long cut(long a) {
    return a & LOW_HALF;
  }

  public static long mov(long a, long b) {
    return b;
  }

  public static long neg(long a, long b) {
    return -b;
  }

  public static long sext8(long a, long b) {
    return (byte) b;
  }

  public static long sext16(long a, long b) {
    return (short) b;
  }

  public static long sext32(long a, long b) {
    return (int) b;
  }

  public static long swap16(long a, long b) {
    return Short.reverseBytes((short) b) & 0xffffL;
  }

  public static long swap32(long a, long b) {
    return Integer.reverseBytes((int) b) & LOW_HALF;
  }

  public static long swap64(long a, long b) {
    return Long.reverseBytes(b);
  }

  public static long fold(long a, long b) {
    return b == 0 ? 0 : Long.remainderUnsigned(b - 1, 0xffff) + 1;
  }

  public static long add(long a, long b) {
    return a + b;
  }

  public static long sub(long a, long b) {
    return a - b;
  }

  public static long and(long a, long b) {
    return a & b;
  }

  public static long or(long a, long b) {
    return a | b;
  }

  public static long xor(long a, long b) {
    return a ^ b;
  }

  public static long high(long a, long b) {
    return a & LOW_HALF | b << 32;
  }

  public static long lsh(long a, long b) {
    return a << b;
  }

  public static long rsh(long a, long b) {
    return a >>> b;
  }

  public static long arsh(long a, long b) {
    return a >> b;
  }

  public static long rol(long a, long b) {
    return Long.rotateLeft(a, (int) b);
  }

  public static long mul(long a, long b) {
    return a * b;
  }

  public static long div(long a, long b) {
    return b == 0 ? 0 : Long.divideUnsigned(a, b);
  }

  public static long mod(long a, long b) {
    return b == 0 ? a : Long.remainderUnsigned(a, b);
  }

  public static long sdiv(long a, long b) {
    return b == 0 ? 0 : a / b;
  }

  public static long smod(long a, long b) {
    return b == 0 ? a : a % b;
  }

  public static long min(long a, long b) {
    return Long.compareUnsigned(a, b) <= 0 ? a : b;
  }

  public static long max(long a, long b) {
    return Long.compareUnsigned(a, b) >= 0 ? a : b;
  }

  public static long lsh32(long a, long b) {
    return cut((int) a << (int) b);
  }

  public static long rsh32(long a, long b) {
    return cut((int) a >>> (int) b);
  }

  public static long arsh32(long a, long b) {
    return cut((int) a >> (int) b);
  }

  public static long rol32(long a, long b) {
    return cut(Integer.rotateLeft((int) a, (int) b));
  }

  public static long div32(long a, long b) {
    return div(cut(a), cut(b));
  }

  public static long mod32(long a, long b) {
    return mod(cut(a), cut(b));
  }

  public static long sdiv32(long a, long b) {
    return cut(sdiv((int) a, (int) b));
  }

  public static long smod32(long a, long b) {
    return cut(smod((int) a, (int) b));
  }

  public static long fold32(long a, long b) {
    return fold(0, cut(b));
  }

  public static long min32(long a, long b) {
    return min(cut(a), cut(b));
  }

  public static long max32(long a, long b) {
    return max(cut(a), cut(b));
  }
}
