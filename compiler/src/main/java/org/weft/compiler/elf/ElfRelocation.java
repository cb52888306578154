package org.weft.compiler.elf;

/**
 * A relocation without explicit addend (SHT_REL).
 *
 * @param offset in the section that it applies to
 * @param type one of the constants here
 * @param symbol what it refers to
 */
public record ElfRelocation(long offset, int type, ElfSymbol symbol) {
  /** R_BPF_64_64: a 16-byte instruction. */
  public static final int IMMEDIATE_64 = 1;

  /** R_BPF_64_ABS64: eight bytes of data. */
  public static final int DATA_64 = 2;

  /** R_BPF_64_ABS32: four bytes of data. */
  public static final int DATA_32 = 3;

  /** R_BPF_64_NODYLD32: four bytes of BTF that linking leaves alone. */
  public static final int DEBUG_32 = 4;

  /** R_BPF_64_32: a call. */
  public static final int CALL = 10;

  /** Whether it can stand for a pointer in data; before clang 13 the type was that of code. */
  public boolean isPointer() {
    return type == DATA_64 || type == IMMEDIATE_64;
  }

  /** The type's name. */
  public String typeName() {
    return switch (type) {
      case IMMEDIATE_64 -> "R_BPF_64_64";
      case DATA_64 -> "R_BPF_64_ABS64";
      case DATA_32 -> "R_BPF_64_ABS32";
      case DEBUG_32 -> "R_BPF_64_NODYLD32";
      case CALL -> "R_BPF_64_32";
      default -> "type " + type;
    };
  }
}
