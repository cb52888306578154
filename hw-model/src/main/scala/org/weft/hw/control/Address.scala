package org.weft.hw.control

import org.weft.isa.control.Register
import spinal.core._

/** Where registers are, in words: from the table that host and simulator use, too. */
object Address {
  val Width: Int = log2Up(Register.BYTES / 4)

  /** Whether an address is one of a register's words. They begin at a multiple of their number. */
  def hits(address: UInt, register: Register): Bool = {
    val bits = log2Up(register.words)
    (address >> bits) === (register.offset / 4 >> bits)
  }

  /** Which of them. */
  def word(address: UInt, register: Register): UInt = address.resize(log2Up(register.words))
}
