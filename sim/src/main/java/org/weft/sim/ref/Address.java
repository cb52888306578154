package org.weft.sim.ref;

/** Addresses of {@code ref}: the upper half says which memory, the lower is an offset in it. */
final class Address {
  static final int CONTEXT = 1;
  static final int PACKET = 2;
  static final int STACK = 3;
  static final int ARGUMENT = 4;

  /** Memory 16 and up: the values of map 0 and up. */
  static final int FIRST_VALUE = 16;

  /** Memory with this bit: a map itself, which no program can read. */
  static final int MAP_BIT = 1 << 30;

  private Address() {}

  static long of(int memory, int offset) {
    return (long) memory << 32 | offset & 0xffffffffL;
  }

  static long ofMap(int map) {
    return of(MAP_BIT | map, 0);
  }

  static long ofValue(int map, int offset) {
    return of(FIRST_VALUE + map, offset);
  }

  static int memory(long address) {
    return (int) (address >>> 32);
  }
}
