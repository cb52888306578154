package org.weft.hw.ring

import java.nio.file.Path
import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.config.NicConfig
import org.weft.isa.machine.MachineFile
import spinal.core.sim._

/** A ring as `kernel/bpf/ringbuf.c` has it: positions, in bytes since the beginning, and where its data area lies. */
private class Ring(val number: Int, val base: Int, words: Int) {
  private val bytes = 8L * words
  var producer, consumer = 0L

  /** Where a record of so many bytes is going to end, if there is room. */
  def reserves(size: Long): Option[Long] = {
    val end = producer + taken(size)
    Option.when(java.lang.Long.compareUnsigned(end - consumer, bytes - 1) <= 0)(end)
  }
  def taken(size: Long): Long = (size + 8 + 7) / 8 * 8
  def offset(position: Long): Long = position % bytes
  def word(position: Long): Int = base + (offset(position) / 8).toInt

  /** Busy, and the pages before it, of which three are none of the data. */
  def header(size: Long): Long = 1L << 31 | size | (offset(producer) / 4096 + 3) << 32

  def asked(what: Long): Long = Seq(producer - consumer, bytes, consumer, producer)(what.toInt)

  /** Bytes of which a record fills the ring, or just does not. */
  def near(random: Random): Long = (bytes - 9 - (producer - consumer) + random.nextInt(17) - 8) max 0 min (1L << 30) - 1
}

/** Records lie one behind the other in the order in which cores are served, which is in turn, and none where the host has not
  * read, whenever headers can be written and wherever the host has read to.
  */
class RingUnitTest {
  private val config = NicConfig(MachineFile.parse("preset = hxdp\ncores = 3\ncpus = 6\nmap_kbytes = 64\n"))
  private val seed = 2
  private val random = new Random(seed)
  private val rings = Seq(new Ring(0, 101, 512), new Ring(7, 1024, 512), new Ring(63, 2050, 4096))
  private val Clocks = 15000

  /** The words that were written; by ring the records that the host has not read: where they begin, their bytes. */
  private val memory = mutable.Map.empty[Int, Long]
  private val records = rings.map(_ -> mutable.Queue.empty[(Long, Long)]).toMap
  private val busy = mutable.Set.empty[Int]
  private val cursors = mutable.Map.empty[Ring, Long].withDefaultValue(0L)

  private case class Request(ring: Ring, asks: Boolean, operand: Long, isWrong: Boolean, context: Int)

  private def request(): Request = {
    val ring = rings(random.nextInt(rings.size))
    val asks = random.nextInt(4) == 0
    val size = random.nextInt(8) match {
      case 0 => 0
      case 1 => ring.near(random)
      case 2 => random.nextInt(1 << 30)
      case _ => random.nextInt(600)
    }
    Request(ring, asks, if (asks) random.nextInt(4) else size, random.nextInt(16) == 0, random.nextInt(config.machine.threads))
  }

  private def describe(dut: RingUnit, handle: Int, base: Int, words: Int, isRing: Boolean, core: Int = 0, cpu: Int = 0): Unit = {
    dut.io.descriptor.valid #= true
    dut.io.descriptor.handle #= handle
    dut.io.descriptor.core #= core
    dut.io.descriptor.cpu #= cpu
    dut.io.descriptor.place.base #= base
    dut.io.descriptor.place.words #= words
    dut.io.descriptor.place.wraps #= isRing
    dut.clockDomain.waitSampling()
    dut.io.descriptor.valid #= false
  }

  /** A program ends a record, any that is busy. */
  private def commit(): Unit = if (busy.nonEmpty) {
    val word = busy.toSeq.sorted.apply(random.nextInt(busy.size))
    busy -= word
    memory(word) = memory(word) & ~(1L << 31) | (if (random.nextBoolean()) 1L << 30 else 0)
  }

  /** The host reads records of a ring up to one that is busy: they are those that were reserved. */
  private def read(ring: Ring): Long = {
    def header = memory(ring.word(cursors(ring)))
    while (records(ring).nonEmpty && (header >> 31 & 1) == 0 && random.nextInt(8) > 0) {
      val length = header & (1L << 30) - 1
      assertEquals(records(ring).dequeue(), (cursors(ring), length))
      cursors(ring) += (length + 15) / 8 * 8
    }
    // At times it says what cannot be.
    if (random.nextInt(16) == 0) random.nextLong() else cursors(ring)
  }

  private def unsigned(value: Long): BigInt = BigInt(value) & ((BigInt(1) << 64) - 1)

