package org.weft.hw.core

import org.weft.hw.config.Bitwise
import org.weft.isa.row.{Condition, Opcode, Unit => RowUnit}
import spinal.core._

/** What a bit of a result is made from: a code of three bits, so that one 6-input table makes it. */
object AluFunction {
  val Sum = 0
  val And = 1
  val Or = 2
  val Xor = 3
  val A = 4
  val B = 5
  val Zero = 6
  val Ones = 7

  /** The code of an instruction's low byte; what a unit computes is zero here, so that results are joined by or. */
  def of(opcode: Opcode): Int = opcode match {
    case Opcode.ADD | Opcode.SUB | Opcode.NEG => Sum
    case Opcode.AND                           => And
    case Opcode.OR                            => Or
    case Opcode.XOR                           => Xor
    case Opcode.FACT | Opcode.HIGH            => A
    case _ if opcode.unit() != RowUnit.ALU     => Zero
    case _                                    => B
  }
}

/** How a [[Condition]] follows from a comparison: it holds if one of what it asks for does, or, inverted, if none. */
case class Comparison() extends Bundle {

  /** Whether the first operand is less, as signed numbers. */
  val orders, signed = Bool()

  /** Whether no bit differs; or, of another kind, whether both have no bit in common. */
  val equals, sets = Bool()
  val inverts = Bool()
}

object Comparison {
  import Condition._
  val Orders = Set(LT, LE, GE, GT, SLT, SLE, SGE, SGT)
  val Signed = Set(SLT, SLE, SGE, SGT)
  val Equals = Set(EQ, NE, LE, GT, SLE, SGT, SET, CLEAR)
  val Sets = Set(SET, CLEAR)
  val Inverts = Set(ALWAYS, NE, GE, GT, SGE, SGT, SET)
}

/** What an [[Alu]] does; operands of 32 bits come zero-extended. */
case class AluControl() extends Bundle {
  val function = Bits(3 bits)
  val subtracts = Bool()
  val is32 = Bool()
  val extends8, extends16, extends32 = Bool()
  val high = Bool()

  /** The result is the lesser or greater operand. */
  val picks = Bool()
  val most = Bool()
  val comparison = Comparison()
}

/** Adder, logic and comparison of a lane: combinational, one carry chain for all of it. */
case class Alu() extends Component {
  val io = new Bundle {
    val control = in(AluControl())
    val a = in Bits (64 bits)
    val b = in Bits (64 bits)
    val result = out Bits (64 bits)

    /** Whether the condition holds, of operands that are subtracted. */
    val holds = out Bool ()
  }
  import io.{a, b, control}

  // The carry that goes in is the carry of a bit below the lowest one. A sum is the difference to what has all bits of b
  // inverted, less one: synthesis may exchange what is added, so that the inverted bits need tables of their own.
  private val adds = !control.subtracts
  private val right = b ^ B(64 bits, default -> adds)
  private val sums = (B"0" ## a ## B"0").asUInt - (B"0" ## right ## adds).asUInt
  private val sum = sums(64 downto 1).asBits
  private val less = sums(65)

  private val picked = Mux(less ^ control.most, B(AluFunction.A, 3 bits), B(AluFunction.B, 3 bits))
  private val low = Mux(control.picks, picked, control.function)
  private val sign = Mux(control.extends8, b(7), Mux(control.extends16, b(15), b(31)))
  private val signs = B"11" ## sign

  private def segment(from: Int, to: Int, code: Bits): Bits =
    Bitwise(Seq(sum, a, b).map(_(from - 1 downto to)), code.asBools.toSeq: _*) { case (Seq(sum, a, b), code) =>
      Vec(code).asBits.mux(
        AluFunction.Sum -> sum,
        AluFunction.And -> (a & b),
        AluFunction.Or -> (a | b),
        AluFunction.Xor -> (a ^ b),
        AluFunction.A -> a,
        AluFunction.B -> b,
        AluFunction.Zero -> False,
        AluFunction.Ones -> True
      )
    }

  private val highest = Mux(control.is32, B(AluFunction.Zero, 3 bits),
    Mux(control.extends32, signs, Mux(control.high, B(AluFunction.B, 3 bits), low)))
  io.result := segment(64, 32, highest) ##
    segment(32, 16, Mux(control.extends16, signs, low)) ##
    segment(16, 8, Mux(control.extends8, signs, low)) ##
    segment(8, 0, low)

  // Whether there is a bit that both have, for conditions that ask for it; else one that differs.
  private val comparison = control.comparison
  private val some = {
    def half(word: Bits, first: Int): Bits = Vec((first until 64 by 2).map(word(_))).asBits
    Bitwise(Seq(half(a, 0), half(a, 1), half(b, 0), half(b, 1)), comparison.sets) {
      case (Seq(a0, a1, b0, b1), Seq(sets)) => Mux(sets, a0 && b0 || a1 && b1, a0 =/= b0 || a1 =/= b1)
    }.orR
  }
  private val signA = Mux(control.is32, a(31), a(63))
  private val signB = Mux(control.is32, b(31), b(63))
  private val isLess = Mux(comparison.signed && signA =/= signB, signA, less)
  io.holds := comparison.inverts ^ (comparison.orders && isLess || comparison.equals && !some)
}
