package org.weft.sim.ref;

/**
 * Addresses of {@code ref}: a memory and a signed offset in it.
 *
 * <pre>
 *  63            32 31             0
 * +----------------+----------------+
 * |     memory     |     offset     |   address = memory * 2^32 + offset
 * +----------------+----------------+
 * </pre>
 *
 * A negative offset borrows from the upper half, so that order and distance are those of numbers.
 */
final class Address {
  static final int CONTEXT = 0x100;
  static final int PACKET = 0x200;
  static final int ARGUMENT = 0x300;

  /** The program itself, which helpers call and nobody reads. */
  static final int FUNCTION = 0x400;

  /** Memory of the first frame's stack; those of the frames that it calls follow. */
  static final int FIRST_STACK = 0x1000;

  /** Memory of the first map's values; those of the other maps follow. */
  static final int FIRST_VALUE = 0x10000;

  /** Memory with this bit: a map itself, which no program can read. */
  static final int MAP_BIT = 1 << 30;

  private Address() {}

  static long of(int memory, int offset) {
    return ((long) memory << 32) + offset;
  }

  static long ofMap(int map) {
    return of(MAP_BIT | map, 0);
  }

  static long ofValue(int map, int offset) {
    return of(FIRST_VALUE + map, offset);
  }

  static int memory(long address) {
    return (int) (address + 0x80000000L >> 32);
  }
}
