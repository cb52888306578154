package org.weft.hw.core

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** The rows in a core's stages: of which half, context and place in row memory each is.
  *
  * @param phase lowest bit of the clock's number
  * @param selected what is selected in this clock
  */
class Flight(config: NicConfig, phase: Bool, selected: Flow[ContextRow]) {

  /** Whether the row in a stage is half 1's. */
  def halfAt(stage: Int): Bool =
    if (config.single) False else if (stage % 2 == 0) phase else !phase

  def ofHalf[T <: Data](stage: Int)(values: Seq[T]): T = Mux(halfAt(stage), values(1), values(0))

  def validAt(stage: Int): Bool = Delay(selected.valid, stage, init = False)
  def contextAt(stage: Int): UInt = Delay(selected.context, stage)
  def rowAt(stage: Int): UInt = Delay(selected.row, stage)
}
