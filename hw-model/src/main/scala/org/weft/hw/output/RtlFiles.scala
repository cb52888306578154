package org.weft.hw.output

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}
import java.util.{List => JavaList, TreeMap}

import org.weft.hw.config.NicConfig
import org.weft.hw.{Verilog, WeftNic}
import org.weft.isa.control.RegisterWrite
import org.weft.isa.machine.{MachineFile, MachineSpec, OutsideMemory}

/** What `weft rtl` writes. */
object RtlFiles {
  private val Copied = Seq("output/bench.cpp", "output/Makefile", "output/lint.vlt", "cores.vlt")

  /** The files of a machine, by name.
    *
    * @param memory what lies behind the memory port
    * @param program register writes that load the program of the test bench
    * @throws org.weft.isa.InputException when no hardware can be made for the machine
    */
  def of(machine: MachineSpec, memory: OutsideMemory, program: JavaList[RegisterWrite]): TreeMap[String, Array[Byte]] = {
    val config = NicConfig(machine, memoryKbytes = memory.kbytes, memoryEntries = memory.entries)
    val (verilog, pins) = elaborated(config)
    val files = new TreeMap[String, Array[Byte]]()
    def text(name: String, content: String): Unit = files.put(name, content.getBytes(UTF_8))
    files.put("weft_nic.v", verilog)
    text(s"${machine.name}.machine", MachineFile.print(machine))
    text("weft_nic.xml", IpXact(config, pins))
    text("weft_nic.md", Page(config, pins))
    text("machine.h", BenchHeader(config))
    text("pass.program", program.stream().map[String](w => f"${w.offset}%x ${w.data}%x\n")
      .reduce("", (a: String, b: String) => a + b))
    for (name <- Copied) {
      val in = classOf[WeftNic].getResourceAsStream(name)
      try files.put(name.substring(name.lastIndexOf('/') + 1), in.readAllBytes())
      finally in.close()
    }
    files
  }

  private def elaborated(config: NicConfig): (Array[Byte], Pins) = {
    val folder = Files.createTempDirectory("weft-rtl")
    try {
      var top: WeftNic = null
      Verilog.quietly(folder)({ top = WeftNic(config); top })
      (Files.readAllBytes(folder.resolve("weft_nic.v")), Pins.of(top, config))
    } finally {
      val all = Files.list(folder)
      try all.forEach(file => Files.delete(file))
      finally all.close()
      Files.delete(folder)
    }
  }
}
