package org.weft.hw.core

import java.nio.file.Path
import java.util.Random

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.isa.row.{Arithmetic, Condition, Opcode, Operand, Row, RowCodec, Slot, Unit => RowUnit}
import spinal.core._
import spinal.core.sim._

/** All that computes in a lane, behind its decoder, with operands as the pipeline gives them. */
private case class Units() extends Component {
  val io = new Bundle {
    val word = in Bits (64 bits)
    val a = in Bits (64 bits)
    val b = in Bits (64 bits)
    val divides = in Bool ()
    val alu, shifter, product, quotient = out Bits (64 bits)
    val holds, divided = out Bool ()
  }
  private val control = SlotDecoder(io.word)
  private def cut(value: Bits) =
    Mux(control.is32, B(0, 32 bits), value(63 downto 32)) ## value(31 downto 0)
  private val a = Mux(control.zeroA, B(0, 64 bits), cut(io.a))
  private val b = cut(Mux(control.alu.high, io.b(31 downto 0) ## io.b(31 downto 0), io.b))

  private val alu = Alu()
  alu.io.control := control.alu
  alu.io.a := a
  alu.io.b := b
  io.alu := alu.io.result
  io.holds := alu.io.holds

  private val shifter = Shifter(registered = true)
  shifter.io.control := ShifterControl(io.word)
  shifter.io.a := a
  shifter.io.b := b
  io.shifter := shifter.io.result

  private val multiplier = Multiplier(holdsOperands = true)
  multiplier.io.a := a.asUInt
  multiplier.io.b := b.asUInt
  multiplier.io.is32 := control.is32
  io.product := multiplier.io.result.asBits

  private val divider = Divider()
  divider.io.start := io.divides
  divider.io.control := DividerControl(io.word)
  divider.io.a := a.asUInt
  divider.io.b := b.asUInt
  io.quotient := divider.io.result.asBits
  io.divided := divider.io.done
}

/** The units of a lane compute what the instruction table says. */
class UnitsTest {
  private val corners = Seq(0L, 1L, -1L, 0x7fffffffL, 0x80000000L, 0xffffffffL, 0x100000000L,
    Long.MaxValue, Long.MinValue)
  private val seed = 1L

  private def unsigned(value: Long): BigInt = BigInt(value) & ((BigInt(1) << 64) - 1)

  private def pairs(random: Random, many: Int): Seq[(Long, Long)] =
    (for (a <- corners; b <- corners) yield (a, b)) ++
      Seq.fill(many)((random.nextLong(), random.nextLong())) ++
      Seq.fill(many)((random.nextLong(), random.nextInt(64).toLong)) ++
      Seq.fill(many / 4)(random.nextLong()).map(v => (v, v)) ++
      Seq.fill(many / 4)(random.nextLong()).map(v => (v, v ^ (random.nextLong() << 32)))

  private def word(slot: Slot): BigInt =
    unsigned(RowCodec.encode(new Row(java.util.List.of(slot)), 1)(0))

  @Test
  def agreeWithTheInstructionTable(@TempDir directory: Path): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(Units()).doSim(seed.toInt) { dut =>
      val random = new Random(seed)
      dut.clockDomain.forkStimulus(2)
      dut.io.divides #= false
      dut.clockDomain.waitSampling(4)

      def give(slot: Slot, a: Long, b: Long): Unit = {
        dut.io.word #= word(slot)
        dut.io.a #= unsigned(a)
        dut.io.b #= unsigned(b)
      }

      val register = Operand.register(2)
      val arithmetic = Opcode.values().toSeq.filter(o =>
        o.format() == Opcode.Format.UNARY || o.format() == Opcode.Format.BINARY)
      for (opcode <- arithmetic; is32 <- Seq(false, true) if !(is32 && opcode == Opcode.SWAP64)) {
        val unit = opcode.unit()
        for ((a, b) <- pairs(random, if (unit == RowUnit.DIVIDER) 20 else 200)) {
          give(new Slot.Alu(opcode, is32, 0, 0, register), a, b)
          val result = unit match {
            case RowUnit.ALU =>
              sleep(1)
              dut.io.alu
            case RowUnit.SHIFTER =>
              dut.clockDomain.waitSampling(2)
              dut.io.shifter
            case RowUnit.MULTIPLIER =>
              dut.clockDomain.waitSampling(3)
              dut.io.product
            case _ =>
              dut.io.divides #= true
              dut.clockDomain.waitSampling()
              dut.io.divides #= false
              dut.clockDomain.waitSampling(Divider.Clocks)
              assertEquals(true, dut.io.divided.toBoolean, "the result's clock")
              dut.io.quotient
          }
          val want = unsigned(Arithmetic.apply(opcode, is32, a, b))
          assertEquals(want.toString(16), result.toBigInt.toString(16),
            s"$opcode is32=$is32 a=$a b=$b seed=$seed")
          if (unit == RowUnit.DIVIDER) dut.clockDomain.waitSampling(2)
        }
      }
      for (condition <- Condition.values(); is32 <- Seq(false, true);
           opcode <- Seq(Opcode.branch(condition), Opcode.exit(condition)) if condition != Condition.ALWAYS;
           (a, b) <- pairs(random, 100)) {
        val slot = if (opcode.format() == Opcode.Format.BRANCH)
          new Slot.Branch(opcode, is32, 0, register, 0)
        else new Slot.Exit(opcode, is32, 0, register, Operand.constant(1))
        give(slot, a, b)
        sleep(1)
        val want: Boolean = if (is32) condition.test32(a, b) else condition.test(a, b)
        assertEquals(want, dut.io.holds.toBoolean, s"$condition is32=$is32 a=$a b=$b seed=$seed")
      }
    }
}
