package org.weft.compiler.elf;

/**
 * A symbol.
 *
 * @param name its name; a section symbol has its section's
 * @param type STT_ constant
 * @param binding STB_ constant
 * @param section number of its section, or a reserved one
 * @param value offset in the section
 * @param size bytes, 0 if unknown
 */
public record ElfSymbol(String name, int type, int binding, int section, long value, long size) {
  private static final int NOTYPE = 0;
  private static final int FUNC = 2;
  static final int SECTION = 3;
  private static final int FILE = 4;
  private static final int LOCAL = 0;
  private static final int WEAK = 2;
  private static final int COMMON = 0xfff2;

  /** Whether this is marked as a function. */
  public boolean isFunction() {
    return type == FUNC;
  }

  /** Whether this may name anything, as all symbols of compilers before clang 8 do. */
  public boolean isUntyped() {
    return type == NOTYPE;
  }

  /** Whether this stands for its section. */
  public boolean isSection() {
    return type == SECTION;
  }

  /** Whether this names a source file. */
  public boolean isFile() {
    return type == FILE;
  }

  /** Whether other objects cannot see it: {@code static}. */
  public boolean isLocal() {
    return binding == LOCAL;
  }

  /** Whether it may stay undefined. */
  public boolean isWeak() {
    return binding == WEAK;
  }

  /** Whether another object defines it. */
  public boolean isUndefined() {
    return section == 0;
  }

  /** Whether it is a tentative definition, {@code -fcommon}. */
  public boolean isCommon() {
    return section == COMMON;
  }
}
