package org.weft.compiler.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.InputException;

class ElfFileTest {
  /** Sections 1 xdp, 2 .bss, 3 .symtab, 4 .relxdp, 5 .strtab. */
  private static byte[] small() {
    ElfBuilder elf = new ElfBuilder();
    int code = elf.code("xdp", "r0 = 2; exit");
    elf.zeros(".bss", 100);
    elf.function("prog", code, 0);
    elf.sectionSymbol(code);
    elf.undefined("missing", ElfBuilder.WEAK);
    elf.call(code, 1, 3).load(code, 0, 2);
    return elf.build();
  }

  @Test
  void readsSectionsSymbolsAndRelocations() {
    ElfFile elf = ElfFile.read("a.o", small());
    assertEquals(
        List.of("", "xdp", ".bss", ".symtab", ".relxdp", ".strtab"),
        elf.sections().stream().map(ElfSection::name).toList());
    ElfSection code = elf.section("xdp").orElseThrow();
    assertTrue(code.isCode());
    assertEquals(16, code.content().length());
    ElfSection bss = elf.section(".bss").orElseThrow();
    assertTrue(bss.isZeroed());
    assertEquals(100, bss.size());
    assertEquals(0, bss.content().length());
    assertEquals(
        new ElfSymbol("prog", ElfBuilder.FUNC, ElfBuilder.GLOBAL, 1, 0, 0), elf.symbols().get(1));
    assertEquals("xdp", elf.symbols().get(2).name());
    assertTrue(elf.symbols().get(3).isUndefined());
    assertTrue(elf.symbols().get(3).isWeak());
    assertEquals(
        List.of(
            new ElfRelocation(0, ElfRelocation.IMMEDIATE_64, elf.symbols().get(2)),
            new ElfRelocation(8, ElfRelocation.CALL, elf.symbols().get(3))),
        elf.relocations(code));
    assertEquals(List.of(), elf.relocations(bss));
  }

  @Test
  void machineZeroOfOldCompilersIsTaken() {
    ElfBuilder elf = new ElfBuilder().machine(0);
    elf.code("xdp", "exit");
    assertEquals("xdp", ElfFile.read("a.o", elf.build()).sections().get(1).name());
  }

  @Test
  void countsBeyondSixteenBitsStandInTheNullSection() {
    byte[] file = small();
    int table = ElfBuilder.headerOf(file, 0);
    file[60] = 0;
    file[62] = (byte) 0xff;
    file[63] = (byte) 0xff;
    file[table + 32] = 6;
    file[table + 40] = 5;
    assertEquals(6, ElfFile.read("a.o", file).sections().size());
    file[table + 39] = 0x40;
    assertMessage("a.o: impossible number of sections 4611686018427387910", file);
  }

  /** Each row puts a number at an offset of the file, or of a section's header (h3+16). */
  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0     | 5    | not an ELF object
          4     | 1    | ELF class 1 is not the 64-bit one
          5     | 2    | not little-endian
          6     | 0    | unknown ELF version 0
          16    | 2    | not a relocatable object (ELF type 2)
          18    | 62   | machine 62 is not BPF
          41    | 255  | it is cut off
          47    | 128  | it is cut off
          58    | 40   | section headers of 40 bytes instead of 64
          60    | 255  | section header table of 16320 bytes
          62    | 6    | section names in section 6 of 6
          h1+1  | 9    | lie outside its
          h1+32 | 17   | section .symtab: overlaps section xdp in the file
          h1+39 | 1    | section xdp of 72057594037927952 bytes
          h1+39 | 255  | section xdp of 18374686479671623696 bytes
          h5+4  | 2    | section .strtab: a second symbol table
          h3+40 | 1    | section .symtab: names in section 1, which is no string table
          h3+40 | 99   | section .symtab: names in section 99, which is no string table
          h3+56 | 8    | section .symtab: a table of 96 bytes with entries of 8 instead of 24
          h3+32 | 95   | section .symtab: a table of 95 bytes with entries of 24 instead of 24
          h4+40 | 1    | section .relxdp: relocations refer to section 1, no symbol table
          h4+4  | 4    | section .relxdp: relocations with addends (RELA)
          h4+56 | 24   | section .relxdp: a table of 32 bytes with entries of 24 instead of 16
          """)
  void damageIsNamed(String place, int value, String message) {
    byte[] file = small();
    int at =
        place.startsWith("h")
            ? ElfBuilder.headerOf(file, place.charAt(1) - '0')
                + Integer.parseInt(place.substring(3))
            : Integer.parseInt(place);
    file[at] = (byte) value;
    assertMessage(message, file);
  }

  @Test
  void symbolsAndRelocationsMustNameWhatThereIs() {
    ElfBuilder far = new ElfBuilder();
    far.symbol("far", ElfBuilder.OBJECT, ElfBuilder.GLOBAL, 77, 0, 0);
    assertMessage("section .symtab: symbol 1 in section 77 of 3", far.build());
    ElfBuilder none = new ElfBuilder();
    none.call(none.code("xdp", "exit"), 0, 9);
    assertMessage("section .relxdp: relocation 0 refers to symbol 9 of 1", none.build());
    ElfBuilder absolute = new ElfBuilder();
    absolute.symbol("absolute", ElfBuilder.NOTYPE, ElfBuilder.GLOBAL, 0xfff1, 5, 0);
    assertEquals(5, ElfFile.read("a.o", absolute.build()).symbols().get(1).value());
  }

  @Test
  void overlongNamesAreRefused() {
    ElfBuilder elf = new ElfBuilder();
    elf.code("x".repeat(Span.MAX_TEXT + 1), "exit");
    assertMessage("is longer than 512 bytes", elf.build());
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] file = small();
    for (int length = 0; length < file.length; length++) {
      byte[] part = Arrays.copyOf(file, length);
      assertThrows(InputException.class, () -> read(part), "length " + length);
    }
  }

  private static void assertMessage(String expected, byte[] file) {
    String message = assertThrows(InputException.class, () -> read(file)).getMessage();
    assertTrue(message.startsWith("a.o: ") && message.contains(expected), message);
  }

  /** Reads all there is. */
  private static void read(byte[] file) {
    ElfFile elf = ElfFile.read("a.o", file);
    elf.sections().forEach(elf::relocations);
  }
}
