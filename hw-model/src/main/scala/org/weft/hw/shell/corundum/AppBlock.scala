package org.weft.hw.shell.corundum

import org.weft.hw.shell.{ShellPort, ShellTable}

/** `mqnic_app_block.v`: the block by the name, parameters and ports that Corundum's core instantiates, around
  * [[CorundumApp]]. What the NIC does not use is passed on or tied off; widths follow the parameters.
  */
object AppBlock {
  private val table = ShellTable.Corundum

  /** @param bytes width of the synchronous streams
    * @param ports PORT_COUNT
    */
  def apply(bytes: Int, ports: Int): String = {
    // What the wrapper's ports were made for. The defaults are the same.
    val needed = Seq("PORT_COUNT" -> ports, "PTP_TS_WIDTH" -> CorundumApp.TimeBits, "TX_TAG_WIDTH" -> CorundumApp.TagBits,
      "AXIL_APP_CTRL_DATA_WIDTH" -> 32, "AXIL_APP_CTRL_ADDR_WIDTH" -> CorundumApp.AddressBits,
      "AXIS_SYNC_DATA_WIDTH" -> 8 * bytes, "AXIS_SYNC_TX_USER_WIDTH" -> CorundumApp.SendUserBits,
      "AXIS_SYNC_RX_USER_WIDTH" -> (CorundumApp.TimeBits + 1))
    val defaults = Map("IF_COUNT" -> s"$ports", "AXIS_DATA_WIDTH" -> s"${8 * bytes}")
    val parameters = table.parameters.map { case (name, default) =>
      s"    parameter $name = ${defaults.getOrElse(name, default)}"
    }
    val ports_ = table.ports.map(p => s"    ${if (p.isInput) "input " else "output"} wire ${range(p.bits)}${p.name}")
    val outputs = table.ports.filter(p => !p.isInput && p.role != ShellTable.Used).map(assigned)
    val idle = table.ports.filter(p => p.isInput && p.role == "-" && !isPassedOn(p)).map(_.name)
    val connections = table.used.map(p => s"        .${p.name}(${p.name})")
    s"""// Corundum's application block with weft's NIC in it. What the NIC does not use is passed on or tied off.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module mqnic_app_block #
(
${parameters.mkString(",\n")}
)
(
${ports_.mkString(",\n")}
);

// The NIC inside has fixed widths: with other parameters than these no such module is found.
generate
    if (${needed.map { case (name, value) => s"$name != $value" }.mkString(" ||\n        ")}) begin : other_parameters
        weft_was_generated_for_other_parameters other ();
    end
endgenerate

${outputs.mkString("\n")}

wire unused = &{1'b0,
${idle.map("    " + _).mkString(",\n")}};

${CorundumApp.Name} weft (
${connections.mkString(",\n")}
);

endmodule

`resetall
"""
  }

  private def range(bits: String): String = if (bits == "1") "" else s"[$bits-1:0] "

  private def isPassedOn(input: ShellPort): Boolean = table.ports.exists(_.role == input.name)

  private def assigned(output: ShellPort): String = {
    val value = output.role match {
      case tied @ ("0" | "1") => s"{(${output.bits}){1'b$tied}}"
      case input              => input
    }
    s"assign ${output.name} = $value;"
  }
}
