// Drives the Verilated NIC packet by packet behind a C interface. `signals.h` is made for each machine:
// it names the model's ports in arrays.
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "VNic.h"
#include "signals.h"

namespace {

// What is known of a packet before it comes, and after it has left: as in the Java class Rtl.
enum In { PORT, CLOCK, OFFSET, LENGTH, IFINDEX, QUEUE, TIME, CPU, DAMAGED_FRAME, IN_FIELDS };
enum Out { BEGUN, ENDED, FATE, RESULT, ROWS, OUT_LENGTH, OUTPUT, METADATA, TARGET, OUT_FIELDS };
enum Fate {
  ABORTED, DROP, PASS, TX, REDIRECT, NO_PORT, OUTPUT_OVERFLOW, OVERFLOW, OVERSIZE, UNDERSIZE, DAMAGED
};
constexpr int FRAME_STRIDE = 4096;

// A write to a register, not before a clock.
struct Write {
  int64_t clock;
  uint32_t offset;
  uint32_t data;
};

// A beat that an output offers.
struct Offered {
  bool waits = false;
  std::vector<uint8_t> bytes;
};

struct Nic {
  VNic top;
  Signals signals;
  uint64_t now = 0;
  std::vector<int64_t> rows = std::vector<int64_t>(CORES * 2 * CONTEXTS);

  // What map memory holds: all that was written there.
  std::vector<uint64_t> words = std::vector<uint64_t>(MAP_WORDS);

  // What is to be written to registers, and the clocks in which that was taken.
  std::deque<Write> writes;
  std::vector<int64_t> taken;
  bool answering = false;

  // Outputs take nothing in some clocks; what they were offered in the last one and did not take.
  uint64_t stalls = 0;
  std::vector<Offered> offered = std::vector<Offered>(PORTS + 1);

  // What the hardware did that it never does, and when; empty as long as it did not.
  std::string broken;

  Nic() : signals(top) {}

  // Offers the next register write, before the clock; sees what became of it.
  void offerWrite() {
    bool has = !answering && !writes.empty() && writes.front().clock <= int64_t(now);
    top.io_control_aw_valid = has;
    top.io_control_w_valid = has;
    top.io_control_w_payload_strb = 15;
    top.io_control_b_ready = 1;
    if (has) {
      top.io_control_aw_payload_addr = writes.front().offset;
      top.io_control_w_payload_data = writes.front().data;
    }
  }

  void seeWrite() {
    if (top.io_control_b_valid) {
      if (top.io_control_b_payload_resp != 0) {
        fail("a register write is refused");
      }
      answering = false;
    }
    if (top.io_control_aw_valid && top.io_control_aw_ready) {
      taken.push_back(now);
      writes.pop_front();
      answering = true;
    }
  }

  // A clock without packets.
  void idleClock() {
    now++;
    offerWrite();
    top.eval();
    seeWrite();
    clock();
  }

  bool takes(int port) const {
    uint64_t mixed = (stalls ^ now * 0x9e3779b97f4a7c15ULL) + port * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ mixed >> 30) * 0x94d049bb133111ebULL;
    return stalls == 0 || mixed >> 61 > 1;
  }

  void fail(const std::string& what) {
    if (broken.empty()) {
      broken = "clock " + std::to_string(now) + ": " + what;
    }
  }

  // What was offered and not taken has to be offered again, the same.
  void seeOutput(int port) {
    Offered next;
    if (signals.isOffered(port)) {
      next.waits = !signals.leaves(port);
      next.bytes.resize(BUS + 4);
      signals.leavingBytes(port, next.bytes.data(), BUS);
      next.bytes[BUS] = signals.leavingLast(port);
      next.bytes[BUS + 1] = signals.leavingFate(port);
      next.bytes[BUS + 2] = signals.leavingNumber(port);
      next.bytes[BUS + 3] = signals.leavingLength(port);
    }
    if (offered[port].waits && offered[port].bytes != next.bytes) {
      fail("an output changes a beat that was not taken, output " + std::to_string(port));
    }
    offered[port] = next;
  }

