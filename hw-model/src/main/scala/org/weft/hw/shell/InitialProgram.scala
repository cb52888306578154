package org.weft.hw.shell

import java.util.{List => JavaList}

import scala.jdk.CollectionConverters._

import org.weft.isa.control.{Register, RegisterWrite}

/** What a host would write to load a program, as what memories hold at first.
  *
  * @param rows a word for each lane of each row
  * @param marks of each row
  * @param entry the first row
  */
case class InitialProgram(rows: Seq[Seq[Long]], marks: Seq[Int], entry: Int)

object InitialProgram {
  val None: InitialProgram = InitialProgram(Nil, Nil, 0)

  /** @param writes of one program, from its first row on; or none */
  def of(writes: JavaList[RegisterWrite], lanes: Int): InitialProgram = {
    val all = writes.asScala.toSeq
    def to(register: Register) = all.filter(_.offset == register.offset).map(_.data)
    val rows = to(Register.PROGRAM_DATA).grouped(1 + 2 * lanes).toSeq
    InitialProgram(
      rows.map(_.tail.grouped(2).map { case Seq(low, high) => low & 0xffffffffL | high.toLong << 32 }.toSeq),
      rows.map(_.head),
      to(Register.PROGRAM_ENTRY).headOption.getOrElse(0))
  }
}
