package org.weft.hw.core

import spinal.core._
import spinal.lib._

/** Which of a row's lanes use what there are less of than lanes. */
object Users {

  /** The lane of each user, in order, and whether there is one.
    *
    * @param count how many of the unit there are
    * @param wants whether each lane uses one
    */
  def apply(count: Int, wants: Seq[Bool]): Seq[(Bool, UInt)] = {
    val masks = (0 until count).scanLeft(Vec(wants).asBits) { case (rest, _) =>
      rest & ~OHMasking.first(rest)
    }
    masks.take(count).map(mask =>
      (mask.orR, OHToUInt(OHMasking.first(mask)).resize(log2Up(wants.size) max 1)))
  }

  /** The lane of a row's only user, and whether there is one. */
  def one(wants: Seq[Bool]): (Bool, UInt) = apply(1, wants).head
}
