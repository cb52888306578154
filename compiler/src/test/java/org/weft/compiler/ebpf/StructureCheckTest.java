package org.weft.compiler.ebpf;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.InputException;

class StructureCheckTest {
  /** One instruction a line; the tables below write them with slashes between. */
  private static void check(String program) {
    StructureCheck.check(Parser.parse(program.replace(" / ", "\n")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exit",
        "goto -1",
        "gotol -1",
        "if r1 == 0 goto +1 / r0 = 1 / exit",
        "if r1 == 0 goto +2 / r0 = 1 ll / exit",
        "call pc+1 / exit / exit",
        "exit / call pc-2 / exit",
        "call pc+2 / goto +0 / exit / goto -1",
        "r1 = 1 ll / ld_pseudo r2, 4, 2 / exit / r0 = 0 / exit",
      })
  void controlThatStaysInsideIsAccepted(String program) {
    assertDoesNotThrow(() -> check(program));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          goto +0 | insn 0: jump to insn 1 is outside the program of 1 insns
          goto -2 | insn 0: jump to insn -1 is outside the program of 1 insns
          gotol +2147483647 | insn 0: jump to insn 2147483648 is outside the program of 1 insns
          if r1 > r2 goto +1 / exit | insn 0: jump to insn 2 is outside the program of 2 insns
          if r1 > r2 goto +1 / r1 = 1 ll / exit | insn 0: jump to insn 2 goes into the middle of a 16-byte instruction
          call pc+1 / exit | insn 0: call to insn 2 is outside the program of 2 insns
          call pc-2147483648 / exit | insn 0: call to insn -2147483647 is outside the program of 2 insns
          call pc+2 / exit / r1 = 1 ll / exit | insn 0: call to insn 3 goes into the middle of a 16-byte instruction
          ld_pseudo r1, 4, 5 / exit | insn 0: address of code to insn 6 is outside the program of 3 insns
          call pc+1 / r0 = 1 / exit | insn 1: falls into the function at insn 2; the last instruction of a function must be exit or an unconditional jump
          call pc+1 / goto +0 / exit | insn 1: jump to insn 2 leaves its function, which has insns 0 to 1
          call pc+1 / exit / goto -3 | insn 2: jump to insn 0 leaves its function, which has insns 2 to 2
          r0 = 1 | insn 0: falls off the end; the last instruction of a function must be exit or an unconditional jump
          exit / r0 = 1 ll | insn 2: falls off the end; the last instruction of a function must be exit or an unconditional jump
          exit / if r1 == 0 goto -2 | insn 1: falls off the end; the last instruction of a function must be exit or an unconditional jump
          call 1 | insn 0: falls off the end; the last instruction of a function must be exit or an unconditional jump
          """)
  void controlThatLeavesIsRefused(String program, String message) {
    InputException e = assertThrows(InputException.class, () -> check(program));
    assertEquals(message, e.getMessage());
  }

  @Test
  void anEmptyProgramIsRefused() {
    InputException e = assertThrows(InputException.class, () -> StructureCheck.check(List.of()));
    assertEquals("insn 0: the program has no instructions", e.getMessage());
  }
}
