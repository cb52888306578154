package org.weft.hw.event

import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import spinal.core.sim._
import spinal.lib.bus.amba4.axi.Axi4WriteOnly

/** An event as a core gives it, and its record. */
private case class TestEvent(core: Int, map: Int, cpu: Int, time: BigInt, bytes: Int, packetBytes: Int, words: Seq[BigInt]) {
  def size: Int = 24 + 8 * words.size

  /** As [E1] has it. */
  def record: Seq[BigInt] = Seq(BigInt(cpu) << 48 | BigInt(map) << 32 | size, time, BigInt(packetBytes) << 32 | bytes) ++ words
}

/** Calls of a half of a core: they ask in its clocks; when one is taken its words are read in them, too, the first in the next one.
  * A word comes two clocks after it was asked for.
  */
private class EventCaller(half: Int, make: () => TestEvent, random: Random) {
  var event: Option[TestEvent] = None
  private var accepted = false
  private var read = 0

  /** What it does in a clock: whether it asks, whether it asks for a word, for the last of all. */
  def drive(clock: Int, often: Int): (Boolean, Option[BigInt], Boolean) = {
    val mine = clock % 2 == half
    if (mine && event.isEmpty && random.nextInt(often) == 0) {
      event = Some(make())
      accepted = false
      read = 0
    }
    if (!mine || event.isEmpty) (false, None, false)
    else if (!accepted) (true, None, false)
    else if (random.nextInt(8) == 0) (false, None, false) // Something else is in the way.
    else {
      val words = event.get.words
      val word = words.lift(read)
      read += 1
      val isLast = read >= words.size
      if (isLast) event = None
      (false, word, isLast)
    }
  }

  def decided(accepts: Boolean): Unit = if (accepts) accepted = true else event = None
}

/** Host memory that takes and answers in random clocks: what was written is there when it is answered. */
private class HostMemory(axi: Axi4WriteOnly, random: Random) {
  private val words = mutable.Map[BigInt, BigInt]()
  private val addresses = mutable.Queue[(BigInt, Int)]()
  private val data, burst = mutable.Queue[Seq[BigInt]]()
  private val complete = mutable.Queue[Seq[(BigInt, BigInt)]]()
  private var current = Seq[BigInt]()

  /** One in so many clocks addresses, words are taken, answers come; 0: in none. */
  var (addressPace, wordPace, answerPace) = (1, 1, 1)

  private def now(pace: Int) = pace > 0 && random.nextInt(pace) == 0

  def drive(): Unit = {
    axi.aw.ready #= now(addressPace)
    axi.w.ready #= now(wordPace)
    axi.b.valid #= complete.nonEmpty && now(answerPace)
    axi.b.resp #= 0
  }

  /** Once signals have settled: whether an address, a word was taken, an answer came. */
  def see(): (Boolean, Boolean, Boolean) = {
    val address = axi.aw.valid.toBoolean && axi.aw.ready.toBoolean
    val word = axi.w.valid.toBoolean && axi.w.ready.toBoolean
    val answer = axi.b.valid.toBoolean && axi.b.ready.toBoolean
    assertEquals(axi.b.valid.toBoolean, answer, "answers are always taken")
    if (answer) words ++= complete.dequeue()
    if (address) {
      assertEquals((3, 1), (axi.aw.size.toInt, axi.aw.burst.toInt), "8 bytes, INCR")
      addresses.enqueue((axi.aw.addr.toBigInt, axi.aw.len.toInt + 1))
    }
    if (word) {
      assertEquals(255, axi.w.strb.toInt)
      current :+= axi.w.data.toBigInt
      if (axi.w.last.toBoolean) {
        data.enqueue(current)
        current = Seq()
      }
    }
    if (addresses.nonEmpty && data.nonEmpty) {
      val ((at, count), some) = (addresses.dequeue(), data.dequeue())
      assertEquals(count, some.size, "words of a burst")
      assertTrue(at % 8 == 0 && at / 64 == (at + 8 * count - 1) / 64, s"burst of $count words at $at")
      complete.enqueue(some.zipWithIndex.map { case (w, i) => (at + 8 * i, w) })
    }
    (address, word, answer)
  }

  def apply(at: BigInt): BigInt = words.getOrElse(at, BigInt(-1))
}
