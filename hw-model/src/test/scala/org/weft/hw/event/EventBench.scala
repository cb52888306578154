package org.weft.hw.event

import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.assertEquals
import org.weft.hw.ClockedBench
import org.weft.hw.config.NicConfig
import spinal.core.sim._

/** What [E1] to [E4] say, clock by clock, of three cores and a host. */
private class EventBench(dut: EventUnit, config: NicConfig, random: Random) extends ClockedBench {
  private val memory = new HostMemory(dut.io.memory, random)
  private val callers = for (core <- 0 until config.cores) yield for (half <- 0 until 2) yield
    new EventCaller(half, () => event(core), random)
  private val words = Seq.fill(config.cores)(mutable.Queue[(Int, BigInt)]())
  private val queueBytes = config.machine.portQueueBytes

  // Registers, which count from 0 here: so few bytes do not wrap.
  private var (base, ring, mask) = (BigInt(0), 0, 0)
  private var taken, written, head, tail, lost = 0

  // Who was decided on last, and from which clock on the next one can be; the event whose words come.
  private var lastCore, free = 0
  private var coming: Option[TestEvent] = None

  // Records, with the clock from which on they are seen; what is left of the first one; the burst that is offered.
  private val records = mutable.Queue[(TestEvent, Int)]()
  private var left = 0
  private case class Burst(at: BigInt, words: Int, var waits: Boolean, var data: Seq[BigInt])
  private var burst: Option[Burst] = None
  private val bursts = mutable.Queue[Int]() // Bytes of the record that ends with each.
  private val stored = mutable.Queue[TestEvent]()

  /** Events that the host read; that found no room in the ring, in the queue; nobody listening; the most bursts at once. */
  var read, ringFull, queueFull, unheard, most = 0

  private def event(core: Int): TestEvent = {
    val bytes = random.nextInt(4) match {
      case 0 => 0
      case 1 => random.nextInt(513)
      case _ => random.nextInt(40)
    }
    val packetBytes = if (random.nextBoolean()) 0 else random.nextInt(257)
    TestEvent(core, random.nextInt(256), random.nextInt(config.machine.cpus), BigInt(64, random), bytes, packetBytes,
      Seq.fill((bytes + 7) / 8 + (packetBytes + 7) / 8)(BigInt(64, random)))
  }

  private var asking = Seq[Option[EventCaller]]()
  private var done: Option[Int] = None
  private var write: Option[(Char, BigInt)] = None

  def drive(clock: Int, goesOn: Boolean): Unit = {
    val phase = clock / EventUnitTest.Phase
    if (clock % 500 == 0) {
      memory.addressPace = 1 + random.nextInt(4)
      memory.wordPace = 1 + random.nextInt(3)
      memory.answerPace = Seq(1, 2, 20, 0)(random.nextInt(4))
    }
    if (!goesOn) memory.answerPace = 1
    memory.drive()
    done = None
    asking = for ((core, i) <- callers.zipWithIndex) yield {
      val channel = dut.io.cores(i)
      val often = if (!goesOn) Int.MaxValue else if (phase % 3 == 0) 400 else 20
      val all = core.map(_.drive(clock, often))
      for ((_, word, _) <- all; w <- word) words(i).enqueue((clock + 2, w))
      if (all.exists(_._3)) done = Some(i)
      channel.done #= all.exists(_._3)
      channel.asks #= all.exists(_._1)
      val caller = core.zip(all).collectFirst { case (c, (true, _, _)) => c }
      for (c <- caller; e <- c.event) {
        channel.event.map #= e.map
        channel.event.cpu #= e.cpu
        channel.event.time #= e.time
        channel.event.bytes #= e.bytes
        channel.event.packetBytes #= e.packetBytes
      }
      channel.word.valid #= words(i).headOption.exists(_._1 == clock)
      channel.word.payload #= (if (words(i).headOption.exists(_._1 == clock)) words(i).dequeue()._2 else BigInt(64, random))
      caller
    }
    host(clock, phase)
  }

  /** At a phase's beginning the ring is given up, and when all is in it another one is set up. */
  private def host(clock: Int, phase: Int): Unit = {
    val at = clock % EventUnitTest.Phase
    val sizes = Seq(1024, 64, 8192, 256, 96, 4096, 32)
    write = if (at == 0) Some(('n', BigInt(0)))
      else if (at > 300 && ring == 0 && head == taken && stored.isEmpty) random.nextInt(4) match {
        case 0 => Some(('l', BigInt(random.nextInt() & 0xffffffc0L)))
        case 1 => Some(('h', BigInt(random.nextInt(1 << 16))))
        case _ => Some(('n', BigInt(sizes(phase % sizes.size))))
      }
      else if (stored.headOption.exists(e => head - place >= e.size) && random.nextInt(if (phase % 2 == 0) 10 else 200) == 0)
        Some(('t', BigInt(placeBehind(stored.dequeue()))))
      else None
    val registers = dut.io.registers
    for ((flow, name) <- Seq((registers.base(0), 'l'), (registers.base(1), 'h'), (registers.bytes, 'n'), (registers.tail, 't'))) {
      flow.valid #= write.exists(_._1 == name)
      flow.payload #= write.map(_._2).getOrElse(BigInt(0))
    }
  }

