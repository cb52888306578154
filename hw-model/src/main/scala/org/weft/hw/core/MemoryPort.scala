package org.weft.hw.core

import org.weft.hw.row._
import org.weft.hw.config.{Choice, NicConfig}
import spinal.core._
import spinal.lib._

/** An access of a half's memory as its instruction says it. */
case class Access(config: NicConfig) extends Bundle {
  val store, isStack, signed, swapped = Bool()

  /** Only where map values are in that memory. */
  val isMap = if (config.mapBytes > 0) Bool() else null

  /** Bytes, less one. */
  val size = UInt(3 bits)
}

object Access {
  import org.weft.isa.row.{Opcode, Region}

  def apply(config: NicConfig, word: Bits): Access = {
    val f = SlotFields(word)
    val access = Access(config)
    access.store := f.opcode === Opcode.STORE.number
    access.isStack := f.mod(7 downto 5) === Region.STACK.ordinal
    if (config.mapBytes > 0) access.isMap := f.mod(7 downto 5) === Region.MAP.ordinal
    access.signed := f.mod(1)
    access.swapped := f.mod(0)
    access.size := f.mod(4 downto 2).asUInt
    access
  }
}

/** Where a context's packet and stack lie in its half's memory, and the map's values that its row accesses,
  * if there are any in that memory. Numbers of bytes.
  */
case class Bounds(config: NicConfig) extends Bundle {

  /** Address of the packet's first byte. */
  val packet = UInt(config.addressWidth bits)

  /** Address of the stack. */
  val stack = UInt(config.addressWidth bits)
  val length = UInt(config.lengthWidth bits)
  val metadata = UInt(8 bits)

  /** Address of the map's values, and their end; there is no map where it is 0. */
  val map = if (config.mapBytes > 0) UInt(config.addressWidth bits) else null
  val mapEnd = if (config.mapBytes > 0) UInt(16 bits) else null
}

/** One access of packet and stack memory in the stages of a row: where it goes and which of its bytes
  * are inside, then what the banks get, then what they give.
  *
  * Byte n of a line is in bank n mod 8: any eight bytes that follow each other are in eight banks.
  */
