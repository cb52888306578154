package org.weft.hw.packet

import java.nio.file.Path
import java.util.Random

import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.ClockedBench
import org.weft.hw.config.NicConfig
import org.weft.isa.machine.MachineFile
import spinal.core._
import spinal.core.sim._

/** Input ports of several machines side by side. */
private case class InputPorts(configs: Seq[NicConfig]) extends Component {
  val each = configs.map(new Pinned(_))

  class Pinned(val config: NicConfig) extends Area {
    private val port = InputPort(config)
    val stream = port.io.stream.toIo()
    val takes = port.io.takes.toIo()
    val lasts = port.io.lasts.toIo()
    val hasRoom = port.io.hasRoom.toIo()
    val refused = port.io.refused.toIo()
    val waits = port.io.waits.toIo()
    val length = port.io.length.toIo()
    val cpu = port.io.cpu.toIo()
    val flow = port.io.flow.toIo()
    val beat = port.io.beat.toIo()
  }
}

/** Frames of all lengths and kinds come in random clocks; some are taken late. */
class InputPortTest {
  import InputPortTest._
  private def machine(lines: String*) =
    NicConfig(MachineFile.parse(("preset = tiny" +: lines).mkString("", "\n", "\n")))

  private val configs = Seq(
    machine("cpus = 3", "dispatch = flow_hash"),
    machine("bus_bytes = 4", "cpus = 3"),
    machine("bus_bytes = 64", "cpus = 8", "dispatch = flow_hash"))

  @Test
  def i1PacketsAreStoredWholeOrNotAtAll(@TempDir directory: Path): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(InputPorts(configs)).doSim(Seed) { dut =>
      val random = new Random(Seed)
      val benches = dut.each.map(new InputPortBench(_, random))
      for (port <- dut.each) {
        port.stream.valid #= false
        port.takes #= false
        port.lasts #= false
      }
      ClockedBench.run(dut.clockDomain, Clocks, benches: _*)
      for (bench <- benches)
        assertTrue(bench.stored > 100 && bench.refused.values.forall(_ > 4), s"${bench.stored} ${bench.refused}")
    }
}

private object InputPortTest {
  val Seed = 9
  val Clocks = 18000
}
