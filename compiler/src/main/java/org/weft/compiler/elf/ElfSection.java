package org.weft.compiler.elf;

/**
 * A section.
 *
 * @param index its number
 * @param name its name
 * @param type SHT_ constant
 * @param flags SHF_ bits
 * @param link number of a related section; of the symbol table for relocations
 * @param info number of the section that relocations apply to
 * @param size bytes in memory
 * @param entryBytes bytes of a table entry
 * @param content bytes in the file; empty for NOBITS, else as many as size
 */
public record ElfSection(
    int index,
    String name,
    int type,
    long flags,
    int link,
    int info,
    long size,
    long entryBytes,
    Span content) {
  static final int NULL = 0;
  static final int PROGBITS = 1;
  static final int SYMTAB = 2;
  static final int STRTAB = 3;
  static final int RELA = 4;
  static final int NOBITS = 8;
  static final int REL = 9;
  private static final long EXECINSTR = 4;

  /** Whether it holds bytes of the program, code or data. */
  public boolean isProgramBits() {
    return type == PROGBITS;
  }

  /** Whether it is memory of zeros without bytes in the file. */
  public boolean isZeroed() {
    return type == NOBITS;
  }

  /** Whether it holds code. */
  public boolean isCode() {
    return type == PROGBITS && (flags & EXECINSTR) != 0;
  }
}
