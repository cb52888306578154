package org.weft.hw.output

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files
import java.util.{List => JavaList, TreeMap}

import org.weft.hw.Verilog
import org.weft.hw.config.NicConfig
import org.weft.hw.shell.{InitialProgram, ShellTable}
import org.weft.hw.shell.corundum.{AppBlock, CorundumApp}
import org.weft.hw.shell.opennic.{BoxPlugin, OpenNicBox}
import org.weft.isa.control.RegisterWrite
import org.weft.isa.machine.MachineSpec
import spinal.core.Component

/** The Verilog of a machine in a shell, and what a linter needs beside it, by name.
  *
  * @param connectors ports of the board: the machine's first ones are these
  * @param shellKhz the shell's clock
  * @param ultraRam whether the FPGA has UltraRAM
  */
case class ShellFiles(machine: MachineSpec, connectors: Int, shellKhz: Int, ultraRam: Boolean) {
  private val ports = machine.ports min connectors

  /** Whether the machine has a clock of its own, which a module `weft_clock` makes. */
  val hasClock: Boolean = machine.clockKhz != shellKhz

  /** For Corundum's application block.
    *
    * @param bytes width of the ports' streams
    * @param program register writes that load the program that the NIC starts with, or none
    */
  def corundum(program: JavaList[RegisterWrite], bytes: Int): TreeMap[String, Array[Byte]] = {
    val files = elaborated(CorundumApp.Name)(CorundumApp(config(program), bytes, ports, hasClock))
    files.put("mqnic_app_block.v", AppBlock(bytes, ports).getBytes(UTF_8))
    files.put("ports.txt", ShellTable.Corundum.text.getBytes(UTF_8))
    files
  }

  /** For OpenNIC's 250 MHz box. */
  def openNic(program: JavaList[RegisterWrite]): TreeMap[String, Array[Byte]] = {
    val files = elaborated(OpenNicBox.Name)(OpenNicBox(config(program), ports, hasClock))
    files.put("user_plugin_250mhz_inst.vh", BoxPlugin.instance(ports).getBytes(UTF_8))
    files.put("ports.txt", ShellTable.OpenNic.text.getBytes(UTF_8))
    files
  }

  private def config(program: JavaList[RegisterWrite]): NicConfig = {
    val initial = InitialProgram.of(program, machine.lanes)
    NicConfig(machine, rows = initial.rows, marks = initial.marks, entry = initial.entry, connectors = connectors,
      ultraRam = ultraRam)
  }

  private def elaborated(name: String)(top: => Component): TreeMap[String, Array[Byte]] = {
    val files = new TreeMap[String, Array[Byte]]()
    val folder = Files.createTempDirectory("weft-shell")
    try {
      Verilog.quietly(folder)(top)
      files.put(s"$name.v", Files.readAllBytes(folder.resolve(s"$name.v")))
    } finally {
      val all = Files.list(folder)
      try all.forEach(file => Files.delete(file))
      finally all.close()
      Files.delete(folder)
    }
    for (resource <- "lint.vlt" +: (if (hasClock) Seq("weft_clock.v") else Nil)) {
      val in = classOf[ShellTable].getResourceAsStream(resource)
      try files.put(resource, in.readAllBytes())
      finally in.close()
    }
    files
  }
}
