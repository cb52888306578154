package org.weft.compiler.ebpf;

import java.util.Objects;

/**
 * One eBPF instruction in canonical form. Programs are lists of these in which a 16-byte
 * instruction is followed by {@link WideTail}, so that an index in the list is the index that the
 * kernel and RFC 9669 count and a jump goes to {@code index + 1 + offset}.
 */
public sealed interface Instruction {

  /**
   * {@code dst = dst op src} (NEG: {@code dst = -dst}; MOV and MOVSX: {@code dst = src}).
   *
   * @param is64 64-bit class; else operands are cut to and the result is zero-extended from 32 bits
   */
  record Alu(AluOp op, boolean is64, int dst, Operand src) implements Instruction {
    public Alu {
      Objects.requireNonNull(op);
      Objects.requireNonNull(src);
    }
  }

  /**
   * {@code dst = swap(dst)}.
   *
   * @param bits 16, 32 or 64
   */
  record Swap(SwapKind kind, int dst, int bits) implements Instruction {}

  /** {@code dst = value}, 16 bytes long. The halves of value are the two immediates. */
  record LoadImmediate(int dst, ImmediateKind kind, long value) implements Instruction {
    /** The first immediate. */
    public int low() {
      return (int) value;
    }

    /** The second immediate. */
    public int high() {
      return (int) (value >>> 32);
    }
  }

  /** The second half of a 16-byte instruction; never executed, never jumped to. */
  record WideTail() implements Instruction {
    /** The only one that is needed. */
    public static final WideTail WIDE_TAIL = new WideTail();
  }

  /**
   * {@code dst = *(base + offset)}.
   *
   * @param offset signed 16 bits
   * @param bytes 1, 2, 4 or 8
   * @param signed sign-extending; else zero-extending
   */
  record Load(int dst, int base, int offset, int bytes, boolean signed) implements Instruction {}

  /**
   * {@code *(base + offset) = value}.
   *
   * @param offset signed 16 bits
   * @param bytes 1, 2, 4 or 8
   */
  record Store(int base, int offset, int bytes, Operand value) implements Instruction {
    public Store {
      Objects.requireNonNull(value);
    }
  }

  /**
   * Atomic read-modify-write of {@code *(base + offset)}.
   *
   * @param fetch whether src (CMPXCHG: r0) gets the old value
   * @param is64 8 bytes; else 4
   */
  record Atomic(AtomicOp op, boolean fetch, boolean is64, int base, int offset, int src)
      implements Instruction {}

  /**
   * {@code if dst op src goto index + 1 + offset}.
   *
   * @param is64 64-bit class; false: JMP32 class. For JA false means the long form, whose offset
   *     has 32 bits
   * @param dst register; 0 for JA
   * @param src {@code Operand.constant(0)} for JA
   * @param offset in 8-byte units
   */
  record Jump(JumpOp op, boolean is64, int dst, Operand src, int offset) implements Instruction {
    public Jump {
      Objects.requireNonNull(src);
    }
  }

  /** Call of a helper by its number. */
  record CallHelper(int number) implements Instruction {}

  /** Call of a function of the same program at {@code index + 1 + offset}. */
  record CallLocal(int offset) implements Instruction {}

  /** Call of a kernel function by BTF identifier. */
  record CallKernel(int btfId) implements Instruction {}

  /** Return from a function, or leave the program. */
  record Exit() implements Instruction {}
}
