package org.weft.hw.packet

import java.nio.file.Path
import java.util.Random

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.config.NicConfig
import org.weft.isa.machine.MachineFile
import spinal.core._
import spinal.core.sim._
import spinal.lib._

/** Reordering and the queues behind it, as they are in a NIC. */
private case class WaysOut(config: NicConfig) extends Component {
  import config.{cores, halfWidth, portWidth, ports}
  private val reorder = Reorder(config)
  val io = new Bundle {
    val turn, port = in UInt (portWidth bits)
    val dispatched = slave(Flow(UInt(halfWidth bits)))
    val isEmpty, hasBeat, isWhole = in Bits (2 * cores bits)
    val heads = in Vec (Departing(config), 2 * cores)
    val beats = in Vec (Bits(8 * config.bus bits), 2 * cores)
    val takes, left = out Bits (2 * cores bits)
    val dropped = Vec(master(Flow(Dropped(config))), ports)
    val portOf = in Vec (PortOf(config), Target.Greatest)
    val gone = Vec(master(Flow(Bool())), ports)
    val streams = Vec(master(Stream(LeavingBeat(config))), ports + 1)
  }
  reorder.io.turn := io.turn
  reorder.io.port := io.port
  reorder.io.dispatched << io.dispatched
  reorder.io.isEmpty := io.isEmpty
  reorder.io.hasBeat := io.hasBeat
  reorder.io.isWhole := io.isWhole
  reorder.io.heads := io.heads
  reorder.io.beats := io.beats
  reorder.io.portOf := io.portOf
  io.takes := reorder.io.takes
  io.left := reorder.io.left
  io.dropped := reorder.io.dropped
  io.gone := reorder.io.gone
  for (i <- 0 to ports) {
    val output = OutputPort(config)
    output.io.begins << reorder.io.begins(i)
    output.io.beat << reorder.io.forwards(i)
    reorder.io.room(i) := output.io.room
    io.streams(i) << output.io.stream
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
      dut.io.dispatched.valid #= false
      dut.io.isEmpty #= (1 << 2 * config.cores) - 1
      dut.clockDomain.forkStimulus(2)
      dut.clockDomain.waitSampling(4)
      var clock = 0
      while (clock < Clocks || !bench.isEmpty) {
        bench.drive(clock)
        sleep(1)
        bench.check(clock)
        dut.clockDomain.waitSampling()
        clock += 1
        assertTrue(clock < 3 * Clocks, "all leave")
      }
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
