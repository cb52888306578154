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
    val registers = Seq(Register.ID, Register.CONTROL, Register.STATUS, Register.COUNTER)
      .map(r => f"constexpr uint32_t ${r.name} = 0x${r.offset}%x;\n").mkString
    s"""#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <vector>

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

${memory(config)}
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

  /** The memory behind the memory port: takes all, answers in the clock after. */
  private def memory(config: NicConfig): String = if (!config.outside) """  void offerMemory() {}
  void seeMemory() {}
""" else s"""  // The memory behind the memory port: it takes all, and answers in the clock after. Who relies on what it holds finds out.
  std::vector<uint8_t> memory = std::vector<uint8_t>(${config.memoryKbytes * 1024L}, 0xa5);
  std::deque<std::array<uint8_t, 64>> reads, beats;
  std::deque<uint64_t> addresses, strobes;
  int written = 0;

  void offerMemory() {
    top.m_axi_memory_arready = top.m_axi_memory_awready = top.m_axi_memory_wready = 1;
    top.m_axi_memory_rvalid = !reads.empty();
    if (!reads.empty()) put(top.m_axi_memory_rdata, reads.front().data(), 64);
    top.m_axi_memory_rlast = 1;
    top.m_axi_memory_rresp = top.m_axi_memory_bresp = 0;
    top.m_axi_memory_bvalid = written > 0;
  }

  void seeMemory() {
    if (top.m_axi_memory_rvalid && top.m_axi_memory_rready) reads.pop_front();
    if (top.m_axi_memory_bvalid && top.m_axi_memory_bready) written--;
    if (top.m_axi_memory_arvalid) {
      reads.emplace_back();
      std::memcpy(reads.back().data(), &memory[top.m_axi_memory_araddr], 64);
    }
    if (top.m_axi_memory_awvalid) addresses.push_back(top.m_axi_memory_awaddr);
    if (top.m_axi_memory_wvalid) {
      beats.emplace_back();
      get(top.m_axi_memory_wdata, beats.back().data(), 64);
      strobes.push_back(top.m_axi_memory_wstrb);
    }
    while (!addresses.empty() && !beats.empty()) {
      for (int i = 0; i < 64; i++) {
        if (strobes.front() >> i & 1) memory[addresses.front() + i] = beats.front()[i];
      }
      addresses.pop_front();
      beats.pop_front();
      strobes.pop_front();
      written++;
    }
  }
"""
}
