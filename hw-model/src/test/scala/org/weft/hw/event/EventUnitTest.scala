package org.weft.hw.event

import java.nio.file.Path
import java.util.Random

import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.ClockedBench
import org.weft.hw.config.NicConfig
import org.weft.isa.machine.MachineFile
import spinal.core.sim._

/** Records of three cores are in the host's ring as they were taken, and all else as [E1] to [E4] have it, whenever memory takes and
  * answers.
  */
class EventUnitTest {
  import EventUnitTest._
  private val config = NicConfig(MachineFile.parse("preset = hxdp\ncores = 3\ncpus = 5\nframe_bytes = 256\n"))

  @Test
  def e1ToE4RecordsAreWhatWasTaken(@TempDir directory: Path): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(EventUnit(config)).doSim(Seed) { dut =>
      val bench = new EventBench(dut, config, new Random(Seed))
      for (core <- dut.io.cores) {
        core.asks #= false
        core.word.valid #= false
        core.done #= false
      }
      for (flow <- dut.io.registers.base ++ Seq(dut.io.registers.bytes, dut.io.registers.tail)) flow.valid #= false
      dut.io.memory.b.valid #= false
      ClockedBench.run(dut.clockDomain, Clocks, bench)
      import bench._
      assertTrue(read > 200 && Seq(ringFull, queueFull, unheard).forall(_ > 20) && most == 16,
        s"$read read, full: $ringFull $queueFull, $unheard unheard, $most bursts")
    }
}

private object EventUnitTest {
  val Seed = 13
  val Clocks = 42000

  /** Clocks of a ring. */
  val Phase = 3000
}
