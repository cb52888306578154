package org.weft.compiler.ebpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EncoderTest {
  @Test
  void whatDecodesEncodesToTheSameBytes() {
    assertTrue(RandomCode.decodable().size() > 10_000, "too few samples to mean anything");
    for (RandomCode.Sample sample : RandomCode.decodable()) {
      assertArrayEquals(
          sample.bytes().toArray(),
          Encoder.encode(sample.instructions()),
          () -> "seed " + RandomCode.SEED + ", " + sample.instructions());
    }
  }

  @Test
  void aWholeProgramEncodesToTheSameBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    List<Instruction> code = new ArrayList<>();
    for (RandomCode.Sample sample : RandomCode.decodable()) {
      bytes.writeBytes(sample.bytes().toArray());
      code.addAll(sample.instructions());
    }
    assertEquals(code, Decoder.decode(bytes.toByteArray()));
    assertArrayEquals(bytes.toByteArray(), Encoder.encode(code));
  }

  @Test
  void everyPrototypeDecodesToItself() {
    for (Instruction prototype : Prototypes.all()) {
      boolean refused =
          prototype instanceof Instruction.Alu alu && alu.op() == AluOp.MOVSX32 && !alu.is64();
      if (!refused) {
        List<Instruction> code =
            prototype instanceof Instruction.LoadImmediate
                ? List.of(prototype, Instruction.WideTail.WIDE_TAIL)
                : List.of(prototype);
        assertEquals(code, Decoder.decode(Encoder.encode(code)));
      }
    }
  }

  @Test
  void whatDoesNotFitIsABrokenInvariant() {
    Instruction wide = new Instruction.LoadImmediate(1, ImmediateKind.NUMBER, 5);
    Instruction tail = Instruction.WideTail.WIDE_TAIL;
    Instruction exit = new Instruction.Exit();
    for (List<Instruction> code :
        List.of(
            List.of(wide),
            List.of(wide, exit),
            List.of(tail, exit),
            List.<Instruction>of(new Instruction.Load(1, 2, 32768, 4, false)),
            List.<Instruction>of(new Instruction.Load(1, 2, 0, 3, false)),
            List.<Instruction>of(new Instruction.Load(11, 2, 0, 4, false)))) {
      assertThrows(IllegalStateException.class, () -> Encoder.encode(code), code::toString);
    }
  }
}
