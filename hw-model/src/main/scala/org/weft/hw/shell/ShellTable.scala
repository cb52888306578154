package org.weft.hw.shell

import java.nio.charset.StandardCharsets.UTF_8

/** A port of a shell's block.
  *
  * @param bits its width: products of numbers and parameters
  * @param role what the table says of its use
  */
case class ShellPort(isInput: Boolean, name: String, bits: String, role: String)

/** The parameters and ports that a shell gives to the block that the NIC is in: our own table, written from the
  * shell's documentation, in the order of the block.
  *
  * @param parameters names and defaults
  */
case class ShellTable(parameters: Seq[(String, String)], ports: Seq[ShellPort]) {

  /** Those that the NIC's wrapper has. */
  def used: Seq[ShellPort] = ports.filter(p => p.role == ShellTable.Used || p.role == ShellTable.First)

  /** A line for each port: direction, name, bits. */
  def text: String = ports.map(p => s"${if (p.isInput) "input" else "output"} ${p.name} ${p.bits}\n").mkString
}

object ShellTable {
  val Used = "weft"
  val First = "first"

  val Corundum: ShellTable = read("corundum.ports")
  val OpenNic: ShellTable = read("opennic.ports")

  private def read(name: String): ShellTable = {
    val in = getClass.getResourceAsStream(name)
    val lines = try new String(in.readAllBytes(), UTF_8).linesIterator.toSeq finally in.close()
    val words = lines.filterNot(l => l.isBlank || l.startsWith("#")).map(_.trim.split("\\s+").toSeq)
    ShellTable(
      words.collect { case Seq("param", name, default) => (name, default) },
      words.collect { case Seq(direction, name, bits, role) => ShellPort(direction == "input", name, bits, role) })
  }
}
