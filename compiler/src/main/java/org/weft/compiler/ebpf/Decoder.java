package org.weft.compiler.ebpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.weft.isa.InputException;

/**
 * Bytes to instructions: all conformance groups of RFC 9669 but the deprecated {@code packet}. What
 * decodes, {@link Encoder} turns into the same bytes again.
 */
public final class Decoder {
  private Decoder() {}

  /**
   * The instructions of little-endian code.
   *
   * @throws InputException {@code insn N: cause} when an instruction is cut off, has an unknown
   *     opcode, sets a field that it does not use, names a register above r10 or writes r10
   */
  public static List<Instruction> decode(byte[] code) {
    ByteBuffer buffer = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
    int words = code.length / Word.BYTES;
    if (code.length % Word.BYTES != 0) {
      throw new InputException(
          "insn "
              + words
              + ": the code ends after "
              + code.length % Word.BYTES
              + " of 8 bytes; its length must be a multiple of 8");
    }
    List<Instruction> instructions = new ArrayList<>(words);
    while (instructions.size() < words) {
      int index = instructions.size();
      Word word = Word.read(buffer, index);
      if (word.opcode() == Word.LOAD_IMMEDIATE) {
        if (index + 1 == words) {
          throw word.error("a 16-byte instruction is cut off by the end of the code");
        }
        instructions.add(loadImmediate(word, Word.read(buffer, index + 1)));
        instructions.add(Instruction.WideTail.WIDE_TAIL);
      } else {
        instructions.add(decode(word));
      }
    }
    return instructions;
  }

  static Instruction decode(Word word) {
    return switch (word.opclass()) {
      case Word.LDX -> load(word);
      case Word.ST, Word.STX -> store(word);
      case Word.ALU, Word.ALU64 -> arithmetic(word);
      case Word.JMP, Word.JMP32 -> jump(word);
      default -> throw legacy(word);
    };
  }

  /**
   * RFC 9669, 5.4. Only NUMBER and the values of maps use imm2.
   *
   * <pre>
   * | 0x18 |kind|dst | 0 | imm || 0 | 0 | 0 | 0 | imm2 |
   * </pre>
   */
  static Instruction loadImmediate(Word word, Word tail) {
    word.offsetUnused();
    ImmediateKind[] kinds = ImmediateKind.values();
    if (word.src() >= kinds.length) {
      throw word.error("unknown kind " + word.src() + " of 64-bit immediate");
    }
    ImmediateKind kind = kinds[word.src()];
    if (tail.opcode() != 0 || tail.dst() != 0 || tail.src() != 0 || tail.offset() != 0) {
      throw word.error("the second half of a 16-byte instruction sets more than its immediate");
    }
    if (tail.imm() != 0 && !kind.usesHighHalf()) {
      throw word.error("a 64-bit immediate of kind " + kind + " has no upper half");
    }
    long value = (long) tail.imm() << 32 | Integer.toUnsignedLong(word.imm());
    return new Instruction.LoadImmediate(word.writeDst(), kind, value);
  }

  /** RFC 9669, 5.5: the deprecated access to packets, which no XDP program may use. */
  private static InputException legacy(Word word) {
    boolean packet = word.mode() == Word.ABS || word.mode() == Word.IND;
    return packet && word.bytes() != 8
        ? word.error("legacy packet access (opcode " + Word.hex(word.opcode()) + ") is not in XDP")
        : word.unknown();
  }

  /**
   * RFC 9669, 5.1 and 5.2.
   *
   * <pre>
   * | mode size LDX |base|dst | offset | 0 |     MEM, MEMSX (not 8 bytes)
   * </pre>
   */
  private static Instruction load(Word word) {
    boolean signed = word.mode() == Word.MEMSX && word.bytes() != 8;
    if (word.mode() != Word.MEM && !signed) {
      throw word.unknown();
    }
    word.immUnused();
    return new Instruction.Load(
        word.writeDst(), word.readSrc(), word.offset(), word.bytes(), signed);
  }

  /**
   * RFC 9669, 5.1.
   *
   * <pre>
   * | MEM size ST  |  0 |base| offset | value |
   * | MEM size STX |src |base| offset |   0   |
   * </pre>
   */
  private static Instruction store(Word word) {
    boolean fromRegister = word.opclass() == Word.STX;
    if (word.mode() == Word.ATOMIC && fromRegister) {
      return atomic(word);
    }
    if (word.mode() != Word.MEM) {
      throw word.unknown();
    }
    Operand value;
    if (fromRegister) {
      value = Operand.register(word.immUnused().readSrc());
    } else {
      value = Operand.constant(word.srcUnused().imm());
    }
    return new Instruction.Store(word.readDst(), word.offset(), word.bytes(), value);
  }

