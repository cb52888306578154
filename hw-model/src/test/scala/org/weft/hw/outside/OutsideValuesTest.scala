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
