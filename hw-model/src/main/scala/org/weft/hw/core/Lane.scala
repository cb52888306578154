package org.weft.hw.core

import org.weft.hw.row._
import org.weft.hw.config.NicConfig
import org.weft.hw.packet.Facts
import org.weft.isa.row.{Fact, Opcode}
import spinal.core._
import spinal.lib._

/** A lane's slot from row memory to the execute stage: decoded, with its operands.
  *
  * @param word the slot's word in the stage `first`
  * @param facts of the packet of the context that is in that stage
  * @param issue how often its row was issued before to read registers
  */
class Lane(config: NicConfig, lane: Int, word: Bits, flight: Flight, files: Seq[RegisterFile],
    facts: Facts, issue: UInt) extends Area {
  import config.{lanes, stages}
  import flight.{contextAt, halfAt, ofHalf}

  private def firstBit(bit: Bool): Bits = B(0, 31 bits) ## bit

  private def fact(number: UInt): Bits = number.muxListDc(Fact.values().toSeq.map(f =>
    f.ordinal() -> (f match {
      case Fact.LENGTH          => facts.shape.length.asBits.resize(64 bits)
      case Fact.METADATA        => facts.shape.metadata.asBits.resize(64 bits)
      case Fact.INGRESS_IFINDEX => facts.origin.ifindex.asBits.resize(64 bits)
      case Fact.RX_QUEUE_INDEX  => facts.origin.queue.asBits.resize(64 bits)
      case Fact.EGRESS_IFINDEX  => B(0, 64 bits)
      case Fact.CPU             => facts.origin.cpu.asBits.resize(64 bits)
      case Fact.TIME            => facts.origin.time.asBits
    })))

  private val toSecond = stages.second - stages.first
  private val fields = SlotFields(word)
  private val control = SlotDecoder(word)
  private val late = SlotFields(Delay(word, toSecond))
  // A call that is issued again has its further registers read; an exchange has what it compares with read first.
  private val isFirst = fields.opcode =/= Opcode.CALL.number || issue === 0
  private val further = if (config.issues < 3) fields.third else Mux(issue(0), fields.third, fields.fifth)
  private val isCompare = if (config.compares) control.compares && issue === 0 else False
  private val numberA = if (config.issues == 1) fields.a else
    Mux(isCompare, fields.compare, Mux(isFirst, fields.a, further))
  private val numberB =
    Delay(if (config.issues == 1) fields.b else Mux(isFirst, fields.b, fields.fourth), toSecond)
  private val imm = Delay(late.imm, config.readStages)
  for ((file, h) <- files.zipWithIndex) {
    val a = RegisterPlace(config, numberA)
    val b = RegisterPlace(config, numberB)
    val read = file.io.reads(lane)
    if (stages.sharesPorts) {
      val readsA = if (config.single) flight.validAt(stages.first) else halfAt(stages.first) === Bool(h == 1)
      read.context := Mux(readsA, contextAt(stages.first), contextAt(stages.second))
      read.place := Mux(readsA, a, b)
    } else {
      read.context := contextAt(stages.first)
      read.place := a
      file.io.reads(lanes + lane).context := contextAt(stages.second)
      file.io.reads(lanes + lane).place := b
    }
  }
  private val readsA = files.map(_.io.reads(lane))
  private val readsB = files.map(_.io.reads(if (stages.sharesPorts) lane else lanes + lane))
  private val storedA = ofHalf(stages.first + config.readStages)(readsA.map(_.data))
  private val writtenA = ofHalf(stages.first + config.readStages)(readsA.map(_.isWritten))
  private val storedB = ofHalf(stages.second + config.readStages)(readsB.map(_.data))
  private val writtenB = ofHalf(stages.second + config.readStages)(readsB.map(_.isWritten))

  private val factOf = Mux(fields.opcode === Opcode.FACT.number,
    fields.mod(2 downto 0).asUInt, fields.a(2 downto 0))
  // What zeroes an operand stands outside of all else: registers can do that for nothing.
  private val read = Delay(control, config.readStages)
  private val anyA = Mux(read.readsFact, Delay(fact(factOf), config.readStages), storedA)
  private val unwrittenA = !read.readsFact && !writtenA
  private val zeroA = read.zeroA && !Delay(isCompare, config.readStages)
  private val noneA = zeroA || unwrittenA
  private val isR1 = Delay(numberA === 1, config.readStages)
  private val lowA = Mux(noneA, firstBit(!zeroA && isR1), anyA(31 downto 0))
  private val a = Mux(noneA || read.is32, B(0, 32 bits), anyA(63 downto 32)) ## lowA

  private val c = Delay(control, toSecond + config.readStages)
  private val short = imm(31 downto 16).asSInt.resize(64).asBits
  private val constant = Mux(c.store, short, imm.asSInt.resize(64).asBits)
  private val anyB = Mux(c.constant, constant, storedB)
  private val noneB = !c.constant && !writtenB
  private val lowB = Mux(noneB, firstBit(Delay(numberB === 1, config.readStages)), anyB(31 downto 0))
  private val upperB = Mux(c.alu.high, lowB, Mux(noneB, B(0, 32 bits), anyB(63 downto 32)))
  private val b = Mux(c.is32, B(0, 32 bits), upperB) ## lowB

  /** The slot, and its first operand, in a stage before execute in which that is there. */
  def fullAt(stage: Int): Bits = Delay(word, stage - stages.first)
  def operandAt(stage: Int): Bits = Delay(a, stage - stages.first - config.readStages)

  // Execute.
  val operandA: Bits = Delay(a, stages.execute - stages.first - config.readStages)
  val operandB: Bits = Delay(b, stages.execute - stages.second - config.readStages)
  val full: Bits = Delay(word, stages.execute - stages.first)
  val does: SlotControl = Delay(control, stages.execute - stages.first)
}
