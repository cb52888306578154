package org.weft.hw.outside

import java.nio.file.Path
import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.config.NicConfig
import org.weft.hw.map._
import org.weft.isa.machine.{MachineFile, MachineSpec}
import spinal.core._
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

  private def may(): Boolean = random.nextInt(3) > 0

  /** Inputs of a clock. */
  def drive(): Unit = {
    axi.ar.ready #= may()
    axi.aw.ready #= may()
    axi.w.ready #= may()
    val answers = reads.nonEmpty && random.nextInt(4) == 0 || reads.size > 20
    axi.r.valid #= answers
    if (answers) axi.r.data #= reads.head.zipWithIndex.map { case (w, i) => OutsideValuesTest.unsigned(w) << 64 * i }.sum
    axi.r.resp #= 0
    axi.r.last #= true
    axi.b.valid #= writes.nonEmpty && random.nextInt(8) == 0
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

/** Accesses of few words by two cores and the table writer are what they would be one after the other, whenever memory
  * takes and answers.
  */
class OutsideValuesTest {
  import OutsideValuesTest._

  private val machine: MachineSpec = MachineFile.parse("preset = hxdp\ncores = 2\ncpus = 2\n")
  private val seed = 11

  private def result(operation: Int, mask: Int, old: Long, data: Long, compare: Long): Long = {
    val bytes = (0 until 8).filter(i => (mask >> i & 1) != 0).map(i => 0xffL << 8 * i).foldLeft(0L)(_ | _)
    val made = operation match {
      case MapOperation.Store    => data
      case MapOperation.Add      => old + data
      case MapOperation.Or       => old | data
      case MapOperation.And      => old & data
      case MapOperation.Xor      => old ^ data
      case MapOperation.Exchange => if (((old ^ compare) & bytes) == 0) data else old
      case _                     => old
    }
    old & ~bytes | made & bytes
  }

  @Test
  def areInOneOrder(@TempDir directory: Path): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString)
      .compile(OutsideValues(NicConfig(machine, memoryKbytes = 64))).doSim(seed) { dut =>
        val random = new Random(seed)
        dut.clockDomain.forkStimulus(2)
        val memory = new RandomMemory(dut.io.axi, random)
        val expected = Seq.fill(3)(mutable.Queue.empty[Long])
        val words = mutable.Map.empty[Long, Long].withDefaultValue(0L)
        // Some words are everybody's; others have the same place.
        def word(): Long = random.nextInt(4) match {
          case 0 => 5
          case 1 => random.nextInt(16)
          case 2 => 256 * random.nextInt(8) ^ random.nextInt(8)
          case _ => random.nextInt(64 * 128)
        }
        def offer(request: OutsideRequest): Unit = {
          val operation = if (random.nextInt(3) == 0) 0 else random.nextInt(7)
          request.word #= word()
          request.operation #= operation
          request.mask #= (if (random.nextBoolean()) 255 else random.nextInt(256))
          request.data #= unsigned(random.nextLong())
          request.compare #= unsigned(if (random.nextBoolean()) words(request.word.toLong) else random.nextLong())
          request.asked.answered #= true
          request.asked.ends #= true
        }
        def access(who: Int, word: Long, operation: Int, mask: Int, data: Long, compare: Long): Unit = {
          expected(who).enqueue(words(word))
          words(word) = result(operation, mask, words(word), data, compare)
        }
        dut.io.cores.foreach(_.request.valid #= false)
        dut.io.words.valid #= false
        dut.io.axi.r.valid #= false
        dut.io.axi.b.valid #= false
        dut.clockDomain.waitSampling(300)
        var done = 0
        var clocks = 0
        val taken = Array.fill(3)(true)
        while (clocks < 40000 || expected.exists(_.nonEmpty) || !memory.isIdle) {
          memory.drive()
          val goesOn = clocks < 40000
          // What was offered stays until it is taken.
          for ((core, i) <- dut.io.cores.zipWithIndex if taken(i)) {
            core.request.valid #= goesOn && random.nextInt(4) > 0
            offer(core.request.payload)
          }
          if (taken(2)) {
            dut.io.words.valid #= goesOn && random.nextInt(8) == 0
            dut.io.words.word #= word()
            dut.io.words.writes #= random.nextBoolean()
            dut.io.words.isZero #= random.nextInt(4) == 0
            dut.io.words.keeps #= random.nextInt(4)
            dut.io.words.data #= unsigned(random.nextLong())
          }
          sleep(1)
          memory.see()
          for ((core, i) <- dut.io.cores.zipWithIndex) {
            val request = core.request.payload
            taken(i) = !core.request.valid.toBoolean || core.request.ready.toBoolean
            if (core.request.valid.toBoolean && core.request.ready.toBoolean)
              access(i, request.word.toLong, request.operation.toInt, request.mask.toInt, request.data.toBigInt.toLong,
                request.compare.toBigInt.toLong)
            if (core.done.valid.toBoolean) {
              assertEquals(expected(i).dequeue(), core.done.word.toBigInt.toLong, s"core $i, clock $clocks, seed $seed")
              done += 1
            }
          }
          val writer = dut.io.words
          taken(2) = !writer.valid.toBoolean || writer.ready.toBoolean
          if (writer.valid.toBoolean && writer.ready.toBoolean) {
            val mask = (0 until 8).filter(i => (writer.keeps.toInt >> i / 4 & 1) == 0).map(1 << _).sum
            val word = writer.word.toLong & 64 * 128 - 1
            if (writer.writes.toBoolean)
              words(word) = result(MapOperation.Store, mask, words(word), if (writer.isZero.toBoolean) 0 else writer.data.toBigInt.toLong, 0)
            else expected(2).enqueue(words(word))
          }
          if (dut.io.loaded.valid.toBoolean) assertEquals(expected(2).dequeue(), dut.io.loaded.payload.toBigInt.toLong, s"clock $clocks")
          dut.clockDomain.waitSampling()
          clocks += 1
          assertTrue(clocks < 80000, "all is done")
        }
        assertTrue(done > 5000 && memory.overlaps > 5000, s"$done accesses, ${memory.overlaps} clocks with reads and writes")
        for ((word, data) <- words) assertEquals(data, memory.words(word), s"word $word")
      }
}

object OutsideValuesTest {
  val Mask: BigInt = (BigInt(1) << 64) - 1

  def unsigned(word: Long): BigInt = BigInt(word) & Mask
}