  void clock() {
    for (int bank = 0; bank < MAP_BANKS; bank++) {
      if (signals.writes(bank)) {
        words[wordAt(bank, signals.writtenRow(bank))] = signals.writtenData(bank);
      }
    }
    top.clk = 1;
    top.eval();
    top.clk = 0;
    top.eval();
  }

  // The word of a row of a bank, as the Scala object MapWord places it.
  static int64_t wordAt(int bank, int64_t row) {
    int bits = 0;
    while (1 << bits < MAP_BANKS) bits++;
    int64_t low = bank ^ row ^ row >> bits ^ row >> 2 * bits;
    return bits == 0 ? row : row << bits | (low & (MAP_BANKS - 1));
  }

  // Whether requests for map values are still to be done.
  bool isPosting() {
    for (int core = 0; core < CORES; core++) {
      if (signals.posting(core)) return true;
    }
    return false;
  }
};

// A stream into one port: the packet that comes, and how much of it has come.
struct Input {
  std::vector<int> packets;
  size_t next = 0;
  int current = -1;
  int64_t sent = 0;
};

// A stream out of one port.
struct Output {
  int64_t received = 0;
};

struct Batch {
  Nic& nic;
  const int64_t* in;
  const uint8_t* bytes;
  int64_t* out;
  uint8_t* frames;
  int count;
  int left;

  const int64_t* given(int packet) const { return in + packet * IN_FIELDS; }
  int64_t* met(int packet) const { return out + packet * OUT_FIELDS; }

  // Whether a number from the hardware is that of a packet that is under way.
  bool isUnderWay(int64_t packet, const char* what) {
    if (packet >= 0 && packet < count && met(packet)[BEGUN] > 0 && met(packet)[ENDED] == 0) {
      return true;
    }
    broken(packet, what);
    return false;
  }

  void broken(int64_t packet, const char* what) {
    nic.fail(std::string(what) + ", packet " + std::to_string(packet));
  }

  void end(int packet, int64_t fate) {
    met(packet)[ENDED] = nic.now;
    met(packet)[FATE] = fate;
    left--;
  }

  void offer(Input& input, int port, bool serial) {
    if (input.current < 0 && input.next < input.packets.size()) {
      int packet = input.packets[input.next];
      bool may = serial ? left == count - packet : int64_t(nic.now) >= given(packet)[CLOCK];
      if (given(packet)[CLOCK] < 0) {
        may = nic.top.io_hasRoom >> port & 1;
      }
      if (may) {
        input.current = packet;
        input.sent = 0;
        input.next++;
        met(packet)[BEGUN] = nic.now;
      }
    }
    const int64_t* packet = input.current < 0 ? nullptr : given(input.current);
    int64_t size = packet ? packet[LENGTH] - input.sent : 0;
    size = size > BUS ? BUS : size;
    nic.signals.input(port, packet != nullptr, packet && input.sent + size == packet[LENGTH],
                      packet ? bytes + packet[OFFSET] + input.sent : nullptr, size,
                      packet ? packet[IFINDEX] : 0, packet ? packet[QUEUE] : 0,
                      packet ? packet[TIME] : 0, packet ? packet[CPU] : 0,
                      packet ? input.current : 0, packet && packet[DAMAGED_FRAME]);
  }

  void refused(Input& input, int port) {
    if (input.current < 0) {
      return;
    }
    input.sent += BUS;
    if (input.sent >= given(input.current)[LENGTH]) {
      if (nic.signals.refused(port)) {
        end(input.current, OVERFLOW + nic.signals.reason(port));
      }
      input.current = -1;
    }
  }

