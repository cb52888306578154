package org.weft.hw.sim

import org.weft.hw.config.NicConfig

/** The C++ header by which `nic.cpp` reaches the ports of one machine's Verilated model. */
object Signals {

  def header(config: NicConfig): String = {
    import config.{bus, cores, ports}
    val banks = config.machine.mapBanks
    def each(count: Int)(text: Int => String): String =
      (0 until count).map(i => s"      case $i: ${text(i)}\n").mkString

    /** A function that reads one signal of each port. */
    def read(name: String, count: Int)(text: Int => String): String =
      s"  uint64_t $name(int n) {\n    switch (n) {\n${each(count)(i => s"return ${text(i)};")}    }\n    return 0;\n  }\n"
    def read2(name: String)(text: (Int, Int) => String): String = {
      val cases = for (c <- 0 until cores; h <- 0 until 2)
        yield s"      case ${2 * c + h}: return ${text(c, h)};\n"
      s"  uint64_t $name(int n, int half) {\n    switch (2 * n + half) {\n${cases.mkString}    }\n    return 0;\n  }\n"
    }
    def in(i: Int, name: String) = s"top.io_rx_${i}_$name"
    def out(i: Int, name: String) = s"top.io_tx_${i}_$name"

    s"""#pragma once
#include "VNic.h"
constexpr int BUS = $bus;
constexpr int LANES = ${config.lanes};
constexpr int CORES = $cores;
constexpr int CONTEXTS = ${config.halfContexts};
constexpr int PORTS = $ports;
constexpr int MAP_BANKS = ${config.machine.mapBanks};
constexpr int64_t MAP_WORDS = ${config.machine.mapKbytes * 128L};
constexpr int64_t MEMORY_WORDS = ${config.memoryKbytes * 128L};
constexpr int64_t TABLE_ENTRIES = ${config.entryRows * 32L};

${SignalBytes.Functions}
template <typename T>
inline void ones(T& signal, int64_t count) { signal = count >= 64 ? T(-1) : T((1ULL << count) - 1); }
template <std::size_t N>
inline void ones(VlWide<N>& signal, int64_t count) {
  for (std::size_t i = 0; i < N; i++) signal[i] = 0;
  for (int64_t i = 0; i < count; i++) signal[i / 32] |= EData(1) << i % 32;
}

struct Signals {
  VNic& top;
  explicit Signals(VNic& model) : top(model) {}

  void idle() {
${(0 until ports).map(i => s"    ${in(i, "valid")} = 0;\n").mkString}${(0 to ports).map(i => s"    ${out(i, "ready")} = 1;\n").mkString}    top.io_control_aw_valid = 0;
    top.io_control_w_valid = 0;
    top.io_control_ar_valid = 0;
    top.io_preload_valid = 0;
  }

${memory(config)}
  // What the host memory takes of events in this clock; what it was offered.
  void hostReady(bool address, bool data, bool answers) {
${if (config.eventPort) """    top.io_events_aw_ready = address;
    top.io_events_w_ready = data;
    top.io_events_b_valid = answers;
    top.io_events_b_payload_resp = 0;
""" else ""}  }

  template <typename Host>
  void seeHost(Host& host) {
${if (config.eventPort) """    if (top.io_events_aw_valid && top.io_events_aw_ready) host.address(top.io_events_aw_payload_addr, top.io_events_aw_payload_len + 1);
    if (top.io_events_w_valid && top.io_events_w_ready) host.data(top.io_events_w_payload_data, top.io_events_w_payload_last);
    if (top.io_events_b_valid) host.answered();
""" else ""}  }

  // What was written to tables in this clock: beats of keys, and which entries are there.
  template <typename Keys, typename There>
  void seeTables(Keys& keys, There& there) {
${if (config.tables) """    if (top.io_tableTrace_writesKey) get(top.io_tableTrace_key, keys[top.io_tableTrace_beat].data(), 16);
    if (top.io_tableTrace_changes) {
      auto& row = there[top.io_tableTrace_change_row];
      uint32_t mask = top.io_tableTrace_change_mask;
      row = top.io_tableTrace_change_value ? row | mask : row & ~mask;
    }
""" else ""}  }

  void input(int n, bool valid, bool last, const uint8_t* bytes, int64_t size, int64_t ifindex,
             int64_t queue, int64_t time, int64_t cpu, int64_t number, bool damaged) {
    switch (n) {
${each(ports)(i => s"""
        ${in(i, "valid")} = valid;
        ${in(i, "payload_last")} = last;
        put(${in(i, "payload_data")}, bytes, size);
        ones(${in(i, "payload_keep")}, size);
        ${in(i, "payload_origin_ifindex")} = ifindex;
        ${in(i, "payload_origin_queue")} = queue;
        ${in(i, "payload_origin_time")} = time;
        ${in(i, "payload_origin_cpu")} = cpu;
        ${in(i, "payload_origin_number")} = number;
        ${in(i, "payload_damaged")} = damaged;
        break;""")}    }
  }

  void ready(int n, bool takes) {
    switch (n) {
${each(ports + 1)(i => s"${out(i, "ready")} = takes; break;")}    }
  }

  void leavingBytes(int n, uint8_t* bytes, int64_t size) {
    switch (n) {
${each(ports + 1)(i => s"get(${out(i, "payload_data")}, bytes, size); break;")}    }
  }

${read("refused", ports)(i => s"top.io_refused_${i}_valid")}
${read("reason", ports)(i => s"top.io_refused_${i}_payload")}
${read("dropped", ports)(i => s"top.io_dropped_${i}_valid")}
${read("droppedFate", ports)(i => s"top.io_dropped_${i}_payload_fate")}
${read("droppedNumber", ports)(i => s"top.io_dropped_${i}_payload_number")}
${read("leaves", ports + 1)(i => s"${out(i, "valid")} && ${out(i, "ready")}")}
${read("isOffered", ports + 1)(i => out(i, "valid"))}
${read("leavingLast", ports + 1)(i => out(i, "payload_last"))}
${read("leavingNumber", ports + 1)(i => out(i, "payload_packet_number"))}
${read("leavingLength", ports + 1)(i => out(i, "payload_packet_length"))}
${read("leavingTarget", ports + 1)(i => out(i, "payload_packet_target"))}
${read("leavingMetadata", ports + 1)(i => out(i, "payload_packet_metadata"))}
${read("leavingFate", ports + 1)(i => out(i, "payload_packet_fate"))}
${read("writes", banks)(b => s"top.io_written_${b}_valid")}
${read("writtenRow", banks)(b => s"top.io_written_${b}_payload_row")}
${read("writtenData", banks)(b => s"top.io_written_${b}_payload_data")}
${read("posting", cores)(i => s"top.io_posting >> $i & 1")}
${read("executes", cores)(i => s"top.io_trace_${i}_executes")}
${read("issues", cores)(i => s"top.io_trace_${i}_issues_valid")}
${read("issueRow", cores)(i => s"top.io_trace_${i}_issues_payload_row")}
${read("issueHalf", cores)(i => s"top.io_trace_${i}_half")}
${read("issueContext", cores)(i => s"top.io_trace_${i}_issues_payload_context")}
${read2("starts")((c, h) => s"top.io_trace_${c}_starts_$h")}
${read2("ends")((c, h) => s"top.io_trace_${c}_ends_${h}_valid")}
${read2("endContext")((c, h) => s"top.io_trace_${c}_ends_${h}_payload")}
${read2("result")((c, h) => s"top.io_trace_${c}_results_$h")}
${read2("endNumber")((c, h) => s"top.io_numbers_${c}_$h")}};
"""
  }