  /**
   * RFC 9669, 5.3. Sizes 4 and 8 only.
   *
   * <pre>
   * | ATOMIC size STX |src |base| offset | op + fetch |
   * </pre>
   */
  private static Instruction atomic(Word word) {
    if (word.bytes() < 4) {
      throw word.unknown();
    }
    boolean fetch = (word.imm() & Word.FETCH) != 0;
    AtomicOp op = AtomicOp.of(word.imm() & ~Word.FETCH);
    if (op == null || (op.alwaysFetches() && !fetch)) {
      throw word.error("unknown atomic operation " + Word.hex(word.imm()));
    }
    int src = fetch && op != AtomicOp.CMPXCHG ? word.writeSrc() : word.readSrc();
    return new Instruction.Atomic(op, fetch, word.bytes() == 8, word.readDst(), word.offset(), src);
  }

  /**
   * RFC 9669, 4.1.
   *
   * <pre>
   * | op 0 ALU, ALU64 |  0 |dst | form | value |     form: see AluOp
   * | op 1 ALU, ALU64 |src |dst | form |   0   |
   * | NEG 0           |  0 |dst |   0  |   0   |
   * </pre>
   */
  private static Instruction arithmetic(Word word) {
    if (word.code() == Word.END) {
      return swap(word);
    }
    boolean is64 = word.opclass() == Word.ALU64;
    AluOp op = AluOp.of(word.code(), word.offset());
    if (AluOp.of(word.code(), 0) == null) {
      throw word.unknown();
    }
    if (op == null
        || (op.isSignExtendingMove() && !word.isRegister())
        || (op == AluOp.MOVSX32 && !is64)) {
      throw word.error(
          "offset " + word.offset() + " has no meaning for opcode " + Word.hex(word.opcode()));
    }
    if (op == AluOp.NEG) {
      if (word.isRegister()) {
        throw word.unknown();
      }
      word.immUnused();
    }
    return new Instruction.Alu(op, is64, word.writeDst(), word.operand());
  }

  /**
   * RFC 9669, 4.2.
   *
   * <pre>
   * | END 0 ALU   | 0 |dst | 0 | bits |     LE
   * | END 1 ALU   | 0 |dst | 0 | bits |     BE
   * | END 0 ALU64 | 0 |dst | 0 | bits |     BSWAP
   * </pre>
   */
  private static Instruction swap(Word word) {
    SwapKind kind = SwapKind.LE;
    if (word.opclass() == Word.ALU64) {
      if (word.isRegister()) {
        throw word.unknown();
      }
      kind = SwapKind.BSWAP;
    } else if (word.isRegister()) {
      kind = SwapKind.BE;
    }
    word.srcUnused().offsetUnused();
    if (word.imm() != 16 && word.imm() != 32 && word.imm() != 64) {
      throw word.error("bytes are swapped in 16, 32 or 64 bits, not in " + word.imm());
    }
    return new Instruction.Swap(kind, word.writeDst(), word.imm());
  }

  /**
   * RFC 9669, 4.3.
   *
   * <pre>
   * | JA 0 JMP        |  0 | 0  | offset |   0    |
   * | JA 0 JMP32      |  0 | 0  |   0    | offset |     gotol
   * | op 0 JMP, JMP32 |  0 |dst | offset | value  |
   * | op 1 JMP, JMP32 |src |dst | offset |   0    |
   * | EXIT 0 JMP      |  0 | 0  |   0    |   0    |
   * </pre>
   */
  private static Instruction jump(Word word) {
    boolean is64 = word.opclass() == Word.JMP;
    if (is64 && !word.isRegister()) {
      if (word.code() == Word.CALL) {
        return call(word);
      }
      if (word.code() == Word.EXIT) {
        word.dstUnused().srcUnused().offsetUnused().immUnused();
        return new Instruction.Exit();
      }
    }
    JumpOp op = JumpOp.of(word.code());
    if (op == null || (op == JumpOp.JA && word.isRegister())) {
      throw word.unknown();
    }
    if (op != JumpOp.JA) {
      return new Instruction.Jump(op, is64, word.readDst(), word.operand(), word.offset());
    }
    word.dstUnused().srcUnused();
    int offset = is64 ? word.immUnused().offset() : word.offsetUnused().imm();
    return new Instruction.Jump(op, is64, 0, Operand.constant(0), offset);
  }

  /**
   * RFC 9669, 4.3.1 and 4.3.2. The register form, callx, is in no conformance group.
   *
   * <pre>
   * | CALL 0 JMP |kind| 0  | 0 | number, offset or BTF id |     kind: 0, 1 or 2
   * </pre>
   */
  private static Instruction call(Word word) {
    word.dstUnused().offsetUnused();
    return switch (word.src()) {
      case 0 -> new Instruction.CallHelper(word.imm());
      case 1 -> new Instruction.CallLocal(word.imm());
      case 2 -> new Instruction.CallKernel(word.imm());
      default -> throw word.error("unknown kind " + word.src() + " of call");
    };
  }
}
