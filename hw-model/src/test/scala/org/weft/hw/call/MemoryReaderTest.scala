package org.weft.hw.call

import java.nio.file.Path
import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.config.NicConfig
import org.weft.hw.core.HalfMemory
import org.weft.isa.machine.MachineSpec
import spinal.core._
import spinal.core.sim._
import spinal.lib._

/** The reader on its port of both halves' memory, of which lines are seen and changed at the other port, in the half that
  * does not move.
  */
private case class ReadMemory(config: NicConfig) extends Component {
  private val width = config.machine.bankBytes
  val io = new Bundle {
    val may = in Bool ()
    val moving = in UInt (1 bits)
    val call = in(CallReads(config))
    val done, reads = out Bool ()
    val word = master(Flow(ReadWord()))
    val line = in UInt (config.lineWidth bits)
    val data = Vec(in Bits (8 * width bits), 8)
    val stores = in Bool ()
    val seen = Vec(out Bits (8 * width bits), 8)
  }
  private val reader = MemoryReader(config)
  reader.io.may := io.may
  reader.io.moving := io.moving
  reader.io.call := io.call
  io.done := reader.io.done
  io.reads := reader.io.reads.map(_.valid).orR
  io.word << reader.io.word
  private val memories = for ((read, h) <- reader.io.reads.toSeq.zipWithIndex) yield {
    val memory = HalfMemory(config)
    memory.io.rows := io.moving =/= h
    for (bank <- 0 until 8) {
      val (other, mine) = (memory.io.ports(0)(bank), memory.io.ports(1)(bank))
      other.line := io.line
      other.data := io.data(bank)
      other.mask := (io.stores && io.moving =/= h) #* width
      mine.line := Mux(read.isNext(bank), read.next, read.line)
      mine.data := Cat(Seq.fill(width)(read.write.data(bank)))
      mine.mask := read.write.masks(bank) & read.valid #* width
    }
    memory
  }
  private val moved = RegNext(io.moving).asBool
  reader.io.read := Mux(moved, memories(1).io.read(1), memories(0).io.read(1))
  io.seen := Mux(moved, memories(0).io.read(0), memories(1).io.read(0))
}

/** Calls of both halves read their memory word by word, in each clock of their half one, wherever it begins; what is copied is
  * written as it was read.
  */
class MemoryReaderTest {
  private val config = NicConfig(MachineSpec.preset("hxdp"))
  private val width = config.machine.bankBytes
  private val seed = 4
  private val random = new Random(seed)
  private val memory = Seq.fill(2)(new Array[Byte](config.lines * config.line))

  /** Bytes at an address, or in a register. */
  private case class Piece(isRegister: Boolean, value: Long, bytes: Int) {

    /** A word of it, zero behind its end. */
    def word(half: Int, n: Int): Long = (0 until 8).filter(8 * n + _ < bytes).map(i =>
      if (isRegister) value & 0xffL << 8 * i else (memory(half)(value.toInt + 8 * n + i) & 0xffL) << 8 * i).sum
    def words: Int = (bytes + 7) / 8 max 1
  }

  /** A clock of a call: a word of a piece that is read, or written to the other one. */
  private case class Step(piece: Piece, n: Int, isSecond: Boolean, writes: Boolean, isLast: Boolean)

  private case class Call(first: Piece, second: Piece, isCopy: Boolean) {
    val steps: Seq[Step] = {
      val each = if (isCopy) (0 until first.words).flatMap(n => Seq((first, n, false), (second, n, true)))
        else (Seq((first, false)).filter(_._1.bytes > 0) ++ Seq((second, true)).filter(_._1.bytes > 0 || first.bytes == 0))
          .flatMap { case (piece, isSecond) => (0 until piece.words).map((piece, _, isSecond)) }
      each.zipWithIndex.map { case ((piece, n, isSecond), i) => Step(piece, n, isSecond, isCopy && isSecond, i == each.size - 1) }
    }
  }

  private def call(): Call = {
    def bytes() = random.nextInt(8) match {
      case 0 => 0
      case 1 => 1 + random.nextInt(400)
      case _ => 1 + random.nextInt(40)
    }
    def piece(bytes: Int) = Piece(isRegister = false, random.nextInt(config.lines * config.line - bytes).toLong, bytes)
    def any() = if (random.nextInt(3) == 0) Piece(isRegister = true, random.nextLong(), 1 + random.nextInt(8)) else piece(bytes())
    if (random.nextInt(3) > 0) Call(any(), any(), isCopy = false)
    else {
      val from = piece(bytes() max 1)
      Iterator.continually(Call(from, piece(from.bytes), isCopy = true)).find(c => (c.first.value - c.second.value).abs >= from.bytes).get
    }
  }

