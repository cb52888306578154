package org.weft.compiler.btf;

import java.util.List;

/**
 * One BTF type.
 *
 * @param kind its kind
 * @param name its name, empty if it has none
 * @param sizeOrType bytes of INT, STRUCT, UNION, ENUM, DATASEC, FLOAT, ENUM64; the type referred to
 *     of the others
 * @param elements number of elements of an ARRAY, else 0
 * @param members members of STRUCT and UNION, variables of DATASEC, enumerators, else empty
 */
public record BtfType(
    BtfKind kind, String name, int sizeOrType, long elements, List<Member> members) {
  /**
   * A part of a type.
   *
   * @param name its name, empty for a variable of a DATASEC
   * @param type its type
   * @param offset bits from the start for STRUCT and UNION, bytes for DATASEC, the value for
   *     enumerators
   * @param size bytes of a variable of a DATASEC, else 0
   */
  public record Member(String name, int type, long offset, long size) {}
}