  @Test
  def recordsAreReservedInTurnWhereThereIsRoom(@TempDir directory: Path): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(RingUnit(config)).doSim(seed) { dut =>
      dut.clockDomain.forkStimulus(2)
      dut.io.cores.foreach(_.request.valid #= false)
      dut.io.host.consumed.valid #= false
      dut.io.host.cleans #= false
      dut.io.descriptor.valid #= false
      dut.clockDomain.waitSampling(4)
      for (handle <- 1 to 64) describe(dut, handle, 8 * handle, 8, isRing = false)
      for (ring <- rings) describe(dut, ring.number + 1, ring.base, (ring.asked(1) / 8).toInt, isRing = true)
      // Other CPUs' places, and maps that no ring can be, change nothing.
      describe(dut, 1, 0, 8, isRing = false, core = 1)
      describe(dut, 8, 0, 8, isRing = false, cpu = 1)
      describe(dut, 65, 0, 8, isRing = false)

      val waiting = Array.fill(config.cores)(Option.empty[Request])
      var served = Option.empty[(Int, Request, Int)]
      var end = Option.empty[Long]
      var answer = 0L
      var last, reserved, refused, stalled = 0
      for (now <- 0 until 2 * Clocks) {
        // In between all rings are made empty.
        if (now == Clocks) {
          assertTrue(served.isEmpty && waiting.forall(_.isEmpty), "all is answered")
          dut.io.host.cleans #= true
          dut.clockDomain.waitSampling()
          dut.io.host.cleans #= false
          dut.clockDomain.waitSampling(64)
          for (ring <- rings) {
            ring.producer = 0
            ring.consumer = 0
            records(ring).clear()
          }
          Seq(cursors, memory).foreach(_.clear())
          busy.clear()
        }
        for ((channel, i) <- dut.io.cores.zipWithIndex) {
          if (waiting(i).isEmpty && now % Clocks < Clocks - 100 && random.nextInt(8) == 0) waiting(i) = Some(request())
          channel.request.valid #= waiting(i).nonEmpty
          for (r <- waiting(i)) {
            channel.request.call.ring #= r.ring.number
            channel.request.call.asks #= r.asks
            channel.request.call.operand #= r.operand
            channel.request.call.isWrong #= r.isWrong
            channel.request.context #= r.context
          }
        }
        dut.io.words.ready #= random.nextInt(3) > 0
        if (random.nextInt(4) == 0) commit()
        val map = Seq(0, 7, 63, 1, 64, 71)(random.nextInt(6))
        val seen = rings.find(_.number == map)
        val consumed = Option.when(random.nextInt(16) == 0)(seen.map(read).getOrElse(12345L))
        dut.io.host.map #= map
        dut.io.host.consumed.valid #= consumed.nonEmpty
        consumed.foreach(position => dut.io.host.consumed.payload #= unsigned(position))
        sleep(1)
        def where = s"clock $now, seed $seed"
        assertEquals(seen.map(r => (r.producer, r.consumer)).getOrElse((0L, 0L)),
          (dut.io.host.producer.toBigInt.toLong, dut.io.host.consumer.toBigInt.toLong), s"positions of map $map, $where")

        // The next core in turn is served; positions are compared as they are in the clock after.
        val next = if (served.nonEmpty) None else (1 to config.cores).map(n => (last + n) % config.cores).find(waiting(_).nonEmpty)
        val ready = dut.io.cores.indices.filter(i => waiting(i).nonEmpty && dut.io.cores(i).request.ready.toBoolean)
        assertEquals(next.toSeq, ready, s"who is served, $where")
        for ((_, r, taken) <- served if now == taken + 1) {
          end = if (r.asks || r.isWrong) None else r.ring.reserves(r.operand)
          answer = if (r.isWrong) 0 else if (r.asks) r.ring.asked(r.operand)
            else end.map(_ => r.ring.number + 1L << 32 | r.ring.offset(r.ring.producer) + 8).getOrElse(0L)
        }
        val isDue = served.exists(now >= _._3 + 3)
        val writes = isDue && end.nonEmpty
        assertEquals(writes, dut.io.words.valid.toBoolean, s"a header, $where")
        val done = isDue && (!writes || dut.io.words.ready.toBoolean)
        for ((channel, i) <- dut.io.cores.zipWithIndex) {
          val mine = served.filter(done && _._1 == i)
          val told = Option.when(channel.answer.valid.toBoolean)((channel.answer.context.toInt, channel.answer.result.toBigInt.toLong))
          assertEquals(mine.map(s => (s._2.context, answer)), told, s"core $i, $served, $where")
        }
        stalled += (if (isDue && !done) 1 else 0)
        if (done) {
          val (_, r, _) = served.get
          for (position <- end) {
            val word = dut.io.words.word.toInt
            assertEquals((r.ring.word(r.ring.producer), r.ring.header(r.operand), true, false, 0), (word,
              dut.io.words.data.toBigInt.toLong, dut.io.words.writes.toBoolean, dut.io.words.isZero.toBoolean, dut.io.words.keeps.toInt), where)
            memory(word) = dut.io.words.data.toBigInt.toLong
            busy += word
            records(r.ring).enqueue((r.ring.producer, r.operand))
            r.ring.producer = position
            reserved += 1
          }
          if (end.isEmpty && !r.asks && !r.isWrong) refused += 1
          served = None
        }
        for (i <- next; r <- waiting(i)) {
          served = Some((i, r, now))
          waiting(i) = None
          last = i
        }
        for (position <- consumed; ring <- seen) ring.consumer = position
        dut.clockDomain.waitSampling()
      }
      assertTrue(reserved > 1000 && refused > 500 && stalled > 200 && rings.forall(r => r.producer > 2 * r.asked(1)),
        s"$reserved reserved, $refused refused, $stalled clocks stalled, ${rings.map(_.producer)}")
    }
}
