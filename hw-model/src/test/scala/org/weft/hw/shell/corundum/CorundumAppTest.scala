package org.weft.hw.shell.corundum

import java.nio.file.{Files, Path}
import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.{Tag, Test}
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.shell._
import org.weft.isa.control.Register
import spinal.core._
import spinal.core.sim._
import spinal.lib.bus.amba4.axilite.AxiLite4

class CorundumAppTest {
  private val seed = 5L
  private val ports = 2

  /** Reads registers, one after the other. */
  private class Registers(bus: AxiLite4, clock: () => Unit) {
    bus.aw.valid #= false
    bus.w.valid #= false
    bus.b.ready #= true
    bus.ar.valid #= false
    bus.r.ready #= true

    def read(offset: Int): Long = {
      bus.ar.valid #= true
      bus.ar.addr #= offset
      do clock() while (!bus.ar.ready.toBoolean)
      bus.ar.valid #= false
      while (!bus.r.valid.toBoolean) clock()
      val value = bus.r.data.toLong
      clock()
      value
    }
  }

  private def simulate(directory: Path, bytes: Int, hasClock: Boolean, machine: String)(
      body: (CorundumApp, () => Unit) => Unit): Unit = {
    val clock = directory.resolve("weft_clock.v")
    val in = classOf[ShellTable].getResourceAsStream("weft_clock.v")
    try Files.copy(in, clock) finally in.close()
    val config = TestProgram.config(TestProgram.machine(machine))
    SimConfig.withVerilator.workspacePath(directory.toString).addRtl(clock.toString)
      .compile(CorundumApp(config, bytes, ports, hasClock)).doSim(seed.toInt) { dut =>
        val domain = ClockDomain(dut.io.clk, dut.io.rst, config = ClockDomainConfig(resetKind = SYNC))
        domain.forkStimulus(4)
        dut.io.ptp_sync_ts_rel #= 0
        dut.io.ptp_sync_ts_tod #= 0
        body(dut, () => domain.waitSampling())
      }
  }

