package org.weft.hw.control

import org.weft.hw.config.NicConfig
import org.weft.hw.core.RowWrite
import org.weft.isa.control.Register
import spinal.core._
import spinal.lib._

/** The registers of PROGRAM: rows on their way into the bank that no packet uses, and the switch to it. */
case class ProgramLoader(config: NicConfig) extends Component {
  import config.{lanes, machine}
  private val twoBanks = machine.banks == 2

  val io = new Bundle {
    val write = slave(Flow(RegisterWrite()))
    val refuses = out Bool ()

    /** Whether packets are under way, by bank; whether there will be more. */
    val held = in Bits (2 bits)
    val runs = in Bool ()
    val program = master(Flow(RowWrite(config)))
    val entries = out(Vec(UInt(config.rowWidth bits), machine.banks))

    /** The bank of packets that are dispatched now, and whether a program was ever loaded. */
    val bank = out Bool ()
    val isLoaded = out Bool ()

    /** What reads as PROGRAM_BANK, PROGRAM_ROW and PROGRAM_ENTRY. */
    val spare = out Bool ()
    val row = out UInt (32 bits)
    val entry = out UInt (config.rowWidth bits)
  }

  // A program that is there from the beginning is in bank 0; if there is none, the first one will be.
  private val baked = config.rows.nonEmpty
  private val loaded = Reg(Bool()) init Bool(baked)
  private val bank = Reg(Bool()) init Bool(twoBanks && !baked)
  private val spare = if (twoBanks) !bank else False
  private val entries = Vec(Reg(UInt(config.rowWidth bits)) init config.entry, machine.banks)
  private val inUse = if (twoBanks) io.held(spare.asUInt) else io.held(0) || io.runs && loaded

  private val words = 1 + 2 * lanes
  private val row = Reg(UInt(32 bits)) init 0
  private val word = Reg(UInt(log2Up(words) bits)) init 0
  private val mark = Reg(UInt(2 bits)) // Without reset: the first word of each row.
  private val lower = Reg(Bits(32 bits)) // Without reset: written before it is used.
  private def writes(register: Register): Bool = io.write.valid && io.write.to(register)

  private val isBeyond = row >= machine.rows
  private val isProgram = List(Register.PROGRAM_DATA, Register.PROGRAM_ENTRY, Register.PROGRAM_SWITCH)
    .map(io.write.to(_))
  io.refuses := isProgram.head && (inUse || isBeyond) || isProgram(1) && inUse ||
    (if (twoBanks) False else isProgram(2) && inUse)

  private val slot = word - 1
  private val takes = writes(Register.PROGRAM_DATA) && !io.refuses
  io.program.valid := takes && word =/= 0 && slot(0)
  io.program.row := row.resize(config.rowWidth)
  io.program.bank := spare
  io.program.lane := (slot >> 1).resized
  io.program.word := io.write.data ## lower
  io.program.mark := mark
  when(takes) {
    when(word === 0)(mark := io.write.data(1 downto 0).asUInt)
    lower := io.write.data
    word := word + 1
    when(word === words - 1) {
      word := 0
      row := row + 1
    }
  }
  when(writes(Register.PROGRAM_ROW)) {
    row := io.write.data.asUInt
    word := 0
  }
  when(writes(Register.PROGRAM_ENTRY) && !io.refuses) {
    for (b <- 0 until machine.banks) when(spare === Bool(b == 1)) {
      entries(b) := io.write.data.asUInt.resized
    }
  }
  when(writes(Register.PROGRAM_SWITCH) && !io.refuses) {
    loaded := True
    bank := spare
  }
  io.entries := entries
  io.bank := bank
  io.isLoaded := loaded
  io.spare := spare
  io.row := row
  io.entry := (if (twoBanks) Mux(spare, entries(1), entries(0)) else entries(0))
}
