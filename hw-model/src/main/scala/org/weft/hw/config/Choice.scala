package org.weft.hw.config

import spinal.core._

/** One of several values by its index. Of one value there is nothing to choose: no logic is made. */
object Choice {
  def apply[T <: Data](values: Iterable[T], index: UInt): T =
    if (values.size == 1) values.head else Vec(values).read(index.resize(log2Up(values.size)))
}
