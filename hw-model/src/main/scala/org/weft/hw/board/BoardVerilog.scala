package org.weft.hw.board

import java.nio.file.Path

import org.weft.hw.Verilog
import org.weft.hw.config.NicConfig
import org.weft.isa.image.ProgramImage
import org.weft.isa.machine.MachineSpec
import org.weft.isa.row.{Row, RowCodec}

/** Writes the Verilog of boards, for those who build bitstreams. */
object BoardVerilog {

  /** Board.v of an [[Ice40Board]], and a log.
    *
    * @param image the program that it starts with
    */
  def ice40(machine: MachineSpec, image: ProgramImage, clocksPerBit: Int, directory: Path): Unit = {
    val rows = image.rows.toArray(Array[Row]()).toSeq
      .map(row => RowCodec.encode(row, machine.lanes).toSeq)
    val config = NicConfig(machine, blockRegisters = true, single = true, rows = rows)
    Verilog.quietly(directory)(Ice40Board(config, clocksPerBit, image.entries.get(0).row))
  }
}
