package org.weft.hw.core

import org.weft.hw.config.NicConfig
import org.weft.hw.map.{DescriptorWrite, MapAddress, MapPlace}
import org.weft.hw.row.SlotFields
import org.weft.isa.row.Opcode
import spinal.core._
import spinal.lib._

/** Where the values of maps are whose memory is a half's: by handle, found in a clock. */
case class LocalMaps(config: NicConfig) extends Component {
  val io = new Bundle {

    /** An access, in the stage before execute, and its base. */
    val slot, base = in Bits (64 bits)
    val descriptor = slave(Flow(DescriptorWrite(config)))

    // Execute: numbers of bytes; the end is that of the values, 0 where there is no map.
    val address = out UInt (config.addressWidth bits)
    val end = out UInt (16 bits)
  }

  private val fields = SlotFields(io.slot)
  private val isConstant = fields.opcode === Opcode.STORE.number && fields.f1
  private val named = Mux(isConstant, B(0, 16 bits), fields.imm(31 downto 16))
  private val (found, _) = MapAddress(io.base, fields.imm(15 downto 0).asSInt)
  private val handle = Mux(named =/= 0, named.asUInt.resize(32), found)
  private val known = RegNext((handle >> NicConfig.HandleWidth) === 0)

  private def packed(base: Int, words: Int) = BigInt(base) | BigInt(words) << config.mapWordWidth
  private val place = MapPlace(config)
  private val places = Mem(Bits(place.getBitsWidth bits), 1 << NicConfig.HandleWidth)
  private val first = (0, 0) +: config.arrays.places
  places.init((0 until places.wordCount).map(handle =>
    B(first.lift(handle).map((packed _).tupled).getOrElse(BigInt(0)), place.getBitsWidth bits)))
  place.assignFromBits(places.readSync(handle.resize(NicConfig.HandleWidth)))
  places.write(io.descriptor.handle, io.descriptor.place.asBits, io.descriptor.valid)

  private val from = (place.base << 3).resize(config.addressWidth)
  io.address := from + config.firstMapByte
  io.end := Mux(known, (place.words << 3).resize(16), U(0))
}
