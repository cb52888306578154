package org.weft.hw.map

import org.weft.hw.config.NicConfig
import spinal.core._

/** The map units of all cores with the memory that they share. */
private[map] case class MapCores(config: NicConfig) extends Component {

  /** What a core's pipeline and calls give to its unit and take from it. */
  class User(unit: MapUnit) extends Area {
    val slot = unit.io.slot.toIo()
    val base = unit.io.base.toIo()
    val value = unit.io.value.toIo()
    val isCompare = unit.io.isCompare.toIo()
    val cpu = unit.io.cpu.toIo()
    val entry = unit.io.entry.toIo()
    val isThere = unit.io.isThere.toIo()
    val sends = unit.io.sends.toIo()
    val half = unit.io.half.toIo()
    val context = unit.io.context.toIo()
    val waits = unit.io.waits.toIo()
    val isFull = unit.io.isFull.toIo()
    val isEmpty = unit.io.isEmpty.toIo()
    val posted = unit.io.posted.toIo()
    val result = unit.io.result.toIo()
    val descriptor = unit.io.descriptor.toIo()
    val offers, isTaken = out Bool ()
    offers := unit.io.channel.valid
    isTaken := unit.io.channel.takes
  }

  private val memory = MapMemory(config)
  val writer = memory.io.writer.toIo()
  val loaded = memory.io.loaded.toIo()
  val users = for (channel <- memory.io.cores.toSeq) yield {
    val unit = MapUnit(config)
    channel <> unit.io.channel
    new User(unit)
  }
}
