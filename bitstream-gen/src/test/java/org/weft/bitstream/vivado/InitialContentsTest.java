package org.weft.bitstream.vivado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is the same for a tool that reads it, and what is not. */
class InitialContentsTest {
  private static final String MODULE =
      """
      module Rows (
        output wire [3:0] row
      );
        initial begin
          rows[0] = 4'b0101;
          rows[1] = 4'b1111;
        end

        initial begin
          marks[0] = 2'b01;
        end
        assign row[0] = 1'b1;
      endmodule
      """;

  private static final InitialContents CONTENTS = InitialContents.of(MODULE);

  @Test
  void contentsAreReadMemoryByMemory() {
    assertEquals(
        List.of(
            new InitialContents.Memory("rows", List.of("0101", "1111")),
            new InitialContents.Memory("marks", List.of("01"))),
        CONTENTS.memories());
  }

  @Test
  void otherContentsHaveTheSameForm() {
    InitialContents other = InitialContents.of(MODULE.replace("4'b1111", "4'b0010"));
    assertEquals(CONTENTS.form(), other.form());
    assertNotEquals(CONTENTS.memories(), other.memories());
  }

  @ParameterizedTest
  @CsvSource({
    "4'b1111, 4'b1211",
    "4'b1111, 4'b111",
    "4'b1111, 4'bxxxx",
    "4'b1111, 5'b11111",
    "4'b1111;, 4'b1111",
    "rows[1], rows[2]",
    "rows[1], row[1]",
    "initial begin, initial",
    "1'b1, 1'b0",
    "endmodule, endmodul"
  })
  void whatAToolCouldTakeOtherwiseHasAnotherForm(String from, String to) {
    assertNotEquals(CONTENTS.form(), InitialContents.of(MODULE.replace(from, to)).form());
  }
}
