package org.weft.hw

import java.nio.file.{Files, Path}

import org.weft.hw.config.NicConfig
import org.weft.isa.machine.{MachineFile, MachineSpec}
import spinal.core._

/** Writes a machine's Verilog. */
object Verilog {

  /** Makes the Verilog of any component. */
  def write(directory: Path)(component: => Component): Unit = {
    Files.createDirectories(directory)
    SpinalConfig(
      targetDirectory = directory.toString,
      defaultConfigForClockDomains = ClockDomainConfig(resetKind = SYNC),
      headerWithDate = false,
      inlineRom = true,
      headerWithRepoHash = false
    ).generateVerilog(component)
  }

  /** The same, with what SpinalHDL tells standard output, which belongs to who asked, in a file. */
  def quietly(directory: Path)(component: => Component): Unit = {
    val log = Files.newOutputStream(Files.createDirectories(directory).resolve("elaboration.log"))
    try Console.withOut(log)(write(directory)(component))
    finally log.close()
  }

  /** Arguments: the machine's file or preset, the part to make, the directory. */
  def main(arguments: Array[String]): Unit = {
    val Array(name, part, directory) = arguments
    val machine = if (MachineSpec.PRESETS.contains(name)) MachineSpec.preset(name)
    else MachineFile.read(Path.of(name))
    val config = NicConfig(machine)
    // The library's threads would keep a failure from ending.
    try write(Path.of(directory))(part match {
      case "pipeline" => core.Pipeline(config)
      case "memory"   => core.HalfMemory(config)
      case "core"     => core.Core(config)
      case "tables"   => table.Tables(config)
      case "control"  => control.ControlPlane(config)
      case "top"      => WeftNic(config)
      case _          => Nic(config)
    })
    catch {
      case e: Throwable =>
        e.printStackTrace()
        sys.exit(1)
    }
  }
}
