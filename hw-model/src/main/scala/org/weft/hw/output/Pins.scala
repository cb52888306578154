package org.weft.hw.output

import org.weft.hw.config.NicConfig
import spinal.core._

/** A port of the top module, as it was made. */
case class Pin(name: String, isInput: Boolean, bits: Int)

/** A bus of the top module: its name, its kind, and the pins of it by their names on the bus. */
case class Bus(name: String, kind: String, isMaster: Boolean, meaning: String, pins: Seq[(String, Pin)])

/** The ports of the top module, in groups. */
case class Pins(all: Seq[Pin], config: NicConfig) {

  val buses: Seq[Bus] = {
    val streams = for (i <- 0 until config.ports) yield Seq(
      bus(s"s_axis_$i", "axis", isMaster = false, s"packets into port $i"),
      bus(s"m_axis_$i", "axis", isMaster = true, s"packets out of port $i"))
    val memories = Seq(
      bus("m_axi_memory", "aximm", isMaster = true, s"memory for maps, ${config.memoryKbytes} KiB from address 0 on"),
      bus("m_axi_events", "aximm", isMaster = true, "events to host memory"))
    Seq(bus("s_axil", "aximm", isMaster = false, "registers")) ++ streams.flatten ++
      Seq(bus("m_axis_host", "axis", isMaster = true, "packets to the host")) ++ memories.filter(_.pins.nonEmpty)
  }
  val others: Seq[Pin] = all.filterNot(pin => buses.exists(_.pins.exists(_._2 == pin)))

  private def bus(name: String, kind: String, isMaster: Boolean, meaning: String): Bus =
    Bus(name, kind, isMaster, meaning,
      for (pin <- all if pin.name.startsWith(name + "_") && isOf(name, pin)) yield (pin.name.drop(name.length + 1), pin))

  private def isOf(bus: String, pin: Pin): Boolean = !pin.name.drop(bus.length + 1).contains('_')
}

object Pins {
  def of(top: Component, config: NicConfig): Pins = Pins(
    top.getAllIo.toSeq.sortBy(_.getInstanceCounter).map(port => Pin(port.getName(), port.isInput, port.getBitsWidth)),
    config)
}
