package org.weft.isa.row;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** docs/isa.md is made from the instruction table; {@code -Dweft.rewrite=true} writes it anew. */
class IsaPageTest {
  private static final Path PAGE = Path.of("..", "docs", "isa.md");

  private static final String HEAD =
      """
      # The row machine's instructions

      Made from the instruction table, `org.weft.isa.row.Opcode`.

      A row is a parallel assignment: every slot reads the state before the row; the first slot whose branch
      or exit is taken kills the effects of every later slot; all surviving effects happen together. Slot *i*
      is issued on lane *i*, and register *r* is written by lane *r* mod lanes only.

      ```
       63     57  56   55   54  50 49  45 44  40 39      32 31                0
      +---------+----+----+------+------+------+----------+-------------------+
      | opcode  | f1 | f0 | dst  |  a   |  b   |   mod    |        imm        |
      +---------+----+----+------+------+------+----------+-------------------+
      ```

      `.32` cuts operands to 32 bits and zero-extends the result; `b` is a register or a constant that is
      sign-extended. Division by zero gives 0, modulo by zero gives `a`; shifts and rotations count modulo
      the width.
      `fold` is the ones' complement sum of the 16-bit parts, as of an Internet checksum: zero for zero only.

      | number | text | unit | fields |
      |---|---|---|---|
      """;

  private static String text(Opcode opcode) {
    String name = opcode.mnemonic();
    String condition =
        opcode.condition() == null || opcode.condition() == Condition.ALWAYS
            ? ""
            : " if a " + opcode.condition().symbol() + " b";
    return switch (opcode.format()) {
      case NOP -> name;
      case UNARY -> "dst = " + name + "[.32] b";
      case BINARY -> "dst = " + name + "[.32] a, b";
      case LOAD -> "dst = loadBITS[s][swap] REGION[a + offset]";
      case STORE -> "storeBITS[swap] REGION[a + offset] = b";
      case FACT -> "dst = fact NAME";
      case ATOMIC -> "[dst =] " + name + "[.32] REGION[a + offset], b";
      case CALL -> "dst = call HELPER(...)";
      case TAIL_CALL -> "tail_call a, b";
      case BRANCH -> "goto ROW" + condition;
      case EXIT -> "exit VERDICT" + condition;
    };
  }

  private static String fields(Opcode opcode) {
    return switch (opcode.format()) {
      case NOP -> "all zero";
      case UNARY -> "f1 32 bits, f0 imm in place of b";
      case BINARY -> "f1 32 bits, f0 imm in place of b; f0 and b = 1: a is a fact";
      case LOAD ->
          "f0 no base; mod region 7..5, bytes - 1 4..2, signed 1, swap 0; imm 31..16 map, 15..0"
              + " offset";
      case STORE -> "as load; f1 imm 31..16 in place of b, without map";
      case FACT -> "mod fact";
      case ATOMIC ->
          "f1 32 bits, f0 writes dst; mod region 7..5, b constant 1, no base 0; imm 31..21 map,"
              + " 20..16 compared, 15..0 offset";
      case CALL ->
          "imm 7..0 helper; arguments in registers: a, b, imm 31..27, 26..22, 21..17; mod regions;"
              + " f1 map imm 16..8, f0 stack address mod 1..0:imm 21..17";
      case TAIL_CALL -> "a map, b index";
      case BRANCH -> "f1, f0 as above; f0 and b = 1: a is a fact; row mod:dst";
      case EXIT -> "f1, f0, b as for goto; mod bit 7: verdict in register dst, else mod 6..0";
    };
  }

  private static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    for (Opcode opcode : Opcode.values()) {
      page.append(
          String.format(
              Locale.ROOT,
              "| %d | `%s` | %s | %s |%n",
              opcode.number(),
              text(opcode).replace("|", "\\|"),
              opcode.unit().name().toLowerCase(Locale.ROOT),
              fields(opcode)));
    }
    return page.toString();
  }

  @Test
  void pageSaysWhatTheTableSays() throws IOException {
    if (Boolean.getBoolean("weft.rewrite")) {
      Files.writeString(PAGE, page());
    }
    assertEquals(page(), Files.readString(PAGE));
  }
}
