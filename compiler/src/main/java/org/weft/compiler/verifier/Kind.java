package org.weft.compiler.verifier;

/** What a register or a stack slot holds. */
enum Kind {
  UNINITIALISED("uninitialised"),
  NUMBER("a number"),
  CONTEXT("the context"),
  PACKET("a packet pointer"),
  PACKET_META("a pointer to the packet's metadata"),
  PACKET_END("the packet's end"),
  STACK("a stack pointer"),
  MAP("a map"),
  MAP_VALUE("a pointer to a map value"),
  RECORD("a ring buffer record"),
  SOCKET("an XDP socket"),
  FUNCTION("a function");

  private final String description;

  Kind(String description) {
    this.description = description;
  }

  /** As it reads in a sentence. */
  String description() {
    return description;
  }

  /** Whether it ends with the packet's bounds. */
  boolean isPacket() {
    return this == PACKET || this == PACKET_META || this == PACKET_END;
  }

  /** Whether memory behind it may be handed to helpers. */
  boolean isMemory() {
    return this == PACKET
        || this == PACKET_META
        || this == STACK
        || this == MAP_VALUE
        || this == RECORD;
  }
}
