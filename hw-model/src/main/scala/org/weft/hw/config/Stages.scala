package org.weft.hw.config

/** Which stage of a core's pipeline does what; stages count from 0, in which a context is selected.
  *
  * @param depth stages of the pipeline
  */
case class Stages(depth: Int) {

  /** Packet and stack are read and written. */
  val memory: Int = depth - 3

  /** What was loaded is aligned. */
  val align: Int = depth - 2

  /** Banks of registers are written. */
  val write: Int = depth - 1

  /** Arithmetic; with memory where there are few stages. */
  val execute: Int = (memory - 1) max 1

  /** Second operands are read. */
  val second: Int = (execute - 1) max 1

  /** First operands are read: a clock earlier, through the same ports, if there is one for it. */
  val first: Int = (second - 1) max 1

  /** The row is there; it is the memory's own output where that is the first stage. */
  val row: Int = first

  /** Whether a lane reads both operands through one port, one after the other. */
  def sharesPorts: Boolean = first != second
}
