package org.weft.hw.shell

import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import spinal.core._
import spinal.core.sim._

/** A packet on a stream, and what is beside it, by signal. */
case class TestPacket(bytes: Seq[Byte], users: Seq[BigInt])

/** Gives packets to streams in random clocks; what is offered stays until it is taken.
  *
  * @param users signals beside the data
  * @param usersOf of a packet's beat, what they are
  */
class Sender(streams: FlatStreams, users: Seq[Bits], count: Int, random: Random, busy: Int = 3)(
    usersOf: (TestPacket, Boolean) => Seq[BigInt] = (packet, _) => packet.users) {
  private val bytes = streams.tkeep.getWidth / count
  private case class Beat(data: BigInt, kept: Int, last: Boolean, users: Seq[BigInt])
  private val queues = Seq.fill(count)(mutable.Queue[Beat]())
  private val offers = Array.fill(count)(false)
  streams.tvalid #= 0

  def send(i: Int, packet: TestPacket): Unit = {
    val beats = packet.bytes.grouped(bytes).toSeq
    for ((beat, n) <- beats.zipWithIndex) {
      val last = n == beats.size - 1
      // What is beside the kept bytes is anything.
      val data = FlatBench.number(beat ++ Seq.fill(bytes - beat.size)(random.nextInt().toByte))
      queues(i) += Beat(data, beat.size, last, usersOf(packet, last))
    }
  }

  def isEmpty: Boolean = queues.forall(_.isEmpty)

  /** Behind a clock's edge. */
  def clock(): Unit = {
    val ready = streams.tready.toBigInt
    for (i <- 0 until count) {
      if (offers(i) && ready.testBit(i)) {
        queues(i).dequeue()
        offers(i) = false
      }
      offers(i) = queues(i).nonEmpty && (offers(i) || random.nextInt(busy) > 0)
    }
    def all(width: Int)(value: Beat => BigInt) =
      (0 until count).map(i => if (offers(i)) value(queues(i).head) << width * i else BigInt(0)).foldLeft(BigInt(0))(_ | _)
    streams.tvalid #= all(1)(_ => 1)
    streams.tlast #= all(1)(b => if (b.last) 1 else 0)
    streams.tdata #= all(8 * bytes)(_.data)
    streams.tkeep #= all(bytes)(b => (BigInt(1) << b.kept) - 1)
    for ((user, n) <- users.zipWithIndex) user #= all(user.getWidth / count)(_.users(n))
  }
}

/** Takes packets of streams in random clocks, and checks that AXI4-Stream's rules hold. */
class Receiver(streams: FlatStreams, users: Seq[Bits], count: Int, random: Random, busy: Int = 3) {
  private val bytes = streams.tkeep.getWidth / count
  private val waiting = Array.fill[Option[Seq[BigInt]]](count)(None)
  private val begun = Array.fill(count)(mutable.Buffer[Byte]())
  private val beside = Array.fill[Option[Seq[BigInt]]](count)(None)
  val packets: Seq[mutable.Buffer[TestPacket]] = Seq.fill(count)(mutable.Buffer[TestPacket]())
  private var ready = BigInt(0)
  streams.tready #= 0

  def clock(): Unit = {
    val valid = streams.tvalid.toBigInt
    val last = streams.tlast.toBigInt
    val (data, keep) = (streams.tdata.toBigInt, streams.tkeep.toBigInt)
    val besides = users.map(_.toBigInt)
    def part(signal: BigInt, width: Int, i: Int) = (signal >> width * i) & ((BigInt(1) << width) - 1)
    for (i <- 0 until count) {
      val beat = Seq(part(data, 8 * bytes, i), part(keep, bytes, i), part(last, 1, i)) ++
        users.zip(besides).map { case (u, b) => part(b, u.getWidth / count, i) }
      waiting(i).foreach { before =>
        assertTrue(valid.testBit(i), "what is offered stays")
        assertEquals(before, beat, "what is offered stays as it is")
      }
      waiting(i) = if (valid.testBit(i) && !ready.testBit(i)) Some(beat) else None
      if (valid.testBit(i) && ready.testBit(i)) take(i, beat)
    }
    ready = BigInt((0 until count).map(i => if (random.nextInt(busy) > 0) 1 << i else 0).sum)
    streams.tready #= ready
  }

  private def take(i: Int, beat: Seq[BigInt]): Unit = {
    val kept = beat(1).bitCount
    assertEquals((BigInt(1) << kept) - 1, beat(1), "kept bytes stand together")
    val isLast = beat(2) == 1
    assertTrue(kept == bytes || isLast && kept > 0, s"$kept bytes in a beat")
    val user = beat.drop(3)
    beside(i).foreach(assertEquals(_, user, "what is beside a packet stays"))
    beside(i) = if (isLast) None else Some(user)
    begun(i) ++= FlatBench.bytes(beat.head, kept)
    if (isLast) {
      packets(i) += TestPacket(begun(i).toSeq, user)
      begun(i).clear()
    }
  }
}

object FlatBench {
  def number(bytes: Seq[Byte]): BigInt = BigInt(1, bytes.reverse.toArray)

  def bytes(number: BigInt, count: Int): Seq[Byte] = (0 until count).map(i => (number >> 8 * i).toByte)

  /** Packets' lengths: the shortest and the longest, those around beats, and random ones. */
  def length(random: Random): Int = random.nextInt(6) match {
    case 0 => 60
    case 1 => 1514
    case 2 => 64 * (1 + random.nextInt(4)) + random.nextInt(3) - 1
    case _ => 60 + random.nextInt(1455)
  }
}
