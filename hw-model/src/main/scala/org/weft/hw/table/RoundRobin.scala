package org.weft.hw.table

import spinal.core._
import spinal.lib._

/** The next requester behind the one that was served last. */
object RoundRobin {

  /** @param later who comes first at the beginning, as a mask
    * @return one bit
    */
  def apply(wants: Bits, takes: Bool, later: BigInt): Bits = {
    val many = wants.getWidth
    if (many == 1) wants
    else {
      val above = Reg(Bits(many bits)) init later
      val first = wants & above
      val one = OHMasking.first(Mux(first.orR, first, wants))
      when(takes)(above := ~(one | (one.asUInt - 1).asBits))
      one
    }
  }

  /** Who comes first at the beginning, of these cores: all but core 0. */
  def behindFirst(cores: Seq[Int]): BigInt =
    cores.zipWithIndex.collect { case (core, i) if core > 0 => BigInt(1) << i }.sum
}
