package org.weft.hw.core

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** What simulation sees of a core. */
case class CoreTrace(config: NicConfig) extends Bundle {

  /** A row is in its memory stage: whether it is executed, or issued again later. */
  val issues = Flow(ContextRow(config))
  val half = UInt(1 bits)
  val executes = Bool()

  /** By half: a context starts with a packet; one ends with an r0. */
  val starts = Vec(Bits(config.halfContexts bits), 2)
  val ends = Vec(Flow(UInt(config.contextWidth bits)), 2)
  val results = Vec(Bits(32 bits), 2)
}
