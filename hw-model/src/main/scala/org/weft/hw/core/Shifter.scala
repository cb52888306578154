package org.weft.hw.core

import org.weft.isa.row.Opcode
import spinal.core._

/** What a [[Shifter]] does. */
case class ShifterControl() extends Bundle {
  val left, arithmetic, is32 = Bool()
  val swaps, folds = Bool()

  /** Of a swap: how far the reversed eight bytes are shifted back. */
  val unused = UInt(6 bits)
}

object ShifterControl {
  def apply(word: Bits): ShifterControl = {
    val f = SlotFields(word)
    val c = ShifterControl()
    def is(opcode: Opcode) = f.opcode === opcode.number
    c.left := is(Opcode.LSH)
    c.arithmetic := is(Opcode.ARSH)
    c.is32 := f.f1
    c.swaps := is(Opcode.SWAP16) || is(Opcode.SWAP32) || is(Opcode.SWAP64)
    c.folds := is(Opcode.FOLD)
    c.unused := is(Opcode.SWAP16) ? U(48) | (is(Opcode.SWAP32) ? U(32) | U(0))
    c
  }
}

/** Shifts, byte swaps and folding: one shifter to the right for all of it, in two clocks. The first
  * stage takes operands, the result is there in the clock after.
  *
  * @param registered whether a register stands between its two halves
  */
case class Shifter(registered: Boolean) extends Component {
  val io = new Bundle {
    val control = in(ShifterControl())
    val a = in Bits (64 bits)
    val b = in Bits (64 bits)
    val result = out Bits (64 bits)
  }
  import io.control

  private def staged[T <: Data](value: T): T = if (registered) RegNext(value) else value

  private val narrowFill = control.is32 && control.arithmetic && io.a(31)
  private val wide = Mux(control.is32, B(32 bits, default -> narrowFill) ## io.a(31 downto 0), io.a)
  private val bytes = Cat(io.b.subdivideIn(8 bits).reverse)
  private val value = Mux(control.swaps, bytes, Mux(control.left, io.a.reversed, wide))
  private val amount = Mux(control.swaps, control.unused,
    (io.b(5) && !control.is32) ## io.b(4 downto 0) asUInt)
  private val fill = control.arithmetic && Mux(control.is32, io.a(31), io.a(63))

  private val coarse = shift(value, amount(5 downto 4), 16, fill)
  private val (middle, lowAmount, lowFill) = (staged(coarse), staged(amount), staged(fill))
  private val fine = shift(shift(middle, lowAmount(3 downto 2), 4, lowFill), lowAmount(1 downto 0), 1,
    lowFill)

  private def shift(bits: Bits, by: UInt, unit: Int, fill: Bool): Bits = {
    val extended = (fill #* 64) ## bits
    by.muxList((0 to 3).map(n => n -> extended(n * unit, 64 bits)))
  }

  // RFC 1071: the carries out of the sum of four parts are added again.
  private val parts = io.b.subdivideIn(16 bits).map(_.asUInt.resize(18 bits))
  private val sum = staged((parts(0) + parts(1)) + (parts(2) + parts(3)))
  private val once = sum(15 downto 0).resize(17 bits) + sum(17 downto 16)
  private val folded = once(15 downto 0) + once(16).asUInt

  private val late = staged(control)
  private val shifted = Mux(late.left, fine.reversed, fine)
  private val all = Mux(late.folds, folded.asBits.resize(64 bits), shifted)
  io.result := Mux(late.is32, B(0, 32 bits), all(63 downto 32)) ## all(31 downto 0)
}
