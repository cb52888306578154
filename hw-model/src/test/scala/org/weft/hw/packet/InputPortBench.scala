package org.weft.hw.packet

import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.assertEquals
import org.weft.hw.ClockedBench
import org.weft.hw.shell.FlatBench
import org.weft.isa.machine.MachineSpec.Dispatch
import spinal.core.sim._

/** What [I1] and [I2] say of a port, clock by clock. */
private class InputPortBench(dut: InputPorts#Pinned, random: Random) extends ClockedBench {
  private case class Brought(ifindex: Int, queue: Int, time: BigInt, cpu: Int, number: Int)
  private case class Frame(bytes: Seq[Byte], isDamaged: Boolean, brought: Brought) {
    lazy val hash: Long = FlowFrames.hash(bytes)
  }

  private val machine = dut.config.machine
  private val bus = machine.busBytes
  private val byFlow = machine.dispatch == Dispatch.FLOW_HASH
  private val name = s"$bus bytes, ${machine.dispatch}"
  private val room = machine.portQueueBytes / bus

  // The frame that comes: bytes of it that came, why it is not stored; beats in the queue.
  private var coming: Option[Frame] = None
  private var came = 0
  private var reason: Option[Refusal.E] = None
  private var used = 0

  /** Whole packets, with the clock from which on they are seen; beats of the first that were taken; what was in the last clock. */
  private val whole = mutable.Queue[(Frame, Int)]()
  private var taken = 0
  private var before: Option[(Frame, Int)] = None
  private var beat: Option[(Frame, Int)] = None
  private var takes = false

  var stored = 0
  val refused: mutable.Map[Refusal.E, Int] = mutable.Map(Refusal.elements.toSeq.map(_ -> 0): _*)

  private def beats(bytes: Int) = (bytes + bus - 1) / bus

  private def frame(): Frame = {
    val most = machine.frameBytes
    val made = FlowFrames.any(random, random.nextInt(8) match {
      case 0 => 14
      case 1 => most - 1 + random.nextInt(3)
      case 2 => 60
      case 3 => most / 2 + random.nextInt(if (random.nextInt(8) == 0) 10 * most else most)
      case _ => 14 + random.nextInt(100)
    })
    Frame(if (random.nextInt(10) == 0) made.take(1 + random.nextInt(15)) else made, random.nextInt(12) == 0, brought())
  }

  private def brought() = Brought(random.nextInt(1 << 16), random.nextInt(1 << 16), BigInt(64, random),
    random.nextInt(machine.cpus), random.nextInt(Int.MaxValue))

  /** Inputs of a clock; what is beside the first or the last beat is anything. */
  def drive(clock: Int, goesOn: Boolean): Unit = {
    if (coming.isEmpty && goesOn && random.nextInt(3) > 0) coming = Some(frame())
    beat = coming.filter(_ => random.nextInt(8) > 0).map((_, came))
    dut.stream.valid #= beat.isDefined
    for ((frame, from) <- beat) {
      val part = frame.bytes.slice(from, from + bus)
      val isLast = from + bus >= frame.bytes.size
      dut.stream.last #= isLast
      dut.stream.keep #= (BigInt(1) << part.size) - 1
      dut.stream.data #= FlatBench.number(part ++ Seq.fill(bus - part.size)(random.nextInt().toByte))
      dut.stream.damaged #= (if (isLast) frame.isDamaged else random.nextBoolean())
      val origin = if (from == 0) frame.brought else brought()
      dut.stream.origin.ifindex #= origin.ifindex
      dut.stream.origin.queue #= origin.queue
      dut.stream.origin.time #= origin.time
      dut.stream.origin.cpu #= origin.cpu
      dut.stream.origin.number #= origin.number
    }
    // As the dispatcher does it: a packet without a pause. It takes none for a long time, now and then.
    val waits = whole.headOption.exists(_._2 <= clock)
    val stands = goesOn && clock / 3000 % 3 == 1
    takes = waits && (taken > 0 || !stands && random.nextInt(3) == 0)
    dut.takes #= takes
    dut.lasts #= takes && taken + 1 == beats(whole.head._1.bytes.size)
  }

  def check(clock: Int): Unit = {
    val where = s"$name, clock $clock, seed ${InputPortTest.Seed}"
    val hasRoom = used + beats(machine.frameBytes) <= room
    assertEquals(hasRoom, dut.hasRoom.toBoolean, s"room, $where")
    for ((frame, n) <- before) {
      val last = beats(frame.bytes.size) - 1
      val part = frame.bytes.slice(n * bus, n * bus + bus)
      assertEquals((n == 0, n == last, part), (dut.beat.first.toBoolean, dut.beat.last.toBoolean,
        FlatBench.bytes(dut.beat.data.toBigInt, part.size)), s"first, last, bytes, $where")
      val origin = dut.beat.origin
      if (n == 0) assertEquals(frame.brought, Brought(origin.ifindex.toInt, origin.queue.toInt, origin.time.toBigInt,
        origin.cpu.toInt, origin.number.toLong.toInt), s"what it brings, $where")
    }
    val head = whole.headOption.filter(_._2 <= clock).map(_._1)
    assertEquals(head.isDefined, dut.waits.toBoolean, s"a packet waits, $where")
    for (frame <- head) {
      assertEquals((frame.bytes.size, frame.brought.cpu), (dut.length.toInt, dut.cpu.toInt), s"length and CPU, $where")
      if (byFlow) assertEquals(frame.hash % machine.cpus, dut.flow.toLong,
        s"CPU of the flow, $where, ${frame.bytes.map(b => f"$b%02x").mkString}")
    }
    before = if (takes) Some((whole.head._1, taken)) else None
    val freed = if (takes) take() else 0
    val end = beat.flatMap { case (frame, from) => arrives(frame, from, hasRoom, clock) }
    assertEquals(end, Option.when(dut.refused.valid.toBoolean)(dut.refused.payload.toEnum), s"refused, $where")
    used -= freed
  }

  /** Beats that a taken beat frees. */
  private def take(): Int = {
    taken += 1
    if (taken < beats(whole.head._1.bytes.size)) 0
    else {
      val freed = taken
      whole.dequeue()
      taken = 0
      freed
    }
  }

  /** Why a frame that ends is refused. */
  private def arrives(frame: Frame, from: Int, hasRoom: Boolean, clock: Int): Option[Refusal.E] = {
    came = (from + bus) min frame.bytes.size
    val isLast = came == frame.bytes.size
    if (reason.isEmpty) {
      reason = if (from == 0 && !hasRoom) Some(Refusal.OVERFLOW)
        else if (came > machine.frameBytes) Some(Refusal.OVERSIZE)
        else if (isLast && frame.isDamaged) Some(Refusal.DAMAGED)
        else if (isLast && came < 14) Some(Refusal.UNDERSIZE)
        else None
      used += (if (reason.isEmpty) 1 else -beats(from))
    }
    val end = reason
    if (isLast) {
      end.foreach(refused(_) += 1)
      if (end.isEmpty) {
        whole.enqueue((frame, clock + (if (byFlow) 3 else 1)))
        stored += 1
      }
      coming = None
      came = 0
      reason = None
      end
    } else None
  }

  def isIdle: Boolean = coming.isEmpty && whole.isEmpty && before.isEmpty
}
