package org.weft.compiler.ebpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.weft.isa.InputException;

/**
 * Bytes to instructions (RFC 9669 section 3), little-endian.
 *
 * <pre>
 *  byte 0    byte 1        bytes 2-3   bytes 4-7
 * +--------+------+------+-----------+-----------+
 * | opcode | src  | dst  |  offset   |    imm    |   src is the upper half of byte 1
 * +--------+------+------+-----------+-----------+
 * </pre>
 *
 * A 64-bit immediate load has a second unit of which only imm is used. Fields that an instruction
 * does not use must be zero.
 */
public final class Decoder {
  private static final int CLASS_LD = 0;
  private static final int CLASS_LDX = 1;
  private static final int CLASS_ST = 2;
  private static final int CLASS_STX = 3;
  private static final int CLASS_ALU = 4;
  private static final int CLASS_JMP = 5;
  private static final int CLASS_JMP32 = 6;
  private static final int CLASS_ALU64 = 7;

  private static final int MODE_IMM = 0x00;
  private static final int MODE_MEM = 0x60;
  private static final int MODE_MEMSX = 0x80;
  private static final int MODE_ATOMIC = 0xc0;

  private static final int SOURCE_REGISTER = 0x08;
  private static final int FRAME_POINTER = 10;
  private static final int[] SIZES = {4, 2, 1, 8};

  private final int index;
  private final int opcode;
  private final int dst;
  private final int src;
  private final int offset;
  private final int imm;

  private Decoder(int index, long unit) {
    this.index = index;
    opcode = (int) (unit & 0xff);
    dst = (int) (unit >>> 8 & 0xf);
    src = (int) (unit >>> 12 & 0xf);
    offset = (short) (unit >>> 16);
    imm = (int) (unit >>> 32);
  }

  /**
   * Decodes a program.
   *
   * @param code a multiple of 8 bytes
   * @throws InputException naming the instruction, when one is unknown, cut off or has a reserved
   *     field that is not zero
   */
  public static List<Instruction> decode(byte[] code) {
    if (code.length % 8 != 0) {
      throw new InputException(
          "insn "
              + code.length / 8
              + ": the code has "
              + code.length
              + " bytes, not a multiple of 8: it is cut off");
    }
    ByteBuffer units = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
    List<Instruction> instructions = new ArrayList<>(code.length / 8);
    while (units.hasRemaining()) {
      Decoder decoder = new Decoder(instructions.size(), units.getLong());
      if (decoder.isWide()) {
        if (!units.hasRemaining()) {
          throw decoder.error("64-bit immediate load without its second half");
        }
        instructions.add(decoder.wide(units.getLong()));
        instructions.add(Instruction.WideTail.WIDE_TAIL);
      } else {
        instructions.add(decoder.narrow());
      }
    }
    return instructions;
  }

  private boolean isWide() {
    return opcode == (CLASS_LD | MODE_IMM | 0x18);
  }

  private Instruction wide(long second) {
    if ((second & 0xffffffffL) != 0) {
      throw error("reserved fields of the second half of a 64-bit immediate load are not zero");
    }
    if (src >= ImmediateKind.values().length) {
      throw error("64-bit immediate load of unknown kind " + src);
    }
    zero("offset", offset);
    ImmediateKind kind = ImmediateKind.values()[src];
    int high = (int) (second >>> 32);
    boolean singleImmediate =
        kind == ImmediateKind.MAP_FD
            || kind == ImmediateKind.MAP_INDEX
            || kind == ImmediateKind.VARIABLE
            || kind == ImmediateKind.CODE;
    if (singleImmediate) {
      zero("second imm", high);
    }
    return new Instruction.LoadImmediate(
        writable(dst), kind, (imm & 0xffffffffL) | (long) high << 32);
  }

  private Instruction narrow() {
    return switch (opcode & 7) {
      case CLASS_LDX -> load();
      case CLASS_ST -> storeImmediate();
      case CLASS_STX -> storeRegister();
      case CLASS_ALU -> alu(false);
      case CLASS_ALU64 -> alu(true);
      case CLASS_JMP -> jump(true);
      case CLASS_JMP32 -> jump(false);
      default -> throw unknown();
    };
  }

  private Instruction load() {
    int mode = opcode & 0xe0;
    int bytes = SIZES[opcode >> 3 & 3];
    if (mode != MODE_MEM && mode != MODE_MEMSX || mode == MODE_MEMSX && bytes == 8) {
      throw unknown();
    }
    zero("imm", imm);
    return new Instruction.Load(writable(dst), register(src), offset, bytes, mode == MODE_MEMSX);
  }

  private Instruction storeImmediate() {
    if ((opcode & 0xe0) != MODE_MEM) {
      throw unknown();
    }
    zero("src", src);
    return new Instruction.Store(
        register(dst), offset, SIZES[opcode >> 3 & 3], Operand.constant(imm));
  }

  private Instruction storeRegister() {
    int bytes = SIZES[opcode >> 3 & 3];
    switch (opcode & 0xe0) {
      case MODE_MEM -> {
        zero("imm", imm);
        return new Instruction.Store(register(dst), offset, bytes, Operand.register(register(src)));
      }
      case MODE_ATOMIC -> {
        return atomic(bytes);
      }
      default -> throw unknown();
    }
  }

