package org.weft.hw.config

import spinal.core._

/** One of several values by its index. Of one value there is nothing to choose: no logic is made.
  *
  * A tree of choices between two, which synthesis packs four by four into tables of six inputs; of a case
  * statement it makes a decoder and twice as many of them.
  */
object Choice {
  def apply[T <: Data](values: Iterable[T], index: UInt): T = {
    val (lower, upper) = values.splitAt(1 << (log2Up(values.size) - 1 max 0))
    if (upper.isEmpty) values.head
    else {
      val bit = log2Up(values.size) - 1
      val rest = index.resize(bit max 1)
      Mux(index.resize(bit + 1)(bit), apply(upper, rest), apply(lower, rest))
    }
  }
}
