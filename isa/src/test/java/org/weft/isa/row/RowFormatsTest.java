package org.weft.isa.row;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.isa.InputException;

class RowFormatsTest {
  @ParameterizedTest
  @EnumSource(Opcode.class)
  void wordsAndTextReadBackAsTheSameSlot(Opcode opcode) {
    RandomSlots slots = new RandomSlots(opcode.number());
    for (int i = 0; i < 500; i++) {
      Row row = new Row(List.of(slots.slot(opcode)));
      assertEquals(row, RowCodec.decode(RowCodec.encode(row, 1)), row.toString());
      assertEquals(List.of(row), RowParser.parse(RowPrinter.print(row)), RowPrinter.print(row));
    }
  }

  @Test
  void whateverWordDecodesEncodesToTheSameWord() {
    Random random = new Random(5);
    int decoded = 0;
    for (int i = 0; i < 200_000; i++) {
      long word = random.nextLong();
      // Sparse words have a chance to leave unused fields zero.
      long first = random.nextLong();
      long second = random.nextLong();
      word &= i % 2 == 0 ? first & second : -1L;
      try {
        assertArrayEquals(new long[] {word}, RowCodec.encode(RowCodec.decode(word), 1));
        decoded++;
      } catch (InputException e) {
        assertTrue(e.getMessage().startsWith("slot 0: "), e.getMessage());
      }
    }
    assertTrue(decoded > 2_000, "decoded " + decoded);
  }

  @ParameterizedTest
  @CsvSource({
    // opcode 32, dst 1, a 2, region pkt, 2 bytes, offset 12
    "r1 = load16 pkt[r2 + 12], 400440040000000c",
    // opcode 16, f1, f0, dst 3, a 4, imm -1
    "'r3 = add.32 r4, -1', 218c8000ffffffff",
    // opcode 65, f0, target 33 = mod 1 : dst 1, a 5, imm 8
    "goto 33 if r5 == 8, 8284a00100000008",
    // opcode 80, verdict 1 in mod
    "exit DROP, a080000100000000",
  })
  void wordsAreLaidOutAsDocumented(String text, String word) {
    long[] words = RowCodec.encode(RowParser.parse(text).get(0), 1);
    assertEquals(word, String.format("%016x", words[0]));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          r1 = mov r2 | nop; 2
          r1 = add.32 r2, -5; 1
          store48 pkt[r3 - 6] = r4 | goto 7 if w1 s> r2 | exit DROP if r3 < 34; 3
          r0 = call map_update_elem(r1, stk r2, map r3, r4); 1
          r0 = call perf_event_output(ctx, r2, r3, pkt r4, r5); 1
          r5 = atomic_cmpxchg.32 map[r6 + 8], r7, r0; 1
          tail_call r2, r3; 1
          r9 = fact metadata | r10 = load64swap stk[504]; 2
          """)
  void textPrintsAsItWasWritten(String text, int slots) {
    List<Row> rows = RowParser.parse(text);
    assertEquals(slots, rows.get(0).slots().size());
    assertEquals(text, RowPrinter.print(rows.get(0)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          r1 = frob r2; no instruction
          r32 = mov r2; r32 does not exist
          nop | goto 9000; line 1, slot 1
          r1 = load12 pkt[r2]; 12 bits
          r0 = call map_lookup_elem(r1, r2); lacks its region
          r0 = call nothing(r1); no such helper
          store32 pkt[r1] = 40000; does not fit 16 bits
          exit 200; not 0 to 127
          """)
  void malformedTextIsRefusedWithItsPlace(String text, String cause) {
    InputException e = assertThrows(InputException.class, () -> RowParser.parse(text));
    assertTrue(e.getMessage().contains(cause), e.getMessage());
  }
}
