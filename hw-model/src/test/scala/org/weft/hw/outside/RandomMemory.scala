package org.weft.hw.outside

import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import spinal.core.sim._

/** The memory that stalls in random clocks: each channel is checked, reads show what was there when they were asked for, writes
  * are there when they are answered.
  */
private class RandomMemory(axi: spinal.lib.bus.amba4.axi.Axi4, random: Random) {
  val words: mutable.Map[Long, Long] = mutable.Map.empty.withDefaultValue(0L)
  private val reads = mutable.Queue.empty[Seq[Long]]
  private val addresses = mutable.Queue.empty[Long]
  private val beats = mutable.Queue.empty[(Long, BigInt)]
  private val writes = mutable.Queue.empty[(Long, Long)]
  private val waiting = mutable.Map.empty[String, BigInt]

  /** How often both were under way. */
  var overlaps = 0

  /** Whether nothing is taken and answered. */
  var stands = false

  private def may(): Boolean = !stands && random.nextInt(3) > 0

  /** Inputs of a clock. */
  def drive(): Unit = {
    axi.ar.ready #= may()
    axi.aw.ready #= may()
    axi.w.ready #= may()
    val answers = !stands && (reads.nonEmpty && random.nextInt(4) == 0 || reads.size > 20)
    axi.r.valid #= answers
    if (answers) axi.r.data #= reads.head.zipWithIndex.map { case (w, i) => OutsideValuesTest.unsigned(w) << 64 * i }.sum
    axi.r.resp #= 0
    axi.r.last #= true
    axi.b.valid #= !stands && writes.nonEmpty && random.nextInt(8) == 0
    axi.b.resp #= 0
  }

  private def keeps(channel: String, valid: Boolean, ready: Boolean, payload: => BigInt): Unit = {
    for (offered <- waiting.get(channel)) assertTrue(valid && payload == offered, s"$channel changes what was not taken")
    if (valid && !ready) waiting(channel) = payload else waiting.remove(channel)
  }

  /** What happens in the clock, once its signals have settled. */
  def see(): Unit = {
    if (axi.r.valid.toBoolean) {
      assertTrue(axi.r.ready.toBoolean)
      reads.dequeue()
    }
    if (axi.b.valid.toBoolean) {
      assertTrue(axi.b.ready.toBoolean)
      val (word, data) = writes.dequeue()
      words(word) = data
    }
    keeps("ar", axi.ar.valid.toBoolean, axi.ar.ready.toBoolean, axi.ar.addr.toBigInt)
    keeps("aw", axi.aw.valid.toBoolean, axi.aw.ready.toBoolean, axi.aw.addr.toBigInt)
    keeps("w", axi.w.valid.toBoolean, axi.w.ready.toBoolean, axi.w.data.toBigInt << 64 | axi.w.strb.toBigInt)
    if (axi.ar.valid.toBoolean && axi.ar.ready.toBoolean) {
      assertEquals(0, axi.ar.len.toInt)
      assertEquals(6, axi.ar.size.toInt)
      assertEquals(0, axi.ar.addr.toLong % 64)
      reads.enqueue((0 until 8).map(i => words(axi.ar.addr.toLong / 8 + i)))
    }
    if (axi.aw.valid.toBoolean && axi.aw.ready.toBoolean) {
      assertEquals(0, axi.aw.len.toInt)
      assertEquals(0, axi.aw.addr.toLong % 64)
      addresses.enqueue(axi.aw.addr.toLong)
    }
    if (axi.w.valid.toBoolean && axi.w.ready.toBoolean) {
      assertTrue(axi.w.last.toBoolean)
      val number = (0 until 8).find(i => axi.w.strb.toBigInt == BigInt(0xff) << 8 * i).getOrElse(-1)
      assertTrue(number >= 0, "strobes of a word")
      beats.enqueue((number.toLong, axi.w.data.toBigInt >> 64 * number & OutsideValuesTest.Mask))
    }
    if (addresses.nonEmpty && beats.nonEmpty) {
      val (number, data) = beats.dequeue()
      writes.enqueue((addresses.dequeue() / 8 + number, data.toLong))
    }
    if (reads.nonEmpty && writes.nonEmpty) overlaps += 1
  }

  def isIdle: Boolean = reads.isEmpty && addresses.isEmpty && beats.isEmpty && writes.isEmpty
}
