package org.weft.hw.config

import spinal.core._

/** What the bits of a result are made from: a code of three bits, so that with a sum and both operands one table of six
  * inputs makes each.
  */
object BitLogic {
  val Sum = 0
  val And = 1
  val Or = 2
  val Xor = 3
  val A = 4
  val B = 5
  val Zero = 6
  val Ones = 7

  def apply(code: Bits, sum: Bits, a: Bits, b: Bits): Bits =
    Bitwise(Seq(sum, a, b), code.asBools.toSeq: _*) { case (Seq(sum, a, b), code) =>
      Vec(code).asBits.mux(
        Sum -> sum,
        And -> (a & b),
        Or -> (a | b),
        Xor -> (a ^ b),
        A -> a,
        B -> b,
        Zero -> False,
        Ones -> True
      )
    }

  /** By three bits of two words: whether they differ. */
  def unequal(a: Bits, b: Bits): Bits = {
    val width = (a.getWidth + 2) / 3
    val words = Seq(a, b).flatMap(_.resize(3 * width).subdivideIn(width bits))
    Bitwise(words) { case (bits, _) => bits.take(3).zip(bits.drop(3)).map { case (a, b) => a =/= b }.reduce(_ || _) }
  }

  /** By two bits of two words: whether they differ; or, `sets`, whether both words have one of them. */
  def differing(a: Bits, b: Bits, sets: Bool = False): Bits = {
    def every(word: Bits, first: Int): Bits = Vec((first until word.getWidth by 2).map(word(_))).asBits
    Bitwise(Seq(every(a, 0), every(a, 1), every(b, 0), every(b, 1)), sets) {
      case (Seq(a0, a1, b0, b1), Seq(sets)) => Mux(sets, a0 && b0 || a1 && b1, a0 =/= b0 || a1 =/= b1)
    }
  }
}
