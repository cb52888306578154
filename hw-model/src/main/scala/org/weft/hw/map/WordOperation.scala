package org.weft.hw.map

import org.weft.hw.config.{BitLogic, NicConfig}
import spinal.core._
import spinal.lib._

/** What becomes of a word, from what it is: bytes outside of the mask stay. */
object WordOperation {
  def apply(config: NicConfig, operation: UInt, mask: Bits, word: Bits, data: Bits, compare: => Bits): Bits = {
    val differs = if (!config.compares) False
    else {
      val unequal = BitLogic.differing(word, compare)
      operation === MapOperation.Exchange && (0 until 8).map(i => mask(i) && unequal(4 * i, 4 bits).orR).orR
    }
    val function = operation.muxDc(
      Seq(MapOperation.Store -> BitLogic.B, MapOperation.Add -> BitLogic.Sum, MapOperation.Or -> BitLogic.Or,
        MapOperation.And -> BitLogic.And, MapOperation.Xor -> BitLogic.Xor, MapOperation.Exchange -> BitLogic.B)
        .map { case (operation, code) => operation -> B(code, 3 bits) }: _*)
    val sum = if (config.machine.atomics == 0) word else (word.asUInt + data.asUInt).asBits
    Cat(for (i <- 0 until 8) yield {
      def byte(word: Bits): Bits = word(8 * i, 8 bits)
      val code = Mux(mask(i) && !differs, function, B(BitLogic.A, 3 bits))
      BitLogic(code, byte(sum), byte(word), byte(data))
    })
  }
}
