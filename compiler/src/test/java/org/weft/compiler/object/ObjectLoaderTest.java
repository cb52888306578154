package org.weft.compiler.object;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.compiler.ebpf.Printer;
import org.weft.compiler.elf.ElfBuilder;
import org.weft.isa.InputException;

class ObjectLoaderTest {
  private final ObjectBuilder object = new ObjectBuilder();
  private final ElfBuilder elf = object.elf;

  /** The program as text, one instruction a line. */
  static String text(Program program) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < program.code().size(); i++) {
      String line = Printer.print(program.code().get(i), i);
      text.append(line.isEmpty() ? "" : line + "\n");
    }
    return text.toString().replace('\t', ' ');
  }

  private static List<String> names(XdpObject loaded) {
    return loaded.programs().stream().map(Program::name).toList();
  }

  private void assertRefused(String expected) {
    String message = assertThrows(InputException.class, object::load).getMessage();
    assertEquals(expected, message);
  }

  @Test
  void symbolsSplitASectionIntoPrograms() {
    int xdp = elf.code("xdp", "r0 = 1; exit; r0 = 2; exit; r0 = 3; exit");
    elf.function("second", xdp, 2);
    elf.function("first", xdp, 0);
    elf.symbol("third", ElfBuilder.FUNC, ElfBuilder.WEAK, xdp, 32, 16);
    elf.license("GPL");
    XdpObject loaded = object.loadBare();
    assertEquals(List.of("first", "second", "third"), names(loaded));
    assertEquals("r0 = 2\nexit\n", text(loaded.program("second")));
    assertEquals("xdp", loaded.program("third").section());
    assertEquals("GPL", loaded.license());
    assertEquals("a.o", loaded.file());
  }

  @Test
  void untypedSymbolsOfOldCompilersSplitToo() {
    int xdp = elf.code("xdp_old", "r0 = 1; if r0 == 0 goto +0; exit; r0 = 2; exit");
    for (String label : List.of("LBB0_1", ".L0", "L1", "$x", "LJTI1")) {
      elf.symbol(label, ElfBuilder.NOTYPE, ElfBuilder.LOCAL, xdp, 8, 0);
    }
    elf.symbol("two", ElfBuilder.NOTYPE, ElfBuilder.LOCAL, xdp, 24, 0);
    elf.symbol("one", ElfBuilder.NOTYPE, ElfBuilder.GLOBAL, xdp, 0, 0);
    assertEquals(List.of("one", "two"), names(object.loadBare()));
  }

  @Test
  void aSectionWithoutSymbolsIsOneProgramOfItsName() {
    elf.code("xdp/entry", "r0 = 1; exit");
    assertEquals(List.of("xdp/entry"), names(object.loadBare()));
  }

  @Test
  void paddingBehindAFunctionIsLeftOut() {
    int xdp = elf.code("xdp", "exit; r9 = 9; r0 = 2; exit");
    elf.symbol("one", ElfBuilder.FUNC, ElfBuilder.GLOBAL, xdp, 0, 8);
    elf.symbol("two", ElfBuilder.FUNC, ElfBuilder.GLOBAL, xdp, 16, 16);
    assertEquals("exit\n", text(object.loadBare().program("one")));
  }

  @Test
  void sectionsAreOfXdpByName() {
    for (String section :
        List.of("xdp", "xdp/a", "xdp.frags", "xdp.frags/devmap", "xdp_foo", "xdp1", "?xdp")) {
      int index = elf.code(section, "exit");
      elf.function("in_" + section, index, 0);
    }
    for (String section : List.of("tc", "kprobe/xdp", "classifier", "prog", "af_xdp", ".text")) {
      elf.code(section, "exit");
    }
    elf.data("xdp_data", new byte[3]);
    XdpObject loaded = object.loadBare();
    assertEquals(7, loaded.programs().size(), names(loaded).toString());
    assertEquals(
        List.of("left out, not XDP by name: sections tc, kprobe/xdp, classifier, prog, af_xdp"),
        loaded.notes());
  }

  @Test
  void sectionOfAnyNameIsOfXdpIfBtfSaysSo() {
    for (String section : List.of("prog", "decap", "freplace/f", ".text")) {
      String name = "in_" + section.replaceAll("\\W", "_");
      elf.function(name, elf.code(section, "exit"), 0);
      object.xdpFunction(name);
    }
    assertEquals(List.of("in_prog", "in_decap"), names(object.load()));
  }

  @Test
  void brokenProgramsOfOtherKindsDoNotMatter() {
    elf.function("good", elf.code("xdp", "exit"), 0);
    int tc = elf.section("tc", 1, 6, new byte[] {-1, -1, -1});
    elf.function("bad", tc, 0);
    elf.relocate(tc, 1, 77, elf.undefined("nothing", ElfBuilder.GLOBAL));
    assertEquals(List.of("good"), names(object.loadBare()));
  }

  @Test
  void staticFunctionsThatAreCalledAreNoPrograms() {
    int xdp = elf.code("xdp", "call pc+1; exit; r0 = 2; exit; r0 = 3; exit");
    elf.function("main", xdp, 0);
    elf.symbol("called", ElfBuilder.FUNC, ElfBuilder.LOCAL, xdp, 16, 16);
    elf.symbol("tail", ElfBuilder.FUNC, ElfBuilder.LOCAL, xdp, 32, 16);
    XdpObject loaded = object.loadBare();
    assertEquals(List.of("main", "tail"), names(loaded));
    assertEquals("call pc+1\nexit\nr0 = 2\nexit\n", text(loaded.program("main")));
  }

  @Test
  void globalFunctionsThatAreCalledAreProgramsIfTheyTakeTheContext() {
    int xdp = elf.code("xdp", "call pc+2; call pc+3; exit; r0 = 2; exit; r0 = 3; exit");
    elf.function("main", xdp, 0);
    elf.function("part", xdp, 3);
    elf.function("program", xdp, 5);
    object.btf.function("part", object.btf.prototype(object.btf.integer("int", 4)));
    object.xdpFunction("program");
    assertEquals(List.of("main", "program"), names(object.load()));
  }

  @Test
  void functionsThatHelpersCallAreLinkedWhereTheirAddressIsTaken() {
    int text = elf.code(".text", "r0 = 10; exit; r0 = 20; exit");
    elf.symbol("one", ElfBuilder.FUNC, ElfBuilder.LOCAL, text, 0, 16);
    elf.symbol("two", ElfBuilder.FUNC, ElfBuilder.LOCAL, text, 16, 16);
    int xdp = elf.code("xdp", "r2 = 16 ll; call 181; r2 = 0 ll; r2 = 16 ll; exit");
    elf.function("main", xdp, 0);
    elf.load(xdp, 0, elf.sectionSymbol(text)).load(xdp, 3, elf.sectionSymbol(text));
    elf.load(xdp, 5, elf.sectionSymbol(text));
    Program main = object.loadBare().program("main");
    assertEquals(
        """
        ld_pseudo r2, 4, 7
        call 181
        ld_pseudo r2, 4, 6
        ld_pseudo r2, 4, 2
        exit
        r0 = 20
        exit
        r0 = 10
        exit
        """,
        text(main));
    assertEquals(
        List.of("main", "two", "one"),
        main.functions().stream().map(Program.Function::name).toList());
  }

  @Test
  void calledFunctionsFollowInTheOrderOfLibbpf() {
    int text = elf.code(".text", "r0 = 10; exit; r0 = 20; call pc-1; exit; r0 = 30; exit");
    int leaf = elf.symbol("leaf", ElfBuilder.FUNC, ElfBuilder.GLOBAL, text, 0, 16);
    int middle = elf.symbol("middle", ElfBuilder.FUNC, ElfBuilder.LOCAL, text, 16, 24);
    elf.symbol("last", ElfBuilder.FUNC, ElfBuilder.LOCAL, text, 40, 16);
    int section = elf.sectionSymbol(text);
    elf.call(text, 3, leaf);
    // Calls: by symbol, by section (of insn 5), the same function again, another one.
    int xdp = elf.code("xdp", "call pc-1; call pc+4; call pc-1; call pc-1; exit");
    elf.function("main", xdp, 0);
    elf.call(xdp, 0, middle).call(xdp, 1, section).call(xdp, 2, middle).call(xdp, 3, leaf);
    Program program = object.loadBare().program("main");
    assertEquals(
        """
        call pc+4
        call pc+8
        call pc+2
        call pc+4
        exit
        r0 = 20
        call pc+1
        exit
        r0 = 10
        exit
        r0 = 30
        exit
        """,
        text(program));
    assertEquals(
        List.of(
            new Program.Function(0, "main"),
            new Program.Function(5, "middle"),
            new Program.Function(8, "leaf"),
            new Program.Function(10, "last")),
        program.functions());
  }

  @Test
  void recursionEnds() {
    int xdp = elf.code("xdp", "call pc-1; exit");
    elf.function("main", xdp, 0);
    assertEquals("call pc-1\nexit\n", text(object.loadBare().program("main")));
  }

  @Test
  void aLongChainOfCallsDoesNotExhaustTheStack() {
    int count = 30_000;
    int text = elf.code(".text", "call pc+1; exit; ".repeat(count) + "exit");
    for (int i = 0; i <= count; i++) {
      elf.function("f" + i, text, 2 * i);
    }
    int xdp = elf.code("xdp", "call pc-1; exit");
    elf.function("main", xdp, 0);
    elf.call(xdp, 0, 1);
    assertEquals(count + 2, object.loadBare().program("main").functions().size());
  }

  @Test
  void programsThatMultiplyAreLimited() {
    int text = elf.code(".text", "r0 = 1; ".repeat(9_000) + "exit");
    int shared = elf.function("shared", text, 0);
    int xdp = elf.code("xdp", "call pc-1; exit; ".repeat(1_000));
    for (int i = 0; i < 1_000; i++) {
      elf.function("p" + i, xdp, 2 * i);
      elf.call(xdp, 2 * i, shared);
    }
    assertLimited(object.loadBare());
  }

  @Test
  void linesThatManyProgramsShareAreLimited() {
    for (int i = 0; i < 3_000; i++) {
      elf.function("p" + i, elf.code("xdp", "exit"), 0);
      object.btf.line("xdp", 0, "a.c", i, "");
    }
    assertLimited(object.load());
  }

  private static void assertLimited(XdpObject loaded) {
    String note = loaded.notes().get(0);
    assertTrue(note.endsWith("the object's programs have too many instructions together"), note);
    int instructions = loaded.programs().stream().mapToInt(p -> p.code().size()).sum();
    assertTrue(instructions <= 1 << 22, "instructions " + instructions);
  }

  @Test
  void linesAndFunctionsComeFromBtf() {
    int text = elf.code(".text", "r0 = 1; exit");
    int called = elf.function("called", text, 0);
    int xdp = elf.code("xdp", "exit; call pc-1; r0 = 2; exit");
    elf.function("other", xdp, 0);
    elf.function("main", xdp, 1);
    elf.call(xdp, 1, called);
    object.btf.line("xdp", 3, "a.c", 12, "\treturn 2;").line("xdp", 1, "a.c", 11, "f();");
    object.btf.line("xdp", 0, "a.c", 1, "other").line(".text", 0, "b.h", 5, "return 1;");
    Program program = object.load().program("main");
    assertEquals(
        List.of(
            new Program.SourceLine(0, "a.c", 11, "f();"),
            new Program.SourceLine(2, "a.c", 12, "return 2;"),
            new Program.SourceLine(3, "b.h", 5, "return 1;")),
        program.lines());
    assertEquals("program main, insn 4 (b.h:5)", program.place(4));
  }

  @Test
  void whatCannotBeLinkedIsNamedWithItsPlace() {
    record Case(String code, int instruction, int type, String symbol, String message) {}
    for (Case c :
        List.of(
            new Case(
                "call pc-1; exit",
                0,
                10,
                "kfunc",
                "call of kfunc, which is defined nowhere;" + " kernel functions are not supported"),
            new Case("call pc+0; exit", 0, 10, "f", "call of f, where no function begins"),
            new Case("call pc-1; exit", 0, 10, "odd", "call of odd, where no function begins"),
            new Case("call pc-1; exit", 0, 10, "data", "call of data, where no function begins"),
            new Case(
                "call pc+5; exit",
                1,
                0,
                "",
                "call of insn 8 of the section, where no" + " function begins"),
            new Case(
                "r1 = 0 ll; exit",
                0,
                1,
                "kfunc",
                "symbol kfunc is defined nowhere; declare"
                    + " it __weak if the program can do without"),
            new Case(
                "r1 = 0 ll; exit",
                0,
                1,
                "OPTION",
                "kernel option OPTION is defined nowhere;"
                    + " declare it __weak if the program can do without"),
            new Case(
                "r1 = 8 ll; exit", 0, 1, "f", "address of offset 8 of .text, where no function is"),
            new Case(
                "r1 = 0 ll; exit",
                0,
                1,
                "common",
                "common is a tentative definition;" + " compile with -fno-common"),
            new Case(
                "r1 = 0 ll; exit",
                0,
                1,
                "odd",
                "odd lies in section license, which holds no" + " data"),
            new Case("r1 = 4 ll; exit", 0, 1, "data", "data: offset 4 in .data of 4"),
            new Case("r1 = 4294967295 ll; exit", 0, 1, "data", "data: offset -1 in .data of 4"),
            new Case("r1 = 4 ll; exit", 0, 1, "map", "no map begins at offset 4 of maps"),
            new Case("r1 = 0 ll; exit", 0, 10, "f", "relocation R_BPF_64_32 of opcode 0x18"),
            new Case("call 1; exit", 0, 2, "f", "relocation R_BPF_64_ABS64 of opcode 0x85"),
            new Case("r1 = 5; exit", 0, 1, "data", "relocation R_BPF_64_64 of opcode 0xb7"),
            new Case(
                "r1 = 0 ll; exit",
                1,
                1,
                "data",
                "a relocation at byte 24 of the section fits" + " no instruction"),
            new Case(
                "goto +9; exit",
                0,
                0,
                "",
                "jump to insn 12 is outside the program of" + " 4 insns"),
            new Case(
                "r0 = 1",
                0,
                0,
                "",
                "falls off the end; the last instruction of a function"
                    + " must be exit or an unconditional jump"))) {
      String message = message(c.code(), c.instruction(), c.type(), c.symbol());
      int index = c.message().contains("of insn 8") ? 2 : 2 + c.instruction();
      assertEquals(
          "a.o: section xdp: program main, insn " + index + " (m.c:7): " + c.message(), message);
    }
  }

  /** Links code that begins at the third instruction of a program. */
  private static String message(String code, int instruction, int type, String symbol) {
    ObjectBuilder object = new ObjectBuilder();
    ElfBuilder elf = object.elf;
    int text = elf.code(".text", "r0 = 1; exit");
    elf.function("f", text, 0);
    elf.symbol("data", ElfBuilder.OBJECT, 1, elf.data(".data", new byte[4]), 0, 4);
    elf.symbol("odd", ElfBuilder.OBJECT, 1, elf.data("license", new byte[8]), 4, 4);
    elf.symbol("map", ElfBuilder.OBJECT, 1, elf.data("maps", map()), 0, 20);
    elf.undefined("kfunc", ElfBuilder.GLOBAL);
    elf.undefined("OPTION", ElfBuilder.GLOBAL);
    elf.symbol("common", ElfBuilder.OBJECT, 1, 0xfff2, 0, 4);
    List<String> symbols = List.of("", "f", "data", "odd", "map", "kfunc", "OPTION", "common");
    int xdp = elf.code("xdp", "r6 = 6; r7 = 7; " + code);
    elf.function("main", xdp, 0);
    int option = object.btf.variable("OPTION", object.btf.integer("int", 4));
    object.btf.section(".kconfig", option, 0, 4);
    object.btf.line("xdp", 0, "m.c", 7, "");
    if (!symbol.isEmpty()) {
      elf.relocate(xdp, 8L * (2 + instruction), type, symbols.indexOf(symbol));
    }
    return assertThrows(InputException.class, object::load, code).getMessage();
  }

  private static byte[] map() {
    byte[] bytes = new byte[20];
    bytes[0] = 2;
    return bytes;
  }

  @Test
  void aProgramThatCannotBeLinkedIsLeftOutIfOthersCan() {
    int xdp = elf.code("xdp", "call pc-1; exit; r0 = 2; exit");
    elf.function("bad", xdp, 0);
    elf.function("good", xdp, 2);
    elf.call(xdp, 0, elf.undefined("kfunc", ElfBuilder.GLOBAL));
    XdpObject loaded = object.loadBare();
    assertEquals(List.of("good"), names(loaded));
    String cause =
        "a.o: section xdp: program bad, insn 0: call of kfunc, which is defined nowhere;"
            + " kernel functions are not supported";
    assertEquals(List.of("program bad is left out: " + cause), loaded.notes());
    String message = assertThrows(InputException.class, () -> loaded.program("bad")).getMessage();
    assertEquals(cause, message);
  }

  @Test
  void programsOfOneNameAreRefused() {
    int xdp = elf.code("xdp", "exit; exit");
    elf.function("twice", xdp, 0);
    elf.function("twice", xdp, 1);
    assertRefused("a.o: section xdp: a second program named twice; names must differ");
  }

  @Test
  void codeThatIsNoCodeIsRefused() {
    elf.section("xdp", 1, 6, new byte[12]);
    assertRefused("a.o: section xdp: its length is no multiple of 8");
  }

  @Test
  void functionsMustLieInTheirSection() {
    elf.function("far", elf.code("xdp", "exit"), 5);
    assertRefused("a.o: section xdp: function far at offset 40 of 8 bytes");
  }

  @Test
  void namesWithControlCharactersStayInOneLine() {
    elf.function("a\nb\tc\u0085", elf.code("xdp", "exit"), 0);
    assertEquals(List.of("a?b c?"), names(object.loadBare()));
  }

  @Test
  void aCallOfTheCLibraryThatClangMakesIsNamedAsSuch() {
    int xdp = elf.code("xdp", "call pc-1; exit");
    elf.function("main", xdp, 0);
    elf.call(xdp, 0, elf.undefined("memcmp", ElfBuilder.GLOBAL));
    String message = assertThrows(InputException.class, () -> object.loadBare()).getMessage();
    assertTrue(message.endsWith("use a loop or compare words"), message);
  }

  @Test
  void filesAreReadOrRefusedInOneLine(@TempDir Path folder) throws Exception {
    elf.function("main", elf.code("xdp", "exit"), 0);
    Path file = Files.write(folder.resolve("b.o"), elf.build());
    assertEquals(file.toString(), ObjectLoader.load(file).file());
    assertPathRefused(folder.resolve("none.o"), "no such file");
    assertPathRefused(folder, "cannot be read: ");
    assertPathRefused(Files.write(folder.resolve("text"), new byte[] {'h', 'i'}), "not an ELF");
    XdpObject none = ObjectLoader.load("c.o", new ElfBuilder().build());
    String message = assertThrows(InputException.class, () -> none.program(null)).getMessage();
    assertTrue(message.startsWith("c.o: no XDP program"), message);
  }

  private static void assertPathRefused(Path path, String cause) {
    String message = assertThrows(InputException.class, () -> ObjectLoader.load(path)).getMessage();
    assertTrue(message.startsWith(path + ": " + cause), message);
    assertEquals(1L, message.lines().count());
  }
}
