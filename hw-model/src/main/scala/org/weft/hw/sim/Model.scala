package org.weft.hw.sim

import java.nio.file.{Files, Path}

import org.weft.hw.config.NicConfig
import org.weft.hw.{Nic, Verilog}
import org.weft.isa.machine.{MachineSpec, OutsideMemory}

/** The sources of a machine's model: Verilog, and C++ that drives it packet by packet. */
object Model {

  /** Writes `Nic.v`, `signals.h`, `nic.cpp` and `cores.vlt`.
    *
    * @param memory what lies behind the memory port
    */
  def write(machine: MachineSpec, memory: OutsideMemory, directory: Path): Unit = {
    val config = NicConfig(machine, trace = true, memoryKbytes = memory.kbytes, memoryEntries = memory.entries)
    Verilog.quietly(directory)(Nic(config))
    Files.writeString(directory.resolve("signals.h"), Signals.header(config))
    for (name <- Seq("sim/nic.cpp", "cores.vlt")) {
      val in = classOf[Nic].getResourceAsStream(name)
      try Files.write(directory.resolve(Path.of(name).getFileName), in.readAllBytes())
      finally in.close()
    }
  }

  /** All that a model is made from beside its machine: the classes of this module, and the driver. */
  def sources(): Array[Array[Byte]] = {
    val root = Path.of(classOf[Nic].getProtectionDomain.getCodeSource.getLocation.toURI)
    if (Files.isDirectory(root)) {
      val files = Files.walk(root)
      try files.filter(f => Files.isRegularFile(f)).sorted().toArray
        .map(f => Files.readAllBytes(f.asInstanceOf[Path]))
      finally files.close()
    } else Array(Files.readAllBytes(root))
  }
}
