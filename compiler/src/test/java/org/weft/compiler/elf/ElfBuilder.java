package org.weft.compiler.elf;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.weft.compiler.ebpf.Encoder;
import org.weft.compiler.ebpf.Parser;

/** Writes objects for tests, byte by byte; nothing is checked. */
public final class ElfBuilder {
  public static final int NOTYPE = 0;
  public static final int OBJECT = 1;
  public static final int FUNC = 2;
  public static final int SECTION = 3;
  public static final int LOCAL = 0;
  public static final int GLOBAL = 1;
  public static final int WEAK = 2;
  public static final int UNDEFINED = 0;

  private static final int HEADER_BYTES = 64;

  private record Part(String name, int type, long flags, byte[] bytes, long size, int entry) {}

  private record Reference(long offset, int type, int symbol) {}

  private final List<Part> parts = new ArrayList<>();
  private final TreeMap<Integer, List<Reference>> relocations = new TreeMap<>();
  private final Words symbols = new Words().bytes(new byte[24]);
  private final Words names = new Words();
  private int machine = 247;

  public ElfBuilder() {
    names.text("");
    parts.add(new Part("", 0, 0, new byte[0], 0, 0));
  }

  /** Bytes of instructions in the syntax of llvm-objdump; {@code ;} stands for a new line. */
  public static byte[] code(String text) {
    return Encoder.encode(Parser.parse(text.replace(';', '\n')));
  }

  public ElfBuilder machine(int number) {
    machine = number;
    return this;
  }

  /** Adds a section of any type; gives its number. */
  public int section(String name, int type, long flags, byte[] bytes) {
    parts.add(new Part(name, type, flags, bytes, bytes.length, 0));
    return parts.size() - 1;
  }

  /** Adds a section of code. */
  public int code(String name, String text) {
    return section(name, ElfSection.PROGBITS, 6, code(text));
  }

  /** Adds a section of data. */
  public int data(String name, byte[] bytes) {
    return section(name, ElfSection.PROGBITS, 3, bytes);
  }

  /** Adds the license. */
  public ElfBuilder license(String text) {
    data("license", (text + "\0").getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** Adds a section of zeros. */
  public int zeros(String name, long size) {
    parts.add(new Part(name, ElfSection.NOBITS, 3, new byte[0], size, 0));
    return parts.size() - 1;
  }

  /** Adds a symbol; gives its number. */
  public int symbol(String name, int type, int binding, int section, long value, long size) {
    int number = symbols.size() / 24;
    symbols.u32(name.isEmpty() ? 0 : names.text(name));
    symbols.number(binding << 4 | type, 1).number(0, 1).number(section, 2);
    symbols.number(value, 8).number(size, 8);
    return number;
  }

  /** Adds a global function that begins at an instruction. */
  public int function(String name, int section, int instruction) {
    return symbol(name, FUNC, GLOBAL, section, 8L * instruction, 0);
  }

  /** Adds a global variable. */
  public int object(String name, int section, long offset, long size) {
    return symbol(name, OBJECT, GLOBAL, section, offset, size);
  }

  /** Adds a symbol that another object should define. */
  public int undefined(String name, int binding) {
    return symbol(name, NOTYPE, binding, UNDEFINED, 0, 0);
  }

  /** Adds the symbol that stands for a section. */
  public int sectionSymbol(int section) {
    return symbol("", SECTION, LOCAL, section, 0, 0);
  }

  /** Adds a relocation of a section. */
  public ElfBuilder relocate(int section, long offset, int type, int symbol) {
    relocations
        .computeIfAbsent(section, s -> new ArrayList<>())
        .add(new Reference(offset, type, symbol));
    return this;
  }

  /** Adds the relocation of a 64-bit immediate load. */
  public ElfBuilder load(int section, int instruction, int symbol) {
    return relocate(section, 8L * instruction, ElfRelocation.IMMEDIATE_64, symbol);
  }

  /** Adds the relocation of a call. */
  public ElfBuilder call(int section, int instruction, int symbol) {
    return relocate(section, 8L * instruction, ElfRelocation.CALL, symbol);
  }

  /** Where the header of a section stands in what {@link #build} gives. */
  public static int headerOf(byte[] file, int section) {
    return (int) Span.of("", file).s64(40) + 64 * section;
  }

  /** The file: sections in the order in which they were added, then tables, then headers. */
  public byte[] build() {
    List<Part> all = new ArrayList<>(parts);
    int symbolTable = all.size();
    all.add(new Part(".symtab", ElfSection.SYMTAB, 0, symbols.toArray(), symbols.size(), 24));
    relocations.forEach(
        (section, list) -> {
          Words table = new Words();
          list.forEach(r -> table.number(r.offset(), 8).u32(r.type(), r.symbol()));
          String name = ".rel" + parts.get(section).name();
          all.add(new Part(name, ElfSection.REL, 0, table.toArray(), table.size(), 16));
        });
    Words strings = new Words().bytes(names.toArray());
    List<Integer> nameOffsets = new ArrayList<>();
    all.forEach(part -> nameOffsets.add(strings.text(part.name())));
    nameOffsets.add(strings.text(".strtab"));
    all.add(new Part(".strtab", ElfSection.STRTAB, 0, strings.toArray(), strings.size(), 0));
    return write(all, nameOffsets, symbolTable);
  }

  private byte[] write(List<Part> all, List<Integer> nameOffsets, int symbolTable) {
    Words body = new Words();
    List<Integer> offsets = new ArrayList<>();
    for (Part part : all) {
      offsets.add(HEADER_BYTES + body.size());
      body.bytes(part.bytes());
    }
    Words file = new Words().number(0x00010102464c457fL, 8).number(0, 8);
    file.number(1, 2).number(machine, 2).u32(1).number(0, 8).number(0, 8);
    file.number(HEADER_BYTES + body.size(), 8).u32(0);
    file.number(64, 2).number(0, 2).number(0, 2).number(64, 2);
    file.number(all.size(), 2).number(all.size() - 1, 2).bytes(body.toArray());
    List<Integer> targets = new ArrayList<>(relocations.keySet());
    for (int i = 0; i < all.size(); i++) {
      Part part = all.get(i);
      boolean isRelocation = part.type() == ElfSection.REL;
      int link = isRelocation ? symbolTable : i == symbolTable ? all.size() - 1 : 0;
      int info = isRelocation ? targets.get(i - symbolTable - 1) : 0;
      file.u32(nameOffsets.get(i), part.type()).number(part.flags(), 8).number(0, 8);
      file.number(i == 0 ? 0 : offsets.get(i), 8).number(part.size(), 8);
      file.u32(link, info).number(8, 8).number(part.entry(), 8);
    }
    return file.toArray();
  }
}