  /** The host has read so many bytes; it reads a record. */
  private var place = 0
  private def placeBehind(event: TestEvent): Int = {
    for ((word, i) <- event.record.zipWithIndex)
      assertEquals(word, memory(base + ((place + 8 * i) & mask)), s"word $i of $event at $place")
    read += 1
    place += event.size
    place
  }

  def check(clock: Int): Unit = {
    val where = s"clock $clock, seed ${EventUnitTest.Seed}"
    assertEquals(Seq(base & 0xffffffffL, base >> 32, BigInt(ring), BigInt(head), BigInt(tail), BigInt(lost), BigInt(taken)),
      dut.io.registers.values.map(_.toBigInt).toSeq, s"registers, $where")
    val writtenBefore = written
    bus(clock, where)
    val who = (1 to config.cores).map(i => (lastCore + i) % config.cores).find(asking(_).isDefined)
      .filter(_ => coming.isEmpty && clock >= free)
    for ((channel, i) <- dut.io.cores.zipWithIndex)
      assertEquals(who.contains(i), channel.decides.toBoolean, s"core $i is decided on, $where")
    if (done.isDefined) {
      records.enqueue((coming.get, clock + 3))
      coming = None
      free = clock + 2
    }
    for (core <- who) {
      lastCore = core
      val (channel, caller) = (dut.io.cores(core), asking(core).get)
      val event = caller.event.get
      val fitsRing = taken - tail + event.size <= ring
      val fitsQueue = taken - writtenBefore + event.size <= queueBytes
      val accepts = ring > 0 && fitsRing && fitsQueue
      assertEquals(accepts, channel.accepts.toBoolean, s"$event is taken, $where")
      if (!accepts) assertEquals(ring > 0, channel.isFull.toBoolean, s"somebody listens, $where")
      if (accepts) {
        taken += event.size
        coming = Some(event)
        stored.enqueue(event)
      } else {
        lost += 1
        if (ring == 0) unheard += 1 else if (!fitsRing) ringFull += 1 else queueFull += 1
      }
      caller.decided(accepts)
    }
    for ((name, value) <- write) name match {
      case 'l' => base = base >> 32 << 32 | value
      case 'h' => base = base & 0xffffffffL | value << 32
      case 't' => tail = value.toInt
      case _ =>
        ring = if (value >= 64 && value.bitCount == 1) value.toInt else 0
        if (ring > 0) mask = ring - 1
        tail = taken
        if (ring > 0) place = tail
    }
  }

  /** Bursts: what is offered, taken and answered. */
  private def bus(clock: Int, where: String): Unit = {
    val axi = dut.io.memory
    assertEquals(burst.exists(_.waits), axi.aw.valid.toBoolean, s"an address, $where")
    for (b <- burst if b.waits)
      assertEquals((b.at, b.words - 1), (axi.aw.addr.toBigInt, axi.aw.len.toInt), s"address and length, $where")
    assertEquals(burst.exists(_.data.nonEmpty), axi.w.valid.toBoolean, s"a word, $where")
    for (b <- burst; word <- b.data.headOption)
      assertEquals((word, b.data.size == 1), (axi.w.data.toBigInt, axi.w.last.toBoolean), s"word, $where")
    val (address, word, answer) = memory.see()
    val outstanding = bursts.size
    most = most max outstanding
    if (answer) head += bursts.dequeue()
    if (burst.isDefined) {
      for (b <- burst) {
        if (address) b.waits = false
        if (word) {
          b.data = b.data.tail
          written += 8
          left -= 1
          if (left == 0) records.dequeue()
        }
        if (!b.waits && b.data.isEmpty) burst = None
      }
    } else if (left > 0) {
      if (outstanding < 16) {
        val count = left min 8 - written / 8 % 8
        val (event, all) = (records.head._1, records.head._1.record)
        burst = Some(Burst(base + (written & mask), count, waits = true, all.slice(all.size - left, all.size - left + count)))
        bursts.enqueue(if (count == left) event.size else 0)
      }
    } else if (records.headOption.exists(_._2 <= clock)) left = records.head._1.record.size
  }

  def isIdle: Boolean = coming.isEmpty && stored.isEmpty && callers.flatten.forall(_.event.isEmpty)
}
