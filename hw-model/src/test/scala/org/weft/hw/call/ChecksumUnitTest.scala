package org.weft.hw.call

import java.nio.file.Path
import java.util.Random

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.config.NicConfig
import org.weft.isa.machine.MachineSpec
import spinal.core._
import spinal.core.sim._

/** The unit, and what becomes of its sum when it is read. */
private case class ClosedSum() extends Component {
  val unit = ChecksumUnit(NicConfig(MachineSpec.preset("hxdp")))
  val io = new Bundle {
    val word = in(ReadWord())
    val valid, hasFirst, hasSecond = in Bool ()
    val seed = in UInt (32 bits)
    val sum = out Bits (64 bits)
  }
  unit.io.word.valid := io.valid
  unit.io.word.payload := io.word
  unit.io.hasFirst := io.hasFirst
  unit.io.hasSecond := io.hasSecond
  unit.io.seed := io.seed
  io.sum := unit.io.sum.closed
}

/** Sums of both halves, a word of each by turns, are what Linux's csum_diff returns. */
class ChecksumUnitTest {
  private case class Sum(first: Seq[Long], second: Seq[Long], seed: Long) {

    /** Word, whether it is of the second piece, begins and ends it. */
    val words: Seq[(Long, Boolean, Boolean, Boolean)] = {
      def piece(words: Seq[Long], isSecond: Boolean) =
        words.zipWithIndex.map { case (w, i) => (w, isSecond, i == 0, i == words.size - 1) }
      if (first.isEmpty && second.isEmpty) Seq((0L, true, true, true))
      else piece(first, isSecond = false) ++ piece(second, isSecond = true)
    }

    private def added(words: Seq[Long], seed: Long): Long = {
      val sum = words.flatMap(w => Seq(w & 0xffffffffL, w >>> 32)).sum + seed
      folded(sum)
    }
    private def folded(sum: Long): Long = {
      val once = (sum >>> 32) + (sum & 0xffffffffL)
      (once >>> 32) + once & 0xffffffffL
    }

    /** As `lib/checksum.c` and `net/core/filter.c` have it. */
    def result: Long = {
      val sum =
        if (first.nonEmpty && second.nonEmpty) folded(added(second, seed) + (~added(first, 0) & 0xffffffffL))
        else if (first.nonEmpty) ~added(first, ~seed & 0xffffffffL) & 0xffffffffL
        else added(second, seed)
      (sum + (sum >>> 16 | sum << 16 & 0xffffffffL) & 0xffffffffL) >>> 16
    }
  }

  private val seed = 5L

  private def sums(random: Random, many: Int): Seq[Sum] = {
    val corners = Seq(0L, -1L, 0xffffffffL, 0xffff0000ffffL, 1L)
    def word() = if (random.nextInt(3) == 0) random.nextLong() else corners(random.nextInt(corners.size))
    def words() = Seq.fill(random.nextInt(4))(word())
    val starts = Seq(0L, 1L, 0xffffL, 0xffffffffL)
    Seq.fill(many)(Sum(words(), words(),
      if (random.nextBoolean()) random.nextLong() & 0xffffffffL else starts(random.nextInt(starts.size))))
  }

  @Test
  def agreesWithLinux(@TempDir directory: Path): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(ClosedSum()).doSim(seed.toInt) { dut =>
      val random = new Random(seed)
      dut.clockDomain.forkStimulus(2)
      dut.io.valid #= false
      dut.clockDomain.waitSampling(4)
      val left = Array(sums(random, 2000).to(scala.collection.mutable.Queue), sums(random, 2000).to(scala.collection.mutable.Queue))
      val at = Array(0, 0)
      var half = 0
      while (left.exists(_.nonEmpty)) {
        // A half may wait before a sum begins, but not within.
        val begins = left(half).nonEmpty && (at(half) > 0 || random.nextInt(4) > 0)
        dut.io.valid #= begins
        if (begins) {
          val sum = left(half).head
          val (word, isSecond, starts, ends) = sum.words(at(half))
          dut.io.word.data #= BigInt(word) & ((BigInt(1) << 64) - 1)
          dut.io.word.isSecond #= isSecond
          dut.io.word.begins #= starts
          dut.io.word.ends #= ends
          dut.io.hasFirst #= sum.first.nonEmpty
          dut.io.hasSecond #= sum.second.nonEmpty
          dut.io.seed #= sum.seed
          sleep(1)
          at(half) += 1
          if (at(half) == sum.words.size) {
            assertEquals(sum.result, dut.io.sum.toLong, s"$sum, seed $seed")
            at(half) = 0
            left(half).dequeue()
          }
        }
        dut.clockDomain.waitSampling()
        half = 1 - half
      }
    }
}
