package org.weft.hw.table

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** Where the values of the table writer's job are: words are counted two clocks after their entry is known.
  *
  * @param created the entry that a new key gets
  * @param changed the one whose value is read or written anew
  * @param isOther whether that is not the key's own
  */
class WriterValues(config: NicConfig, job: WriterJob, created: UInt, changed: UInt, isOther: Bool) extends Area {
  import job.{call, lookup, table}

  private def words(of: UInt): UInt = RegNext((of * lookup.stride).resize(config.mapWordWidth))
  private val ofNew = RegNext(table.firstWord + words(created))
  private val ownCopy = if (config.machine.cpus == 1) U(0) else
    Mux(table.inPlace && !isOther,
      RegNext((call.cpu.resize(config.cpuWidth) * table.distance).resize(config.mapWordWidth)), U(0))
  private val ofOld = RegNext(table.firstWord + words(changed) + ownCopy)

  /** What is moved: the value of a new key, with all its copies, or of one that is there.
    *
    * @param isOld whether it is in the entry that is changed, or was
    */
  def move(inserts: Bool, isOld: Bool): ValueMove = {
    val move = ValueMove(config)
    move.writes := !job.reads
    move.first := Mux(isOld, ofOld, ofNew)
    move.stride := lookup.stride
    move.distance := table.distance
    move.hasLock := table.hasLock
    move.lock := table.lock
    move.copies := Mux(inserts, table.copies, U(1))
    move.cpu := Mux(table.inPlace && inserts, call.cpu.resize(config.copiesWidth), U(0))
    move
  }
}
