package org.weft.hw.control

import java.nio.file.Path
import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.config.NicConfig
import org.weft.isa.control.Register
import org.weft.isa.machine.{MachineFile, MachineSpec}
import spinal.core.sim._
import spinal.lib.bus.amba4.axilite.AxiLite4

/** AXI4-Lite's host in a test: each channel is stalled in random clocks, and the slave has to keep its
  * answers as they are until they are taken.
  */
private class Host(bus: AxiLite4, random: Random) {
  /** What is to be done, and what came back. */
  val addresses, datas, strobes, reads = mutable.Queue[Long]()
  val answers, values = mutable.Buffer[Long]()
  private var waitingB, waitingR: Option[Long] = None
  var writesTaken = 0

  bus.aw.valid #= false
  bus.w.valid #= false
  bus.ar.valid #= false
  bus.b.ready #= false
  bus.r.ready #= false
  bus.aw.prot #= 0
  bus.ar.prot #= 0

  /** Behind a clock's edge, with signals as they were before it: what was taken, and what comes next. */
  def clock(): Unit = {
    val tookAddress = bus.aw.valid.toBoolean && bus.aw.ready.toBoolean
    val tookData = bus.w.valid.toBoolean && bus.w.ready.toBoolean
    if (tookAddress) addresses.dequeue()
    if (tookData) {
      datas.dequeue()
      strobes.dequeue()
      writesTaken += 1
    }
    val tookRead = bus.ar.valid.toBoolean && bus.ar.ready.toBoolean
    if (tookRead) reads.dequeue()
    def answer(valid: Boolean, ready: Boolean, what: => Long, waiting: Option[Long], all: mutable.Buffer[Long]) = {
      waiting.foreach(before => assertTrue(valid && what == before, "an answer that was not taken stays"))
      if (valid && ready) all += what
      if (valid && !ready) Some(what) else None
    }
    waitingB = answer(bus.b.valid.toBoolean, bus.b.ready.toBoolean, bus.b.resp.toLong, waitingB, answers)
    waitingR = answer(bus.r.valid.toBoolean, bus.r.ready.toBoolean, bus.r.data.toLong, waitingR, values)
    assertTrue(answers.size <= writesTaken, "no answer before its write")

    // A valid stays until it is taken.
    def offers(valid: Boolean, taken: Boolean, some: Boolean) = some && (valid && !taken || random.nextInt(3) > 0)
    bus.aw.valid #= offers(bus.aw.valid.toBoolean, tookAddress, addresses.nonEmpty)
    addresses.headOption.foreach(bus.aw.addr #= _)
    bus.w.valid #= offers(bus.w.valid.toBoolean, tookData, datas.nonEmpty)
    datas.headOption.foreach(bus.w.data #= _)
    strobes.headOption.foreach(s => bus.w.strb #= s)
    bus.ar.valid #= offers(bus.ar.valid.toBoolean, tookRead, reads.nonEmpty)
    reads.headOption.foreach(bus.ar.addr #= _)
    bus.b.ready #= random.nextInt(3) > 0
    bus.r.ready #= random.nextInt(3) > 0
  }

  def write(offset: Long, data: Long, strobe: Long = 15): Unit = {
    addresses += offset
    datas += data
    strobes += strobe
  }
}

class ControlPlaneTest {
  private val seed = 1L
  private val machine =
    MachineFile.parse("preset = tiny\nname = ports\nports = 3\nbanks = 2\n")

  private def simulate(directory: Path, machine: MachineSpec = machine)(body: (ControlPlane, Host, () => Unit) => Unit): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(ControlPlane(NicConfig(machine)))
      .doSim(seed.toInt) { dut =>
        dut.io.begins.valid #= false
        dut.io.busy #= false
        val maps = dut.io.maps
        maps.request.takes #= false
        maps.request.nextWord #= false
        maps.answer.valid #= false
        maps.key.valid #= false
        maps.loaded.valid #= false
        maps.words.ready #= true
        maps.cleaning #= false
        dut.io.gone.foreach(_.valid #= false)
        dut.io.refused.foreach(_.valid #= false)
        dut.io.dropped.foreach(_.valid #= false)
        dut.io.left.foreach(_.valid #= false)
        val host = new Host(dut.io.bus, new Random(seed))
        dut.clockDomain.forkStimulus(2)
        dut.clockDomain.waitSampling(4)
        body(dut, host, () => {
          dut.clockDomain.waitSampling()
          host.clock()
        })
      }

  private def until(done: => Boolean, clock: () => Unit): Unit = {
    var clocks = 0
    while (!done) {
      clock()
      clocks += 1
      assertTrue(clocks < 100000, "the bus stands still")
    }
  }

  @Test
  def registersKeepWhatIsWrittenUnderStalls(@TempDir directory: Path): Unit =
    simulate(directory) { (dut, host, clock) =>
      val random = new Random(seed)
      val table = Array.tabulate(64)(n => (n % 3).toLong)
      for (round <- 0 until 40) {
        val before = host.answers.size
        val want = for (_ <- 0 until 20) yield {
          val n = random.nextInt(64)
          val data = if (random.nextInt(4) == 0) random.nextInt() & 0xffffffffL else random.nextInt(3)
          val isWhole = random.nextInt(5) > 0
          host.write(Register.PORT_OF.offset + 4 * n, data, if (isWhole) 15 else random.nextInt(15))
          if (isWhole) table(n) = if (data < 3) data else 0xffffffffL
          if (isWhole) 0L else 2L
        }
        until(host.answers.size == before + 20, clock)
        assertEquals(want, host.answers.drop(before).toSeq, s"answers in round $round")
        val read = host.values.size
        val which = Seq.fill(20)(random.nextInt(64))
        which.foreach(n => host.reads += Register.PORT_OF.offset + 4 * n)
        until(host.values.size == read + 20, clock)
        assertEquals(which.map(table(_)), host.values.drop(read).toSeq, s"values in round $round")
      }
    }

  @Test
  def r5WriteIsTakenInEachClockWithAddressAndDataAndReadInEveryFourth(@TempDir directory: Path): Unit =
    simulate(directory) { (dut, host, clock) =>
      val bus = dut.io.bus
      // Behind an edge signals are as they were before it.
      def taken(clocks: Int)(fires: => Boolean): Seq[Int] =
        (0 until clocks).filter { _ =>
          dut.clockDomain.waitSampling()
          fires
        }
      bus.b.ready #= true
      bus.aw.addr #= Register.PORT_OF.offset
      bus.w.data #= 2
      bus.w.strb #= 15
      bus.aw.valid #= true
      bus.w.valid #= false
      assertEquals(Seq(), taken(5)(bus.aw.ready.toBoolean || bus.w.ready.toBoolean), "no data")
      bus.aw.valid #= false
      bus.w.valid #= true
      assertEquals(Seq(), taken(5)(bus.aw.ready.toBoolean || bus.w.ready.toBoolean), "no address")
      bus.aw.valid #= true
      assertEquals(0 until 5, taken(5)(bus.aw.ready.toBoolean && bus.w.ready.toBoolean), "both")
      bus.b.ready #= false
      assertEquals(Seq(), taken(5)(bus.aw.ready.toBoolean), "the last answer is not taken")
      bus.aw.valid #= false
      bus.w.valid #= false
      bus.b.ready #= true
      bus.r.ready #= true
      bus.ar.addr #= Register.PORT_OF.offset
      bus.ar.valid #= true
      val answers = mutable.Buffer[Int]()
      val reads = mutable.Buffer[Int]()
      for (n <- 0 until 12) {
        dut.clockDomain.waitSampling()
        if (bus.ar.ready.toBoolean) reads += n
        if (bus.r.valid.toBoolean) answers += n
      }
      assertEquals(Seq(0, 4, 8), reads.toSeq)
      assertEquals(Seq(3, 7, 11), answers.toSeq)
      assertEquals(2L, bus.r.data.toLong)
      // A byte alone changes nothing.
      bus.ar.valid #= false
      bus.w.data #= 1
      bus.w.strb #= 1
      bus.aw.valid #= true
      bus.w.valid #= true
      dut.clockDomain.waitSampling(1)
      bus.aw.valid #= false
      bus.w.valid #= false
      dut.clockDomain.waitSampling(1)
      assertTrue(bus.b.valid.toBoolean && bus.b.resp.toInt == 2, "SLVERR")
    }

  @Test
  def identityIsThatOfTheMachine(@TempDir directory: Path): Unit =
    simulate(directory) { (dut, host, clock) =>
      val words = MachineFile.words(machine)
      val want = Seq[Long](Register.WEFT, Register.MAP_VERSION, words.length) ++ words.map(_ & 0xffffffffL) ++
        Seq(0L, 0L, 0L)
      host.reads ++= Seq[Long](Register.ID.offset, Register.VERSION.offset, Register.MACHINE_WORDS.offset)
      words.indices.foreach(i => host.reads += Register.MACHINE.offset + 4 * i)
      // What cannot be read, and what is no register, is zero.
      host.reads ++= Seq[Long](Register.PROGRAM_DATA.offset, 0x7ffc, Register.MACHINE.offset + 4 * 63)
      until(host.values.size == want.size, clock)
      assertEquals(want, host.values.toSeq)
      val hash = MachineFile.hash(machine)
      for (i <- 0 until 8) host.reads += Register.MACHINE_HASH.offset + 4 * i
      until(host.values.size == want.size + 8, clock)
      val read = host.values.takeRight(8).flatMap(w => (0 until 4).map(b => (w >> 8 * b).toByte))
      assertEquals(hash.toSeq, read.toSeq)
    }

  @Test
  def descriptorIsGivenCpuByCpuAndRefusedWhilePacketsAreUnderWay(@TempDir directory: Path): Unit = {
    val many = MachineFile.parse("preset = tiny\nname = cpus\ncores = 2\ncpus = 5\nmap_kbytes = 16\n")
    simulate(directory, many) { (dut, host, clock) =>
      // A map of values of 20 bytes in room for 7, of CPUs 0 to 3: 21 words each from word 100 on.
      val words = Seq[Long](6, 4, 20, 7, 4, 24, 100, 0, 0, 0, 0, 0x11111111, 0x22222222, 0, 0, 7)
      def describe(): Unit = for ((word, i) <- words.zipWithIndex) host.write(Register.DESCRIPTOR.offset + 4 * i, word)
      val told = mutable.Buffer[(Int, Int, Int, Int)]()
      def watched(): Unit = {
        clock()
        val place = dut.io.places.values
        if (place.valid.toBoolean) {
          assertEquals(4, place.handle.toInt)
          told += ((place.core.toInt, place.cpu.toInt, place.place.base.toInt, place.place.words.toInt))
        }
      }
      host.write(Register.MAP.offset, 3)
      dut.io.begins.valid #= true
      dut.io.begins.payload #= false
      clock()
      dut.io.begins.valid #= false
      describe()
      until(host.answers.size == 17, () => watched())
      assertEquals(0L +: Seq.fill(16)(2L), host.answers.toSeq, "refused while a packet is under way")
      dut.io.gone.head.valid #= true
      dut.io.gone.head.payload #= false
      clock()
      dut.io.gone.head.valid #= false
      describe()
      // What comes behind waits until all is told.
      host.write(Register.MAP.offset, 3)
      until(host.answers.size == 34, () => watched())
      assertEquals(Seq.fill(17)(0L), host.answers.drop(17).toSeq)
      assertEquals(Seq((0, 0, 100, 21), (1, 0, 121, 21), (0, 1, 142, 21), (1, 1, 163, 21), (0, 2, 184, 0)), told.toSeq)
      for (i <- words.indices) host.reads += Register.DESCRIPTOR.offset + 4 * i
      until(host.values.size == words.size, clock)
      assertEquals(words, host.values.toSeq)
    }
  }

  @Test
  def eachPacketIsCountedOnceUnderLoad(@TempDir directory: Path): Unit =
    simulate(directory) { (dut, host, clock) =>
      val random = new Random(seed)
      val counts = mutable.Map[(Int, Int, Int), Long]().withDefaultValue(0L)
      for (_ <- 0 until 3000) {
        for (port <- 0 until 3) {
          val refused = random.nextInt(3) == 0
          val reason = random.nextInt(3)
          dut.io.refused(port).valid #= refused
          dut.io.refused(port).payload #= Seq(org.weft.hw.packet.Refusal.OVERFLOW,
            org.weft.hw.packet.Refusal.OVERSIZE, org.weft.hw.packet.Refusal.UNDERSIZE)(reason)
          // Nothing was loaded: new packets would be of bank 1.
          if (refused) counts((1, port, 5 + reason)) += 1
          val dropped = random.nextBoolean()
          val fate = Seq(0, 1, 5, 6)(random.nextInt(4))
          val bank = random.nextInt(2)
          dut.io.dropped(port).valid #= dropped
          dut.io.dropped(port).fate #= fate
          dut.io.dropped(port).bank #= bank == 1
          if (dropped) counts((bank, port, if (fate == 5) 8 else if (fate == 6) 9 else fate)) += 1
        }
        for (left <- dut.io.left) {
          val leaves = random.nextBoolean()
          val last = random.nextBoolean()
          val (bank, port, fate) = (random.nextInt(2), random.nextInt(3), 2 + random.nextInt(3))
          left.valid #= leaves
          left.last #= last
          left.packet.bank #= bank == 1
          left.packet.port #= port
          left.packet.fate #= fate
          if (leaves && last) counts((bank, port, fate)) += 1
        }
        clock()
      }
      dut.io.refused.foreach(_.valid #= false)
      dut.io.dropped.foreach(_.valid #= false)
      dut.io.left.foreach(_.valid #= false)
      for (bank <- 0 until 2; port <- 0 until 4; fate <- 0 until 16) {
        val from = host.values.size
        val offset = Register.COUNTER.offset + 8 * ((bank * 32 + port) * 16 + fate)
        host.reads ++= Seq[Long](offset, offset + 4)
        until(host.values.size == from + 2, clock)
        assertEquals(Seq(counts((bank, port, fate)), 0L), host.values.drop(from).toSeq,
          s"bank $bank port $port fate $fate")
      }
    }
}
