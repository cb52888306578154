package org.weft.hw.core

import org.weft.hw.row._
import org.weft.hw.config.NicConfig
import org.weft.hw.packet.SmallQueue
import spinal.core._
import spinal.lib._

/** A division that a row asks for. */
case class Division(config: NicConfig) extends Bundle {
  val half = UInt(1 bits)
  val context = UInt(config.contextWidth bits)
  val place = RegisterPlace(config)
  val control = DividerControl()
  val a, b = UInt(64 bits)
}

/** The divisions of a core, one after the other. */
case class DividerQueue(config: NicConfig) extends Component {
  val io = new Bundle {
    val push = slave(Flow(Division(config)))
    val result = master(LateResult(config))
  }

  private val queue = SmallQueue(Division(config), config.machine.threads)
  private val divider = Divider()
  queue.io.push << io.push
  private val head = queue.io.head
  private val starts = !queue.io.isEmpty && !divider.io.busy
  queue.io.pop := starts
  divider.io.start := starts
  divider.io.control := head.control
  divider.io.a := head.a
  divider.io.b := head.b

  // A result can be written in the clock in which it is there or in the one after.
  private val missed = RegNext(divider.io.done && !io.result.fire, init = False)
  private val current = RegNextWhen(head, starts) // Without reset: set when it starts.
  io.result.valid := (divider.io.done || missed) && io.result.half === current.half
  io.result.context := current.context
  io.result.place := current.place
  io.result.kind := LateKind.Value
  io.result.value := divider.io.result.asBits
}
