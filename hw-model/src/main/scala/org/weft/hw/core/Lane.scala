package org.weft.hw.core

import org.weft.hw.row._
import org.weft.hw.config.{Bitwise, Choice, NicConfig}
import org.weft.hw.packet.Facts
import org.weft.isa.row.{Fact, Opcode}
import spinal.core._
import spinal.lib._

/** A lane's slot from row memory to the execute stage: decoded, with its operands.
  *
  * @param fetched the slot's word, as row memory gives it
  * @param halves facts of the packet of the context that is in that stage, were it of each half
  * @param issue how often its row was issued before to read registers
  */
class Lane(config: NicConfig, lane: Int, fetched: Bits, flight: Flight, files: Seq[RegisterFile],
    halves: Seq[Facts], issue: UInt) extends Area {
  import config.{lanes, stages}
  import flight.{contextAt, halfAt, ofHalf}

  private val facts = ofHalf(stages.first)(halves)

  /** Of a fact 16 bits; the others are those of the time, or zero. */
  private def lowFact(number: UInt): Bits = Choice(Fact.values().toSeq.map(f => (f match {
    case Fact.LENGTH          => facts.shape.length.asBits
    case Fact.METADATA        => facts.shape.metadata.asBits
    case Fact.INGRESS_IFINDEX => facts.origin.ifindex.asBits
    case Fact.RX_QUEUE_INDEX  => facts.origin.queue.asBits
    case Fact.EGRESS_IFINDEX  => B(0, 1 bits)
    case Fact.CPU             => facts.origin.cpu.asBits
    case Fact.TIME            => facts.origin.time.asBits
  }).resize(16)), number)

  private val toSecond = stages.second - stages.first
  private def toFirst[T <: Data](value: T): T = Delay(value, stages.first - 1)
  private val word = toFirst(fetched)
  private val fields = SlotFields(word)
  private val control = toFirst(SlotDecoder(fetched))
  private val late = SlotFields(Delay(word, toSecond))
  // A call that is issued again has its further registers read; an exchange has what it compares with read first.
  private val isFirst = fields.opcode =/= Opcode.CALL.number || issue === 0
  private val further = if (config.issues < 3) fields.third else Mux(issue(0), fields.third, fields.fifth)
  private val isCompare = if (config.compares) control.compares && issue === 0 else False
  private val numberA = if (config.issues == 1) fields.a else Mux(isFirst, fields.a, further)
  private val secondB = if (config.issues == 1) fields.b else Mux(isFirst, fields.b, fields.fourth)
  private val numberB = Delay(if (config.compares) Mux(isCompare, fields.compare, secondB) else secondB, toSecond)
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
  private val halfA = halfAt(stages.first + config.readStages)
  private val halfB = halfAt(stages.second + config.readStages)
  private val writtenA = ofHalf(stages.first + config.readStages)(readsA.map(_.isWritten))
  private val writtenB = ofHalf(stages.second + config.readStages)(readsB.map(_.isWritten))

  private val factOf = {
    val fields = SlotFields(fetched)
    toFirst(Mux(fields.opcode === Opcode.FACT.number, fields.mod(2 downto 0).asUInt, fields.a(2 downto 0)))
  }
  // What zeroes an operand, or fills it with ones, stands outside of all else: registers can do that for nothing.
  private val read = Delay(control, config.readStages)
  private def readLate[T <: Data](value: T): T = Delay(value, config.readStages)
  private val upperA = {
    val times = halves.map(facts => readLate(facts.origin.time.asBits(63 downto 16)))
    Bitwise(readsA.map(_.data(63 downto 16)) ++ times, halfA, read.readsFact) {
      case (Seq(stored0, stored1, time0, time1), Seq(half, isFact)) =>
        Mux(isFact, Mux(half, time1, time0), Mux(half, stored1, stored0))
    }
  }
  private val lowA = Bitwise(readsA.map(_.data(15 downto 0)) :+ readLate(lowFact(factOf)), halfA, read.readsFact) {
    case (Seq(stored0, stored1, fact), Seq(half, isFact)) => Mux(isFact, fact, Mux(half, stored1, stored0))
  }
  private val unwrittenA = !read.readsFact && !writtenA
  private val noneA = read.zeroA || unwrittenA
  private val isShort = read.readsFact && Delay(factOf =/= Fact.TIME.ordinal, config.readStages)
  private val isR1 = Delay(numberA === 1, config.readStages)
  private def orZero(zero: Bool, bits: Bits): Bits = Mux(zero, B(0, bits.getWidth bits), bits)
  private val a = orZero(noneA || isShort || read.is32, upperA(47 downto 16)) ##
    orZero(noneA || isShort, upperA(15 downto 0)) ##
    Mux(noneA, (!read.zeroA && isR1).asBits.resize(16), lowA)

  private val c = Delay(control, toSecond + config.readStages)
  private def storedB(from: Int, to: Int): Seq[Bits] = readsB.map(_.data(from downto to))
  // Of a store's constant there are 16 bits, in the upper half of `imm`; above them is their sign.
  private val noneB = !c.constant && !writtenB
  private val isPositive = c.constant && !imm.msb && !c.alu.high
  private val isNegative = c.constant && imm.msb && !c.alu.high
  private val constant = Mux(c.store, imm(31 downto 16), imm(15 downto 0))
  private val lowB = Bitwise(storedB(15, 0) :+ constant, halfB, c.constant) {
    case (Seq(stored0, stored1, constant), Seq(half, isConstant)) =>
      Mux(isConstant, constant, Mux(half, stored1, stored0))
  }
  private val middleB =
    Bitwise(storedB(31, 16) :+ imm(31 downto 16), halfB, c.constant, c.store && isNegative) {
      case (Seq(stored0, stored1, constant), Seq(half, isConstant, fills)) =>
        Mux(isConstant, constant, Mux(half, stored1, stored0)) || fills
    }
  private val upperB =
    Bitwise(storedB(63, 32) :+ (middleB ## lowB), halfB, c.alu.high, isNegative) {
      case (Seq(stored0, stored1, low), Seq(half, isHigh, fills)) =>
        Mux(isHigh, low, Mux(half, stored1, stored0)) || fills
    }
  private val bit0 = Mux(noneB, Delay(numberB === 1, config.readStages), lowB(0))
  private val emptiesB = noneB || isPositive
  private val bit32 = !c.is32 && Mux(c.alu.high, bit0, upperB(0) && !emptiesB)
  private val b = orZero(c.is32 || emptiesB, upperB(31 downto 1)) ## bit32 ##
    orZero(noneB || c.store && isPositive, middleB) ## orZero(noneB, lowB(15 downto 1)) ## bit0

  /** The slot, and its first operand, in a stage before execute in which that is there. */
  def fullAt(stage: Int): Bits = Delay(word, stage - stages.first)
  def operandAt(stage: Int): Bits = Delay(a, stage - stages.first - config.readStages)

  // Execute.
  val operandA: Bits = Delay(a, stages.execute - stages.first - config.readStages)
  val operandB: Bits = Delay(b, stages.execute - stages.second - config.readStages)
  val full: Bits = Delay(word, stages.execute - stages.first)
  val does: SlotControl = Delay(control, stages.execute - stages.first)

  /** Whether an access is of its half's memory, and not of map values elsewhere; whether the lane has one. */
  val isLocal: Bool = if (config.single) True else SlotFields(full).mod(6) === False
  val accessesLocally: Bool = (does.load || does.store) && isLocal

  /** Whether an atomic operation gives the old value. */
  def isAnswered: Bool = SlotFields(full).f0

  /** Sum, logic and comparison. */
  val alu: Alu = Alu()
  alu.io.control := does.alu
  alu.io.a := operandA
  alu.io.b := operandB
}
