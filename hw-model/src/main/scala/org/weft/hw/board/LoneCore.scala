package org.weft.hw.board

import org.weft.hw.config.NicConfig
import org.weft.hw.core.{BankPort, HalfMemory, Pipeline, RowWrite}
import org.weft.hw.map.DescriptorWrite
import org.weft.hw.packet.Facts
import org.weft.hw.table.TableChannel
import spinal.core._
import spinal.lib._

/** A byte of a core's memory, by its address. */
case class MemoryByte(config: NicConfig) extends Bundle {
  val address = UInt(config.addressWidth bits)
  val byte = Bits(8 bits)
}

/** A core without queues: one packet after the other is written to its memory, run, and read there. Map
  * values are in the same memory.
  *
  * @param config [[NicConfig.single]], packets begin and end where they came
  */
case class LoneCore(config: NicConfig) extends Component {
  import config.{line, lineShift, machine}

  val io = new Bundle {
    val program = slave(Flow(RowWrite(config)))
    val entry = in UInt (config.rowWidth bits)

    val descriptor = slave(Flow(DescriptorWrite(config)))

    /** A byte of the next packet or of map values, while no packet runs. */
    val write = slave(Flow(MemoryByte(config)))

    /** The program starts on the bytes that were written. */
    val start = slave(Flow(Facts(config)))
    val ends = master(Flow(UInt(3 bits)))

    /** A byte to read, there in the clock after. */
    val address = in UInt (config.addressWidth bits)
    val byte = out Bits (8 bits)
  }

  private val pipeline = Pipeline(config)
  pipeline.io.phase := False
  pipeline.io.program << io.program
  pipeline.io.entries.foreach(_ := io.entry)
  pipeline.io.map.takes := False
  pipeline.io.map.word.clearAll()
  TableChannel.ignore(pipeline.io.tables)
  pipeline.io.descriptor << io.descriptor
  pipeline.io.seed := 0
  private val half = pipeline.io.halves(0)
  private val other = pipeline.io.halves(1)
  other.startable.valid := False
  other.startable.payload.clearAll()
  for (side <- Seq(half, other)) side.incoming.clearAll()
  other.facts.clearAll()
  other.read.foreach(_.foreach(_.clearAll()))

  private val waits = Reg(Bool()) init False
  private val facts = RegNextWhen(io.start.payload, io.start.valid) // Looked at behind a start.
  when(half.started)(waits := False)
  when(io.start.valid)(waits := True)
  half.facts := facts
  half.startable.valid := waits
  half.startable.buffer := 0
  half.startable.bank := False
  half.startable.address := LoneCore.packet(config)
  io.ends.valid := half.ends.valid
  io.ends.payload := half.ends.fate

  private val memory = HalfMemory(config)
  memory.io.rows := !pipeline.io.moves(0)
  half.read := memory.io.read
  pipeline.io.moved := memory.io.read(1)
  private val zeroed = half.zeroed
  for (bank <- 0 until 8) {
    val enters, exits = BankPort(config)
    enters.line := Mux(zeroed.valid, zeroed.payload, io.write.address >> lineShift)
    enters.data := Mux(zeroed.valid, B(0, 8 bits), io.write.byte) #* machine.bankBytes
    enters.mask := Cat((0 until machine.bankBytes).map(sub => zeroed.valid ||
      io.write.valid && io.write.address(lineShift - 1 downto 0) === 8 * sub + bank))
    exits.line := io.address >> lineShift
    exits.data.clearAll()
    exits.mask.clearAll()
    for ((moves, p) <- Seq(enters, exits).zipWithIndex)
      memory.io.ports(p)(bank) := Mux(memory.io.rows, pipeline.io.memory(p).at(bank), moves)
  }
  private val bytes = Vec((0 until line).map(n => memory.io.read(1)(n % 8).subdivideIn(8 bits)(n / 8)))
  io.byte := bytes.read(RegNext(io.address(lineShift - 1 downto 0)))
}

object LoneCore {

  /** Address of a packet's first byte. */
  def packet(config: NicConfig): Int = config.headroomLines * config.line
}
