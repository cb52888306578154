package org.weft.hw.shell.opennic

import org.weft.hw.shell.ShellTable

/** The files by which OpenNIC's 250 MHz box includes [[OpenNicBox]] as its plugin. */
object BoxPlugin {

  /** `user_plugin_250mhz_inst.vh`.
    *
    * @param ports NUM_CMAC_PORT and NUM_PHYS_FUNC
    */
  def instance(ports: Int): String = {
    val connections = ShellTable.OpenNic.used.map(p =>
      s"  .${p.name}(${p.name}${if (p.role == ShellTable.First) "[0]" else ""})")
    s"""// weft's NIC as the plugin of the 250 MHz box.
generate if (NUM_CMAC_PORT != $ports || NUM_PHYS_FUNC != $ports || NUM_QDMA != 1 || USE_PHYS_FUNC != 1) begin : other_parameters
  // The NIC has fixed widths: with other parameters than these no such module is found.
  weft_was_generated_for_other_parameters other ();
end
endgenerate

assign mod_rst_done[15:1] = {15{1'b1}};

${OpenNicBox.Name} weft (
${connections.mkString(",\n")}
);
"""
  }
}
