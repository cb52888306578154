package org.weft.hw.packet

import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.assertEquals
import org.weft.hw.ClockedBench
import spinal.core.sim._

/** A packet that was dispatched: how it will leave, and the first of its beats that have not come out of its core. */
private class TestLeaving(val id: Int, val port: Int, val half: Int, val fate: Int, val target: Int, val bank: Boolean,
    val metadata: Int, val beats: Seq[BigInt], val bytes: Int, val clock: Int) {
  var come, gone = 0
  def leaves: Boolean = fate >= Verdict.Pass
}

/** What [O1] to [O3] say, clock by clock. */
private class ReorderBench(dut: WaysOut, random: Random) extends ClockedBench {
  import ReorderTest.Seed
  private val config = dut.config
  private val (ports, halves, bus) = (config.ports, 2 * config.cores, config.bus)
  private val orders = Seq.fill(ports)(mutable.Queue[TestLeaving]())
  private val inside, outside = Seq.fill(halves)(mutable.Queue[TestLeaving]())
  private val forwarding = Array.fill[Option[(TestLeaving, Int)]](ports)(None)
  private val taken = Array.fill(ports + 1)(false)

  /** Beats in the queue of an output, with the clock from which on they are offered. */
  private val queues = Seq.fill(ports + 1)(mutable.Queue[(TestLeaving, Int, Int)]())
  private val room = Array.fill(ports + 1)(config.portQueueBeats)
  private val portOf = Array.tabulate(Target.Greatest)(i => i % ports)
  private var ids = 0

  /** Packets that were dropped, or left with their last beat: by fate; in their order, with where they left. */
  val byFate = Array.fill(7)(0)
  val met = mutable.Buffer[(TestLeaving, Int)]()
  def isIdle: Boolean = orders.forall(_.isEmpty) && queues.forall(_.isEmpty)
  def sent: Int = ids

  private def dispatch(clock: Int, goesOn: Boolean): Unit = {
    val some = goesOn && random.nextInt(6) == 0 && inside.map(_.size).sum < 40
    dut.dispatched.valid #= some
    if (some) {
      val bytes = if (random.nextInt(4) == 0) 1 + random.nextInt(3 * bus) else 14 + random.nextInt(300)
      val target = random.nextInt(8) match {
        case 0 => 0
        case 1 => Target.Host
        case _ => 1 + random.nextInt(Target.Greatest)
      }
      val packet = new TestLeaving(ids, random.nextInt(ports), random.nextInt(halves),
        random.nextInt(5), target, random.nextBoolean(), random.nextInt(9),
        Seq.fill((bytes + bus - 1) / bus)(BigInt(8 * bus, random)), bytes, clock)
      ids += 1
      dut.dispatched.payload #= packet.half
      dut.port #= packet.port
      orders(packet.port) += packet
      inside(packet.half) += packet
    }
  }

  /** Inputs of a clock. Packets leave a half's buffers in their order, and its bytes come later than what became of it. */
  def drive(clock: Int, goesOn: Boolean): Unit = {
    for (half <- 0 until halves) {
      if (inside(half).headOption.exists(_.clock < clock - 2) && outside(half).size < 8 && random.nextInt(12) == 0)
        outside(half) += inside(half).dequeue()
      outside(half).find(p => p.leaves && p.come < p.beats.size).foreach(p =>
        p.come = p.beats.size min p.come + random.nextInt(4))
    }
    dispatch(clock, goesOn)
    dut.turn #= clock % ports
    if (random.nextInt(20) == 0) {
      val i = random.nextInt(Target.Greatest)
      portOf(i) = if (random.nextInt(5) == 0) -1 else random.nextInt(ports)
    }
    for ((port, i) <- portOf.zipWithIndex) {
      dut.portOf(i).isThere #= port >= 0
      dut.portOf(i).port #= (if (port < 0) random.nextInt(ports) else port)
    }
    def bits(of: Int => Boolean) = BigInt((0 until halves).filter(of).map(1 << _).sum)
    dut.isEmpty #= bits(outside(_).isEmpty)
    dut.hasBeat #= bits(outside(_).exists(p => p.come > p.gone))
    dut.isWhole #= bits(outside(_).headOption.exists(p => p.come == p.beats.size))
    for (half <- 0 until halves; p <- outside(half).headOption) {
      val head = dut.heads(half)
      head.bank #= p.bank
      head.fate #= p.fate
      head.target #= p.target
      head.metadata #= p.metadata
      head.length #= p.bytes
      head.port #= p.port
      head.ifindex #= p.id >> 16
      head.queue #= p.id & 0xffff
      if (p.come > p.gone) dut.beats(half) #= p.beats(p.gone)
    }
    // Each output stands still for a long time, now and then.
    for (i <- 0 to ports) {
      val stands = goesOn && (clock / 1500 + i) % 4 == 0
      dut.streams(i).ready #= !stands && random.nextInt(3) > 0
    }
  }