case class MemoryPort(config: NicConfig) extends Component {
  import config.addressWidth
  private val toMemory = config.stages.memory - config.stages.execute
  private val width = config.machine.bankBytes
  private val shift = log2Up(width)

  val io = new Bundle {

    // Execute.
    val access = in(Access(config))
    val base = in UInt (MemoryPort.baseBits(config) bits)
    val offset = in UInt (16 bits)
    val value = in Bits (64 bits)
    val bounds = in(Bounds(config))

    // Memory.
    /** Where bytes end that have arrived, of those to come and in all, from the first byte on. */
    val arrived, received = in SInt (16 bits)
    val waits = out Bool ()
    val stores = in Bool ()
    val banks = out(RowPort(config))

    /** The lines of its stack that a store changes. */
    val touches = master(Flow(StackLines(config)))

    // Align.
    val read = Vec(in(Vec(Bits(8 * width bits), 8)), 2)

    /** The half whose banks were read. */
    val readHalf = in Bool ()
    val loaded = out Bits (64 bits)
  }

  private def delayed[T <: Data](value: T): T = Delay(value, toMemory)

  // Execute: addresses in the region are 16 bits, signed; distances to bounds, too. A distance that
  // overflows belongs to an address that the other bound excludes. In a map they are 32 bits, not signed.
  private val isMap = if (config.mapBytes > 0) io.access.isMap else False
  private val whole = io.base + io.offset.asSInt.resize(MemoryPort.baseBits(config)).asUInt
  private val where = whole(15 downto 0)
  private def orMap(value: => UInt, other: UInt): UInt =
    if (config.mapBytes > 0) Mux(isMap, value, other) else other
  private val low = orMap(U(0, 8 bits), Mux(io.access.isStack, U(0), io.bounds.metadata)).resize(16 bits)
  private val high = orMap(Mux(whole(31 downto 15) === 0, io.bounds.mapEnd, U(0)),
    Mux(io.access.isStack, U(config.machine.stackBytes, 16 bits), io.bounds.length.resize(16 bits)))
  private val fromLow = low + where
  private val toHigh = high - where

  /** Bytes from a negative number to 0, eight at most; none from another one. */
  private def below(distance: UInt): UInt =
    Mux(distance(15 downto 3).andR, U(8, 4 bits) - distance(2 downto 0), Mux(distance.msb, U(8, 4 bits), U(0, 4 bits)))

  /** Bytes from 0 to a positive number, eight at most; none to another one. */
  private def above(distance: UInt): UInt =
    Mux(distance.msb, U(0, 4 bits), Mux(distance(14 downto 3).orR, U(8, 4 bits), distance(2 downto 0).resize(4)))
  private val start = orMap(io.bounds.map, Mux(io.access.isStack, io.bounds.stack, io.bounds.packet))
  private val target = start + where.resize(addressWidth)

  // Memory.
  private val access = delayed(io.access)
  private val address = delayed(target)
  private val place = delayed(where).asSInt
  private val length = delayed(io.bounds.length.resize(16 bits)).asSInt
  private val first = delayed(below(fromLow))
  private val end = delayed(above(toHigh))
  private val value = delayed(io.value)

  // The access's bytes that are inside, by their distance from its first one.
  private val isWhole = end > access.size
  private val bytesOf = access.size +^ 1
  private val stop = Mux(isWhole, bytesOf, end)
  private val inside = Cat((0 until 8).map(n => first <= n && stop > n))

  private val missing = io.arrived - place
  io.waits := !access.isStack && !delayed(isMap) && first === 0 && place < io.received && length > io.arrived &&
    missing <= access.size.resize(16 bits).asSInt

  // Byte n of what is stored goes n banks on; the last one first where bytes are swapped.
  private val within = address(2 downto 0)
  private val word = address >> 3
  private val next = word + 1
  private val last = access.size
  private val turned = Turn.toMemory(value, access.swapped, within, last)
  private val stored = Mux(io.stores, Turn.rotated(inside, within, 1), B(0, 8 bits))
  io.banks.line := (word >> shift).resized
  io.banks.next := (next >> shift).resized
  private val subs = Vec(for (bank <- 0 until 8) yield {
    val row = Mux(within > bank, next, word)
    io.banks.isNext(bank) := within > bank
    io.banks.data(bank) := turned(8 * bank, 8 bits)
    val sub = if (shift == 0) U(0, 1 bits) else row(shift - 1 downto 0)
    val chosen = if (shift == 0) B(1, 1 bits) else UIntToOh(sub, width)
    io.banks.masks(bank) := Mux(stored(bank), chosen, B(0, width bits))
    sub
  })

  // Eight bytes are in one line, or in two that follow each other; what begins below the stack is in its first one.
  private val isBelow = place.msb
  private val inLine = place.asUInt.resize(config.lineShift)
  private val line = (place.asUInt >> config.lineShift).resize(io.touches.line.getWidth)
  io.touches.valid := io.stores && access.isStack && first <= access.size && end =/= 0
  io.touches.line := Mux(isBelow, U(0), line)
  io.touches.isNext := !isBelow && (inLine +^ access.size).msb && line =/= config.stackLines - 1

  // Align: the byte of each bank, then back to its place in the result. Bytes behind the last one
  // are its sign, or zero.
  private val bytes = Cat(for (bank <- 0 until 8) yield {
    val all = io.read.flatMap(_(bank).subdivideIn(8 bits))
    val half = io.readHalf.asUInt
    Choice(all, if (shift == 0) half else half @@ RegNext(subs(bank)))
  })
  private val swapped = RegNext(access.swapped)
  private val back = RegNext(Turn.fromMemory(access.swapped, within, last))
  private val found = Turn.turned(bytes, swapped, back)
  private val from = RegNext(Mux(access.swapped, bytesOf - stop, first))
  private val to = RegNext(Mux(!access.swapped, stop, Mux(first > bytesOf, U(0, 4 bits), bytesOf - first)))
  private val foundInside = (0 until 8).map(n => from <= n && to > n)
  private val narrow = RegNext(Cat((0 until 8).map(n => last < n)))
  private val top = RegNext(within + Mux(access.swapped, U(0), last))
  private val topInside = RegNext(Mux(access.swapped, first === 0 && end =/= 0, first <= last && isWhole))
  private val fill = RegNext(access.signed) && topInside && Choice(bytes.subdivideIn(8 bits).map(_.msb), top)
  io.loaded := Cat(for (n <- 0 until 8) yield
    Mux(foundInside(n), found(8 * n, 8 bits), (fill && narrow(n)) #* 8))
}

object MemoryPort {

  /** Bits of an address that are looked at: in maps, more. */
  def baseBits(config: NicConfig): Int = if (config.mapBytes > 0) 32 else 16
}
