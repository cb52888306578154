package org.weft.hw.control

import org.weft.hw.config.{Choice, NicConfig}
import org.weft.hw.packet.{PortOf, Target}
import org.weft.isa.control.Register
import spinal.core._
import spinal.lib._

/** PORT_OF: which interface is which port. */
case class PortTable(config: NicConfig) extends Component {
  val io = new Bundle {
    val write = slave(Flow(RegisterWrite()))
    val portOf = out Vec (PortOf(config), Target.Greatest)
    val which = in UInt (log2Up(Target.Greatest) bits)
    val read = out Bits (32 bits)
  }

  private val table = for (n <- 0 until Target.Greatest) yield {
    val entry = Reg(PortOf(config))
    entry.isThere.init(Bool(n % config.ports < config.connectors))
    entry.port.init(n % config.ports)
    when(io.write.valid && io.write.address === Register.PORT_OF.offset / 4 + n) {
      entry.isThere := io.write.data.asUInt < (config.ports min config.connectors)
      entry.port := io.write.data.asUInt.resized
    }
    entry
  }
  io.portOf := Vec(table)
  private val entry = Choice(table, io.which)
  io.read := Mux(entry.isThere, entry.port.asBits.resize(32), B(32 bits, default -> True))
}