  private Instruction atomic(int bytes) {
    if (bytes < 4) {
      throw unknown();
    }
    for (AtomicOp op : AtomicOp.values()) {
      boolean mustFetch = op == AtomicOp.XCHG || op == AtomicOp.CMPXCHG;
      boolean fetch = (imm & 1) != 0;
      if ((imm & ~1) == op.code() && (fetch || !mustFetch)) {
        int value = fetch && op != AtomicOp.CMPXCHG ? writable(src) : register(src);
        return new Instruction.Atomic(op, fetch, bytes == 8, register(dst), offset, value);
      }
    }
    throw error("unknown atomic operation 0x" + Integer.toHexString(imm));
  }

  private Instruction alu(boolean is64) {
    int code = opcode & 0xf0;
    boolean fromRegister = (opcode & SOURCE_REGISTER) != 0;
    if (code == 0xd0) {
      return swap(is64, fromRegister);
    }
    if (code == AluOp.NEG.code()) {
      if (fromRegister) {
        throw unknown();
      }
      zero("src", src);
      zero("offset", offset);
      zero("imm", imm);
      return new Instruction.Alu(AluOp.NEG, is64, writable(dst), Operand.constant(0));
    }
    AluOp op = aluOp(code, is64, fromRegister);
    return new Instruction.Alu(op, is64, writable(dst), source(fromRegister));
  }

  private AluOp aluOp(int code, boolean is64, boolean fromRegister) {
    if (code == AluOp.DIV.code() && offset != 0) {
      return signed(AluOp.SDIV);
    }
    if (code == AluOp.MOD.code() && offset != 0) {
      return signed(AluOp.SMOD);
    }
    if (code == AluOp.MOV.code() && offset != 0 && fromRegister) {
      switch (offset) {
        case 8:
          return AluOp.MOVSX8;
        case 16:
          return AluOp.MOVSX16;
        case 32:
          if (is64) {
            return AluOp.MOVSX32;
          }
          break;
        default:
          break;
      }
      throw error("sign-extending move of " + offset + " bits is not defined");
    }
    zero("offset", offset);
    for (AluOp op : AluOp.values()) {
      if (op.code() == code) {
        return op;
      }
    }
    throw unknown();
  }

  private AluOp signed(AluOp op) {
    if (offset != 1) {
      throw error("offset " + offset + " of a division is neither 0 nor 1");
    }
    return op;
  }

  private Instruction swap(boolean is64, boolean toBigEndian) {
    if (is64 && toBigEndian) {
      throw unknown();
    }
    zero("src", src);
    zero("offset", offset);
    if (imm != 16 && imm != 32 && imm != 64) {
      throw error("byte swap of " + imm + " bits; 16, 32 and 64 are defined");
    }
    SwapKind kind = is64 ? SwapKind.BSWAP : toBigEndian ? SwapKind.BE : SwapKind.LE;
    return new Instruction.Swap(kind, writable(dst), imm);
  }

  private Instruction jump(boolean is64) {
    boolean fromRegister = (opcode & SOURCE_REGISTER) != 0;
    int code = opcode & 0xf0;
    if (code == 0x80 && is64 && !fromRegister) {
      return call();
    }
    if (code == 0x90 && is64 && !fromRegister) {
      zero("dst", dst);
      zero("src", src);
      zero("offset", offset);
      zero("imm", imm);
      return new Instruction.Exit();
    }
    if (code == JumpOp.JA.code()) {
      if (fromRegister) {
        throw unknown();
      }
      zero("dst", dst);
      zero("src", src);
      zero(is64 ? "imm" : "offset", is64 ? imm : offset);
      return new Instruction.Jump(JumpOp.JA, is64, 0, Operand.constant(0), is64 ? offset : imm);
    }
    for (JumpOp op : JumpOp.values()) {
      if (op.code() == code) {
        return new Instruction.Jump(op, is64, register(dst), source(fromRegister), offset);
      }
    }
    throw unknown();
  }

  private Instruction call() {
    zero("dst", dst);
    if (src != 2) {
      zero("offset", offset);
    }
    switch (src) {
      case 0:
        return new Instruction.CallHelper(imm);
      case 1:
        return new Instruction.CallLocal(imm);
      case 2:
        if (offset != 0) {
          throw error("call of a kernel module's function (offset " + offset + ")");
        }
        return new Instruction.CallKernel(imm);
      default:
        throw error("call of unknown kind " + src);
    }
  }

  private Operand source(boolean fromRegister) {
    if (fromRegister) {
      zero("imm", imm);
      return Operand.register(register(src));
    }
    zero("src", src);
    return Operand.constant(imm);
  }

  private int register(int number) {
    if (number > FRAME_POINTER) {
      throw error("register r" + number + " does not exist; the last is r10");
    }
    return number;
  }

  private int writable(int number) {
    if (register(number) == FRAME_POINTER) {
      throw error("writes r10, the frame pointer, which is read-only");
    }
    return number;
  }

  private void zero(String field, int value) {
    if (value != 0) {
      throw error("reserved field " + field + " is " + value + ", not 0");
    }
  }

  private InputException unknown() {
    return error("unknown opcode 0x" + Integer.toHexString(opcode));
  }

  private InputException error(String cause) {
    return new InputException("insn " + index + ": " + cause);
  }
}
