package org.weft.hw.outside

import java.nio.file.Path
import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.config.NicConfig
import org.weft.isa.machine.MachineSpec
import spinal.core.sim._

/** As many reads and writes as may be outstanding, of a memory that takes and answers in random clocks, and stands still for
  * a long time, now and then: each goes as soon as it can, once, in its order.
  */
class MemoryMasterTest {
  import OutsideValuesTest.unsigned
  private val seed = 17
  private val clocks = 20000
  private val config = NicConfig(MachineSpec.preset("hxdp"), memoryKbytes = 64)
  private val (mostReads, mostWrites) = (MemoryMaster.reads(config), MemoryMaster.writes(config))

  @Test
  def v5BeatsAreReadAndWrittenInTheirOrder(@TempDir directory: Path): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(MemoryMaster(config)).doSim(seed) { dut =>
      val random = new Random(seed)
      val axi = dut.io.axi
      val memory = new RandomMemory(axi, random)
      // Words that were asked for and whose address has not gone; beats that memory has read.
      val asked = mutable.Queue[Long]()
      val beats = mutable.Queue[BigInt]()
      // Writes that are not answered; how many of their addresses and data have not gone.
      val writes = mutable.Queue[(Long, Long)]()
      var addresses, datas = 0
      var reads, read, written, fullReads, fullWrites = 0
      dut.io.read.valid #= false
      dut.io.write.valid #= false
      axi.r.valid #= false
      axi.b.valid #= false
      dut.clockDomain.forkStimulus(2)
      dut.clockDomain.waitSampling(4)
      var clock = 0
      while (clock < clocks || reads > 0 || writes.nonEmpty) {
        val where = s"clock $clock, seed $seed"
        memory.stands = clock < clocks && clock % 1000 < 300
        memory.drive()
        val asks = clock < clocks && reads < mostReads && random.nextInt(2) == 0
        val word = random.nextInt(8192).toLong
        dut.io.read.valid #= asks
        dut.io.read.payload #= word
        val changes = clock < clocks && writes.size < mostWrites && random.nextInt(2) == 0
        // Some words are written often.
        val (at, data) = (random.nextInt(if (random.nextBoolean()) 16 else 8192).toLong, random.nextLong())
        dut.io.write.valid #= changes
        dut.io.write.word #= at
        dut.io.write.data #= unsigned(data)
        sleep(1)
        assertEquals(asked.nonEmpty, axi.ar.valid.toBoolean, s"a read is offered, $where")
        assertEquals(addresses > 0 && addresses >= datas, axi.aw.valid.toBoolean, s"an address is offered, $where")
        assertEquals(datas > 0 && datas >= addresses, axi.w.valid.toBoolean, s"data are offered, $where")
        assertEquals(axi.b.valid.toBoolean, dut.io.written.toBoolean, s"a write is answered, $where")
        assertEquals(axi.r.valid.toBoolean, dut.io.beat.valid.toBoolean, s"a beat comes, $where")
        memory.see()
        if (axi.ar.valid.toBoolean && axi.ar.ready.toBoolean) {
          val first = asked.dequeue() / 8 * 8
          assertEquals(8 * first, axi.ar.addr.toLong, s"address of a read, $where")
          beats.enqueue((0 until 8).map(i => unsigned(memory.words(first + i)) << 64 * i).sum)
        }
        if (dut.io.beat.valid.toBoolean) {
          assertEquals(beats.dequeue(), dut.io.beat.payload.toBigInt, s"a beat, $where")
          reads -= 1
          read += 1
        }
        if (axi.aw.valid.toBoolean && axi.aw.ready.toBoolean) addresses -= 1
        if (axi.w.valid.toBoolean && axi.w.ready.toBoolean) datas -= 1
        if (dut.io.written.toBoolean) {
          val (at, data) = writes.dequeue()
          assertEquals(data, memory.words(at), s"word $at, $where")
          written += 1
        }
        if (asks) {
          asked.enqueue(word)
          reads += 1
        }
        if (changes) {
          writes.enqueue((at, data))
          addresses += 1
          datas += 1
        }
        if (reads == mostReads) fullReads += 1
        if (writes.size == mostWrites) fullWrites += 1
        dut.clockDomain.waitSampling()
        clock += 1
        assertTrue(clock < 2 * clocks, "all is answered")
      }
      assertTrue(memory.isIdle && Seq(read, written, fullReads, fullWrites).forall(_ > 1000),
        s"$read read, $written written; $fullReads and $fullWrites clocks with all that may be outstanding")
    }
}
