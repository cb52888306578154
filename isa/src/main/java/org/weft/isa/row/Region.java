package org.weft.isa.row;

/** The memory that an access goes to; its instruction says which. The ordinal is the encoding. */
public enum Region {
  /**
   * The thread's packet; address 0 is its first byte, metadata lies below. Only the low 16 bits of
   * an address count, as a signed number: the compiler sets the bit above, so that no packet
   * pointer is null and pointers compare as unsigned numbers.
   */
  PACKET("pkt"),
  /** The thread's stack; address 0 is its lowest byte. The low 16 bits count, as above. */
  STACK("stk"),
  /** Map values, shared by all cores; an address is what a lookup returned. */
  MAP("map"),
  /** The memory argument of {@code weft exec}; no packet program has one. */
  ARGUMENT("arg"),
  /**
   * The register itself, for the memory argument of a call: its eight bytes are what is read, the
   * lowest first. No load or store goes there.
   */
  REGISTER("reg");

  private static final Region[] ALL = values();

  private final String label;

  Region(String label) {
    this.label = label;
  }

  /** The name in row text. */
  public String label() {
    return label;
  }

  /** The region with this encoding, or null. */
  public static Region of(int code) {
    return code >= 0 && code < ALL.length ? ALL[code] : null;
  }

  /** The region with this label, or null. */
  public static Region ofLabel(String label) {
    for (Region region : ALL) {
      if (region.label.equals(label)) {
        return region;
      }
    }
    return null;
  }
}
