package org.weft.compiler.verifier;

import java.util.List;
import org.weft.compiler.object.Program;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;

/** What a program is verified with. */
final class Environment {
  private final Program program;
  private final List<MapDefinition> maps;
  private final boolean gpl;
  private int lastId;
  private boolean addressUsed;
  private boolean staleStackRead;
  private boolean valueCopied;
  private boolean metadataMoved;
  private MapDefinition calledMap;

  Environment(Program program, List<MapDefinition> maps, boolean gpl) {
    this.program = program;
    this.maps = maps;
    this.gpl = gpl;
  }

  Program program() {
    return program;
  }

  MapDefinition map(int index) {
    return maps.get(index);
  }

  /** Whether the program's licence is compatible with the GPL. */
  boolean isGpl() {
    return gpl;
  }

  /** Whether the program runs where a packet leaves, and so may ask for the egress interface. */
  boolean isEgress() {
    return program.section().contains("devmap");
  }

  /** A register's number, which from here on is known to be the same as that of its copies. */
  Cell shared(PathState state, int register) {
    Cell cell = state.top().register(register);
    Value value = cell.value();
    if (!value.isNumber() || value.number().isConstant() || value.id() != 0) {
      return cell;
    }
    Cell shared = new Cell(value.withId(nextId()).withOffset(0), cell);
    state.top().set(register, shared);
    return shared;
  }

  /** Notes that the instruction at hand takes a value as a number; what an address is differs. */
  void asNumber(Value value) {
    addressUsed |= value.isPointer();
  }

  /** Whether an address was taken as a number since this was asked last. */
  boolean takeAddressUsed() {
    boolean used = addressUsed;
    addressUsed = false;
    return used;
  }

  /** Notes that the instruction at hand reads bytes of the stack that may not have been written. */
  void readsStaleStack() {
    staleStackRead = true;
  }

  /** Whether such bytes were read since this was asked last. */
  boolean takeStaleStackRead() {
    boolean read = staleStackRead;
    staleStackRead = false;
    return read;
  }

  /** Notes a call with memory in a map's value, if it copies bytes of the packet there, or back. */
  void copiesValue(HelperFunction helper) {
    valueCopied |=
        helper == HelperFunction.XDP_LOAD_BYTES || helper == HelperFunction.XDP_STORE_BYTES;
  }

  /** Whether that was done since this was asked last. */
  boolean takeValueCopied() {
    boolean copied = valueCopied;
    valueCopied = false;
    return copied;
  }

  /** Notes that the instruction at hand moves the begin of a packet that may have metadata. */
  void movesMetadata() {
    metadataMoved = true;
  }

  /** Whether that was done since this was asked last. */
  boolean takeMetadataMoved() {
    boolean moved = metadataMoved;
    metadataMoved = false;
    return moved;
  }

  /** Notes the map that the call at hand works on. */
  void calls(MapDefinition map) {
    calledMap = map;
  }

  /** The map that was noted since this was asked last, or null. */
  MapDefinition takeCalledMap() {
    MapDefinition map = calledMap;
    calledMap = null;
    return map;
  }

  /** A number that no other value has. */
  int nextId() {
    return ++lastId;
  }
}
