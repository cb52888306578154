package org.weft.compiler.elf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.weft.isa.InputException;

/**
 * A relocatable ELF object for BPF: 64-bit, little-endian (System V gABI, chapters 4 and 5).
 *
 * <pre>
 * file header, 64 bytes
 *   0 7f 'E' 'L' 'F' class data version ...   16 type(2) machine(2) version(4)
 *  40 shoff(8)    58 shentsize(2) shnum(2) shstrndx(2)
 * section header, 64 bytes
 *   0 name(4) type(4) flags(8) addr(8) offset(8) size(8) link(4) info(4) align(8) entsize(8)
 * symbol, 24 bytes                              relocation, 16 bytes
 *   0 name(4) info(1) other(1) shndx(2)           0 offset(8) type(4) symbol(4)
 *   8 value(8) size(8)
 * </pre>
 */
public final class ElfFile {
  private static final int HEADER_BYTES = 64;
  private static final int SECTION_BYTES = 64;
  private static final int SYMBOL_BYTES = 24;
  private static final int RELOCATION_BYTES = 16;
  private static final int RELOCATABLE = 1;
  private static final int MACHINE_BPF = 247;
  private static final int RESERVED = 0xff00;
  private static final int EXTENDED = 0xffff;

  private final Span bytes;
  private final List<ElfSection> sections;
  private final ElfSection symbolTable;
  private final List<ElfSymbol> symbols;

  /** By the number of the section that they apply to. */
  private final Map<Integer, List<ElfSection>> relocationSections;

  private ElfFile(Span bytes) {
    this.bytes = bytes;
    checkHeader();
    this.sections = readSections();
    checkOverlap();
    this.symbolTable = findSymbolTable();
    this.symbols = symbolTable == null ? List.of() : readSymbols();
    this.relocationSections =
        sections.stream()
            .filter(s -> s.type() == ElfSection.REL || s.type() == ElfSection.RELA)
            .collect(Collectors.groupingBy(ElfSection::info));
  }

  /**
   * Reads an object.
   *
   * @param name the file's name, for messages
   * @throws InputException {@code name: section: cause} when it is none
   */
  public static ElfFile read(String name, byte[] bytes) {
    return new ElfFile(Span.of(name, bytes));
  }

  /** The file's name. */
  public String name() {
    return bytes.place();
  }

  /** All sections; the index is the section number, 0 is the null section. */
  public List<ElfSection> sections() {
    return sections;
  }

  /** The first section of this name. */
  public Optional<ElfSection> section(String name) {
    return sections.stream().filter(section -> section.name().equals(name)).findFirst();
  }

  /** All symbols, in the order of the file. */
  public List<ElfSymbol> symbols() {
    return symbols;
  }

  /** The relocations that apply to a section, by ascending offset. */
  public List<ElfRelocation> relocations(ElfSection target) {
    List<ElfRelocation> relocations = new ArrayList<>();
    for (ElfSection section : relocationSections.getOrDefault(target.index(), List.of())) {
      if (section.type() == ElfSection.RELA) {
        throw section.content().error("relocations with addends (RELA) do not occur in BPF");
      }
      readRelocations(section, relocations);
    }
    relocations.sort(Comparator.comparingLong(ElfRelocation::offset));
    return relocations;
  }

  private void checkHeader() {
    if (bytes.length() < 4 || bytes.s32(0) != 0x464c457f) {
      throw bytes.error("not an ELF object; compile with clang -target bpf -c");
    }
    bytes.part(0, HEADER_BYTES, "ELF header");
    if (bytes.u8(4) != 2) {
      throw bytes.error("ELF class " + bytes.u8(4) + " is not the 64-bit one");
    }
    if (bytes.u8(5) != 1) {
      throw bytes.error("not little-endian; compile with clang -target bpfel");
    }
    if (bytes.u8(6) != 1) {
      throw bytes.error("unknown ELF version " + bytes.u8(6));
    }
    int machine = bytes.u16(18);
    // Compilers before clang 3.9 wrote 0; libbpf takes it too.
    if (machine != MACHINE_BPF && machine != 0) {
      throw bytes.error("machine " + machine + " is not BPF; compile with clang -target bpf");
    }
    if (bytes.u16(16) != RELOCATABLE) {
      throw bytes.error("not a relocatable object (ELF type " + bytes.u16(16) + ")");
    }
  }