  private def wayOf(p: TestLeaving): Int =
    if (p.fate == Verdict.Tx) p.port
    else if (p.fate == Verdict.Pass || p.target == Target.Host) ports
    else if (p.target == 0) -1 else portOf(p.target - 1)

  def check(clock: Int): Unit = {
    val where = s"clock $clock, seed $Seed"
    var takes, left = 0
    val (begun, ended) = (mutable.Buffer[(Int, TestLeaving)](), mutable.Buffer[Int]())
    val dropped = mutable.Map[Int, (TestLeaving, Int)]()
    val gone = mutable.Map[Int, TestLeaving]()
    def leaves(port: Int, p: TestLeaving): Unit = {
      gone(port) = p
      left |= 1 << p.half
      orders(port).dequeue()
      outside(p.half).dequeue()
    }
    val heads = outside.map(_.headOption) // One leaves a half in a clock.
    for (port <- (0 until ports).map(i => (clock + i) % ports)) {
      if (forwarding(port).isEmpty)
        for (p <- orders(port).headOption if heads(p.half).contains(p)) {
          val way = if (p.leaves) wayOf(p) else 0
          val fate = if (!p.leaves) p.fate else if (way < 0) Fates.NoPort
            else if (room(way) < p.beats.size) Fates.OutputOverflow else -1
          if (fate >= 0) {
            if (!p.leaves || p.come == p.beats.size) {
              dropped(port) = (p, fate)
              leaves(port, p)
            }
          } else if (!taken(way)) {
            taken(way) = true
            begun += ((way, p))
            forwarding(port) = Some((p, way))
          }
        }
      for ((p, way) <- forwarding(port) if p.come > p.gone) {
        queues(way) += ((p, p.gone, clock + 3))
        takes |= 1 << p.half
        p.gone += 1
        if (p.gone == p.beats.size) {
          leaves(port, p)
          forwarding(port) = None
          ended += way
        }
      }
    }
    assertEquals(takes, dut.takes.toInt, s"beats that are taken, $where")
    assertEquals(left, dut.left.toInt, s"packets that leave halves, $where")
    for (port <- 0 until ports) {
      val (gives, goes) = (dut.dropped(port), dut.gone(port))
      assertEquals(dropped.get(port).map { case (p, fate) => (fate, p.bank) },
        Option.when(gives.valid.toBoolean)((gives.fate.toInt, gives.bank.toBoolean)), s"port $port drops, $where")
      assertEquals(gone.get(port).map(_.bank), Option.when(goes.valid.toBoolean)(goes.payload.toBoolean),
        s"of port $port is gone, $where")
    }
    for ((p, fate) <- dropped.values) {
      byFate(fate) += 1
      met += ((p, -1))
    }
    (0 to ports).foreach(stream(_, clock, where))
    for ((way, p) <- begun) room(way) -= p.beats.size
    ended.foreach(taken(_) = false)
  }

  private def stream(i: Int, clock: Int, where: String): Unit = {
    val stream = dut.streams(i)
    val head = queues(i).headOption.filter(_._3 <= clock)
    assertEquals(head.isDefined, stream.valid.toBoolean, s"a beat is offered at $i, $where")
    for ((p, n, _) <- head) {
      val isLast = n == p.beats.size - 1
      val kept = if (isLast) p.bytes - n * bus else bus
      val mask = (BigInt(1) << kept) - 1
      assertEquals((isLast, mask), (stream.last.toBoolean, stream.keep.toBigInt), s"last and kept bytes at $i, $where")
      val bits = (BigInt(1) << 8 * kept) - 1
      assertEquals(p.beats(n) & bits, stream.data.toBigInt & bits, s"bytes at $i, $where")
      val beside = stream.packet
      assertEquals((p.id, p.port, p.fate, p.bytes, p.metadata, p.bank),
        (beside.ifindex.toInt << 16 | beside.queue.toInt, beside.port.toInt, beside.fate.toInt, beside.length.toInt,
          beside.metadata.toInt, beside.bank.toBoolean), s"beside it at $i, $where")
      if (stream.ready.toBoolean) {
        queues(i).dequeue()
        if (isLast) {
          room(i) += p.beats.size
          byFate(p.fate) += 1
          met += ((p, i))
        }
      }
    }
  }
}
