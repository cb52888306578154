package org.weft.hw.shell.opennic

import java.nio.file.Path
import java.util.Random

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.{Tag, Test}
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.shell._
import org.weft.isa.control.Register
import spinal.core._
import spinal.core.sim._

class OpenNicBoxTest {
  private val seed = 6L

  /** Packets of all fates through the box, with random stalls, registers in their own clock.
    *
    * @param ports of the shell; the machine has two
    */
  private def verdicts(directory: Path, ports: Int): Unit = {
    val config = TestProgram.config(TestProgram.machine("bus_bytes = 64\nclock_khz = 250000"), ports)
    SimConfig.withVerilator.workspacePath(directory.toString)
      .compile(OpenNicBox(config, ports, hasClock = false)).doSim(seed.toInt) { dut =>
        val io = dut.io
        val random = new Random(seed)
        val registers = ClockDomain(io.axil_aclk, config = ClockDomainConfig(resetKind = BOOT))
        val packets = ClockDomain(io.axis_aclk, config = ClockDomainConfig(resetKind = BOOT))
        val axil = io.s_axil
        Seq(axil.awvalid, axil.wvalid, axil.arvalid).foreach(_ #= false)
        axil.bready #= true
        axil.rready #= true
        io.mod_rstn #= true
        def users(s: OpenNicStreams) = Seq(s.tuser_size, s.tuser_src, s.tuser_dst)
        val rx = new Sender(io.s_axis_adap_rx_250mhz, users(io.s_axis_adap_rx_250mhz), ports, random)()
        val hostTx = new Sender(io.s_axis_qdma_h2c, users(io.s_axis_qdma_h2c), ports, random)()
        val tx = new Receiver(io.m_axis_adap_tx_250mhz, users(io.m_axis_adap_tx_250mhz), ports, random)
        val hostRx = new Receiver(io.m_axis_qdma_c2h, users(io.m_axis_qdma_c2h), ports, random)
        registers.forkStimulus(8)
        packets.forkStimulus(4)
        def clock(): Unit = {
          packets.waitSampling()
          Seq(rx, hostTx).foreach(_.clock())
          Seq(tx, hostRx).foreach(_.clock())
        }
        // The shell resets its plugins, and waits until they say that they are done.
        registers.waitSampling(200)
        io.mod_rstn #= false
        registers.waitSampling(2)
        assertTrue(!io.mod_rst_done.toBoolean, "a reset begins")
        io.mod_rstn #= true
        registers.waitSampling(100)
        assertTrue(!io.mod_rst_done.toBoolean, "a reset lasts")
        registers.waitSampling(100)
        assertTrue(io.mod_rst_done.toBoolean, "a reset ends")

        val verdicts = new Verdicts(random, ports)
        for (n <- 0 until 150) {
          val port = random.nextInt(ports)
          val bytes = verdicts.arrive(port)
          rx.send(port, TestPacket(bytes, Seq[BigInt](bytes.size, 64 << port, 0)))
          if (n % 3 == 0) {
            val from = random.nextInt(ports)
            val sent = verdicts.send(from)
            hostTx.send(from, TestPacket(sent, Seq[BigInt](sent.size, 1 << from, 0)))
          }
          for (_ <- 0 until 60) clock()
        }
        val leave = verdicts.out.map(_.size).sum
        val pass = verdicts.toHost.map(_.size).sum
        var clocks = 0
        while (tx.packets.map(_.size).sum < leave || hostRx.packets.map(_.size).sum < pass) {
          clock()
          clocks += 1
          assertTrue(clocks < 100000, s"seed $seed: packets are missing")
        }
        for (_ <- 0 until 300) clock()
        for (port <- 0 until ports) {
          assertEquals(verdicts.toHost(port).map(b => TestPacket(b, Seq[BigInt](b.size, 64 << port, 1 << port))).toSeq,
            hostRx.packets(port).toSeq, s"seed $seed, function $port")
          assertEquals(verdicts.unordered(verdicts.out(port)), verdicts.unordered(tx.packets(port).map(_.bytes)),
            s"seed $seed, port $port")
          for (packet <- tx.packets(port)) {
            val sources = (0 until ports).map(i =>
              if (verdicts.fromHost(i).contains(packet.bytes)) 1 << i else if (verdicts.in(i).contains(packet.bytes)) 64 << i else 0)
            assertEquals(Seq[BigInt](packet.bytes.size, sources.sum, 64 << port), packet.users, s"seed $seed")
          }
        }

        def read(offset: Int): Long = {
          axil.arvalid #= true
          axil.araddr #= offset
          do registers.waitSampling() while (!axil.arready.toBoolean)
          axil.arvalid #= false
          while (!axil.rvalid.toBoolean) registers.waitSampling()
          val value = axil.rdata.toLong
          registers.waitSampling()
          value
        }
        assertEquals(Register.WEFT.toLong, read(Register.ID.offset))
        def counted(fate: Int) = (0 until 2).map(port => read(Register.COUNTER.offset + 8 * (port * 16 + fate))).sum
        assertEquals(pass.toLong, counted(2), "what is passed is counted")
        val toNowhere = if (ports > 1) 0 else verdicts.in.flatten.count(_.head == TestProgram.RedirectTo2)
        assertEquals(toNowhere.toLong, counted(8), "so is what has no port")
        assertEquals(0L, read(Register.COUNTER.offset + 8 * 10), "no frame is damaged")
      }
  }

  @Test
  def verdictsOnTwoPorts(@TempDir directory: Path): Unit = verdicts(directory, 2)

  @Tag("campaign")
  @Test
  def portsWithoutConnectorAreNoWayOut(@TempDir directory: Path): Unit = verdicts(directory, 1)
}
