package org.weft.hw

import org.weft.isa.row.Condition
import spinal.core._

/** Decides whether a branch or exit is taken: combinational, one comparison for all conditions.
  *
  * The condition's number is its place in the instruction table, so the decoder hands over the low
  * bits of the opcode as they are.
  */
case class BranchUnit() extends Component {
  private val conditions = Condition.values().toSeq

  val io = new Bundle {

    /** Which [[org.weft.isa.row.Condition]]. */
    val condition = in UInt (log2Up(conditions.size) bits)

    /** Only the low 32 bits of the operands count. */
    val is32 = in Bool ()
    val a = in Bits (64 bits)
    val b = in Bits (64 bits)
    val taken = out Bool ()
  }

  private val mask = Mux(io.is32, B(BigInt("ffffffff", 16), 64 bits), ~B(0, 64 bits))
  private val a = (io.a & mask).asUInt
  private val b = (io.b & mask).asUInt
  private val signA = Mux(io.is32, io.a(31), io.a(63))
  private val signB = Mux(io.is32, io.b(31), io.b(63))

  private val equal = a === b
  private val less = a < b
  private val lessSigned = Mux(signA === signB, less, signA)
  private val common = (a & b) =/= 0

  private def outcome(condition: Condition): Bool = condition match {
    case Condition.ALWAYS => True
    case Condition.EQ     => equal
    case Condition.NE     => !equal
    case Condition.GT     => !less && !equal
    case Condition.GE     => !less
    case Condition.LT     => less
    case Condition.LE     => less || equal
    case Condition.SGT    => !lessSigned && !equal
    case Condition.SGE    => !lessSigned
    case Condition.SLT    => lessSigned
    case Condition.SLE    => lessSigned || equal
    case Condition.SET    => common
    case Condition.CLEAR  => !(common)
  }

  io.taken := io.condition.muxListDc(conditions.map(c => c.ordinal() -> outcome(c)))
}
