package org.weft.compiler.object;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weft.compiler.object.ObjectLoaderTest.text;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.compiler.elf.ElfBuilder;
import org.weft.compiler.elf.ElfRelocation;
import org.weft.isa.InputException;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;

/** Global data, and what an object expects from the kernel. */
class DataSectionsTest {
  private final ObjectBuilder object = new ObjectBuilder();
  private final ElfBuilder elf = object.elf;

  @Test
  void dataSectionsAreMaps() {
    int rodata = elf.data(".rodata", new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    int data = elf.data(".data.own", new byte[] {9, 9, 9, 9});
    int bss = elf.zeros(".bss", 64);
    int empty = elf.zeros(".bss.empty", 0);
    int strings = elf.data(".rodata.str1.1", new byte[] {'a', 0});
    elf.data(".database", new byte[1]);
    int xdp =
        elf.code(
            "xdp",
            "r1 = 0 ll; r1 = 2 ll; r1 = 0 ll; r1 = 4294967292 ll; r1 = 0 ll; r1 = 1 ll; exit");
    elf.function("main", xdp, 0);
    elf.load(xdp, 0, elf.object("constant", rodata, 4, 4));
    elf.load(xdp, 2, elf.sectionSymbol(data));
    elf.load(xdp, 4, elf.object("counter", bss, 56, 8));
    elf.load(xdp, 6, elf.object("other", bss, 60, 4));
    elf.load(xdp, 8, elf.object("nothing", empty, 0, 0));
    elf.load(xdp, 10, elf.sectionSymbol(strings));
    XdpObject loaded = object.loadBare();
    assertEquals(
        """
        ld_pseudo r1, 6, 17179869184
        ld_pseudo r1, 6, 8589934593
        ld_pseudo r1, 6, 240518168578
        ld_pseudo r1, 6, 240518168578
        ld_pseudo r1, 6, 3
        ld_pseudo r1, 6, 4294967300
        exit
        """,
        text(loaded.program("main")));
    assertEquals(
        List.of(".rodata", ".data.own", ".bss", ".bss.empty", ".rodata.str1.1"),
        loaded.maps().stream().map(MapDefinition::name).toList());
    assertEquals(
        List.of(8L, 4L, 64L, 1L, 2L),
        loaded.maps().stream().map(MapDefinition::valueSize).toList());
    assertEquals(MapDefinition.RDONLY_PROG, loaded.maps().get(0).flags());
    assertEquals(0, loaded.maps().get(1).flags());
    assertEquals(Bytes.of(new byte[] {9, 9, 9, 9}), loaded.maps().get(1).data());
    assertEquals(Bytes.EMPTY, loaded.maps().get(2).data());
    assertTrue(loaded.maps().stream().allMatch(MapDefinition::isGlobalData));
  }

  @Test
  void aHugeSectionOfZerosCostsNothing() {
    elf.zeros(".bss", 0xfffffff0L);
    assertEquals(0xfffffff0L, object.loadBare().maps().get(0).valueSize());
    elf.zeros(".bss.more", 1L << 32);
    String message = assertThrows(InputException.class, object::load).getMessage();
    assertEquals("a.o: section .bss.more: larger than 4 GiB", message);
  }

  @Test
  void addressesInDataAreNoted() {
    int data = elf.data(".data", new byte[8]);
    elf.relocate(data, 0, ElfRelocation.DATA_64, elf.sectionSymbol(data));
    assertEquals(
        List.of("section .data: addresses in data are left as offsets"), object.loadBare().notes());
  }

  /** The object expects two options of the kernel, of four bytes each. */
  private void expectOptions(String first, String second) {
    int integer = object.btf.integer("int", 4);
    int one = object.btf.variable(first, integer);
    object.btf.section(".kconfig", one, 0, 4, object.btf.variable(second, integer), 0, 4);
  }

  @Test
  void weakExternsAreAbsent() {
    expectOptions("CONFIG_A", "CONFIG_B");
    int xdp = elf.code("xdp", "r1 = 7 ll; r2 = 0 ll; r3 = 0 ll; call pc-1; exit");
    elf.function("main", xdp, 0);
    elf.load(xdp, 0, elf.undefined("some_symbol", ElfBuilder.WEAK));
    elf.load(xdp, 2, elf.undefined("CONFIG_B", ElfBuilder.WEAK));
    elf.load(xdp, 4, elf.undefined("CONFIG_A", ElfBuilder.WEAK));
    elf.call(xdp, 6, elf.undefined("some_function", ElfBuilder.WEAK));
    XdpObject loaded = object.load();
    assertEquals(
        """
        r1 = 0 ll
        ld_pseudo r2, 6, 34359738368
        ld_pseudo r3, 6, 0
        call kfunc#0
        exit
        """,
        text(loaded.program("main")));
    assertEquals(".kconfig", loaded.maps().get(0).name());
    assertEquals(16, loaded.maps().get(0).valueSize());
    assertEquals(
        List.of("program main, insn 6: some_function is taken as not in this kernel"),
        loaded.notes());
  }

  @Test
  void theKernelsVersionIsGiven() {
    expectOptions("CONFIG_A", "LINUX_KERNEL_VERSION");
    int xdp = elf.code("xdp", "r2 = 0 ll; exit");
    elf.function("main", xdp, 0);
    elf.load(xdp, 0, elf.undefined("LINUX_KERNEL_VERSION", ElfBuilder.GLOBAL));
    XdpObject loaded = object.load();
    assertEquals("ld_pseudo r2, 6, 34359738368\nexit\n", text(loaded.program("main")));
    assertEquals("000000000000000000120600", loaded.maps().get(0).data().toString());
    assertTrue(loaded.maps().get(0).isReadOnlyData());
  }
}
