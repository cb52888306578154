package org.weft.hw.shell

import java.nio.file.Path

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.weft.hw.Verilog
import org.weft.hw.config.NicConfig
import org.weft.hw.output.Pin
import org.weft.hw.shell.corundum.{AppBlock, CorundumApp}
import org.weft.hw.shell.opennic.{BoxPlugin, OpenNicBox}
import spinal.core.Component

/** The wrappers have the ports that the shells' tables say, and the blocks around them all of them. */
class ShellTableTest {

  /** A width of the table: a sum of products of numbers and parameters. */
  private def width(bits: String, values: Map[String, Int]): Int =
    bits.split("\\*").map(factor => factor.toIntOption.getOrElse(values(factor))).product

  private def ports(directory: Path, name: String)(top: => Component): Set[Pin] = {
    var made: Component = null
    Verilog.quietly(directory.resolve(name))({ made = top; made })
    made.getAllIo.map(port => Pin(port.getName(), port.isInput, port.getBitsWidth)).toSet
  }

  private def wanted(table: ShellTable, values: Map[String, Int]): Set[Pin] =
    table.used.map(p => Pin(p.name, p.isInput, if (p.role == ShellTable.First) 1 else width(p.bits, values))).toSet

  @Test
  def corundumsApplicationBlock(@TempDir directory: Path): Unit =
    for ((bytes, ports_) <- Seq((8, 2), (64, 1))) {
      val values = Map("PORT_COUNT" -> ports_, "AXIS_SYNC_DATA_WIDTH" -> 8 * bytes, "AXIS_SYNC_KEEP_WIDTH" -> bytes,
        "AXIS_SYNC_TX_USER_WIDTH" -> 17, "AXIS_SYNC_RX_USER_WIDTH" -> 97, "PTP_TS_WIDTH" -> 96, "TX_TAG_WIDTH" -> 16,
        "AXIL_APP_CTRL_ADDR_WIDTH" -> 24, "AXIL_APP_CTRL_DATA_WIDTH" -> 32, "AXIL_APP_CTRL_STRB_WIDTH" -> 4)
      val config = NicConfig(TestProgram.machine(""))
      assertEquals(wanted(ShellTable.Corundum, values),
        ports(directory, s"corundum$ports_")(CorundumApp(config, bytes, ports_, hasClock = true)))
    }

  @Test
  def opennicsBox(@TempDir directory: Path): Unit =
    for (n <- Seq(1, 2)) {
      val values = Map("NUM_PHYS_FUNC" -> n, "NUM_CMAC_PORT" -> n, "NUM_QDMA" -> 1)
      val config = NicConfig(TestProgram.machine("bus_bytes = 64"))
      assertEquals(wanted(ShellTable.OpenNic, values), ports(directory, s"opennic$n")(OpenNicBox(config, n, hasClock = true)))
    }

  @Test
  def blocksAroundTheWrappersHaveAllPorts(): Unit = {
    val block = AppBlock(64, 2)
    for (port <- ShellTable.Corundum.ports) {
      val range = if (port.bits == "1") "" else s"\\[${java.util.regex.Pattern.quote(port.bits)}-1:0\\] "
      val header = s"(?m)^    ${if (port.isInput) "input " else "output"} wire $range${port.name},?$$"
      assertEquals(1, header.r.findAllIn(block).size, port.name)
      // Each output has one source: the wrapper, or what the table says.
      val sources = Seq(s"assign ${port.name} = ", s"        .${port.name}(${port.name})").map(s => block.split(java.util.regex.Pattern.quote(s), -1).length - 1)
      assertEquals(if (port.isInput && port.role != ShellTable.Used) 0 else 1, sources.sum, port.name)
    }
    for ((name, _) <- ShellTable.Corundum.parameters) {
      assertEquals(1, s"(?m)^    parameter $name = ".r.findAllIn(block).size, name)
    }
    val plugin = BoxPlugin.instance(2)
    for (port <- ShellTable.OpenNic.used) assertEquals(1, s"  \\.${port.name}\\(".r.findAllIn(plugin).size, port.name)
  }
}
