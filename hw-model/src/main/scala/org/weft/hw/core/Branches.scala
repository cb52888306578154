package org.weft.hw.core

import org.weft.hw.config.{Choice, NicConfig}
import org.weft.hw.row._
import spinal.core._
import spinal.lib._

/** Where programs go on: the first lane whose branch or exit is taken decides, and what the lanes behind it do has no effect. */
class Branches(config: NicConfig, flight: Flight, slots: Seq[Lane], files: Seq[RegisterFile]) extends Area {
  import config.stages
  import flight.{contextAt, ofHalf, rowAt}

  // Execute.
  private val taken = slots.map(slot => (slot.does.branch || slot.does.exit) && slot.alu.io.holds)
  private val leaver = OHToUInt(OHMasking.first(Vec(taken).asBits))
  private val leaving = Choice(slots.map(_.full), leaver)
  private val way = SlotFields(leaving)
  private val isTaken = taken.orR

  /** Whether what each lane does counts. */
  val lives: Seq[Bool] = slots.indices.map(lane => !taken.take(lane).orR)

  /** Whether the program ends with the row. */
  val exits: Bool = isTaken && Choice(slots.map(_.does.exit), leaver)

  /** The row in row memory where it goes on, unless it ends. */
  val next: UInt = {
    val at = rowAt(stages.execute)
    val target = (way.mod ## way.dst.asBits).asUInt.resize(config.rowWidth)
    config.place(at.msb, Mux(isTaken, target, at.resize(config.rowWidth) + 1))
  }

  // The verdict of an exit is read in the memory stage, while nothing of its context changes.
  private val exit = SlotFields(Delay(leaving, stages.memory - stages.execute))
  files.foreach { file =>
    file.io.verdict.context := contextAt(stages.memory)
    file.io.verdict.place := RegisterPlace(config, exit.dst)
  }
  private val constant = exit.mod(6 downto 0).resize(32 bits)
  private def verdictOf[T <: Data](stored: Seq[T], constant: T): T =
    Mux(Delay(exit.mod(7), config.readStages), ofHalf(stages.memory + config.readStages)(stored),
      Delay(constant, config.readStages))

  /** A packet's fate if its program ends, later than memory by what reading a register takes; its r0, for simulation. */
  val verdict: UInt = verdictOf(files.map(_.io.verdict.value), VerdictClass(constant))
  val result: Bits = if (config.trace) verdictOf(files.map(_.io.verdict.raw), constant) else null
}
