package org.weft.compiler.btf;

import org.weft.compiler.elf.Span;

/**
 * A type.
 *
 * @param id its number
 * @param kind its kind
 * @param nameOffset where its name stands
 * @param kindFlag meaning depends on the kind
 * @param elements number of members, enumerators, parameters or variables
 * @param sizeOrType size in bytes or number of another type, as the kind says
 * @param detail what follows the common part
 */
public record BtfType(
    int id,
    BtfKind kind,
    long nameOffset,
    boolean kindFlag,
    int elements,
    long sizeOrType,
    Span detail) {

  /**
   * A member of a structure or union.
   *
   * @param bitOffset from the beginning
   * @param bitSize of a bit field, else 0
   */
  public record Member(String name, long type, long bitOffset, int bitSize) {}

  /** A named number of an enumeration. */
  public record Enumerator(String name, long value) {}

  /**
   * A variable of a section.
   *
   * @param type number of the VAR
   * @param offset as in the file: not relocated
   */
  public record SectionVariable(long type, long offset, long size) {}
}
