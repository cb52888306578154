package org.weft.hw.shell

import java.nio.file.Path
import java.util.Random

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.{Tag, Test}
import org.junit.jupiter.api.io.TempDir
import spinal.core._
import spinal.core.sim._
import spinal.lib._

/** Streams with nothing beside them. */
private case class PlainStreams(count: Int, bytes: Int) extends FlatStreams(count, bytes) {
  override protected def users: Seq[Bits] = Nil

  def received(i: Int): Stream[ShellBeat[Received]] = taken(i, HardType(Received()))(_.damaged := False)

  def give[T <: Data](i: Int, from: Stream[ShellBeat[T]]): Unit = offer(i, from)
}

/** The NIC with a clock of its own that is no fraction of the shell's. */
private case class TwoClocks(bytes: Int) extends Component {
  val machineClk, machineReset = in Bool ()
  val rx = slave(PlainStreams(2, bytes))
  val tx, host = master(PlainStreams(2, bytes))
  private val nic = ShellNic(TestProgram.config(TestProgram.machine("bus_bytes = 32")), bytes, 2, hasClock = true)
  nic.io.machineClk := machineClk
  nic.io.machineReset := machineReset
  nic.io.time := 0
  nic.io.control.aw.valid := False
  nic.io.control.w.valid := False
  nic.io.control.ar.valid := False
  nic.io.control.b.ready := True
  nic.io.control.r.ready := True
  nic.io.control.aw.payload.assignDontCare()
  nic.io.control.w.payload.assignDontCare()
  nic.io.control.ar.payload.assignDontCare()
  for (i <- 0 until 2) {
    nic.io.rx(i) << rx.received(i)
    tx.give(i, nic.io.tx(i))
    host.give(i, nic.io.host(i))
  }
}

class ShellNicTest {
  private val seed = 9L

  /** @param shell and
    * @param machine periods of the clocks
    */
  private def crosses(directory: Path, bytes: Int, shell: Int, machine: Int): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(TwoClocks(bytes)).doSim(seed.toInt) { dut =>
      val random = new Random(seed)
      val verdicts = new Verdicts(random, 2)
      val rx = new Sender(dut.rx, Nil, 2, random)()
      val tx = new Receiver(dut.tx, Nil, 2, random)
      val host = new Receiver(dut.host, Nil, 2, random)
      ClockDomain(dut.machineClk, dut.machineReset, config = ClockDomainConfig(resetKind = SYNC)).forkStimulus(machine)
      dut.clockDomain.forkStimulus(shell)
      dut.clockDomain.waitSampling(200)
      def clock(): Unit = {
        dut.clockDomain.waitSampling()
        rx.clock()
        tx.clock()
        host.clock()
      }
      for (_ <- 0 until 150) {
        val port = random.nextInt(2)
        rx.send(port, TestPacket(verdicts.arrive(port), Nil))
        for (_ <- 0 until (1500 / bytes max 100)) clock()
      }
      var clocks = 0
      while (!rx.isEmpty || clocks < 3000) {
        clock()
        clocks += 1
        assertTrue(clocks < 200000, s"seed $seed: packets stand still")
      }
      for (port <- 0 until 2) {
        assertEquals(verdicts.toHost(port).toSeq, host.packets(port).map(_.bytes).toSeq, s"seed $seed, host $port")
        assertEquals(verdicts.unordered(verdicts.out(port)), verdicts.unordered(tx.packets(port).map(_.bytes)),
          s"seed $seed, port $port")
      }
    }

  @Test
  def fasterShell(@TempDir directory: Path): Unit = crosses(directory, 64, 400, 642)

  @Tag("campaign")
  @Test
  def slowerShell(@TempDir directory: Path): Unit = crosses(directory, 16, 642, 398)
}
