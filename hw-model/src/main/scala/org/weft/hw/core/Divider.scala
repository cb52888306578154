package org.weft.hw.core

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

  private def magnitude(value: UInt): UInt = {
    val extended = ((sign(value) && io.control.is32) #* 32).asUInt | value(63 downto 32)
    negated(extended @@ value(31 downto 0), sign(value))
  }

  /** One step of restoring division: the next bit of the dividend is on top of the quotient. */
  private def step(state: (UInt, UInt)): (UInt, UInt) = {
    val (rest, bits) = state
    val next = rest @@ bits.msb
    val difference = next - divisor.resize(65 bits)
    val fits = !difference.msb
    (Mux(fits, difference(63 downto 0), next(63 downto 0)), bits(62 downto 0) @@ fits)
  }

  private val (rest, bits) = step(step((remainder, quotient)))
  when(io.start) {
    count := Divider.Clocks
    control := io.control
    quotient := magnitude(io.a)
    divisor := magnitude(io.b)
    remainder := 0
    negative := sign(io.a) ^ sign(io.b)
    negativeRemainder := sign(io.a)
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
