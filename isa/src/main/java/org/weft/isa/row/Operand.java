package org.weft.isa.row;

/**
 * A register or a constant.
 *
 * @param isRegister whether value is a register number
 * @param value register number, or constant (sign-extended to 64 bits when used)
 */
public record Operand(boolean isRegister, int value) {
  /** A register. */
  public static Operand register(int number) {
    return new Operand(true, number);
  }

  /** A constant, sign-extended to 64 bits when used. */
  public static Operand constant(int value) {
    return new Operand(false, value);
  }

  /** The registers read, as a set of bits. */
  int reads() {
    return isRegister ? 1 << value : 0;
  }

  @Override
  public String toString() {
    return isRegister ? "r" + value : Integer.toString(value);
  }
}