  /** Packets of all fates through the block, with random stalls everywhere. */
  private def verdicts(directory: Path, bytes: Int, hasClock: Boolean, machine: String): Unit =
    simulate(directory, bytes, hasClock, machine) { (dut, edge) =>
      val random = new Random(seed)
      val io = dut.io
      val verdicts = new Verdicts(random, ports)
      val rx = new Sender(io.s_axis_sync_rx, Seq(io.s_axis_sync_rx.tuser), ports, random)((packet, last) =>
        Seq(if (last) packet.users.head else BigInt(0)))
      val hostTx = new Sender(io.s_axis_sync_tx, Seq(io.s_axis_sync_tx.tuser), ports, random)()
      val tx = new Receiver(io.m_axis_sync_tx, Seq(io.m_axis_sync_tx.tuser), ports, random)
      val hostRx = new Receiver(io.m_axis_sync_rx, Seq(io.m_axis_sync_rx.tuser), ports, random)
      io.s_axis_sync_tx_cpl.valid #= 0
      io.m_axis_sync_tx_cpl.ready #= 3
      var now = BigInt(0)
      def clock(): Unit = {
        edge()
        now += 1
        io.ptp_sync_ts_tod #= now
        Seq(rx, hostTx).foreach(_.clock())
        Seq(tx, hostRx).foreach(_.clock())
      }
      val registers = new Registers(io.s_axil_app_ctrl, () => clock())
      for (_ <- 0 until 100) clock()
      var damaged = 0
      for (n <- 0 until 150) {
        val port = random.nextInt(ports)
        rx.send(port, TestPacket(verdicts.arrive(port), Seq(0)))
        if (n % 7 == 0) {
          damaged += 1
          rx.send(0, TestPacket(Seq.fill(60 + random.nextInt(200))(TestProgram.Pass.toByte), Seq(1)))
        }
        if (n % 3 == 0) {
          val from = random.nextInt(ports)
          hostTx.send(from, TestPacket(verdicts.send(from), Seq[BigInt]((1 << 15 | n) << 1)))
        }
        // The NIC never holds up its inputs: queues must not overflow here.
        for (_ <- 0 until 2500 / bytes) clock()
      }
      val leave = verdicts.out.map(_.size).sum
      val pass = verdicts.toHost.map(_.size).sum
      var clocks = 0
      while (tx.packets.map(_.size).sum < leave || hostRx.packets.map(_.size).sum < pass) {
        clock()
        clocks += 1
        assertTrue(clocks < 100000, s"seed $seed: packets are missing")
      }
      for (_ <- 0 until 500) clock()
      for (port <- 0 until ports) {
        assertEquals(verdicts.toHost(port).toSeq, hostRx.packets(port).map(_.bytes).toSeq, s"seed $seed, host $port")
        assertEquals(verdicts.unordered(verdicts.out(port)), verdicts.unordered(tx.packets(port).map(_.bytes)),
          s"seed $seed, port $port")
        // Tags of the host's packets are theirs, of the NIC's packets none.
        val tags = verdicts.fromHost(port).toSet
        tx.packets(port).foreach(p => assertEquals(tags.contains(p.bytes), p.users.head.testBit(16), s"seed $seed"))
        val stamps = hostRx.packets(port).map(_.users.head)
        assertTrue(stamps.forall(s => !s.testBit(0) && s > 0 && (s >> 1) <= now), s"seed $seed: time stamps")
        assertEquals(stamps.sorted.distinct.toSeq, stamps.toSeq, s"seed $seed: time stamps")
      }
      assertEquals(Register.WEFT.toLong, registers.read(Register.ID.offset))
      def counted(fate: Int) = (0 until ports).map(port => registers.read(Register.COUNTER.offset + 8 * (port * 16 + fate))).sum
      assertEquals(damaged.toLong, counted(10), "damaged frames are counted")
      assertEquals(pass.toLong, counted(2), "and those that are passed")
      assertEquals(verdicts.in.flatten.count(_.head == TestProgram.Drop).toLong, counted(1), "and those that are dropped")
    }

  @Tag("campaign")
  @Test
  def verdictsOnAlveosStreams(@TempDir directory: Path): Unit =
    verdicts(directory, 64, hasClock = false, "bus_bytes = 64\nclock_khz = 250000")

  @Test
  def verdictsOnNetFpgasStreamsWithClockAndWidthOfItsOwn(@TempDir directory: Path): Unit =
    verdicts(directory, 8, hasClock = true, "bus_bytes = 32")

  @Test
  def completionsOfTheNicsPacketsAreNotGivenToTheHost(@TempDir directory: Path): Unit =
    simulate(directory, 8, hasClock = false, "bus_bytes = 8") { (dut, edge) =>
      val random = new Random(seed)
      val (in, out) = (dut.io.s_axis_sync_tx_cpl, dut.io.m_axis_sync_tx_cpl)
      Seq(dut.io.s_axis_sync_rx, dut.io.s_axis_sync_tx).foreach(_.tvalid #= 0)
      new Registers(dut.io.s_axil_app_ctrl, edge)
      in.ts #= 77
      var (want, got, valid, ready) = (mutable.Buffer[Int](), mutable.Buffer[Int](), false, false)
      in.valid #= 0
      out.ready #= 0
      for (_ <- 0 until 2000) {
        edge()
        val tag = (in.tag.toBigInt & 0xffff).toInt
        val isHosts = tag >= 0x8000
        if (valid && in.ready.toBigInt.testBit(0)) {
          if (isHosts) want += tag
          valid = false
        }
        if (out.valid.toBigInt.testBit(0) && ready) got += (out.tag.toBigInt & 0xffff).toInt
        if (!valid && random.nextBoolean()) {
          valid = true
          in.tag #= random.nextInt(1 << 16)
        }
        in.valid #= (if (valid) 1 else 0)
        ready = random.nextBoolean()
        out.ready #= (if (ready) 1 else 0)
      }
      assertTrue(want.size > 100)
      assertEquals(want, got, s"seed $seed")
    }
}
