package org.weft.hw.packet

import java.nio.file.Path
import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.ClockedBench
import org.weft.hw.config.NicConfig
import org.weft.isa.machine.MachineSpec.Dispatch
import org.weft.isa.machine.MachineFile
import spinal.core._
import spinal.core.sim._

/** Dispatchers of several machines side by side. */
private case class Dispatchers(configs: Seq[NicConfig]) extends Component {
  val each = configs.map(new Pinned(_))

  class Pinned(val config: NicConfig) extends Area {
    private val dispatcher = Dispatcher(config)
    val chosenCpu = dispatcher.io.chosenCpu.toIo()
    val runs = dispatcher.io.runs.toIo()
    val bank = dispatcher.io.bank.toIo()
    val waits = dispatcher.io.waits.toIo()
    val length = dispatcher.io.length.toIo()
    val cpu = dispatcher.io.cpu.toIo()
    val flow = dispatcher.io.flow.toIo()
    val room = dispatcher.io.room.toIo()
    val takes = dispatcher.io.takes.toIo()
    val lasts = dispatcher.io.lasts.toIo()
    val begins = dispatcher.io.begins.toIo()
    val half = dispatcher.io.half.toIo()
    val moving = dispatcher.io.moving.toIo()
    val port = dispatcher.io.port.toIo()
    val target = dispatcher.io.target.toIo()
    val runsOn = dispatcher.io.runsOn.toIo()
  }
}

/** What [I3] says, on packets whose bytes are of no matter here: lengths at ports, room in halves.
  *
  * @param random what comes, and when room is freed
  */
