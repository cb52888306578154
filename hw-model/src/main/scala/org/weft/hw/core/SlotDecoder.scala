package org.weft.hw.core

import org.weft.hw.row._
import org.weft.isa.row.Opcode.Format
import org.weft.isa.row.{Condition, Opcode, Unit => RowUnit}
import spinal.core._
import spinal.lib.logic.{DecodingSpec, Masked}

/** What a slot needs and does, made from the instruction table. */
case class SlotControl() extends Bundle {
  val readsFact = Bool()
  val zeroA = Bool()
  val constant = Bool()
  val is32 = Bool()
  val writes = Bool()
  val alu = AluControl()
  val shifter, multiplier, divider = Bool()
  val branch, exit, always = Bool()
  val load, store, atomic, compares, call = Bool()
}

/** Decodes one slot word. */
object SlotDecoder {
  private val opcodes = Opcode.values().toSeq

  /** A bit that says which opcodes have a property; numbers that are none count as either. */
  private def isA(opcode: Bits)(property: Opcode => Boolean): Bool = {
    val spec = new DecodingSpec(Bool())
    val (yes, no) = opcodes.partition(property)
    spec.setDefault(Masked.zero)
    def term(o: Opcode) = Masked(o.number, 127)
    spec.addNeeds(yes.map(term), Masked(1, 1))
    if (yes.isEmpty) False else spec.build(opcode, (yes ++ no).map(term))
  }

  private def has(unit: RowUnit)(opcode: Opcode): Boolean = opcode.unit() == unit
  private def has(formats: Format*)(opcode: Opcode): Boolean = formats.contains(opcode.format())

  def apply(word: Bits): SlotControl = {
    val f = SlotFields(word)
    val is = isA(f.opcode) _
    val c = SlotControl()
    val takesFact = is(o => has(Format.BINARY, Format.BRANCH, Format.EXIT)(o))
    val fact = is(_ == Opcode.FACT)
    c.readsFact := fact || takesFact && f.f0 && f.b(0)
    c.atomic := is(has(Format.ATOMIC))
    c.compares := is(_ == Opcode.ATOMIC_CMPXCHG)
    c.zeroA := is(has(Format.UNARY)) || f.f0 && is(has(Format.LOAD, Format.STORE)) || f.mod(0) && c.atomic
    c.constant := f.f0 && is(has(Format.UNARY, Format.BINARY, Format.BRANCH, Format.EXIT)) ||
      f.f1 && is(has(Format.STORE))
    c.is32 := f.f1 && is(has(Format.UNARY, Format.BINARY, Format.BRANCH, Format.EXIT))
    c.writes := is(o => has(Format.UNARY, Format.BINARY, Format.LOAD, Format.FACT)(o))
    c.alu.subtracts := is(o => o == Opcode.SUB || o == Opcode.NEG || o == Opcode.MIN
      || o == Opcode.MAX || o.condition() != null)
    for (bit <- 0 to 2) {
      c.alu.function(bit) := is(o => (AluFunction.of(o) >> bit & 1) == 1)
    }
    c.alu.extends8 := is(_ == Opcode.SEXT8)
    c.alu.extends16 := is(o => o == Opcode.SEXT8 || o == Opcode.SEXT16)
    c.alu.extends32 := is(o => o == Opcode.SEXT8 || o == Opcode.SEXT16 || o == Opcode.SEXT32)
    c.alu.high := is(_ == Opcode.HIGH)
    c.alu.picks := is(o => o == Opcode.MIN || o == Opcode.MAX)
    c.alu.most := is(_ == Opcode.MAX)
    c.alu.is32 := c.is32
    def asks(conditions: Set[Condition]): Bool = is(o => conditions.contains(o.condition()))
    c.alu.comparison.orders := asks(Comparison.Orders)
    c.alu.comparison.signed := asks(Comparison.Signed)
    c.alu.comparison.equals := asks(Comparison.Equals)
    c.alu.comparison.sets := asks(Comparison.Sets)
    c.alu.comparison.inverts := asks(Comparison.Inverts)
    c.shifter := is(has(RowUnit.SHIFTER))
    c.multiplier := is(has(RowUnit.MULTIPLIER))
    c.divider := is(has(RowUnit.DIVIDER))
    c.branch := is(has(Format.BRANCH))
    c.exit := is(has(Format.EXIT))
    c.always := is(o => o == Opcode.BRANCH || o == Opcode.EXIT)
    c.load := is(_ == Opcode.LOAD)
    c.store := is(_ == Opcode.STORE)
    c.call := is(has(RowUnit.CALL))
    c
  }
}
