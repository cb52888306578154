package org.weft.hw.output

import org.weft.hw.config.NicConfig
import org.weft.isa.control.Register

/** The IP-XACT description (IEEE 1685-2014): buses, registers, ports, files. */
object IpXact {
  private val Streams = "xmlns:ipxact=\"http://www.accellera.org/XMLSchema/IPXACT/1685-2014\""

  private def text(value: String): String =
    value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;")

  private def library(name: String, library: String, version: String = "1.0") =
    s"""vendor="xilinx.com" library="$library" name="$name" version="$version""""

  private def bus(bus: Bus): String = {
    val isStream = bus.kind == "axis"
    val maps = bus.pins.map { case (logical, pin) =>
      s"""          <ipxact:portMap>
         |            <ipxact:logicalPort><ipxact:name>${logical.toUpperCase}</ipxact:name></ipxact:logicalPort>
         |            <ipxact:physicalPort><ipxact:name>${pin.name}</ipxact:name></ipxact:physicalPort>
         |          </ipxact:portMap>
         |""".stripMargin
    }.mkString
    val role = if (bus.isMaster) "<ipxact:master/>"
    else if (isStream) "<ipxact:slave/>"
    else "<ipxact:slave><ipxact:memoryMapRef memoryMapRef=\"registers\"/></ipxact:slave>"
    s"""    <ipxact:busInterface>
       |      <ipxact:name>${bus.name}</ipxact:name>
       |      <ipxact:description>${text(bus.meaning)}</ipxact:description>
       |      <ipxact:busType ${library(bus.kind, "interface")}/>
       |      <ipxact:abstractionTypes><ipxact:abstractionType>
       |        <ipxact:abstractionRef ${library(bus.kind + "_rtl", "interface")}/>
       |        <ipxact:portMaps>
       |$maps        </ipxact:portMaps>
       |      </ipxact:abstractionType></ipxact:abstractionTypes>
       |      $role
       |    </ipxact:busInterface>
       |""".stripMargin
  }

  private def signal(name: String, kind: String, pin: String): String =
    s"""    <ipxact:busInterface>
       |      <ipxact:name>$name</ipxact:name>
       |      <ipxact:busType ${library(kind, "signal")}/>
       |      <ipxact:abstractionTypes><ipxact:abstractionType>
       |        <ipxact:abstractionRef ${library(kind + "_rtl", "signal")}/>
       |        <ipxact:portMaps><ipxact:portMap>
       |          <ipxact:logicalPort><ipxact:name>${if (kind == "clock") "CLK" else "RST"}</ipxact:name></ipxact:logicalPort>
       |          <ipxact:physicalPort><ipxact:name>$pin</ipxact:name></ipxact:physicalPort>
       |        </ipxact:portMap></ipxact:portMaps>
       |      </ipxact:abstractionType></ipxact:abstractionTypes>
       |      <ipxact:slave/>
       |    </ipxact:busInterface>
       |""".stripMargin

  private def access(register: Register): String = register.access match {
    case Register.Access.READ  => "read-only"
    case Register.Access.WRITE => "write-only"
    case _                     => "read-write"
  }

  private def register(register: Register): String =
    s"""        <ipxact:register>
       |          <ipxact:name>${register.name}</ipxact:name>
       |          <ipxact:description>${text(register.meaning)}</ipxact:description>
       |${if (register.words > 1) s"          <ipxact:dim>${register.words}</ipxact:dim>\n" else ""}          <ipxact:addressOffset>'h${register.offset.toHexString}</ipxact:addressOffset>
       |          <ipxact:size>32</ipxact:size>
       |          <ipxact:access>${access(register)}</ipxact:access>
       |        </ipxact:register>
       |""".stripMargin

  private def port(pin: Pin): String = {
    val vector = if (pin.bits == 1) ""
    else s"<ipxact:vectors><ipxact:vector><ipxact:left>${pin.bits - 1}</ipxact:left><ipxact:right>0</ipxact:right></ipxact:vector></ipxact:vectors>"
    s"""      <ipxact:port><ipxact:name>${pin.name}</ipxact:name><ipxact:wire><ipxact:direction>${if (pin.isInput) "in" else "out"}</ipxact:direction>$vector</ipxact:wire></ipxact:port>
       |""".stripMargin
  }

  def apply(config: NicConfig, pins: Pins): String =
    s"""<?xml version="1.0" encoding="UTF-8"?>
       |<ipxact:component $Streams>
       |  <ipxact:vendor>weft</ipxact:vendor>
       |  <ipxact:library>nic</ipxact:library>
       |  <ipxact:name>weft_nic</ipxact:name>
       |  <ipxact:version>1.0</ipxact:version>
       |  <ipxact:busInterfaces>
       |${pins.buses.map(bus).mkString}${signal("aclk", "clock", "aclk")}${signal("aresetn", "reset", "aresetn")}  </ipxact:busInterfaces>
       |  <ipxact:memoryMaps>
       |    <ipxact:memoryMap>
       |      <ipxact:name>registers</ipxact:name>
       |      <ipxact:addressBlock>
       |        <ipxact:name>registers</ipxact:name>
       |        <ipxact:baseAddress>0</ipxact:baseAddress>
       |        <ipxact:range>'h${Register.BYTES.toHexString}</ipxact:range>
       |        <ipxact:width>32</ipxact:width>
       |        <ipxact:usage>register</ipxact:usage>
       |${Register.values.map(register).mkString}      </ipxact:addressBlock>
       |      <ipxact:addressUnitBits>8</ipxact:addressUnitBits>
       |    </ipxact:memoryMap>
       |  </ipxact:memoryMaps>
       |  <ipxact:model>
       |    <ipxact:views><ipxact:view>
       |      <ipxact:name>rtl</ipxact:name>
       |      <ipxact:componentInstantiationRef>rtl</ipxact:componentInstantiationRef>
       |    </ipxact:view></ipxact:views>
       |    <ipxact:instantiations><ipxact:componentInstantiation>
       |      <ipxact:name>rtl</ipxact:name>
       |      <ipxact:language>verilog</ipxact:language>
       |      <ipxact:moduleName>weft_nic</ipxact:moduleName>
       |      <ipxact:fileSetRef><ipxact:localName>verilog</ipxact:localName></ipxact:fileSetRef>
       |    </ipxact:componentInstantiation></ipxact:instantiations>
       |    <ipxact:ports>
       |${pins.all.map(port).mkString}    </ipxact:ports>
       |  </ipxact:model>
       |  <ipxact:fileSets><ipxact:fileSet>
       |    <ipxact:name>verilog</ipxact:name>
       |    <ipxact:file><ipxact:name>weft_nic.v</ipxact:name><ipxact:fileType>verilogSource</ipxact:fileType></ipxact:file>
       |  </ipxact:fileSet></ipxact:fileSets>
       |  <ipxact:description>Packet processor for XDP programs, machine ${text(config.machine.name)}</ipxact:description>
       |</ipxact:component>
       |""".stripMargin
}
