package org.weft.hw.core

import java.nio.file.Path
import java.util.Random

import scala.collection.mutable

import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.config.NicConfig
import org.weft.isa.machine.MachineFile
import spinal.core.sim._

/** Contexts are free, selected in turn, wait for all of their late results, and are zeroed, each once and none forgotten. */
class ContextsTest {
  private val config = NicConfig(MachineFile.parse("preset = hxdp\nthreads = 9\n"))
  private val count = config.contextsOf(1)
  private val sources = 3
  private val seed = 6
  private val random = new Random(seed)
  private val entries = Seq(17, 900)

  // Contexts by what they do; those that are zeroed may go on.
  private val free, zeroing = mutable.SortedSet.empty[Int]
  private val ready, fresh, goesOn, late = mutable.Set.empty[Int]
  private val rows, banks = Array.fill(count)(0)
  private val packets = Array.fill(count)(Option.empty[(Int, Int)])
  private val lines = Array.fill(count)(mutable.SortedSet.empty[Int])

  /** What each waits for, with what fate it ends then, and whether another program begins. */
  private val pending = Array.fill(count)(mutable.Set.empty[Int])
  private val fates = Array.fill(count)(Option.empty[Int])
  private val lost = Array.fill(count)(false)

  private def chance(n: Int): Boolean = random.nextInt(n) == 0
  private def among(all: Iterable[Int]): Option[Int] = Option.when(all.nonEmpty)(all.toSeq.sorted.apply(random.nextInt(all.size)))
  private def mask(all: Iterable[Int]): Int = all.map(1 << _).sum
  private def row(): Int = random.nextInt(1 << config.placeWidth)

  /** A context's stack is zeroed, if it was stored to; then it is free, or goes on. */
  private def clean(context: Int, andGoesOn: Boolean): Unit =
    if (lines(context).nonEmpty) {
      zeroing += context
      if (andGoesOn) goesOn += context
    } else if (andGoesOn) ready += context
    else free += context

