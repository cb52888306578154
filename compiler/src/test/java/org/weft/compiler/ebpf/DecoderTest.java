package org.weft.compiler.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.InputException;

class DecoderTest {
  private static List<Instruction> decode(String hex) {
    return Decoder.decode(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  private static Instruction only(String hex) {
    return decode(hex).get(0);
  }

  @Test
  void fieldsAreTakenFromTheirPlaces() {
    assertEquals(
        new Instruction.Alu(AluOp.SUB, true, 3, Operand.register(9)),
        only("1f 93 00 00 00 00 00 00"));
    assertEquals(
        new Instruction.Alu(AluOp.MOV, false, 1, Operand.constant(-2)),
        only("b4 01 00 00 fe ff ff ff"));
    assertEquals(new Instruction.Load(1, 10, -8, 4, false), only("61 a1 f8 ff 00 00 00 00"));
    assertEquals(new Instruction.Load(1, 2, 4, 2, true), only("89 21 04 00 00 00 00 00"));
    assertEquals(
        new Instruction.Store(10, -1, 1, Operand.constant(7)), only("72 0a ff ff 07 00 00 00"));
    assertEquals(
        new Instruction.Atomic(AtomicOp.CMPXCHG, true, false, 1, 8, 2),
        only("c3 21 08 00 f1 00 00 00"));
    assertEquals(
        new Instruction.Jump(JumpOp.JSLE, false, 4, Operand.register(5), -3),
        only("de 54 fd ff 00 00 00 00"));
  }

  @Test
  void longJumpHasA32BitOffset() {
    assertEquals(
        new Instruction.Jump(JumpOp.JA, false, 0, Operand.constant(0), 0x12345678),
        only("06 00 00 00 78 56 34 12"));
    assertEquals(
        new Instruction.Jump(JumpOp.JA, true, 0, Operand.constant(0), -2),
        only("05 00 fe ff 00 00 00 00"));
  }

  @Test
  void wideImmediateTakesTwoPlacesAndIsNotSignExtended() {
    List<Instruction> code = decode("18 03 00 00 ff ff ff ff 00 00 00 00 01 00 00 00");
    assertEquals(
        List.of(
            new Instruction.LoadImmediate(3, ImmediateKind.NUMBER, 0x1_ffff_ffffL),
            Instruction.WideTail.WIDE_TAIL),
        code);
  }

  @Test
  void negationCarriesNoOperand() {
    assertEquals(
        new Instruction.Alu(AluOp.NEG, true, 2, Operand.constant(0)),
        only("87 02 00 00 00 00 00 00"));
  }

  @Test
  void noBytesAreNoInstructions() {
    assertEquals(List.of(), decode(""));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          # unknown opcodes
          00 00 00 00 00 00 00 00 | unknown opcode 0x00
          ff 00 00 00 00 00 00 00 | unknown opcode 0xff
          8d 00 00 00 02 00 00 00 | unknown opcode 0x8d
          86 00 00 00 00 00 00 00 | unknown opcode 0x86
          96 00 00 00 00 00 00 00 | unknown opcode 0x96
          0d 00 00 00 00 00 00 00 | unknown opcode 0x0d
          e5 00 00 00 00 00 00 00 | unknown opcode 0xe5
          8c 01 00 00 00 00 00 00 | unknown opcode 0x8c
          df 01 00 00 10 00 00 00 | unknown opcode 0xdf
          e7 01 00 00 00 00 00 00 | unknown opcode 0xe7
          99 21 00 00 00 00 00 00 | unknown opcode 0x99
          82 01 00 00 00 00 00 00 | unknown opcode 0x82
          cb 21 00 00 00 00 00 00 | unknown opcode 0xcb
          c2 01 00 00 00 00 00 00 | unknown opcode 0xc2
          38 00 00 00 00 00 00 00 | unknown opcode 0x38
          30 00 00 00 00 00 00 00 | legacy packet access (opcode 0x30) is not in XDP
          48 10 00 00 00 00 00 00 | legacy packet access (opcode 0x48) is not in XDP
          # unused fields
          07 01 01 00 02 00 00 00 | offset 1 has no meaning for opcode 0x07
          07 11 00 00 02 00 00 00 | opcode 0x07 does not use src, which is 1
          0f 21 00 00 01 00 00 00 | opcode 0x0f does not use imm, which is 1
          0c 21 01 00 00 00 00 00 | offset 1 has no meaning for opcode 0x0c
          dc 10 00 00 10 00 00 00 | opcode 0xdc does not use src, which is 1
          dc 00 01 00 10 00 00 00 | opcode 0xdc does not use offset, which is 1
          d4 00 01 00 10 00 00 00 | opcode 0xd4 does not use offset, which is 1
          84 10 00 00 00 00 00 00 | opcode 0x84 does not use src, which is 1
          84 00 01 00 00 00 00 00 | offset 1 has no meaning for opcode 0x84
          87 00 00 00 01 00 00 00 | opcode 0x87 does not use imm, which is 1
          85 01 00 00 00 00 00 00 | opcode 0x85 does not use dst, which is 1
          85 00 01 00 00 00 00 00 | opcode 0x85 does not use offset, which is 1
          95 01 00 00 00 00 00 00 | opcode 0x95 does not use dst, which is 1
          95 10 00 00 00 00 00 00 | opcode 0x95 does not use src, which is 1
          95 00 01 00 00 00 00 00 | opcode 0x95 does not use offset, which is 1
          95 00 00 00 01 00 00 00 | opcode 0x95 does not use imm, which is 1
          05 01 00 00 00 00 00 00 | opcode 0x05 does not use dst, which is 1
          05 10 00 00 00 00 00 00 | opcode 0x05 does not use src, which is 1
          05 00 00 00 01 00 00 00 | opcode 0x05 does not use imm, which is 1
          06 00 01 00 01 00 00 00 | opcode 0x06 does not use offset, which is 1
          15 10 00 00 00 00 00 00 | opcode 0x15 does not use src, which is 1
          2d 10 00 00 01 00 00 00 | opcode 0x2d does not use imm, which is 1
          79 10 00 00 01 00 00 00 | opcode 0x79 does not use imm, which is 1
          62 11 00 00 01 00 00 00 | opcode 0x62 does not use src, which is 1
          7b 11 00 00 01 00 00 00 | opcode 0x7b does not use imm, which is 1
          # fields without meaning
          3f 21 02 00 00 00 00 00 | offset 2 has no meaning for opcode 0x3f
          b7 01 08 00 00 00 00 00 | offset 8 has no meaning for opcode 0xb7
          bc 21 20 00 00 00 00 00 | offset 32 has no meaning for opcode 0xbc
          bf 21 01 00 01 00 00 00 | offset 1 has no meaning for opcode 0xbf
          dc 01 00 00 08 00 00 00 | bytes are swapped in 16, 32 or 64 bits, not in 8
          db 21 00 00 02 00 00 00 | unknown atomic operation 0x02
          db 21 00 00 e0 00 00 00 | unknown atomic operation 0xe0
          db 21 00 00 00 01 00 00 | unknown atomic operation 0x100
          85 30 00 00 00 00 00 00 | unknown kind 3 of call
          # registers
          bf b1 00 00 00 00 00 00 | there is no register r11, the last is r10
          bf 1f 00 00 00 00 00 00 | there is no register r15, the last is r10
          1d c1 00 00 00 00 00 00 | there is no register r12, the last is r10
          7b 1b 00 00 00 00 00 00 | there is no register r11, the last is r10
          bf 1a 00 00 00 00 00 00 | "r10, the frame pointer, is read-only"
          61 1a 00 00 00 00 00 00 | "r10, the frame pointer, is read-only"
          dc 0a 00 00 10 00 00 00 | "r10, the frame pointer, is read-only"
          87 0a 00 00 00 00 00 00 | "r10, the frame pointer, is read-only"
          db a1 00 00 01 00 00 00 | "r10, the frame pointer, is read-only"
          db a1 00 00 e1 00 00 00 | "r10, the frame pointer, is read-only"
          18 0a 00 00 00 00 00 00 00 00 00 00 00 00 00 00 | "r10, the frame pointer, is read-only"
          # 16-byte instructions
          18 01 00 00 00 00 00 00 | a 16-byte instruction is cut off by the end of the code
          18 01 01 00 00 00 00 00 00 00 00 00 00 00 00 00 | opcode 0x18 does not use offset, which is 1
          18 71 00 00 00 00 00 00 00 00 00 00 00 00 00 00 | unknown kind 7 of 64-bit immediate
          18 01 00 00 00 00 00 00 95 00 00 00 00 00 00 00 | the second half of a 16-byte instruction sets more than its immediate
          18 01 00 00 00 00 00 00 00 10 00 00 00 00 00 00 | the second half of a 16-byte instruction sets more than its immediate
          18 01 00 00 00 00 00 00 00 00 01 00 00 00 00 00 | the second half of a 16-byte instruction sets more than its immediate
          18 11 00 00 00 00 00 00 00 00 00 00 01 00 00 00 | a 64-bit immediate of kind MAP_FD has no upper half
          """)
  void malformedInstructionIsRefusedWithItsPlace(String hex, String cause) {
    String before = "b7 00 00 00 00 00 00 00";
    InputException e = assertThrows(InputException.class, () -> decode(before + hex));
    assertEquals("insn 1: " + cause, e.getMessage());
  }

  @Test
  void codeThatEndsInsideAnInstructionIsRefused() {
    InputException e =
        assertThrows(InputException.class, () -> decode("95 00 00 00 00 00 00 00 95 00 00"));
    assertEquals(
        "insn 1: the code ends after 3 of 8 bytes; its length must be a multiple of 8",
        e.getMessage());
  }

  @Test
  void framePointerMayBeReadAndBeABase() {
    assertEquals(3, decode("bf a1 000000000000 7b aa f8ff 00000000 db a1 f8ff f1000000").size());
  }

  /** The opcodes of RFC 9669's appendix without callx and legacy packet access. */
  private static final String OPCODES =
      "04 0c 14 1c 24 2c 34 3c 44 4c 54 5c 64 6c 74 7c 84 94 9c a4 ac b4 bc c4 cc d4 dc "
          + "07 0f 17 1f 27 2f 37 3f 47 4f 57 5f 67 6f 77 7f 87 97 9f a7 af b7 bf c7 cf d7 "
          + "05 15 1d 25 2d 35 3d 45 4d 55 5d 65 6d 75 7d 85 95 a5 ad b5 bd c5 cd d5 dd "
          + "06 16 1e 26 2e 36 3e 46 4e 56 5e 66 6e 76 7e a6 ae b6 be c6 ce d6 de "
          + "18 61 69 71 79 81 89 91 62 6a 72 7a 63 6b 73 7b c3 db";

  @Test
  void exactlyTheOpcodesOfTheStandardDecode() {
    List<String> decodable = new ArrayList<>();
    for (RandomCode.Sample sample : RandomCode.decodable()) {
      String opcode = HexFormat.of().toHexDigits(sample.bytes().at(0));
      if (!decodable.contains(opcode)) {
        decodable.add(opcode);
      }
    }
    assertEquals(
        List.of(OPCODES.split(" ")).stream().sorted().toList(),
        decodable.stream().sorted().toList());
  }
}
