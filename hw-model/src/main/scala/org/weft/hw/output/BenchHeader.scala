package org.weft.hw.output

import org.weft.hw.config.NicConfig
import org.weft.hw.sim.SignalBytes
import org.weft.isa.control.Register

/** `machine.h`: by which `bench.cpp` reaches the ports and registers of one machine. */
object BenchHeader {
  private val Fates = Seq("ABORTED", "DROP", "PASS", "TX", "REDIRECT", "overflow", "oversize", "undersize",
    "no_port", "output_overflow", "damaged")

  def apply(config: NicConfig): String = {
    import config.{bus, ports}
    val outputs = (0 until ports).map(i => s"m_axis_$i") :+ "m_axis_host"
    def each(names: Seq[String])(text: String => String) =
      names.zipWithIndex.map { case (name, i) => s"      case $i: ${text(name)}\n" }.mkString
    val inputs = (0 until ports).map(i => s"s_axis_$i")
    val registers = Seq(Register.ID, Register.STATUS, Register.COUNTER)
      .map(r => f"constexpr uint32_t ${r.name} = 0x${r.offset}%x;\n").mkString
    s"""#pragma once
#include <cstdint>

#include "Vweft_nic.h"

constexpr int PORTS = $ports;
constexpr int BUS = $bus;
constexpr uint32_t WEFT = 0x${Register.WEFT.toHexString};
$registers
constexpr int FATES = ${Fates.size};
constexpr const char* FATE_NAMES[FATES] = {${Fates.map(f => s"\"$f\"").mkString(", ")}};

${SignalBytes.Functions}

struct Signals {
  Vweft_nic& top;
  explicit Signals(Vweft_nic& model) : top(model) {}

  void idle() {
    top.s_axil_awvalid = top.s_axil_wvalid = top.s_axil_arvalid = top.s_axil_bready = top.s_axil_rready = 0;
${inputs.map(n => s"    top.${n}_tvalid = 0;\n").mkString}${outputs.map(n => s"    top.${n}_tready = 1;\n").mkString}${
      if (config.eventPort) "    top.m_axi_events_awready = top.m_axi_events_wready = top.m_axi_events_bvalid = 0;\n" else ""}  }

  // A beat into a port, or none.
  void offer(int port, const uint8_t* bytes, int size, bool last) {
    switch (port) {
${each(inputs)(n => s"top.${n}_tvalid = bytes != nullptr; top.${n}_tlast = last; put(top.${n}_tdata, bytes, size); top.${n}_tkeep = size >= 64 ? -1 : (1ULL << size) - 1; top.${n}_tuser = port + 1; break;")}    }
  }

  bool leaves(int output) const {
    switch (output) {
${each(outputs)(n => s"return top.${n}_tvalid && top.${n}_tready;")}    }
    return false;
  }

  // The bytes of the beat that leaves; how many.
  int take(int output, uint8_t* bytes) const {
    uint64_t keep = 0;
    switch (output) {
${each(outputs)(n => s"get(top.${n}_tdata, bytes, BUS); keep = top.${n}_tkeep; break;")}    }
    int size = 0;
    while (size < BUS && keep >> size & 1) size++;
    return size;
  }
};
"""
  }
}