  /** What the memory behind the memory port takes and answers in a clock; what it is asked. */
  private def memory(config: NicConfig): String = {
    val (offer, see) = if (!config.outside) ("", "") else ("""
    top.io_memory_ar_ready = memory.takes(0);
    top.io_memory_aw_ready = memory.takes(1);
    top.io_memory_w_ready = memory.takes(2);
    top.io_memory_r_valid = memory.hasRead();
    if (memory.hasRead()) put(top.io_memory_r_payload_data, reinterpret_cast<const uint8_t*>(memory.read().data()), 64);
    top.io_memory_r_payload_resp = 0;
    top.io_memory_r_payload_last = 1;
    top.io_memory_b_valid = memory.hasWritten();
    top.io_memory_b_payload_resp = 0;
""", """
    memory.sees(0, top.io_memory_ar_valid, top.io_memory_ar_ready, top.io_memory_ar_payload_addr);
    memory.sees(1, top.io_memory_aw_valid, top.io_memory_aw_ready, top.io_memory_aw_payload_addr);
    memory.sees(2, top.io_memory_w_valid, top.io_memory_w_ready, top.io_memory_w_payload_strb);
    if (top.io_memory_r_valid && top.io_memory_r_ready) memory.readTaken();
    if (top.io_memory_b_valid && top.io_memory_b_ready) memory.writtenTaken();
    if (top.io_memory_ar_valid && top.io_memory_ar_ready) memory.asked(top.io_memory_ar_payload_addr);
    if (top.io_memory_aw_valid && top.io_memory_aw_ready) memory.address(top.io_memory_aw_payload_addr);
    if (top.io_memory_w_valid && top.io_memory_w_ready) {
      std::array<uint64_t, 8> beat;
      get(top.io_memory_w_payload_data, reinterpret_cast<uint8_t*>(beat.data()), 64);
      memory.data(beat, top.io_memory_w_payload_strb);
    }
""")
    s"""  template <typename Memory>
  void offerMemory(Memory& memory) {$offer  }

  template <typename Memory>
  void seeMemory(Memory& memory) {$see  }

  bool memoryBusy() { return ${if (config.outside) "top.io_memoryBusy" else "false"}; }
"""
  }
}
