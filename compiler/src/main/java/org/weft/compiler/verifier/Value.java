package org.weft.compiler.verifier;

import org.weft.isa.xdp.MapDefinition;

/**
 * What is known of a register or spilled slot.
 *
 * @param number the number; of a pointer: what is added to it beside the offset
 * @param offset the known part of what was added to a pointer; of a number: how far it is above the
 *     others of its id; of a function: its first instruction
 * @param id numbers of one id differ by their offsets only; packet pointers of one id by known
 *     offsets; what may be null is so together with all of its id; a record is the one that was
 *     reserved as this; 0: none
 * @param range bytes behind a packet pointer of offset 0 that are known to be in the packet, or
 *     {@link #AT_END} or {@link #BEYOND_END}; bytes of a record
 * @param map the map, or the one in which the value lies; else null
 * @param frame depth of the function that owns the stack
 * @param maybeNull whether it is null unless checked
 */
record Value(
    Kind kind,
    Scalar number,
    int offset,
    int id,
    int range,
    MapDefinition map,
    int frame,
    boolean maybeNull) {
  static final int AT_END = -1;
  static final int BEYOND_END = -2;
  static final Value UNINITIALISED = pointer(Kind.UNINITIALISED);
  static final Value UNKNOWN = number(Scalar.UNKNOWN);
  static final Value ZERO = number(Scalar.ZERO);
  static final Value CONTEXT = pointer(Kind.CONTEXT);

  static Value number(Scalar number) {
    return new Value(Kind.NUMBER, number, 0, 0, 0, null, 0, false);
  }

  static Value pointer(Kind kind) {
    return new Value(kind, Scalar.ZERO, 0, 0, 0, null, 0, false);
  }

  static Value stack(int frame) {
    return new Value(Kind.STACK, Scalar.ZERO, 0, 0, 0, null, frame, false);
  }

  static Value map(MapDefinition map) {
    return new Value(Kind.MAP, Scalar.ZERO, 0, 0, 0, map, 0, false);
  }

  static Value mapValue(MapDefinition map, int offset) {
    return new Value(Kind.MAP_VALUE, Scalar.ZERO, offset, 0, 0, map, 0, false);
  }

  static Value function(int start) {
    return pointer(Kind.FUNCTION).withOffset(start);
  }

  /** A record of a ring buffer, null unless checked. */
  static Value record(MapDefinition ring, int bytes, int id) {
    return new Value(Kind.RECORD, Scalar.ZERO, 0, id, bytes, ring, 0, true);
  }

  /** This, null unless checked. */
  Value nullable(int newId) {
    return new Value(kind, number, offset, newId, range, map, frame, true);
  }

  /** This, once it was checked; which value it is of those with a lock is still to be known. */
  Value notNull() {
    int kept = hasLock() || is(Kind.RECORD) ? id : 0;
    return new Value(kind, number, offset, kept, range, map, frame, false);
  }

  /** Whether it is a value with a spin lock. */
  boolean hasLock() {
    return kind == Kind.MAP_VALUE && map.hasLock();
  }

  Value withNumber(Scalar newNumber) {
    return new Value(kind, newNumber, offset, id, range, map, frame, maybeNull);
  }

  Value withOffset(int newOffset) {
    return new Value(kind, number, newOffset, id, range, map, frame, maybeNull);
  }

  Value withId(int newId) {
    return new Value(kind, number, offset, newId, range, map, frame, maybeNull);
  }

  Value withRange(int newRange) {
    return new Value(kind, number, offset, id, newRange, map, frame, maybeNull);
  }

  boolean is(Kind other) {
    return kind == other;
  }

  boolean isNumber() {
    return kind == Kind.NUMBER;
  }

  boolean isPointer() {
    return kind != Kind.NUMBER && kind != Kind.UNINITIALISED;
  }

  boolean isNull() {
    return isNumber() && number.isZero();
  }

  @Override
  public String toString() {
    String base =
        switch (kind) {
          case UNINITIALISED -> "uninitialised";
          case NUMBER -> number.toString();
          case CONTEXT -> "ctx";
          case PACKET -> "pkt";
          case PACKET_META -> "pkt_meta";
          case PACKET_END -> "pkt_end";
          case STACK -> "fp" + (frame == 0 ? "" : "[" + frame + "]");
          case MAP -> "map " + map.name();
          case MAP_VALUE -> "value of " + map.name();
          case RECORD -> "record of " + map.name();
          case SOCKET -> "socket";
          case FUNCTION -> "function at insn ";
        };
    if (!isPointer()) {
      return base;
    }
    StringBuilder text = new StringBuilder(base);
    if (offset != 0) {
      text.append(offset > 0 ? "+" : "").append(offset);
    }
    if (!number.isZero()) {
      text.append("+(").append(number).append(')');
    }
    if ((kind == Kind.PACKET || kind == Kind.PACKET_META) && range >= 0) {
      text.append(" checked ").append(range);
    }
    return text.append(maybeNull ? " or null" : "").toString();
  }
}
