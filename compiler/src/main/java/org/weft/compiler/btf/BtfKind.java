package org.weft.compiler.btf;

/** The kinds of types; the ordinal is the number in BTF. */
public enum BtfKind {
  /** Type 0, {@code void}. */
  VOID(0, 0),
  INT(4, 0),
  PTR(0, 0),
  ARRAY(12, 0),
  STRUCT(0, 12),
  UNION(0, 12),
  ENUM(0, 8),
  FWD(0, 0),
  TYPEDEF(0, 0),
  VOLATILE(0, 0),
  CONST(0, 0),
  RESTRICT(0, 0),
  FUNC(0, 0),
  FUNC_PROTO(0, 8),
  VAR(4, 0),
  DATASEC(0, 12),
  FLOAT(0, 0),
  DECL_TAG(4, 0),
  TYPE_TAG(0, 0),
  ENUM64(0, 12);

  private final int fixedBytes;
  private final int elementBytes;

  BtfKind(int fixedBytes, int elementBytes) {
    this.fixedBytes = fixedBytes;
    this.elementBytes = elementBytes;
  }

  /** Bytes that follow the 12 bytes common to all types. */
  int detailBytes(int elements) {
    return fixedBytes + elementBytes * elements;
  }

  /** Whether the type only adds a name or qualifier to another. */
  public boolean isModifier() {
    return switch (this) {
      case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG -> true;
      default -> false;
    };
  }

  /** Whether it is a structure or union. */
  public boolean isComposite() {
    return this == STRUCT || this == UNION;
  }

  /** Whether its second word is a size and not a type. */
  boolean hasSize() {
    return switch (this) {
      case INT, STRUCT, UNION, ENUM, DATASEC, FLOAT, ENUM64 -> true;
      default -> false;
    };
  }
}
