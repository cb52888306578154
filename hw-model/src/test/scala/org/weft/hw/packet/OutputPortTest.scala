package org.weft.hw.packet

import java.nio.file.Path
import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.ClockedBench
import org.weft.hw.config.NicConfig
import org.weft.hw.shell.FlatBench
import org.weft.isa.machine.MachineFile
import spinal.core._
import spinal.core.sim._

/** Output ports of several machines side by side. */
private case class OutputPorts(configs: Seq[NicConfig]) extends Component {
  val each = configs.map(new Pinned(_))

  class Pinned(val config: NicConfig) extends Area {
    private val port = OutputPort(config)
    val begins = port.io.begins.toIo()
    val beat = port.io.beat.toIo()
    val ready = port.io.stream.ready.toIo()
    val room = port.io.room.toIo()
    val valid = port.io.stream.valid.toIo()
    val leaves = port.io.stream.payload.toIo()
  }
}

/** A queue's packets as reordering gives them, one after the other and no more than there is room for, and what it does with them. */
private class OutputPortBench(dut: OutputPorts#Pinned, random: Random) extends ClockedBench {
  private case class Leaving(bytes: Seq[Byte], number: Int, port: Int)
  private val (bus, beats) = (dut.config.bus, dut.config.portQueueBeats)
  private var coming: Option[Leaving] = None
  private var moved = 0
  private var room = beats
  private val queue = mutable.Queue[(Leaving, Int, Int)]() // A beat, its number, the clock from which on it is offered.
  private val begun = mutable.Buffer[Byte]()
  private var offered = Option.empty[(BigInt, BigInt, Boolean)]

  /** Packets that left; clocks in which the next one did not fit; beats that were offered and not taken. */
  var left, full, stalled = 0
  private var next = packet()

  private def packet(): Leaving = {
    val bytes = random.nextInt(4) match {
      case 0 => 14
      case 1 => bus * (1 + random.nextInt(3)) + random.nextInt(3) - 1 max 1
      case _ => 14 + random.nextInt(dut.config.machine.frameBytes)
    }
    Leaving(Seq.fill(bytes)(random.nextInt().toByte), random.nextInt(1 << 16), random.nextInt(dut.config.ports))
  }
  private def count(p: Leaving) = (p.bytes.size + bus - 1) / bus

  // In this clock: whether the next packet begins, of which one a beat comes, whether one may leave.
  private var (begins, ready) = (false, false)
  private var beat = Option.empty[Leaving]

  def drive(clock: Int, goesOn: Boolean): Unit = {
    begins = coming.isEmpty && goesOn && count(next) <= room && random.nextInt(3) > 0
    if (coming.isEmpty && count(next) > room) full += 1
    dut.begins.valid #= begins
    dut.begins.payload #= next.bytes.size
    beat = coming.filter(_ => random.nextInt(5) > 0)
    dut.beat.valid #= beat.isDefined
    for (p <- beat) {
      val part = p.bytes.slice(moved * bus, moved * bus + bus)
      dut.beat.data #= FlatBench.number(part ++ Seq.fill(bus - part.size)(random.nextInt().toByte))
      dut.beat.packet.length #= p.bytes.size
      dut.beat.packet.queue #= p.number
      dut.beat.packet.port #= p.port
    }
    val stands = goesOn && clock / 3000 % 2 == 1
    ready = !stands && random.nextInt(4) > 0
    dut.ready #= ready
  }

  def check(clock: Int): Unit = {
    val where = s"$bus bytes, clock $clock, seed ${OutputPortTest.Seed}"
    assertEquals(room, dut.room.toInt, s"room, $where")
    val head = queue.headOption.filter(_._3 <= clock)
    assertEquals(head.isDefined, dut.valid.toBoolean, s"a beat is offered, $where")
    for ((p, n, _) <- head) {
      val part = p.bytes.slice(n * bus, n * bus + bus)
      val now = (dut.leaves.data.toBigInt, dut.leaves.keep.toBigInt, dut.leaves.last.toBoolean)
      offered.foreach(assertEquals(_, now, s"what is offered stays as it is, $where"))
      assertEquals(((BigInt(1) << part.size) - 1, n == count(p) - 1), (now._2, now._3), s"kept bytes and last, $where")
      assertEquals((p.bytes.size, p.number, p.port), (dut.leaves.packet.length.toInt, dut.leaves.packet.queue.toInt,
        dut.leaves.packet.port.toInt), s"beside it, $where")
      offered = if (ready) None else Some(now)
      if (!ready) stalled += 1
      else {
        queue.dequeue()
        begun ++= FlatBench.bytes(now._1, now._2.bitCount)
        if (now._3) {
          assertEquals(p.bytes, begun.toSeq, s"bytes, $where")
          begun.clear()
          room += count(p)
          left += 1
        }
      }
    }
    for (p <- beat) {
      queue.enqueue((p, moved, clock + 2))
      moved += 1
      if (moved == count(p)) coming = None
    }
    if (begins) {
      coming = Some(next)
      moved = 0
      room -= count(next)
      next = packet()
    }
  }

  def isIdle: Boolean = coming.isEmpty && queue.isEmpty
}

/** Packets of all lengths leave as they came, in their order, whenever they are taken. */
class OutputPortTest {
  import OutputPortTest._
  private val configs = Seq(1, 16, 64).map(bus => NicConfig(MachineFile.parse(s"preset = tiny\nports = 3\nbus_bytes = $bus\n")))

  @Test
  def o1BeatsLeaveOnceAndInOrder(@TempDir directory: Path): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(OutputPorts(configs)).doSim(Seed) { dut =>
      val benches = dut.each.map(new OutputPortBench(_, new Random(Seed)))
      for (port <- dut.each) {
        port.begins.valid #= false
        port.beat.valid #= false
      }
      ClockedBench.run(dut.clockDomain, Clocks, benches: _*)
      for (bench <- benches)
        assertTrue(bench.left > 50 && bench.full > 100 && bench.stalled > 1000, s"${bench.left} ${bench.full} ${bench.stalled}")
    }
}

private object OutputPortTest {
  val Seed = 19
  val Clocks = 18000
}
