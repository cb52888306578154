package org.weft.hw.row

import spinal.core._

/** The fields of a slot word as they lie, see [[org.weft.isa.row.Opcode.Format]]. */
case class SlotFields(word: Bits) {
  val opcode: Bits = word(63 downto 57)
  val f1: Bool = word(56)
  val f0: Bool = word(55)
  val dst: UInt = word(54 downto 50).asUInt
  val a: UInt = word(49 downto 45).asUInt
  val b: UInt = word(44 downto 40).asUInt
  val mod: Bits = word(39 downto 32)
  val imm: Bits = word(31 downto 0)

  /** Further registers of a call. */
  val third: UInt = word(31 downto 27).asUInt
  val fourth: UInt = word(26 downto 22).asUInt
  val fifth: UInt = word(21 downto 17).asUInt

  /** The register that an exchange compares with. */
  val compare: UInt = word(20 downto 16).asUInt
}
