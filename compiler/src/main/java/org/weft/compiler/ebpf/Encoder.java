package org.weft.compiler.ebpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Instructions to bytes: the inverse of {@link Decoder}, whose comment draws the layout. */
public final class Encoder {
  private Encoder() {}

  /** Encodes a program, 8 bytes for each element of the list. */
  public static byte[] encode(List<Instruction> code) {
    ByteBuffer out = ByteBuffer.allocate(8 * code.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < code.size(); i++) {
      Instruction instruction = code.get(i);
      if (instruction instanceof Instruction.WideTail) {
        int high = ((Instruction.LoadImmediate) code.get(i - 1)).high();
        out.putLong((long) high << 32);
      } else {
        out.putLong(unit(instruction));
      }
    }
    return out.array();
  }

  private static long unit(Instruction instruction) {
    if (instruction instanceof Instruction.Alu alu) {
      return alu(alu);
    } else if (instruction instanceof Instruction.Swap swap) {
      int opcode =
          switch (swap.kind()) {
            case LE -> 0xd4;
            case BE -> 0xdc;
            case BSWAP -> 0xd7;
          };
      return pack(opcode, swap.dst(), 0, 0, swap.bits());
    } else if (instruction instanceof Instruction.LoadImmediate load) {
      return pack(0x18, load.dst(), load.kind().ordinal(), 0, load.low());
    } else if (instruction instanceof Instruction.Load load) {
      int mode = load.signed() ? 0x80 : 0x60;
      return pack(1 | mode | size(load.bytes()), load.dst(), load.base(), load.offset(), 0);
    } else if (instruction instanceof Instruction.Store store) {
      int opcode = 0x60 | size(store.bytes());
      Operand value = store.value();
      return value.isRegister()
          ? pack(opcode | 3, store.base(), value.value(), store.offset(), 0)
          : pack(opcode | 2, store.base(), 0, store.offset(), value.value());
    } else if (instruction instanceof Instruction.Atomic atomic) {
      return pack(
          0xc3 | size(atomic.is64() ? 8 : 4),
          atomic.base(),
          atomic.src(),
          atomic.offset(),
          atomic.op().code() | (atomic.fetch() ? 1 : 0));
    } else if (instruction instanceof Instruction.Jump jump) {
      return jump(jump);
    } else if (instruction instanceof Instruction.CallHelper call) {
      return pack(0x85, 0, 0, 0, call.number());
    } else if (instruction instanceof Instruction.CallLocal call) {
      return pack(0x85, 0, 1, 0, call.offset());
    } else if (instruction instanceof Instruction.CallKernel call) {
      return pack(0x85, 0, 2, 0, call.btfId());
    } else if (instruction instanceof Instruction.Exit) {
      return pack(0x95, 0, 0, 0, 0);
    }
    throw new IllegalStateException("no encoding for " + instruction);
  }

  private static long alu(Instruction.Alu alu) {
    int offset =
        switch (alu.op()) {
          case SDIV, SMOD -> 1;
          case MOVSX8 -> 8;
          case MOVSX16 -> 16;
          case MOVSX32 -> 32;
          default -> 0;
        };
    int opcode = alu.op().code() | (alu.is64() ? 7 : 4);
    return withSource(opcode, alu.dst(), alu.src(), offset);
  }

  private static long jump(Instruction.Jump jump) {
    int opcode = jump.op().code() | (jump.is64() ? 5 : 6);
    if (jump.op() == JumpOp.JA && !jump.is64()) {
      return pack(opcode, 0, 0, 0, jump.offset());
    }
    return withSource(opcode, jump.dst(), jump.src(), jump.offset());
  }

  private static long withSource(int opcode, int dst, Operand src, int offset) {
    return src.isRegister()
        ? pack(opcode | 8, dst, src.value(), offset, 0)
        : pack(opcode, dst, 0, offset, src.value());
  }

  private static int size(int bytes) {
    return switch (bytes) {
      case 4 -> 0x00;
      case 2 -> 0x08;
      case 1 -> 0x10;
      case 8 -> 0x18;
      default -> throw new IllegalStateException("no size field for " + bytes + " bytes");
    };
  }

  private static long pack(int opcode, int dst, int src, int offset, int imm) {
    return opcode | dst << 8 | src << 12 | (offset & 0xffffL) << 16 | (long) imm << 32;
  }
}
