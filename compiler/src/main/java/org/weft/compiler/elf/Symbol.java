package org.weft.compiler.elf;

/**
 * A symbol.
 *
 * @param name its name; that of the section for a section symbol
 * @param value offset in its section
 * @param size bytes, 0 if unknown
 * @param kind the type field of {@code st_info}
 * @param binding the binding field of {@code st_info}
 * @param section the number of its section; 0 when undefined
 */
public record Symbol(String name, long value, long size, int kind, int binding, int section) {
  private static final int NOTYPE = 0;
  private static final int FUNCTION = 2;
  private static final int SECTION = 3;
  private static final int LOCAL = 0;
  private static final int WEAK = 2;

  /** Whether it is typed as a function. */
  public boolean isFunction() {
    return kind == FUNCTION;
  }

  /** Whether it has no type, as functions of old compilers do. */
  public boolean isUntyped() {
    return kind == NOTYPE;
  }

  /** Whether it stands for a whole section. */
  public boolean isSection() {
    return kind == SECTION;
  }

  /** Whether it is visible in its file only. */
  public boolean isLocal() {
    return binding == LOCAL;
  }

  /** Whether it may stay undefined. */
  public boolean isWeak() {
    return binding == WEAK;
  }
}
