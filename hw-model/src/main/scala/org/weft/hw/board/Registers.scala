package org.weft.hw.board

import org.weft.hw.config.NicConfig
import org.weft.hw.core.RowWrite
import org.weft.hw.map.DescriptorWrite
import org.weft.isa.control.Register
import org.weft.isa.machine.MachineFile
import spinal.core._
import spinal.lib._

/** The registers of [[Register]] that a [[SerialNic]] has: identity, program memory of one bank, where the
  * values of maps are, counters of one port. All others read as zero.
  *
  * @param entry row at which programs begin, until the host says another
  */
case class Registers(config: NicConfig, entry: Int) extends Component {
  val io = new Bundle {
    val offset = in UInt (16 bits)
    val write = slave(Flow(Bits(32 bits)))

    /** What is there, in the clock after. */
    val value = out Bits (32 bits)

    val isQuiet = in Bool ()
    val program = master(Flow(RowWrite(config)))
    val entry = out UInt (config.rowWidth bits)
    val descriptor = master(Flow(DescriptorWrite(config)))

    /** A packet has met this fate. */
    val fate = slave(Flow(UInt(4 bits)))
  }
  private def at(register: Register, word: Int = 0) = io.offset === register.offset + 4 * word
  private def written(register: Register) = io.write.valid && at(register)
  private val data = io.write.payload

  // Rows: words come lowest first; the last one of a row writes it.
  private val row = Reg(UInt(config.rowWidth bits)) init 0
  private val first = Reg(UInt(config.rowWidth bits)) init entry
  private val low = Reg(Bits(32 bits)) init 0
  private val isHigh = Reg(Bool()) init False
  private val lane = Reg(UInt(io.program.lane.getWidth bits)) init 0
  io.entry := first
  io.program.valid := written(Register.PROGRAM_DATA) && isHigh
  io.program.row := row
  io.program.bank := False
  io.program.mark := 0
  io.program.lane := lane
  io.program.word := data ## low
  when(written(Register.PROGRAM_DATA)) {
    isHigh := !isHigh
    when(!isHigh)(low := data)
  }
  when(io.program.valid) {
    val ends = lane === config.lanes - 1
    lane := Mux(ends, U(0), lane + 1)
    when(ends)(row := row + 1)
  }
  when(written(Register.PROGRAM_ROW)) {
    row := data.asUInt.resized
    lane := 0
    isHigh := False
  }
  when(written(Register.PROGRAM_ENTRY))(first := data.asUInt.resized)

  // Maps: their first word, and how many there are.
  private val map = RegNextWhen(data(7 downto 0).asUInt, written(Register.MAP)) init 0
  io.descriptor.valid := io.write.valid && at(Register.DESCRIPTOR, Registers.FirstWord)
  io.descriptor.core := 0
  io.descriptor.cpu := 0
  io.descriptor.handle := map + 1
  io.descriptor.place.base := data(15 downto 0).asUInt.resized
  io.descriptor.place.words := data(31 downto 16).asUInt.resized
  io.descriptor.place.devices := False

  // Counters: read, and in the clock after written.
  private val counters = Mem(UInt(32 bits), 16)
  counters.init(Seq.fill(16)(U(0, 32 bits)))
  private val asked = Mux(io.fate.valid, io.fate.payload, io.offset(6 downto 3))
  private val count = counters.readSync(asked)
  counters.write(RegNext(asked), count + 1, RegNext(io.fate.valid, init = False))
  private val counts = io.offset(15 downto 7) === (Register.COUNTER.offset >> 7) && !io.offset(2)

  private val hash = MachineFile.hash(config.machine).map(_ & 0xff).grouped(4).map(word =>
    word.zipWithIndex.map { case (byte, i) => BigInt(byte) << (8 * i) }.sum).toSeq
  private val value = B(0, 32 bits)
  when(at(Register.ID))(value := B(Register.WEFT, 32 bits))
  when(at(Register.VERSION))(value := 1)
  when(at(Register.CONTROL))(value := 1)
  when(at(Register.STATUS))(value := B(0, 31 bits) ## io.isQuiet)
  when(at(Register.PROGRAM_ROW))(value := row.asBits.resized)
  when(at(Register.PROGRAM_ENTRY))(value := first.asBits.resized)
  for ((word, i) <- hash.zipWithIndex) {
    when(at(Register.MACHINE_HASH, i))(value := B(word, 32 bits))
  }
  when(counts)(value := count.asBits)
  io.value := value
}

object Registers {

  /** The word of [[Register.DESCRIPTOR]] that says where values begin; here its upper half says how many words
    * they are, which other NICs work out.
    */
  val FirstWord = 6
}
