package org.weft.compiler.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.weft.isa.InputException;

/** An ELF-64, little-endian, relocatable object of machine BPF. Nothing is believed unchecked. */
public final class ElfFile {
  private static final int HEADER_BYTES = 64;
  private static final int SECTION_HEADER_BYTES = 64;
  private static final int SYMBOL_BYTES = 24;
  private static final int MACHINE_BPF = 247;
  private static final int RESERVED_SECTIONS = 0xff00;
  private static final long MAX_SECTION_BYTES = 1L << 30;

  private final ByteBuffer file;
  private final List<Section> sections = new ArrayList<>();
  private final List<Symbol> symbols = new ArrayList<>();

  private ElfFile(byte[] bytes) {
    file = ByteBuffer.wrap(bytes).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Reads an object.
   *
   * @throws InputException when it is no such object, or cut off, or inconsistent
   */
  public static ElfFile parse(byte[] bytes) {
    ElfFile elf = new ElfFile(bytes);
    elf.readHeader();
    elf.readSymbols();
    return elf;
  }

  /** All sections; the index is the number. */
  public List<Section> sections() {
    return sections;
  }

  /** All symbols; the index is the number. */
  public List<Symbol> symbols() {
    return symbols;
  }

  /** The first section of this name, or null. */
  public Section section(String name) {
    for (Section section : sections) {
      if (section.name().equals(name)) {
        return section;
      }
    }
    return null;
  }

  /** The relocations of a section, in the order of the file. */
  public List<Relocation> relocations(Section target) {
    List<Relocation> relocations = new ArrayList<>();
    for (Section section : sections) {
      boolean hasAddend = section.type() == Section.RELA;
      if (section.type() != Section.REL && !hasAddend || section.info() != target.index()) {
        continue;
      }
      int entry = hasAddend ? 24 : 16;
      ByteBuffer data = section.buffer();
      if (data.remaining() % entry != 0) {
        throw new InputException(section.name() + ": size is not a multiple of " + entry);
      }
      while (data.hasRemaining()) {
        long offset = data.getLong();
        long info = data.getLong();
        if (hasAddend && data.getLong() != 0) {
          throw new InputException(section.name() + ": relocation with addend; BPF has none");
        }
        long symbol = info >>> 32;
        if (symbol >= symbols.size()) {
          throw new InputException(
              section.name() + ": relocation against unknown symbol " + symbol);
        }
        if (offset < 0 || offset >= target.size()) {
          throw new InputException(
              section.name() + ": relocation at byte " + offset + ", outside " + target.name());
        }
        relocations.add(new Relocation(offset, (int) info, symbols.get((int) symbol)));
      }
    }
    return relocations;
  }

  private void readHeader() {
    if (file.capacity() < 4 || file.order(ByteOrder.BIG_ENDIAN).getInt(0) != 0x7f454c46) {
      throw new InputException("not an ELF file; give an object that clang -target bpf wrote");
    }
    file.order(ByteOrder.LITTLE_ENDIAN);
    if (file.capacity() < HEADER_BYTES) {
      throw new InputException("the ELF header is cut off: " + file.capacity() + " bytes");
    }
    if (file.get(4) != 2) {
      throw new InputException("not a 64-bit ELF file; compile with clang -target bpf");
    }
    if (file.get(5) != 1) {
      throw new InputException("not little-endian; compile with clang -target bpfel");
    }
    int machine = Short.toUnsignedInt(file.getShort(18));
    // Old compilers left the machine out, and libbpf takes such objects, too.
    if (machine != MACHINE_BPF && machine != 0) {
      throw new InputException(
          "ELF machine " + machine + " is not BPF (247); compile with clang -target bpf");
    }
    long offset = file.getLong(40);
    int entry = Short.toUnsignedInt(file.getShort(58));
    int count = Short.toUnsignedInt(file.getShort(60));
    int names = Short.toUnsignedInt(file.getShort(62));
    if (count == 0) {
      throw new InputException("the ELF file has no sections");
    }
    if (entry != SECTION_HEADER_BYTES) {
      throw new InputException("section headers of " + entry + " bytes; 64 are expected");
    }
    ByteBuffer headers = slice(offset, (long) count * entry, "the section headers");
    if (names >= count) {
      throw new InputException("section name table " + names + " does not exist");
    }
    ByteBuffer nameTable = contents(headers, names, "the section name table");
    for (int i = 0; i < count; i++) {
      int base = i * entry;
      String name = string(nameTable, Integer.toUnsignedLong(headers.getInt(base)), "section " + i);
      sections.add(
          new Section(
              i,
              name,
              headers.getInt(base + 4),
              headers.getLong(base + 8),
              headers.getInt(base + 40),
              headers.getInt(base + 44),
              headers.getLong(base + 56),
              headers.getLong(base + 32),
              contents(headers, i, "section " + name)));
    }
  }

  private ByteBuffer contents(ByteBuffer headers, int index, String what) {
    int base = index * SECTION_HEADER_BYTES;
    int type = headers.getInt(base + 4);
    long offset = headers.getLong(base + 24);
    long size = headers.getLong(base + 32);
    if (size < 0 || size > MAX_SECTION_BYTES) {
      throw new InputException(what + ": size " + Long.toUnsignedString(size) + " is absurd");
    }
    return type == 0 || type == Section.NOBITS ? slice(0, 0, what) : slice(offset, size, what);
  }

  private ByteBuffer slice(long offset, long size, String what) {
    if (offset < 0 || size < 0 || offset > file.capacity() || size > file.capacity() - offset) {
      throw new InputException(
          what + ": reaches beyond the end of the file (" + file.capacity() + " bytes); cut off?");
    }
    return file.slice((int) offset, (int) size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void readSymbols() {
    for (Section section : sections) {
      if (section.type() != Section.SYMTAB) {
        continue;
      }
      if (!symbols.isEmpty()) {
        throw new InputException(section.name() + ": a second symbol table");
      }
      if (section.link() <= 0 || section.link() >= sections.size()) {
        throw new InputException(section.name() + ": no string table " + section.link());
      }
      if (section.size() % SYMBOL_BYTES != 0) {
        throw new InputException(section.name() + ": size is not a multiple of 24");
      }
      ByteBuffer names = sections.get(section.link()).buffer();
      ByteBuffer data = section.buffer();
      while (data.hasRemaining()) {
        symbols.add(symbol(data, names));
      }
    }
  }

  private Symbol symbol(ByteBuffer data, ByteBuffer names) {
    String where = "symbol " + symbols.size();
    long name = Integer.toUnsignedLong(data.getInt());
    int info = Byte.toUnsignedInt(data.get());
    data.get();
    int section = Short.toUnsignedInt(data.getShort());
    long value = data.getLong();
    long size = data.getLong();
    String text = string(names, name, where);
    if (section >= RESERVED_SECTIONS) {
      section = 0;
    } else if (section >= sections.size()) {
      throw new InputException(where + " (" + text + "): section " + section + " does not exist");
    }
    int kind = info & 0xf;
    boolean inside = section != 0;
    if (inside
        && (value < 0
            || size < 0
            || value > sections.get(section).size()
            || size > sections.get(section).size() - value)) {
      throw new InputException(
          where + " (" + text + "): lies outside section " + sections.get(section).name());
    }
    if (kind == 3 && inside) {
      text = sections.get(section).name();
    }
    return new Symbol(text, value, size, kind, info >>> 4, section);
  }

  private static String string(ByteBuffer table, long offset, String where) {
    if (offset >= table.capacity()) {
      if (offset == 0) {
        return "";
      }
      throw new InputException(where + ": its name lies outside the string table");
    }
    int end = (int) offset;
    while (end < table.capacity() && table.get(end) != 0) {
      end++;
    }
    byte[] text = new byte[end - (int) offset];
    table.get((int) offset, text);
    return new String(text, StandardCharsets.UTF_8);
  }
}
