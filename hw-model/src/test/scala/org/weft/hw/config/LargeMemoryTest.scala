package org.weft.hw.config

import java.nio.file.{Files, Path}

import scala.util.matching.Regex

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.{Nic, Verilog}
import org.weft.isa.machine.MachineSpec

/** Synthesis for an FPGA with UltraRAM is told of each large memory what it is made of: it would not take UltraRAM by itself. */
class LargeMemoryTest {
  private val Memory: Regex = """(\(\* ram_style = "(\w+)" \*\) )?reg +\[(\d+):0\] (\w+) \[0:(\d+)\]""".r
  private val LargeBits = 4096 * 32

  /** Styles of the machine's memories of 4,096 words and 128 Kbit or more, and how many of each there are in its blocks. */
  private def styles(directory: Path, ultraRam: Boolean): Map[String, Int] = {
    Verilog.quietly(directory)(Nic(NicConfig(MachineSpec.preset("nic100"), ultraRam = ultraRam)))
    Memory.findAllMatchIn(Files.readString(directory.resolve("Nic.v")))
      .filter(found => found.group(5).toInt >= 4095 && (found.group(3).toInt + 1) * (found.group(5).toInt + 1) >= LargeBits)
      .map(found => String.valueOf(found.group(2))).toSeq.groupMapReduce(identity)(_ => 1)(_ + _)
  }

  @Test
  def eachLargeMemoryHasItsStyle(@TempDir directory: Path): Unit = {
    // Descriptors, and rows of four lanes; 16 slots of both buckets, keys, values, places and links of entries.
    assertEquals(Map("block" -> 5, "ultra" -> 20), styles(directory.resolve("ultra"), ultraRam = true))
    assertEquals(Map("null" -> 25), styles(directory.resolve("none"), ultraRam = false))
  }
}
