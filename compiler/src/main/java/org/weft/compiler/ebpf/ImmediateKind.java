package org.weft.compiler.ebpf;

/** What a 64-bit immediate load loads; the ordinal is its src field (RFC 9669 section 5.4). */
public enum ImmediateKind {
  /** The number itself. */
  NUMBER,
  /** A map, by file descriptor. */
  MAP_FD,
  /** An address in the first value of a map given by file descriptor; upper half: the offset. */
  MAP_FD_VALUE,
  /** The address of a platform variable. */
  VARIABLE,
  /** The address of a function. */
  CODE,
  /** A map, by index: what linking an object gives. */
  MAP_INDEX,
  /** An address in the first value of a map given by index; upper half: the offset. */
  MAP_INDEX_VALUE;

  /** Whether the second immediate may differ from zero. */
  public boolean usesHighHalf() {
    return this == NUMBER || this == MAP_FD_VALUE || this == MAP_INDEX_VALUE;
  }
}
