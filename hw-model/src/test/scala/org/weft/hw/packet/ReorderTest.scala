package org.weft.hw.packet

import java.nio.file.Path
import java.util.Random

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.ClockedBench
import org.weft.hw.config.NicConfig
import org.weft.isa.machine.MachineFile
import spinal.core._
import spinal.core.sim._
import spinal.lib._

/** Reordering and the queues behind it, as they are in a NIC. */
private case class WaysOut(config: NicConfig) extends Component {
  private val reorder = Reorder(config)
  val turn = reorder.io.turn.toIo()
  val port = reorder.io.port.toIo()
  val dispatched = reorder.io.dispatched.toIo()
  val isEmpty = reorder.io.isEmpty.toIo()
  val hasBeat = reorder.io.hasBeat.toIo()
  val isWhole = reorder.io.isWhole.toIo()
  val heads = reorder.io.heads.toIo()
  val beats = reorder.io.beats.toIo()
  val portOf = reorder.io.portOf.toIo()
  val takes = reorder.io.takes.toIo()
  val left = reorder.io.left.toIo()
  val dropped = reorder.io.dropped.toIo()
  val gone = reorder.io.gone.toIo()
  val streams = for (i <- 0 to config.ports) yield {
    val output = OutputPort(config)
    output.io.begins << reorder.io.begins(i)
    output.io.beat << reorder.io.forwards(i)
    reorder.io.room(i) := output.io.room
    output.io.stream.toIo()
  }
}

/** Packets of three ports leave two cores in any order, and the NIC in the order in which they came. */
class ReorderTest {
  import ReorderTest._
  private val config = NicConfig(MachineFile.parse("preset = tiny\ncores = 2\nports = 3\nbus_bytes = 8\n"))

  @Test
  def o1PacketsOfAPortLeaveInTheirOrder(@TempDir directory: Path): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(WaysOut(config)).doSim(Seed) { dut =>
      val bench = new ReorderBench(dut, new Random(Seed))
      dut.dispatched.valid #= false
      dut.isEmpty #= (1 << 2 * config.cores) - 1
      ClockedBench.run(dut.clockDomain, Clocks, bench)
      // What does not follow from the model of a clock: each leaves once, and between two ports in order.
      assertEquals(0 until bench.sent, bench.met.map(_._1.id).sorted.toSeq)
      for (((port, way), some) <- bench.met.groupBy { case (p, way) => (p.port, way) } if way >= 0)
        assertEquals(some.map(_._1.id).sorted.toSeq, some.map(_._1.id).toSeq, s"from port $port to $way")
      assertTrue(bench.byFate.forall(_ > 50), bench.byFate.toSeq.toString)
    }
}

private object ReorderTest {
  val Seed = 7
  val Clocks = 15000
}
