package org.weft.hw.control

import org.weft.hw.config.NicConfig
import org.weft.hw.map.{DescriptorWrite, WordAccess}
import org.weft.hw.table.{TableAnswer, TableDescriptorWrite, TableRequest}
import spinal.core._
import spinal.lib._

/** Where values of a map are, for a CPU of a core; where a table is, for engines and writer. The control plane is the
  * master.
  */
case class MapPlaces(config: NicConfig) extends Bundle with IMasterSlave {
  val values = Flow(DescriptorWrite(config))
  val table = Flow(TableDescriptorWrite(config))

  override def asMaster(): Unit = master(values, table)
}

/** What the host does with maps. The control plane is the master. */
case class MapPort(config: NicConfig) extends Bundle with IMasterSlave {

  /** What the host asks the table writer; keys that it finds come a beat a clock. */
  val request = TableRequest(config)
  val answer = Flow(TableAnswer(config))
  val key = Flow(Bits(128 bits))

  /** Words of other maps, in clocks in which the writer has none; and those that either has loaded. */
  val words = Stream(WordAccess(config))
  val loaded = Flow(Bits(64 bits))

  /** All tables are made empty; whether that is under way. */
  val cleans, cleaning = Bool()

  override def asMaster(): Unit = {
    master(request, words)
    slave(answer, key, loaded)
    out(cleans)
    in(cleaning)
  }
}
