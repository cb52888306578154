package org.weft.sim.map;

import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;

/** A map that could not be made; whoever uses it is told why. */
final class AbsentMap extends SoftMap {
  private final String reason;

  AbsentMap(MapDefinition definition, String reason) {
    super(MapDefinition.of(definition.name(), definition.type(), 0, 0, 0, definition.flags()), 1);
    this.reason = reason;
  }

  private InputException absent() {
    return new InputException(reason);
  }

  @Override
  int find(byte[] key, int keyOffset) {
    throw absent();
  }

  @Override
  int check(byte[] key, int keyOffset, long flags) {
    throw absent();
  }

  @Override
  int place(byte[] key, int keyOffset, long flags, int cpu) {
    throw absent();
  }

  @Override
  public int delete(byte[] key, int keyOffset) {
    throw absent();
  }

  @Override
  public int slots() {
    return 0;
  }

  @Override
  boolean isOccupied(int slot) {
    return false;
  }

  @Override
  byte[] key(int slot) {
    throw absent();
  }
}
