package org.weft.hw.config

import spinal.core._

/** Which memory of an FPGA with UltraRAM a large one is made of; elsewhere synthesis decides. */
object LargeMemory {

  /** Words of UltraRAM. */
  private val UltraRows = 4096

  /** In UltraRAM, where it fills one: a memory without initial contents, which that cannot have. */
  def apply[T <: Data](config: NicConfig, memory: Mem[T]): Mem[T] = {
    if (memory.wordCount >= UltraRows) style(config, memory, "ultra")
    memory
  }

  /** In block memory: one with initial contents, though these may be all zero. */
  def initial[T <: Data](config: NicConfig, memory: Mem[T]): Mem[T] = style(config, memory, "block")

  private def style[T <: Data](config: NicConfig, memory: Mem[T], name: String): Mem[T] = {
    if (config.ultraRam) memory.addAttribute("ram_style", name)
    memory
  }
}
