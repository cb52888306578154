// Replays a trace through the NIC, packet by packet, and prints what became of each: a line with its
// number, its fate, and the output and bytes with which it left. All that it knows of the machine is in
// machine.h.
//   nic TRACE.pcap [PROGRAM]      PROGRAM: register writes, a line each, in hex: offset data
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "Vweft_nic.h"
#include "machine.h"

namespace {

constexpr int PATIENCE = 1000000;
constexpr int SLVERR = 2;
constexpr uint32_t RESETS = 2;

[[noreturn]] void stop(const std::string& why) {
  std::cerr << "nic: " << why << "\n";
  exit(2);
}

struct Left {
  int output = -1;
  std::vector<uint8_t> bytes;
};

class Bench {
 public:
  Bench() : signals(top) {
    top.aclk = 0;
    top.aresetn = 0;
    signals.idle();
    for (int i = 0; i < 4; i++) clock();
    top.aresetn = 1;
    clock();
  }

  void write(uint32_t offset, uint32_t data) {
    top.s_axil_awaddr = offset;
    top.s_axil_wdata = data;
    top.s_axil_wstrb = 15;
    top.s_axil_awvalid = top.s_axil_wvalid = top.s_axil_bready = 1;
    until([&] { return top.s_axil_awready && top.s_axil_wready; }, "takes no write");
    top.s_axil_awvalid = top.s_axil_wvalid = 0;
    until([&] { return top.s_axil_bvalid; }, "answers no write");
    if (top.s_axil_bresp >= SLVERR) stop("the write of register " + std::to_string(offset) + " is refused");
    top.s_axil_bready = 0;
    // Of a soft reset the end is waited for.
    while (offset == CONTROL && data & RESETS && read(CONTROL) & RESETS) {}
  }

  uint32_t read(uint32_t offset) {
    top.s_axil_araddr = offset;
    top.s_axil_arvalid = top.s_axil_rready = 1;
    until([&] { return top.s_axil_arready; }, "takes no read");
    top.s_axil_arvalid = 0;
    uint32_t data = 0;
    until([&] { data = top.s_axil_rdata; return top.s_axil_rvalid; }, "answers no read");
    top.s_axil_rready = 0;
    return data;
  }

  // A packet's beats, one a clock.
  void send(int port, const std::vector<uint8_t>& frame, uint64_t time) {
    top.time_ns = time;
    for (size_t at = 0; at < frame.size(); at += BUS) {
      size_t size = std::min(size_t(BUS), frame.size() - at);
      signals.offer(port, frame.data() + at, size, at + size == frame.size());
      clock();
    }
    signals.offer(port, nullptr, 0, false);
  }

  void clock() {
    signals.offerMemory();
    top.eval();
    signals.seeMemory();
    for (int output = 0; output <= PORTS; output++) {
      if (signals.leaves(output)) {
        left.output = output;
        uint8_t bytes[BUS];
        int size = signals.take(output, bytes);
        left.bytes.insert(left.bytes.end(), bytes, bytes + size);
      }
    }
    top.aclk = 1;
    top.eval();
    top.aclk = 0;
    top.eval();
  }

  // What left since it was asked last.
  Left taken() {
    Left all;
    std::swap(all, left);
    return all;
  }

 private:
  template <typename F>
  void until(F holds, const char* otherwise) {
    for (int i = 0; i < PATIENCE; i++) {
      top.eval();
      bool is = holds();
      clock();
      if (is) return;
    }
    stop(std::string("the NIC ") + otherwise);
  }

  Vweft_nic top;
  Signals signals;
  Left left;
};

uint64_t counter(Bench& bench, int bank, int port, int fate) {
  uint32_t at = COUNTER + 8 * ((bank * 32 + port) * 16 + fate);
  uint64_t low = bench.read(at);
  return uint64_t(bench.read(at + 4)) << 32 | low;
}

struct Packet {
  uint64_t time;
  std::vector<uint8_t> bytes;
};

uint32_t number(const std::vector<uint8_t>& file, size_t at, bool swapped) {
  uint32_t value = 0;
  for (int i = 0; i < 4; i++) value |= uint32_t(file[at + i]) << 8 * (swapped ? 3 - i : i);
  return value;
}

std::vector<Packet> trace(const std::string& name) {
  std::ifstream in(name, std::ios::binary);
  if (!in) stop(name + ": cannot be read");
  std::vector<uint8_t> file((std::istreambuf_iterator<char>(in)), {});
  if (file.size() < 24) stop(name + ": no pcap file");
  uint32_t magic = number(file, 0, false);
  bool swapped = magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1;
  if (!swapped && magic != 0xa1b2c3d4 && magic != 0xa1b23c4d) stop(name + ": no pcap file");
  uint64_t unit = number(file, 0, swapped) == 0xa1b23c4d ? 1 : 1000;
  std::vector<Packet> packets;
  for (size_t at = 24; at < file.size();) {
    if (file.size() - at < 16 || file.size() - at - 16 < number(file, at + 8, swapped)) {
      stop(name + ": packet " + std::to_string(packets.size()) + " is cut off");
    }
    uint64_t time = number(file, at, swapped) * 1000000000ULL + number(file, at + 4, swapped) * unit;
    uint32_t size = number(file, at + 8, swapped);
    packets.push_back({time, {file.begin() + at + 16, file.begin() + at + 16 + size}});
    at += 16 + size;
  }
  return packets;
}

void load(Bench& bench, const std::string& name) {
  std::ifstream in(name);
  if (!in) stop(name + ": cannot be read");
  uint32_t offset, data;
  in >> std::hex;
  while (in >> offset >> data) bench.write(offset, data);
  if (!in.eof()) stop(name + ": lines of two hexadecimal numbers, offset and data");
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2 || count > 3) stop("give TRACE.pcap and, if there is one, PROGRAM");
  Bench bench;
  if (bench.read(ID) != WEFT) stop("register ID is wrong");
  load(bench, count > 2 ? arguments[2] : "pass.program");
  const int bank = bench.read(STATUS) >> 1 & 1;
  std::vector<uint64_t> counts(FATES);
  std::vector<Packet> packets = trace(arguments[1]);
  for (size_t n = 0; n < packets.size(); n++) {
    if (packets[n].bytes.empty()) {
      printf("%zu empty\n", n);
      continue;
    }
    bench.send(0, packets[n].bytes, packets[n].time);
    int fate = -1;
    for (int i = 0; i < PATIENCE && fate < 0; i++) {
      for (int f = 0; f < FATES && fate < 0; f++) {
        uint64_t now = counter(bench, bank, 0, f);
        if (now != counts[f]) {
          fate = f;
          counts[f] = now;
        }
      }
    }
    if (fate < 0) stop("packet " + std::to_string(n) + " meets no fate");
    Left left = bench.taken();
    printf("%zu %s", n, FATE_NAMES[fate]);
    if (left.output >= 0) {
      printf(left.output == PORTS ? " host " : " port %d ", left.output);
      for (uint8_t byte : left.bytes) printf("%02x", byte);
    }
    printf("\n");
  }
}