  private List<ElfSection> readSections() {
    long table = bytes.s64(40);
    if (table == 0) {
      throw bytes.error("no section headers");
    }
    if (Long.compareUnsigned(table, bytes.length()) >= 0) {
      throw bytes.error(
          "its sections are listed at offset "
              + Long.toUnsignedString(table)
              + ", and it ends after "
              + bytes.length()
              + " bytes; copy or build it again, it is cut off");
    }
    if (bytes.u16(58) != SECTION_BYTES) {
      throw bytes.error("section headers of " + bytes.u16(58) + " bytes instead of 64");
    }
    Span first = bytes.part(table, SECTION_BYTES, "section header 0");
    // gABI: counts that do not fit into 16 bits stand in the null section.
    long count = bytes.u16(60) == 0 ? first.s64(32) : bytes.u16(60);
    long names = bytes.u16(62) == EXTENDED ? first.u32(40) : bytes.u16(62);
    if (count < 0 || count > bytes.length()) {
      throw bytes.error("impossible number of sections " + Long.toUnsignedString(count));
    }
    if (names >= count) {
      throw bytes.error("section names in section " + names + " of " + count);
    }
    Span headers = bytes.part(table, count * SECTION_BYTES, "section header table");
    Span nameTable = content((int) names, headers, "section names");
    List<ElfSection> result = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Span header = headers.part((long) i * SECTION_BYTES, SECTION_BYTES, "section header");
      String name = i == 0 ? "" : nameTable.text(header.u32(0));
      Span content = content(i, headers, "section " + name);
      result.add(
          new ElfSection(
              i,
              name,
              header.s32(4),
              header.s64(8),
              header.s32(40),
              header.s32(44),
              header.s64(32),
              header.s64(56),
              content));
    }
    return List.copyOf(result);
  }

  private Span content(int index, Span headers, String what) {
    Span header = headers.part((long) index * SECTION_BYTES, SECTION_BYTES, "section header");
    int type = header.s32(4);
    String place = bytes.place() + ": " + what;
    if (type == ElfSection.NULL || type == ElfSection.NOBITS) {
      return bytes.part(0, 0, what).at(place);
    }
    return bytes.part(header.s64(24), header.s64(32), what).at(place);
  }

  /** Sections that share bytes would let a small file stand for an endless one. */
  private void checkOverlap() {
    List<ElfSection> byOffset =
        sections.stream()
            .filter(section -> section.content().length() > 0)
            .sorted(Comparator.comparingLong(this::fileOffset))
            .toList();
    for (int i = 1; i < byOffset.size(); i++) {
      ElfSection before = byOffset.get(i - 1);
      ElfSection after = byOffset.get(i);
      if (fileOffset(before) + before.size() > fileOffset(after)) {
        throw after.content().error("overlaps section " + before.name() + " in the file");
      }
    }
  }

  private long fileOffset(ElfSection section) {
    return bytes.s64(bytes.s64(40) + (long) section.index() * SECTION_BYTES + 24);
  }

  private ElfSection findSymbolTable() {
    ElfSection found = null;
    for (ElfSection section : sections) {
      if (section.type() == ElfSection.SYMTAB) {
        if (found != null) {
          throw section.content().error("a second symbol table");
        }
        found = section;
      }
    }
    return found;
  }

  private List<ElfSymbol> readSymbols() {
    Span table = table(symbolTable, SYMBOL_BYTES);
    if (symbolTable.link() <= 0
        || symbolTable.link() >= sections.size()
        || sections.get(symbolTable.link()).type() != ElfSection.STRTAB) {
      throw table.error("names in section " + symbolTable.link() + ", which is no string table");
    }
    Span names = sections.get(symbolTable.link()).content();
    List<ElfSymbol> result = new ArrayList<>();
    for (int at = 0; at < table.length(); at += SYMBOL_BYTES) {
      int info = table.u8(at + 4L);
      int section = table.u16(at + 6L);
      if (section >= sections.size() && (section < RESERVED || section == EXTENDED)) {
        throw table.error(
            "symbol " + at / SYMBOL_BYTES + " in section " + section + " of " + sections.size());
      }
      boolean unnamed = (info & 15) == ElfSymbol.SECTION && section < sections.size();
      String name =
          unnamed
              ? sections.get(section).name()
              : table.u32(at) == 0 ? "" : names.text(table.u32(at));
      result.add(
          new ElfSymbol(
              name, info & 15, info >> 4, section, table.s64(at + 8L), table.s64(at + 16L)));
    }
    return List.copyOf(result);
  }

  private void readRelocations(ElfSection section, List<ElfRelocation> to) {
    Span table = table(section, RELOCATION_BYTES);
    if (symbolTable == null || section.link() != symbolTable.index()) {
      throw table.error("relocations refer to section " + section.link() + ", no symbol table");
    }
    for (int at = 0; at < table.length(); at += RELOCATION_BYTES) {
      long symbol = table.u32(at + 12L);
      if (symbol >= symbols.size()) {
        throw table.error(
            "relocation "
                + at / RELOCATION_BYTES
                + " refers to symbol "
                + symbol
                + " of "
                + symbols.size());
      }
      to.add(new ElfRelocation(table.s64(at), table.s32(at + 8L), symbols.get((int) symbol)));
    }
  }

  private static Span table(ElfSection section, int entryBytes) {
    Span table = section.content();
    if (section.entryBytes() != entryBytes || table.length() % entryBytes != 0) {
      throw table.error(
          "a table of "
              + table.length()
              + " bytes with entries of "
              + Long.toUnsignedString(section.entryBytes())
              + " instead of "
              + entryBytes);
    }
    return table;
  }
}