  @Test
  def areSelectedWaitAndAreZeroed(@TempDir directory: Path): Unit =
    SimConfig.withVerilator.workspacePath(directory.toString).compile(HalfContexts(config, sources)).doSim(seed) { dut =>
      dut.clockDomain.forkStimulus(2)
      dut.entries.zip(entries).foreach { case (signal, entry) => signal #= entry }
      Seq(dut.selects, dut.moves, dut.startable.valid, dut.finished.valid, dut.written.valid, dut.restarts, dut.copied.valid).foreach(_ #= false)
      dut.touches.foreach(_.valid #= false)
      dut.begins #= 0
      dut.clockDomain.waitSampling(4)
      free ++= 0 until count
      val inFlight = Array.fill(40000)(Option.empty[Int])
      val (toMemory, toWrite) = (config.stages.memory, config.stages.write)
      def at(clock: Int) = if (clock < 0) None else inFlight(clock)
      var last = -1
      var ended, restarted, zeroes, both = 0
      for (now <- inFlight.indices) {
        // Rows are selected in even clocks, and are in their memory stage and their last one in odd ones.
        val isEven = now % 2 == 0
        dut.selects #= isEven
        dut.moves #= isEven
        val packet = (random.nextInt(config.buffers), random.nextInt(1 << config.addressWidth))
        val (starts, bank) = (chance(4), random.nextInt(2))
        dut.startable.valid #= starts
        dut.startable.buffer #= packet._1
        dut.startable.address #= packet._2
        dut.startable.bank #= bank == 1
        val parked = (0 until count).filter(_ => chance(6)).toSet
        dut.parked #= mask(parked)
        val looked = random.nextInt(count)
        dut.lookup #= looked

        val inMemory = at(now - toMemory)
        dut.touching #= inMemory.getOrElse[Int](random.nextInt(count))
        val stored = for (touch <- dut.touches) yield {
          val (line, isNext, stores) = (random.nextInt(config.stackLines), random.nextBoolean(), inMemory.nonEmpty && chance(3))
          touch.valid #= stores
          touch.line #= line
          touch.isNext #= isNext && line < config.stackLines - 1
          if (!stores) Seq() else if (isNext && line < config.stackLines - 1) Seq(line, line + 1) else Seq(line)
        }
        val copied = (0 until config.stackLines).filter(_ => inMemory.nonEmpty && now % 16 == 1 && chance(4))
        dut.copied.valid #= copied.nonEmpty
        dut.copied.payload #= mask(copied)
        val begins = inMemory.toSeq.flatMap(_ => (0 until sources).filter(_ => chance(5)))
        dut.begins #= mask(begins)

        val finishing = at(now - toWrite)
        val (leaves, fate, next) = (chance(5), random.nextInt(5), row())
        dut.leaves #= leaves
        dut.fate #= fate
        val written = if (isEven && chance(2)) among(late) else None
        val source = written.flatMap(c => among(pending(c)))
        val restarts = written.exists(c => fates(c).isEmpty && !lost(c) && chance(4))
        dut.written.valid #= written.nonEmpty
        dut.written.payload #= written.getOrElse[Int](random.nextInt(count))
        dut.unit #= mask(source)
        dut.restarts #= restarts
        dut.finished.valid #= finishing.nonEmpty
        dut.finished.context #= (finishing ++ written.filter(_ => restarts)).headOption.getOrElse[Int](random.nextInt(count))
        dut.finished.row #= next
        sleep(1)

        def where = s"clock $now, seed $seed"
        val started = if (starts) free.headOption else None
        assertEquals(mask(started), dut.starts.toInt, s"starts, $where")
        for (c <- started) banks(c) = bank
        val able = (ready ++ started).diff(parked)
        val chosen = if (!isEven) None else able.filter(_ > last).minOption.orElse(able.minOption)
        val expected = chosen.map(c => (c, if (fresh(c) || started.contains(c)) banks(c) << config.rowWidth | entries(banks(c)) else rows(c)))
        assertEquals(expected, Option.when(dut.selected.valid.toBoolean)((dut.selected.context.toInt, dut.selected.row.toInt)), s"selected, $where")
        val zeroed = if (isEven) zeroing.headOption else None
        assertEquals(zeroed.map(c => config.firstStackLine + c * config.stackLines + lines(c).head),
          Option.when(dut.zeroed.valid.toBoolean)(dut.zeroed.payload.toInt), s"zeroed, $where")
        for (c <- written) assertEquals(lost(c), dut.isLost.toBoolean, s"lost, $where")
        for (p <- packets(looked)) assertEquals(p, (dut.running.buffer.toInt, dut.running.address.toInt), s"context $looked, $where")

        // The next clock.
        for (c <- started) {
          free -= c
          ready += c
          fresh += c
          packets(c) = Some(packet)
        }
        for (c <- chosen) {
          ready -= c
          last = c
          inFlight(now) = chosen
        }
        for (c <- zeroed) {
          lines(c) -= lines(c).head
          zeroes += 1
          if (lines(c).isEmpty) {
            zeroing -= c
            clean(c, goesOn.remove(c))
          }
        }
        var ends = Option.empty[(Int, Int)]
        for (c <- finishing) {
          rows(c) = next
          fresh -= c
          if (pending(c).nonEmpty) {
            late += c
            if (leaves) fates(c) = Some(fate)
          } else if (leaves) ends = Some((c, fate))
          else ready += c
        }
        for (c <- written; s <- source) {
          pending(c) -= s
          lost(c) |= restarts
          if (restarts) rows(c) = next
          if (pending(c).isEmpty) {
            late -= c
            if (fates(c).nonEmpty) ends = fates(c).map((c, _))
            else if (lost(c)) clean(c, andGoesOn = true)
            else ready += c
            if (lost(c)) restarted += 1
            fates(c) = None
            lost(c) = false
          } else both += 1
        }
        assertEquals(ends, Option.when(dut.ends.valid.toBoolean)((dut.ends.payload.toInt, dut.fateOut.toInt)), s"ends, $where")
        for ((c, _) <- ends) {
          clean(c, andGoesOn = false)
          packets(c) = None
          ended += 1
        }
        for (c <- inMemory) {
          lines(c) ++= stored.flatten ++ copied
          pending(c) ++= begins
        }
        dut.clockDomain.waitSampling()
      }
      assertTrue(ended > 500 && restarted > 100 && zeroes > 3000 && both > 200, s"$ended ended, $restarted began anew, $zeroes lines, $both results of several")
    }
}
