package org.weft.sim.ref;

import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.HelperFunction;

/**
 * Is told where a program could have gone two ways, and why it went the way it did. Programs and
 * instructions are named by their indexes in the object and in the program.
 */
public interface Observer {
  /**
   * A conditional jump was executed.
   *
   * @param taken whether it was taken; false, too, for a jump to the next instruction
   * @param left its first operand, all 64 bits, also where the jump compares 32; an address is a
   *     number that stands for it, 0 for null
   * @param right its second operand
   * @param inPacket whether both are addresses in the packet; they are then offsets from its first
   *     byte
   */
  void jump(int program, int instruction, boolean taken, long left, long right, boolean inPacket);

  /**
   * A helper was called and has returned, or a tail call has gone to its target.
   *
   * @param map index of the map that was given to it, or -1 when it takes none
   * @param key the key that it was given; empty when it takes none
   * @param result r0; for a tail call 0 when it went, -1 when there was no target
   */
  void call(int program, int instruction, HelperFunction helper, int map, Bytes key, long result);
}
