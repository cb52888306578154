package org.weft.compiler.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.InputException;

class IrTextTest {
  private static final String EVERYTHING =
      """
      graph everything
      b0:
        %1 = parameter r1
        %2 = fact length @1
        %3 = load16 pkt[12] @2
        %4 = load32sswap pkt[%1 + 4] @3
        %5 = load64 map3[%4 - 8]
        %6 = load48 stk[%1]
        store48 pkt[6] = %6
        store16swap map2[%1 + 2] = %3 @9
        store8 stk[500] = -3
        atomic_add map1[8], 1 @11
        %7 = atomic_cmpxchg.32 map[%5 + 4], %4, %6
        %8 = call map_lookup_elem(1, reg %7) @12
        %9 = call xdp_adjust_head(-20)
        %10 = add %8, 65536
        %11 = mov.32 %10
        %12 = min.32 %11, 7
        tail_call 4, %12
        if %12 s>.32 3 goto b1 else b2 likelihood 0.2500 @20
      b1:
        goto b3
      b2:
        if %2 !& 6 goto b3 else b4 @22
      b3:
        %13 = phi b2: %10, b1: 7
        exit %13 @30
      b4:
        exit 2
      """;

  @Test
  void textComesBack() {
    Graph graph = IrParser.parse(EVERYTHING);
    IrCheck.check(graph, "parsing");
    assertEquals(EVERYTHING, IrPrinter.print(graph));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          exit %4; line 2: no value %4
          %1 = frob 3; line 2: no instruction
          goto b7; line 2: no block b7
          %1 = fact colour; line 2: no fact colour
          if 1 ~ 2 goto b0 else b0; line 2: no condition ~
          """)
  void whatIsWrongIsNamed(String line, String cause) {
    InputException e =
        assertThrows(InputException.class, () -> IrParser.parse("b0:\n  " + line + "\n"));
    assertTrue(e.getMessage().startsWith(cause), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          %1 = add %2, 1 | %2 = fact length | exit %1; before its use
          goto b1 | b1: | exit 0 | b2: | exit 1; not reached
          """)
  void brokenGraphsAreFound(String lines, String cause) {
    Graph graph = IrParser.parse("b0:\n" + lines.replace("|", "\n"));
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> IrCheck.check(graph, "nothing"));
    assertTrue(e.getMessage().contains(cause), e.getMessage());
  }
}