private class DispatcherBench(dut: Dispatchers#Pinned, random: Random) extends ClockedBench {
  private case class Waiting(bytes: Int, cpu: Int, flow: Int)
  private case class UnderWay(port: Int, half: Int, cpu: Int, var left: Int)
  private val machine = dut.config.machine
  private val name = s"${machine.cores} cores, ${machine.ports} ports, ${machine.cpus} CPUs"
  private val halfBytes = dut.config.coreQueueWords * dut.config.word
  private val ports = Seq.fill(machine.ports)(mutable.Queue[Waiting]())
  private val held = Seq.fill(2 * machine.cores)(mutable.Queue[Int]())
  private val halfOf = Array.fill(machine.cores)(0)
  private var lastPort = 0
  private var runs, chosen, bank = false
  private var now, before: Option[UnderWay] = None

  /** Packets that went to halves; that waited for room while another port's did not. */
  var dispatched, passed = 0
  val byHalf = Array.fill(2 * machine.cores)(0)

  /** Others that began, one after the other, while a port's packet could. */
  private val others = Array.fill(machine.ports)(0)

  private def words(bytes: Int) = (bytes + dut.config.word - 1) / dut.config.word
  private def room(half: Int) = halfBytes / dut.config.word - held(half).sum

  def drive(clock: Int, goesOn: Boolean): Unit = {
    if (clock % 500 == 0) chosen = random.nextInt(3) == 0
    if (random.nextInt(if (runs) 200 else 30) == 0) runs = !runs
    if (random.nextInt(100) == 0) bank = !bank
    // Now there are many packets and little room, now the other way round.
    val isBusy = clock / 1000 % 2 == 0
    for (port <- ports if port.size < 4 && random.nextInt(if (isBusy) 4 else 60) == 0) {
      val bytes = random.nextInt(3) match {
        case 0 => machine.busBytes * (1 + random.nextInt(3)) + random.nextInt(3) - 1
        case 1 => machine.frameBytes - random.nextInt(2)
        case _ => 14 + random.nextInt(machine.frameBytes - 13)
      }
      port += Waiting(bytes max 14, random.nextInt(machine.cpus), random.nextInt(machine.cpus))
    }
    for (half <- held if half.nonEmpty && random.nextInt(if (isBusy) 120 else 20) == 0) half.dequeue()
    dut.runs #= runs
    dut.chosenCpu #= chosen
    dut.bank #= bank
    dut.waits #= BigInt(ports.indices.filter(ports(_).nonEmpty).map(1 << _).sum)
    for ((port, i) <- ports.zipWithIndex) {
      val head = port.headOption.getOrElse(Waiting(random.nextInt(60), 0, 0))
      dut.length(i) #= head.bytes
      dut.cpu(i) #= head.cpu
      dut.flow(i) #= head.flow
    }
    for (half <- held.indices) dut.room(half) #= room(half)
  }

  private def cpuOf(packet: Waiting) =
    if (chosen) packet.cpu
    else if (machine.dispatch == Dispatch.FLOW_HASH) packet.flow
    else dispatched % machine.cpus

  private def begun(where: String): Option[UnderWay] = {
    val order = (1 to ports.size).map(i => (lastPort + i) % ports.size).filter(ports(_).nonEmpty)
    val all = order.map { port =>
      val core = cpuOf(ports(port).head) % machine.cores
      UnderWay(port, 2 * core + halfOf(core), cpuOf(ports(port).head), ports(port).head.bytes)
    }
    val some = all.find(packet => words(packet.left) <= room(packet.half))
    for (packet <- some) {
      if (packet != all.head) passed += 1
      for (port <- ports.indices) {
        val might = all.exists(other => other.port == port && words(other.left) <= room(other.half))
        others(port) = if (might && port != packet.port) others(port) + 1 else 0
        assertTrue(others(port) < ports.size, s"port $port waits for its turn, $where")
      }
      lastPort = packet.port
      halfOf(packet.half / 2) ^= 1
      byHalf(packet.half) += 1
      dispatched += 1
    }
    some
  }

  /** Packets that wait when the time is up do not matter. */
  def isIdle: Boolean = true

  def check(clock: Int): Unit = {
    val where = s"$name, clock $clock, seed ${DispatcherTest.Seed}"
    val free = held.indices.map(room(_))
    val begins = now.isEmpty && runs
    val starts = if (begins) begun(where) else None
    assertEquals(starts.isDefined, dut.begins.valid.toBoolean, s"a packet begins, $where")
    for (packet <- starts) {
      assertEquals((packet.port, packet.half, packet.left, bank),
        (dut.begins.port.toInt, dut.half.toInt, dut.begins.length.toInt, dut.begins.bank.toBoolean),
        s"port, half, length, bank, $where")
      assertTrue(words(packet.left) <= free(packet.half), s"room, $where")
      held(packet.half) += words(packet.left)
    }
    now = now.orElse(starts)
    val ends = now.filter(_.left <= machine.busBytes)
    assertEquals(now.map(1 << _.port).getOrElse(0), dut.takes.toInt, s"a port's beat, $where")
    assertEquals(ends.map(1 << _.port).getOrElse(0), dut.lasts.toInt, s"the last one, $where")
    assertEquals(before.isDefined, dut.moving.toBoolean, s"a beat was taken, $where")
    for (packet <- before)
      assertEquals((packet.port, packet.half, packet.cpu), (dut.port.toInt, dut.target.toInt, dut.runsOn.toInt),
        s"whose it was, to where, on which CPU, $where")
    before = now
    now.foreach(_.left -= machine.busBytes)
    for (packet <- ends) {
      ports(packet.port).dequeue()
      now = None
    }
  }
}

/** Packets go to the cores and halves that [I3] names, a beat in each clock in which there is one and room for its packet. */
class DispatcherTest {
  private def machine(lines: String*) =
    NicConfig(MachineFile.parse(("preset = tiny" +: lines).mkString("", "\n", "\n")))

  private val configs = Seq(
    machine("bus_bytes = 8"),
    machine("bus_bytes = 32", "ports = 2", "cpus = 3"),
    machine("bus_bytes = 16", "cores = 3", "ports = 2", "cpus = 5"),
    machine("bus_bytes = 32", "cores = 3", "ports = 3", "cpus = 7", "dispatch = flow_hash"))

  @Test
  def i3PacketsGoToHalvesInTurn(@TempDir directory: Path): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(Dispatchers(configs)).doSim(DispatcherTest.Seed) { dut =>
      val random = new Random(DispatcherTest.Seed)
      val benches = dut.each.map(new DispatcherBench(_, random))
      dut.each.foreach(_.waits #= 0)
      ClockedBench.run(dut.clockDomain, 20000, benches: _*)
      for (bench <- benches) assertTrue(bench.byHalf.forall(_ > 50), bench.byHalf.toSeq.toString)
      assertTrue(benches.drop(2).forall(_.passed > 20), benches.map(_.passed).toString)
    }
}

private object DispatcherTest {
  val Seed = 3
}