  void leaving(Output& output, int port) {
    if (!nic.signals.leaves(port)) {
      return;
    }
    int64_t packet = nic.signals.leavingNumber(port);
    if (!isUnderWay(packet, "a beat of a packet that is not under way leaves")) {
      return;
    }
    int64_t length = nic.signals.leavingLength(port);
    int64_t size = length - output.received;
    size = size > BUS ? BUS : size;
    if (size <= 0 || output.received + size > FRAME_STRIDE) {
      broken(packet, "a packet leaves with a wrong length");
      return;
    }
    nic.signals.leavingBytes(port, frames + int64_t(packet) * FRAME_STRIDE + output.received, size);
    output.received += size;
    if (nic.signals.leavingLast(port)) {
      met(packet)[OUT_LENGTH] = output.received;
      met(packet)[OUTPUT] = port;
      met(packet)[METADATA] = nic.signals.leavingMetadata(port);
      met(packet)[TARGET] = nic.signals.leavingTarget(port);
      output.received = 0;
      end(packet, nic.signals.leavingFate(port));
    }
  }

  void traced(int core) {
    for (int half = 0; half < 2; half++) {
      int64_t* rows = &nic.rows[(core * 2 + half) * CONTEXTS];
      uint64_t starts = nic.signals.starts(core, half);
      for (int context = 0; starts >> context; context++) {
        if (starts >> context & 1) {
          rows[context] = 0;
        }
      }
      if (nic.signals.ends(core, half)) {
        int64_t packet = nic.signals.endNumber(core, half);
        if (!isUnderWay(packet, "a program ends of a packet that is not under way")) {
          return;
        }
        met(packet)[RESULT] = nic.signals.result(core, half);
        met(packet)[ROWS] = rows[nic.signals.endContext(core, half)];
      }
    }
    if (nic.signals.executes(core)) {
      nic.rows[(core * 2 + nic.signals.issueHalf(core)) * CONTEXTS + nic.signals.issueContext(core)]++;
    }
  }
};

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

void* weft_rtl_open() {
  Nic* nic = new Nic();
  nic->top.reset = 1;
  nic->top.clk = 0;
  nic->top.io_chosenCpu = 1;
  nic->signals.idle();
  for (int i = 0; i < 4; i++) {
    nic->clock();
  }
  return nic;
}

void weft_rtl_close(void* handle) { delete static_cast<Nic*>(handle); }

// Contents of map memory from a word on, while the NIC is reset.
void weft_rtl_preload(void* handle, int64_t word, int count, const int64_t* data) {
  Nic* nic = static_cast<Nic*>(handle);
  for (int i = 0; i < count; i++) {
    nic->top.io_preload_valid = 1;
    nic->top.io_preload_payload_word = word + i;
    nic->top.io_preload_payload_data = data[i];
    nic->clock();
    nic->words[word + i] = data[i];
  }
  nic->top.io_preload_valid = 0;
}

// Where the values of a map are for a CPU of a core.
void weft_rtl_describe(void* handle, int core, int cpu, int map, int64_t base, int64_t words,
                       int devices) {
  Nic* nic = static_cast<Nic*>(handle);
  nic->top.io_descriptor_valid = 1;
  nic->top.io_descriptor_payload_core = core;
  nic->top.io_descriptor_payload_cpu = cpu;
  nic->top.io_descriptor_payload_handle = map;
  nic->top.io_descriptor_payload_place_base = base;
  nic->top.io_descriptor_payload_place_words = words;
  nic->top.io_descriptor_payload_place_devices = devices;
  nic->clock();
  nic->top.io_descriptor_valid = 0;
}

// COUNT words of map memory, when all that packets stored is there: some clocks later.
void weft_rtl_words(void* handle, int64_t word, int count, int64_t* data) {
  Nic* nic = static_cast<Nic*>(handle);
  for (int i = 0; i < 8 || nic->isPosting(); i++) {
    nic->idleClock();
  }
  for (int i = 0; i < count; i++) {
    data[i] = nic->words[word + i];
  }
}

