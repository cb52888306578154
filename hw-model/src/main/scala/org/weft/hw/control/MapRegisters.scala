package org.weft.hw.control

import org.weft.hw.config.NicConfig
import org.weft.isa.control.Register
import spinal.core._
import spinal.lib._

/** The registers of maps: MAP, DESCRIPTOR, COMMAND and what belongs to it, KEY and VALUE. */
case class MapRegisters(config: NicConfig) extends Component {
  val io = new Bundle {
    val write = slave(Flow(RegisterWrite()))
    val address = in UInt (Address.Width bits)

    /** Whether the NIC is quiet. */
    val quiet = in Bool ()
    val refuses = out Bool ()

    /** A read that somebody would begin; whether it, or the write, has to wait. */
    val reads = in UInt (Address.Width bits)
    val holdsRead, holdsWrite = out Bool ()

    val places = master(MapPlaces(config))
    val port = master(MapPort(config))
    val resets = in Bool ()
    val isReset = out Bool ()

    /** Whether a command or a reset is under way. */
    val busy = out Bool ()
    val values = out Vec (Bits(32 bits), MapRegisters.Read.size)
  }
  private val descriptors = Descriptors(config)
  private val mailbox = Mailbox(config)
  private val commands = MapCommands(config)
  descriptors.io.write << io.write.throwWhen(io.refuses)
  mailbox.io.write << io.write
  commands.io.write << io.write
  descriptors.io.address := io.address
  mailbox.io.address := io.address
  // Nor does a map lie where nobody finds it.
  private val isFlags = Address.word(io.write.address, Register.DESCRIPTOR) === MapRegisters.Flags
  private val isFar = !Bool(config.outsideTables) && io.write.data(5) || !Bool(config.outside) && io.write.data(4)
  io.refuses := io.write.to(Register.DESCRIPTOR) && (!io.quiet || isFlags && isFar)

  commands.io.fields := descriptors.io.fields
  commands.io.distance := descriptors.io.distance
  commands.io.isKnown := descriptors.io.isKnown
  commands.io.map := descriptors.io.map
  mailbox.io.busy := commands.io.busy
  mailbox.io.beat := commands.io.beat
  mailbox.io.word := commands.io.word
  commands.io.keyBeat := mailbox.io.keyBeat
  commands.io.valueWord := mailbox.io.valueWord
  mailbox.io.found << commands.io.found
  mailbox.io.loaded << commands.io.loaded
  commands.io.resets := io.resets
  io.isReset := commands.io.isReset
  commands.io.port <> io.port
  descriptors.io.places <> io.places

  io.busy := commands.io.busy
  private val waits = descriptors.io.busy || commands.io.busy || io.resets
  private def holds(address: UInt, registers: Seq[Register]): Bool =
    waits && registers.map(Address.hits(address, _)).orR
  io.holdsRead := holds(io.reads, MapRegisters.Memories)
  io.holdsWrite := holds(io.write.address, MapRegisters.Written ++ MapRegisters.Memories)

  io.values := Vec(descriptors.io.map.asBits, descriptors.io.read, commands.io.status, commands.io.cpu, commands.io.flags,
    commands.io.entry, commands.io.clocks, mailbox.io.key, mailbox.io.value)
}

object MapRegisters {

  /** The word of DESCRIPTOR with a map's flags. */
  private val Flags = 13

  /** What can be read, in the order of `values`. */
  val Read: Seq[Register] = Seq(Register.MAP, Register.DESCRIPTOR, Register.COMMAND_STATUS, Register.COMMAND_CPU,
    Register.COMMAND_FLAGS, Register.COMMAND_ENTRY, Register.COMMAND_CLOCKS, Register.KEY, Register.VALUE)

  private val Written = Seq(Register.MAP, Register.COMMAND, Register.COMMAND_CPU, Register.COMMAND_FLAGS,
    Register.COMMAND_ENTRY)
  private val Memories = Seq(Register.DESCRIPTOR, Register.KEY, Register.VALUE)
}
