package org.weft.hw.core

import org.weft.hw.row._
import org.weft.isa.row.Opcode
import spinal.core._

/** What a [[Shifter]] does; nothing of it set: a logical shift to the right. */
case class ShifterControl() extends Bundle {
  val left, arithmetic, rotates, is32 = Bool()
  val swaps, folds = Bool()

  /** Of a swap: how far the reversed eight bytes are shifted back. */
  val unused = UInt(6 bits)
}

object ShifterControl {
  def apply(word: Bits): ShifterControl = {
    val f = SlotFields(word)
    val c = ShifterControl()
    def is(opcode: Opcode) = f.opcode === opcode.number
    c.left := is(Opcode.LSH) || is(Opcode.ROL)
    c.arithmetic := is(Opcode.ARSH)
    c.rotates := is(Opcode.ROL)
    c.is32 := f.f1
    c.swaps := is(Opcode.SWAP16) || is(Opcode.SWAP32) || is(Opcode.SWAP64)
    c.folds := is(Opcode.FOLD)
    c.unused := is(Opcode.SWAP16) ? U(48) | (is(Opcode.SWAP32) ? U(32) | U(0))
    c
  }
}

/** Shifts, rotations, byte swaps and folding, in two clocks: one rotation to the left, whose bits are
  * then kept or filled. The first stage takes operands, the result is there in the clock after.
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

  // 32 bits stand twice in 64, so that they rotate among themselves.
  private val upper = Mux(control.is32, io.a(31 downto 0), io.a(63 downto 32))
  private val bytes = Cat(io.b.subdivideIn(8 bits).reverse)
  private val value = Mux(control.swaps, bytes, upper ## io.a(31 downto 0))
  private val distance = Mux(control.swaps, control.unused,
    (io.b(5) && !control.is32).asUInt @@ io.b(4 downto 0).asUInt)
  private val back = U(0, 6 bits) - distance
  private val turn = Mux(control.left, distance,
    (back(5) && (control.swaps || !control.is32)).asUInt @@ back(4 downto 0))

  private val coarse = staged(Turn.rotated(value, turn(5 downto 4), 16))
  private val lateTurn = staged(turn)
  private val fine = Turn.rotated(coarse, lateTurn(3 downto 0), 1)

  // Of what was shifted to the left bits from the turn on stay, of what was shifted to the right
  // those below it: said for each eight bits, and for the bits of those that the turn is in.
  private val late = staged(control)
  private val keepsLower = staged(!control.left && distance =/= 0)
  private val (eight, bit) = (lateTurn(5 downto 3), lateTurn(2 downto 0))
  private val keepsEight = (0 until 8).map(n => late.rotates || Mux(keepsLower, eight > n, eight < n))
  private val keepsBit = (0 until 8).map(n => (bit <= n) ^ keepsLower)
  private val fill = staged(control.arithmetic && Mux(control.is32, io.a(31), io.a(63)))
  private val kept = Cat((0 until 64).map(i =>
    Mux(keepsEight(i / 8) || eight === i / 8 && keepsBit(i % 8), fine(i), fill)))

  // RFC 1071: the carries out of the sum of four parts are added again.
  private val parts = io.b.subdivideIn(16 bits).map(_.asUInt.resize(18 bits))
  private val sum = staged((parts(0) + parts(1)) + (parts(2) + parts(3)))
  private val once = sum(15 downto 0).resize(17 bits) + sum(17 downto 16)
  private val folded = once(15 downto 0) + once(16).asUInt

  private val isShort = staged(control.is32 || control.folds)
  io.result := Mux(isShort, B(0, 32 bits), kept(63 downto 32)) ##
    Mux(late.folds, B(0, 16 bits), kept(31 downto 16)) ## Mux(late.folds, folded.asBits, kept(15 downto 0))
}
