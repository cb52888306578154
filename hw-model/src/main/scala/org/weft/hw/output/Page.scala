package org.weft.hw.output

import org.weft.hw.config.NicConfig
import org.weft.isa.control.Register
import org.weft.isa.machine.MachineFile

/** The page of ports and registers. */
object Page {
  def apply(config: NicConfig, pins: Pins): String = {
    val header = "| port | | bits |\n|---|---|---|\n"
    def line(pin: Pin) = s"| `${pin.name}` | ${if (pin.isInput) "in" else "out"} | ${pin.bits} |\n"
    val buses = pins.buses.map(bus =>
      s"### `${bus.name}`: ${bus.meaning}\n\n$header${bus.pins.map(p => line(p._2)).mkString}\n").mkString
    // Tables begin their lines with the margin's character, so they are put together with the text here.
    Seq(
      s"# weft_nic: machine ${config.machine.name}\n\n" + Text.stripMargin,
      s"## Ports\n\n$header${pins.others.map(line).mkString}\n$buses",
      "## Registers\n\n" + Registers.stripMargin + "\n" + Register.table(),
      s"\n## Machine\n\n```\n${MachineFile.print(config.machine)}```\n").mkString
  }

  private val Text =
    """One clock, `aclk`; `aresetn` is synchronous and low. `time_ns` is the time that packets get with their first
      |beat. Inputs are never held up: `tready` is always 1, and a packet that finds no room is dropped whole and counted.
      |
      |`tuser` of packets that come in, with the first beat: interface in bits 0 to 15, receive queue in 16 to 31; with
      |the last beat: 1 in bit 32 for a damaged frame, which is dropped and counted (counter 10, `damaged`).
      |`tuser` of packets that leave, with each beat: verdict in bits 0 to 7 (2 PASS, 3 TX, 4 REDIRECT), ingress port
      |in 8 to 15, interface in 16 to 31, queue in 32 to 47; in 48 to 55 how many of its first bytes are metadata, in 56
      |to 71 how many bytes leave, metadata included.
      |
      |"""
  private val Registers =
    """On `s_axil`, 32 bits each. Writes are of whole words; others, and those that the table says are refused, change
      |nothing and are answered with SLVERR. What has no meaning here reads as zero.
      |"""
}
