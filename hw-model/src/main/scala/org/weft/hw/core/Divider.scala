package org.weft.hw.core

import org.weft.hw.config.Bitwise
import org.weft.hw.row._
import org.weft.isa.row.Opcode
import spinal.core._

/** What a [[Divider]] computes. */
case class DividerControl() extends Bundle {
  val is32, signed, remainder = Bool()
}

object DividerControl {
  def apply(word: Bits): DividerControl = {
    val f = SlotFields(word)
    val c = DividerControl()
    def is(opcode: Opcode) = f.opcode === opcode.number
    c.is32 := f.f1
    c.signed := is(Opcode.SDIV) || is(Opcode.SMOD)
    c.remainder := is(Opcode.MOD) || is(Opcode.SMOD)
    c
  }
}

/** Division, two bits a clock. Operands are taken in a clock in which `start` is set; the result is
  * there, and `done` set, [[Divider.Clocks]] later. It stays one clock more. Operands of 32 bits come
  * zero-extended.
  */
case class Divider() extends Component {
  val io = new Bundle {
    val start = in Bool ()
    val control = in(DividerControl())
    val a = in UInt (64 bits)
    val b = in UInt (64 bits)
    val busy = out Bool ()
    val done = out Bool ()
    val result = out UInt (64 bits)
  }

  private val count = Reg(UInt(6 bits)) init 0
  // Without reset: set when it starts.
  private val control = Reg(DividerControl())
  private val divisor, quotient, remainder = Reg(UInt(64 bits))
  private val negative, negativeRemainder, zero = Reg(Bool())

  private def sign(value: UInt): Bool =
    io.control.signed && Mux(io.control.is32, value(31), value(63))

  private def negated(value: UInt, when: Bool): UInt =
    (value ^ (when #* 64).asUInt) + when.asUInt

  /** All bits of an operand inverted if it is negative: its magnitude, less one. Above those of 32 there are zeroes. */
  private def inverted(value: UInt): UInt =
    value ^ (((sign(value) && !io.control.is32) #* 32) ## (sign(value) #* 32)).asUInt

  // Two steps of restoring division: the next bits of the dividend are on top of the quotient. Of the second one what
  // is left over is made with all bits inverted: synthesis then keeps the choice behind the first one in its tables.
  private val first = remainder @@ quotient.msb
  private val once = first - divisor.resize(65 bits)
  private val fits = !once.msb
  private val second = Mux(fits, once(63 downto 0), first(63 downto 0)) @@ quotient(62)
  private val twice = divisor.resize(65 bits) + ~second
  private val fitsTwice = twice.msb
  private val rest = {
    val unfitting = Seq(once, first).map(_(62 downto 0).asBits ## quotient(62))
    Bitwise(twice(63 downto 0).asBits +: unfitting, fits, fitsTwice) {
      case (Seq(twice, once, first), Seq(fits, fitsTwice)) => Mux(fitsTwice, !twice, Mux(fits, once, first))
    }.asUInt
  }

  // The dividend's magnitude when it starts, then the quotient on its way up, through one adder.
  private val isNegative = sign(io.a)
  private val upward = Mux(io.start, inverted(io.a), quotient(61 downto 0) @@ U(0, 2 bits)) +
    (io.start && isNegative).asUInt
  private val bits = upward(63 downto 2) @@ (upward(1) || !io.start && fits) @@ (upward(0) || !io.start && fitsTwice)
  when(io.start) {
    count := Divider.Clocks
    control := io.control
    quotient := bits
    divisor := inverted(io.b) + sign(io.b).asUInt
    remainder := 0
    negative := isNegative ^ sign(io.b)
    negativeRemainder := isNegative
    zero := io.b === 0
  } elsewhen (count =/= 0) {
    count := count - 1
    when(count > 1) {
      remainder := rest
      quotient := bits
    }
  }

  // Division by zero leaves all of a as the remainder, and its quotient is zero.
  private val magnitudes = Mux(control.remainder, remainder, Mux(zero, U(0), quotient))
  private val signed = negated(magnitudes, Mux(control.remainder, negativeRemainder, negative))
  io.busy := count =/= 0
  io.done := count === 1
  io.result := Mux(control.is32, U(0, 32 bits), signed(63 downto 32)) @@ signed(31 downto 0)
}

object Divider {

  /** From the operands to the result: two bits in each clock between them. */
  val Clocks = 33
}
