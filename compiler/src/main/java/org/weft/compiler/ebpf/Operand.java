package org.weft.compiler.ebpf;

/**
 * The source of an eBPF instruction: a register or a constant.
 *
 * @param isRegister whether value is a register number
 * @param value register number, or constant (sign-extended to 64 bits when used)
 */
public record Operand(boolean isRegister, int value) {
  /** A register, 0 to 10. */
  public static Operand register(int number) {
    return new Operand(true, number);
  }

  /** A constant, sign-extended to 64 bits when used. */
  public static Operand constant(int value) {
    return new Operand(false, value);
  }
}
