package org.weft.hw

import java.nio.file.Files
import java.nio.file.Path
import java.util.Random

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.isa.row.Condition
import spinal.core.SpinalConfig
import spinal.core.sim._

class BranchUnitTest {
  private val corners = Seq(0L, 1L, -1L, 0x7fffffffL, 0x80000000L, 0xffffffffL, 0x100000000L,
    Long.MaxValue, Long.MinValue)

  private def unsigned(value: Long): BigInt = BigInt(value) & ((BigInt(1) << 64) - 1)

  @Test
  def generatesVerilog(@TempDir directory: Path): Unit = {
    SpinalConfig(targetDirectory = directory.toString).generateVerilog(BranchUnit())
    assertTrue(Files.readString(directory.resolve("BranchUnit.v")).contains("module BranchUnit"))
  }

  @Test
  def agreesWithTheInstructionTable(@TempDir directory: Path): Unit = {
    val seed = 1L
    val random = new Random(seed)
    val pairs = (for (a <- corners; b <- corners) yield (a, b)) ++
      Seq.fill(500)((random.nextLong(), random.nextLong())) ++
      Seq.fill(100)(random.nextLong()).map(v => (v, v)) ++
      Seq.fill(100)(random.nextLong()).map(v => (v, v ^ (random.nextLong() << 32)))

    SimConfig.withVerilator
      .workspacePath(directory.toString)
      .compile(BranchUnit())
      .doSim(seed = 1) { dut =>
        for (condition <- Condition.values(); is32 <- Seq(false, true); (a, b) <- pairs) {
          dut.io.condition #= condition.ordinal()
          dut.io.is32 #= is32
          dut.io.a #= unsigned(a)
          dut.io.b #= unsigned(b)
          sleep(1)
          val want: Boolean = if (is32) condition.test32(a, b) else condition.test(a, b)
          assertEquals(want, dut.io.taken.toBoolean, s"$condition is32=$is32 a=$a b=$b")
        }
      }
  }
}