  private def unsigned(value: Long): BigInt = BigInt(value) & ((BigInt(1) << 64) - 1)

  @Test
  def wordsAreReadAndCopied(@TempDir directory: Path): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(ReadMemory(config)).doSim(seed) { dut =>
      dut.clockDomain.forkStimulus(2)
      dut.io.may #= false
      dut.io.stores #= false
      dut.io.moving #= 0
      dut.clockDomain.waitSampling(4)
      val steps = Seq.fill(2)(mutable.Queue.empty[Step])
      val calls = Array.fill(2)(Option.empty[Call])
      // What was read two clocks ago, and its word; a line that was seen in the clock before.
      val read = mutable.Queue[Option[(Step, Long)]](None, None)
      var seen = Option.empty[Seq[Byte]]
      var words, copied = 0
      val begin = 2 * config.lines
      for (now <- 0 until begin + 20000) {
        val half = now & 1
        if (steps(half).isEmpty && now >= begin && random.nextInt(3) > 0) {
          val next = call()
          calls(half) = Some(next)
          steps(half) ++= next.steps
        }
        val step = steps(half).headOption
        dut.io.moving #= half
        dut.io.may #= step.nonEmpty
        for (call <- calls(half)) {
          for ((memory, piece) <- Seq(dut.io.call.first, dut.io.call.second) zip Seq(call.first, call.second)) {
            memory.isRegister #= piece.isRegister
            memory.value #= unsigned(piece.value)
          }
          dut.io.call.firstBytes #= call.first.bytes
          dut.io.call.secondBytes #= call.second.bytes
          dut.io.call.hasSecond #= call.second.bytes > 0
          dut.io.call.isCopy #= call.isCopy
        }
        // A line of the other half.
        val other = memory(1 - half)
        val number = if (now < begin) now / 2 else random.nextInt(config.lines)
        val line = new Array[Byte](config.line)
        random.nextBytes(line)
        val stores = now < begin || random.nextInt(16) == 0
        dut.io.line #= number
        for (bank <- 0 until 8) dut.io.data(bank) #= (0 until width).map(sub => BigInt(line(8 * sub + bank) & 0xff) << 8 * sub).sum
        dut.io.stores #= stores
        sleep(1)
        def where = s"${calls(half)}, clock $now, seed $seed"
        assertEquals(step.exists(_.isLast), dut.io.done.toBoolean, s"done: $where")
        assertEquals(step.exists(s => !s.piece.isRegister && s.piece.bytes > 0), dut.io.reads.toBoolean, s"reads: $where")
        val word = dut.io.word
        val before = read.dequeue()
        assertEquals(before.nonEmpty, word.valid.toBoolean, s"a word: $where")
        for ((s, value) <- before if !s.writes) {
          assertEquals(value.toHexString, word.data.toBigInt.toLong.toHexString, s"$s, clock $now, seed $seed")
          assertEquals((s.isSecond, s.n == 0, s.n % 2 == 1, s.n == s.piece.words - 1, s.isLast),
            (word.isSecond.toBoolean, word.begins.toBoolean, word.upper.toBoolean, word.ends.toBoolean, word.last.toBoolean), s"$s, clock $now")
          words += 1
        }
        for (line <- seen) assertEquals(line, (0 until config.line).map(n => (dut.io.seen(n % 8).toBigInt >> 8 * (n / 8)).toByte), s"clock $now")
        // What happens to memory.
        for (s <- step if s.writes; (_, value) <- before; i <- 0 until 8 if 8 * s.n + i < s.piece.bytes) {
          memory(half)(s.piece.value.toInt + 8 * s.n + i) = (value >> 8 * i).toByte
          copied += 1
        }
        seen = Option.when(now >= begin && !stores)(other.slice(config.line * number, config.line * (number + 1)).toSeq)
        if (stores) line.copyToArray(other, config.line * number)
        read.enqueue(step.map(s => (s, if (s.writes) 0 else s.piece.word(half, s.n))))
        if (step.nonEmpty) steps(half).dequeue()
        dut.clockDomain.waitSampling()
      }
      assertTrue(words > 5000 && copied > 10000, s"$words words, $copied bytes copied")
    }
}