// The NIC begins, with writes to registers; the first packet can come in clock 1.
void weft_rtl_begin(void* handle, int chosenCpu, int count, const int32_t* offsets, const int32_t* data) {
  Nic* nic = static_cast<Nic*>(handle);
  nic->top.io_chosenCpu = chosenCpu;
  nic->clock();
  nic->top.reset = 0;
  for (int i = 0; i < count; i++) {
    nic->writes.push_back({0, uint32_t(offsets[i]), uint32_t(data[i])});
  }
  // Who has its turn in which clock goes by the clock's number.
  while (!nic->writes.empty() || nic->answering || nic->now % (2 * PORTS) != 0) {
    nic->idleClock();
  }
  nic->taken.clear();
  nic->now = 0;
}

void weft_rtl_schedule(void* handle, int64_t clock, int32_t offset, int32_t data) {
  static_cast<Nic*>(handle)->writes.push_back({clock, uint32_t(offset), uint32_t(data)});
}

// Clocks in which scheduled writes were taken, as many as there are room for; how many there are.
int weft_rtl_taken(void* handle, int64_t* clocks, int most) {
  Nic* nic = static_cast<Nic*>(handle);
  for (int i = 0; i < most && i < int(nic->taken.size()); i++) {
    clocks[i] = nic->taken[i];
  }
  return nic->taken.size();
}

int32_t weft_rtl_read(void* handle, int32_t offset) {
  Nic* nic = static_cast<Nic*>(handle);
  nic->top.io_control_ar_valid = 1;
  nic->top.io_control_ar_payload_addr = offset;
  nic->top.io_control_r_ready = 1;
  nic->top.eval();
  while (!nic->top.io_control_ar_ready) nic->idleClock();
  nic->idleClock();
  nic->top.io_control_ar_valid = 0;
  nic->top.eval();
  while (!nic->top.io_control_r_valid) nic->idleClock();
  int32_t data = nic->top.io_control_r_payload_data;
  nic->idleClock();
  return data;
}

// From now on outputs take nothing in about a quarter of all clocks; 0: they always take.
void weft_rtl_stall(void* handle, int64_t seed) { static_cast<Nic*>(handle)->stalls = seed; }

// What the hardware did that it never does, or an empty string.
const char* weft_rtl_broken(void* handle) { return static_cast<Nic*>(handle)->broken.c_str(); }

int64_t weft_rtl_now(void* handle) { return static_cast<Nic*>(handle)->now; }

// Runs COUNT packets until all have met their fate, at most LIMIT clocks; returns how many have not.
// Serial: each begins in the clock after the one before it has ended, and the call ends when all that
// they stored has been taken by map memory.
int weft_rtl_run(void* handle, int count, const int64_t* in, const uint8_t* bytes, int64_t* out,
                 uint8_t* frames, int64_t limit, int serial) {
  Nic& nic = *static_cast<Nic*>(handle);
  std::vector<Input> inputs(PORTS);
  std::vector<Output> outputs(PORTS + 1);
  Batch batch{nic, in, bytes, out, frames, count, count};
  for (int i = 0; i < count; i++) {
    inputs[batch.given(i)[PORT]].packets.push_back(i);
  }
  for (int64_t i = 0; i < limit && nic.broken.empty() && (batch.left > 0 || (serial && nic.isPosting())); i++) {
    nic.now++;
    nic.top.eval();
    for (int port = 0; port < PORTS; port++) {
      batch.offer(inputs[port], port, serial);
    }
    for (int port = 0; port <= PORTS; port++) {
      nic.signals.ready(port, nic.takes(port));
    }
    nic.offerWrite();
    nic.top.eval();
    for (int port = 0; port < PORTS; port++) {
      batch.refused(inputs[port], port);
      if (nic.signals.dropped(port)) {
        int64_t packet = nic.signals.droppedNumber(port);
        if (batch.isUnderWay(packet, "a packet that is not under way is dropped")) {
          batch.end(packet, nic.signals.droppedFate(port));
        }
      }
    }
    nic.seeWrite();
    for (int port = 0; port <= PORTS; port++) {
      nic.seeOutput(port);
      batch.leaving(outputs[port], port);
    }
    for (int core = 0; core < CORES; core++) {
      batch.traced(core);
    }
    nic.clock();
  }
  nic.signals.idle();
  return batch.left;
}
}
#pragma GCC visibility pop
