package org.weft.hw.board

import java.nio.file.Path

import org.weft.hw.Verilog
import org.weft.hw.config.{Arrays, NicConfig}
import org.weft.isa.image.{ArrayLayout, ProgramImage}
import org.weft.isa.row.{Row, RowCodec}

/** Writes the Verilog of boards, for those who build bitstreams. */
object BoardVerilog {

  /** Board.v of an [[Ice40Board]], and a log.
    *
    * @param image the program that it starts with; one without rows for hardware that starts with none
    */
  def ice40(image: ProgramImage, clocksPerBit: Int, directory: Path): Unit = {
    val machine = image.machine
    val rows = image.rows.toArray(Array[Row]()).toSeq
      .map(row => RowCodec.encode(row, machine.lanes).toSeq)
    val arrays = ArrayLayout.of(image)
    val places = arrays.places.toArray(Array[ArrayLayout.Place]()).toSeq.map(p => (p.first, p.words))
    val config = NicConfig(machine, blockRegisters = true, single = true,
      rows = rows, arrays = Arrays(places, arrays.values.toArray.toSeq))
    Verilog.quietly(directory)(Ice40Board(config, clocksPerBit, if (image.entries.isEmpty) 0 else image.entries.get(0).row))
  }
}
