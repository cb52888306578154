package org.weft.compiler.ebpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Instructions to bytes; the inverse of {@link Decoder}, where the layouts are drawn. */
public final class Encoder {
  private Encoder() {}

  /**
   * The little-endian code of instructions.
   *
   * @throws IllegalStateException when a field does not fit its place, or a 16-byte instruction and
   *     its tail are not side by side
   */
  public static byte[] encode(List<Instruction> instructions) {
    int size = instructions.size();
    ByteBuffer code = ByteBuffer.allocate(size * Word.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < size; i++) {
      Instruction instruction = instructions.get(i);
      word(i, instruction).write(code);
      if (instruction instanceof Instruction.LoadImmediate load) {
        i++;
        if (i == size || !(instructions.get(i) instanceof Instruction.WideTail)) {
          throw broken(i, "a 16-byte instruction without its tail");
        }
        tail(i, load).write(code);
      }
    }
    return code.array();
  }

  /** The second half of a 16-byte instruction. */
  static Word tail(int index, Instruction.LoadImmediate load) {
    return new Word(index, 0, 0, 0, 0, load.high());
  }

  /** The first half of a 16-byte instruction, or the whole of any other. */
  static Word word(int index, Instruction instruction) {
    if (instruction instanceof Instruction.Alu alu) {
      int opcode = alu.op().code() | source(alu.src()) | (alu.is64() ? Word.ALU64 : Word.ALU);
      return word(index, opcode, alu.dst(), alu.op().offset(), alu.src());
    }
    if (instruction instanceof Instruction.Swap swap) {
      int opclass = swap.kind() == SwapKind.BSWAP ? Word.ALU64 : Word.ALU;
      int source = swap.kind() == SwapKind.BE ? Word.X : 0;
      return word(index, Word.END | source | opclass, swap.dst(), 0, 0, swap.bits());
    }
    if (instruction instanceof Instruction.LoadImmediate load) {
      int kind = load.kind().ordinal();
      return word(index, Word.LOAD_IMMEDIATE, load.dst(), kind, 0, load.low());
    }
    if (instruction instanceof Instruction.Load load) {
      int opcode = (load.signed() ? Word.MEMSX : Word.MEM) | Word.size(load.bytes()) | Word.LDX;
      return word(index, opcode, load.dst(), load.base(), load.offset(), 0);
    }
    if (instruction instanceof Instruction.Store store) {
      int opclass = store.value().isRegister() ? Word.STX : Word.ST;
      int opcode = Word.MEM | Word.size(store.bytes()) | opclass;
      return word(index, opcode, store.base(), store.offset(), store.value());
    }
    if (instruction instanceof Instruction.Atomic atomic) {
      int opcode = Word.ATOMIC | Word.size(atomic.is64() ? 8 : 4) | Word.STX;
      int imm = atomic.op().code() | (atomic.fetch() ? Word.FETCH : 0);
      return word(index, opcode, atomic.base(), atomic.src(), atomic.offset(), imm);
    }
    if (instruction instanceof Instruction.Jump jump) {
      return jump(index, jump);
    }
    if (instruction instanceof Instruction.CallHelper call) {
      return word(index, Word.CALL | Word.JMP, 0, 0, 0, call.number());
    }
    if (instruction instanceof Instruction.CallLocal call) {
      return word(index, Word.CALL | Word.JMP, 0, 1, 0, call.offset());
    }
    if (instruction instanceof Instruction.CallKernel call) {
      return word(index, Word.CALL | Word.JMP, 0, 2, 0, call.btfId());
    }
    if (instruction instanceof Instruction.Exit) {
      return word(index, Word.EXIT | Word.JMP, 0, 0, 0, 0);
    }
    throw broken(index, "nothing encodes " + instruction + " in this place");
  }

  private static Word jump(int index, Instruction.Jump jump) {
    int opcode = jump.op().code() | (jump.is64() ? Word.JMP : Word.JMP32);
    if (jump.op() != JumpOp.JA) {
      return word(index, opcode | source(jump.src()), jump.dst(), jump.offset(), jump.src());
    }
    return jump.is64()
        ? word(index, opcode, 0, 0, jump.offset(), 0)
        : word(index, opcode, 0, 0, 0, jump.offset());
  }

  private static int source(Operand operand) {
    return operand.isRegister() ? Word.X : 0;
  }

  private static Word word(int index, int opcode, int dst, int offset, Operand operand) {
    return operand.isRegister()
        ? word(index, opcode, dst, operand.value(), offset, 0)
        : word(index, opcode, dst, 0, offset, operand.value());
  }

  private static Word word(int index, int opcode, int dst, int src, int offset, int imm) {
    if (offset != (short) offset) {
      throw broken(index, "offset " + offset + " does not fit 16 bits");
    }
    if (dst < 0 || dst > 10 || src < 0 || src > 10) {
      throw broken(index, "there is no register r" + dst + " or r" + src);
    }
    return new Word(index, opcode, dst, src, offset, imm);
  }

  private static IllegalStateException broken(int index, String cause) {
    return new IllegalStateException("insn " + index + ": " + cause);
  }
}
