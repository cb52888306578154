package org.weft.hw.shell

import java.util.{ArrayList, List => JavaList}

import scala.jdk.CollectionConverters._

import org.weft.hw.config.NicConfig
import org.weft.isa.control.{Register, RegisterWrite}
import org.weft.isa.machine.{MachineFile, MachineSpec}
import org.weft.isa.row.{RowCodec, RowParser}

/** A program whose packets say in their first byte what is to become of them. */
object TestProgram {
  val Drop = 1
  val Pass = 2
  val Tx = 3
  val RedirectTo2 = 4
  val Metadata = 5
  val RedirectTo3 = 6

  /** Bytes of metadata that it puts before packets of kind [[Metadata]]. */
  val MetadataBytes = 12

  val Rows: String = s"""
    r2 = load8 pkt[0]           | r3 = mov 0
    exit DROP if r2 == $Drop    | exit PASS if r2 == $Pass
    exit TX if r2 == $Tx        | r5 = mov -$MetadataBytes
    goto 7 if r2 == $Metadata   | nop
    r4 = div r2, 2              | nop
    r0 = call redirect(r4, r3)  | nop
    exit r0                     | nop
    r0 = call xdp_adjust_meta(ctx, r5) | nop
    store64 pkt[-8] = r2        | nop
    exit PASS                   | nop
  """

  def machine(changes: String): MachineSpec = MachineFile.parse(
    s"""preset = hxdp
       |name = shell
       |cores = 1
       |threads = 8
       |buffers = 8
       |lanes = 2
       |registers = 16
       |memory_ports = 1
       |dividers = 1
       |multipliers = 0
       |rows = 32
       |map_banks = 1
       |map_kbytes = 1
       |table_slots = 16
       |ports = 2
       |$changes
       |""".stripMargin)

  /** What a host would write to load it. */
  def writes(machine: MachineSpec): JavaList[RegisterWrite] = {
    val writes = new ArrayList[RegisterWrite]()
    def write(register: Register, data: Int): Unit = writes.add(new RegisterWrite(register.offset, data))
    write(Register.PROGRAM_ROW, 0)
    for (row <- RowParser.parse(Rows).asScala) {
      write(Register.PROGRAM_DATA, 0)
      for (word <- RowCodec.encode(row, machine.lanes)) {
        write(Register.PROGRAM_DATA, word.toInt)
        write(Register.PROGRAM_DATA, (word >>> 32).toInt)
      }
    }
    write(Register.PROGRAM_ENTRY, 0)
    write(Register.PROGRAM_SWITCH, 0)
    writes
  }

  /** The machine with the program in its row memory. */
  def config(machine: MachineSpec, connectors: Int = Int.MaxValue): NicConfig = {
    val program = InitialProgram.of(writes(machine), machine.lanes)
    NicConfig(machine, rows = program.rows, marks = program.marks, entry = program.entry, connectors = connectors)
  }
}
