package org.weft.compiler.btf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.compiler.elf.Span;
import org.weft.compiler.elf.Words;
import org.weft.isa.InputException;

class BtfExtTest {
  private final BtfBuilder builder = new BtfBuilder();

  private BtfExt read(byte[] ext) {
    Btf btf = Btf.read(Span.of("a.o", builder.build()));
    return BtfExt.read(Span.of("a.o", ext), btf);
  }

  @Test
  void readsFunctionsLinesAndRelocationsBySection() {
    builder.function("xdp", 0, 5).line("xdp", 1, "a.c", 7, "return 2;");
    builder.line(".text", 0, "b.c", 9, "").relocation("xdp", 2, 3, "0:1", 0);
    BtfExt ext = read(builder.buildExt());
    assertEquals(List.of(new BtfExt.FunctionInfo(0, 5)), ext.functions("xdp"));
    assertEquals(
        List.of(new BtfExt.LineInfo(8, builder.string("a.c"), builder.string("return 2;"), 7)),
        ext.lines("xdp"));
    assertEquals(9, ext.lines(".text").get(0).line());
    assertEquals(
        List.of(new BtfExt.CoreInfo(16, 3, builder.string("0:1"), 0)), ext.relocations("xdp"));
    assertEquals(List.of(), ext.lines("tc"));
  }

  @Test
  void headersWithoutRelocationsAndLongerRecordsAreRead() {
    Words file = new Words().number(0x0001eb9f, 4).u32(24, 0, 0, 0, 4 + 8 + 20);
    file.u32(20, builder.string("xdp"), 1, 8, 0, 0, 3 << 10, 77);
    assertEquals(3, read(file.toArray()).lines("xdp").get(0).line());
  }

  @Test
  void damageIsNamed() {
    int name = builder.string("xdp");
    assertMessage("records of 12 bytes instead of 16", lines(12, name, 0));
    assertMessage("does not fit", lines(16, name, 2, 0, 0, 0, 0));
    assertMessage("does not fit", lines(0xffffffffL, name, 0xffffffffL));
    assertMessage("lie outside", lines(16, name));
    assertMessage("lie outside", lines(16, 9999, 0));
  }

  private static byte[] lines(long... words) {
    Words file = new Words().number(0x0001eb9f, 4).u32(24, 0, 0, 0, 4L * words.length);
    return file.u32(words).toArray();
  }

  private void assertMessage(String expected, byte[] ext) {
    String message = assertThrows(InputException.class, () -> read(ext)).getMessage();
    assertTrue(message.contains(expected), message);
  }
}
