package org.weft.hw.board

import java.nio.file.{Files, Path}

import org.weft.hw.Verilog
import org.weft.hw.config.NicConfig
import org.weft.isa.image.ProgramImage
import org.weft.isa.machine.MachineSpec
import org.weft.isa.row.RowCodec

/** Writes the Verilog of boards, for those who build bitstreams. */
object BoardVerilog {

  /** Board.v of an [[Ice40Board]], with what its memories hold at first beside it.
    *
    * @param image the program that it starts with, or null
    * @param log where SpinalHDL says what it does
    */
  def ice40(machine: MachineSpec, image: ProgramImage, clocksPerBit: Int, directory: Path, log: Path): Unit = {
    val rows = if (image == null) Nil
    else image.rows.toArray(Array[org.weft.isa.row.Row]()).toSeq
      .map(row => RowCodec.encode(row, machine.lanes).toSeq)
    val entry = if (image == null) 0 else image.entries.get(0).row
    val config = NicConfig(machine, blockRegisters = true, single = true, rows = rows)
    // SpinalHDL tells standard output what it does.
    val said = Files.newOutputStream(log)
    try Console.withOut(said)(Verilog.write(directory)(Ice40Board(config, clocksPerBit, entry)))
    finally said.close()
  }
}
