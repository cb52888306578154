package org.weft.hw.config

import spinal.core._
import spinal.lib._

/** What is known of a half from one of its clocks to its next one: halves take turns, so it comes round in two. */
object Turns {
  def apply[T <: Data](next: T, initial: T): T = Delay(next, 2, init = initial)
}
