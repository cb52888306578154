// Drives the Verilated NIC packet by packet behind a C interface. `signals.h` is made for each machine:
// it names the model's ports in arrays.
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "VNic.h"
#if VM_TRACE
#include "verilated_fst_c.h"
#endif
#include "signals.h"

namespace {

// What is known of a packet before it comes, and after it has left: as in the Java class
// RtlModel; fates as Fate.ofCode has them.
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

// A beat that an output offered and that was not taken.
struct Offered {
  bool waits = false;
  std::array<uint8_t, BUS + 4> bytes;
};

// A number for each clock, channel and seed.
uint64_t mixed(uint64_t seed, uint64_t clock, uint64_t channel) {
  uint64_t mixed = (seed ^ clock * 0x9e3779b97f4a7c15ULL) + channel * 0xbf58476d1ce4e5b9ULL;
  return (mixed ^ mixed >> 30) * 0x94d049bb133111ebULL;
}

// The memory behind the memory port: what is read is what was there when it was asked for, what is written is there when
// that is answered, each in its order and a latency after it came, or later if it stalls.
struct Memory {
  using Beat = std::array<uint64_t, 8>;
  struct Write {
    uint64_t due;
    uint64_t address;
    Beat beat;
    uint64_t bytes;
  };
  struct Read {
    uint64_t due;
    Beat beat;
  };
  std::vector<uint64_t> words = std::vector<uint64_t>(MEMORY_WORDS);
  uint64_t now = 0;
  uint64_t latency = 100;
  uint64_t stalls = 0;
  std::deque<Read> reads;
  std::deque<uint64_t> addresses;
  std::deque<Write> beats;
  std::deque<Write> writes;

  // By channel: what was offered and not taken.
  bool waits[3] = {};
  uint64_t offered[3] = {};
  const char* broken = nullptr;

  // Answers are always taken, so that they may stall in any clock.
  bool takes(int channel) const { return stalls == 0 || mixed(stalls, now, channel) >> 61 > 2; }
  bool hasRead() const { return !reads.empty() && reads.front().due <= now && takes(3); }
  bool hasWritten() const { return !writes.empty() && writes.front().due <= now && takes(4); }
  const Beat& read() const { return reads.front().beat; }
  void readTaken() { reads.pop_front(); }

  void writtenTaken() {
    const Write& write = writes.front();
    for (int i = 0; i < 64; i++) {
      if (write.bytes >> i & 1) {
        std::memcpy(reinterpret_cast<uint8_t*>(&words[write.address / 8]) + i,
                    reinterpret_cast<const uint8_t*>(write.beat.data()) + i, 1);
      }
    }
    writes.pop_front();
  }

  void asked(uint64_t address) {
    if (!check(address)) return;
    Read read{now + latency, {}};
    std::memcpy(read.beat.data(), &words[address / 8], 64);
    reads.push_back(read);
  }

  void address(uint64_t address) {
    if (!check(address)) return;
    addresses.push_back(address);
    join();
  }

  void data(const Beat& beat, uint64_t bytes) {
    beats.push_back({0, 0, beat, bytes});
    join();
  }

  bool check(uint64_t address) {
    if (address % 64 != 0 || address / 8 + 8 > words.size()) broken = "an address is none of the memory's";
    return !broken;
  }

  void join() {
    if (addresses.empty() || beats.empty()) return;
    Write write = beats.front();
    write.due = now + latency;
    write.address = addresses.front();
    writes.push_back(write);
    addresses.pop_front();
    beats.pop_front();
  }

  // What was offered and not taken has to be offered again, the same.
  void sees(int channel, bool valid, bool ready, uint64_t payload) {
    if (waits[channel] && (!valid || payload != offered[channel])) broken = "the memory port changes what was not taken";
    waits[channel] = valid && !ready;
    offered[channel] = payload;
  }
};

// The host's memory, by words, and bursts to it: an address and data may come in any order.
struct Host {
  std::unordered_map<uint64_t, uint64_t> words;
  std::deque<std::pair<uint64_t, int>> addresses;
  std::deque<uint64_t> coming;
  std::deque<uint64_t> lengths;
  int complete = 0;
  int length = 0;
  const char* broken = nullptr;

  void address(uint64_t place, int count) {
    if (place / 64 != (place + 8 * count - 1) / 64 || place % 8 != 0) broken = "a burst of events crosses 64 bytes";
    addresses.push_back({place, count});
    finish();
  }

  void data(uint64_t word, bool last) {
    coming.push_back(word);
    length++;
    if (last) {
      lengths.push_back(length);
      length = 0;
    }
    finish();
  }

  void answered() { complete--; }

  void finish() {
    while (!addresses.empty() && !lengths.empty()) {
      auto [place, count] = addresses.front();
      if (uint64_t(count) != lengths.front()) broken = "a burst of events has another length";
      for (uint64_t i = 0; i < lengths.front(); i++) {
        words[place + 8 * i] = coming.front();
        coming.pop_front();
      }
      addresses.pop_front();
      lengths.pop_front();
      complete++;
    }
  }
};

struct Nic {
  VNic top;
  Signals signals;
  uint64_t now = 0;
  std::vector<int64_t> rows = std::vector<int64_t>(CORES * 2 * CONTEXTS);

  // What map memory holds: all that was written there.
  std::vector<uint64_t> words = std::vector<uint64_t>(MAP_WORDS);

  // Beats of the keys in tables; 32 entries each: which are there.
  std::vector<std::array<uint8_t, 16>> keys = std::vector<std::array<uint8_t, 16>>(TABLE_ENTRIES);
  std::vector<uint32_t> there = std::vector<uint32_t>(TABLE_ENTRIES / 32);

  // Rows in their memory stage since the last batch began, as the Java class RowEvent has them, if somebody asks.
  bool watches = false;
  uint64_t begun = 0;
  std::vector<int64_t> events;

  // The number of the packet whose first beat comes next.
  uint32_t number = 0;

  // What is to be written to registers, and the clocks in which that was taken.
  std::deque<Write> writes;
  std::vector<int64_t> taken;
  bool answering = false;

  Host host;

  // Outputs take nothing in some clocks; what they were offered in the last one and did not take.
  uint64_t stalls = 0;
  std::vector<Offered> offered = std::vector<Offered>(PORTS + 1);

  // The signals of some clocks, in a file: a clock lasts so many picoseconds.
#if VM_TRACE
  VerilatedFstC* wave = nullptr;
#endif
  bool started = false;
  uint64_t waveFrom = 0;
  uint64_t waveTo = 0;
  uint64_t period = 0;

  Memory memory;

  // What the hardware did that it never does, and when; empty as long as it did not.
  std::string broken;

  Nic() : signals(top) {
#if VM_TRACE
    Verilated::traceEverOn(true);
#endif
  }

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

  // What memory does, before the clock; what it is asked.
  void offerMemory() {
    memory.now++;
    signals.offerMemory(memory);
  }

  void seeMemory() {
    signals.seeMemory(memory);
    if (memory.broken) fail(memory.broken);
  }

  // What the host memory takes, and answers, before the clock; what it is given.
  void offerHost() {
    signals.hostReady(takes(PORTS + 1), takes(PORTS + 2), host.complete > 0 && takes(PORTS + 3));
  }

  void seeHost() {
    signals.seeHost(host);
    if (host.broken) fail(host.broken);
  }

  // A clock without packets.
  void idleClock() {
    now++;
    offerWrite();
    offerMemory();
    offerHost();
    top.eval();
    seeWrite();
    seeMemory();
    seeHost();
    edge();
  }

  bool takes(int port) const {
    return stalls == 0 || mixed(stalls, now, port) >> 61 > 1;
  }

  void fail(const std::string& what) {
    if (broken.empty()) {
      broken = "clock " + std::to_string(now) + ": " + what;
    }
  }

  // What was offered and not taken has to be offered again, the same.
  void seeOutput(int port) {
    Offered& before = offered[port];
    bool waits = signals.isOffered(port) && !signals.leaves(port);
    if (!before.waits && !waits) {
      return;
    }
    Offered now;
    now.waits = waits;
    now.bytes.fill(0);
    if (signals.isOffered(port)) {
      signals.leavingBytes(port, now.bytes.data(), BUS);
      now.bytes[BUS] = signals.leavingLast(port);
      now.bytes[BUS + 1] = signals.leavingFate(port);
      now.bytes[BUS + 2] = signals.leavingNumber(port);
      now.bytes[BUS + 3] = signals.leavingLength(port);
    }
    if (before.waits && (!signals.isOffered(port) || before.bytes != now.bytes)) {
      fail("an output changes a beat that was not taken, output " + std::to_string(port));
    }
    before = now;
  }

  // A clock in which nothing is looked at.
  void clock() {
    top.eval();
    edge();
  }

  // The end of a clock whose signals have settled. Those of the next one settle with its inputs, in one evaluation
  // together with the falling edge.
  void edge() {
    for (int bank = 0; bank < MAP_BANKS; bank++) {
      if (signals.writes(bank)) {
        words[wordAt(bank, signals.writtenRow(bank))] = signals.writtenData(bank);
      }
    }
    signals.seeTables(keys, there);
    dump(0);
    top.clk = 1;
    top.eval();
    dump(period / 2);
    top.clk = 0;
  }

  // What signals are, some picoseconds after the beginning of the clock.
  void dump(uint64_t after) {
#if VM_TRACE
    if (wave && started && now >= waveFrom && now <= waveTo) {
      wave->dump(now * period + after);
    }
#endif
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
    if (signals.memoryBusy()) return true;
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
  uint32_t number = 0;
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

  // The batch's packets in the order in which they came, and the number of the first.
  std::vector<int> came;
  uint32_t first = nic.number;

  const int64_t* given(int packet) const { return in + packet * IN_FIELDS; }
  int64_t* met(int packet) const { return out + packet * OUT_FIELDS; }

  // The packet under way that has a number in the hardware, or one below zero.
  int64_t underWay(uint32_t number, const char* what) {
    uint32_t place = number - first;
    if (place < came.size() && met(came[place])[ENDED] == 0) {
      return came[place];
    }
    broken(number, what);
    return -1;
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
        input.number = nic.number++;
        came.push_back(packet);
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
                      packet ? input.number : 0, packet && packet[DAMAGED_FRAME]);
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
    int64_t packet = underWay(nic.signals.leavingNumber(port), "a beat of a packet that is not under way leaves");
    if (packet < 0) {
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
        uint32_t number = nic.signals.endNumber(core, half);
        int64_t packet = underWay(number, "a program ends of a packet that is not under way");
        if (packet < 0) {
          return;
        }
        met(packet)[RESULT] = nic.signals.result(core, half);
        met(packet)[ROWS] = rows[nic.signals.endContext(core, half)];
      }
    }
    if (nic.watches && nic.signals.issues(core)) {
      int64_t thread = nic.signals.issueContext(core) << 1 | nic.signals.issueHalf(core);
      nic.events.push_back(int64_t(nic.now - nic.begun) << 33 | int64_t(core) << 27 | thread << 21 |
                           int64_t(nic.signals.issueRow(core)) << 1 | nic.signals.executes(core));
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

void weft_rtl_close(void* handle) {
  Nic* nic = static_cast<Nic*>(handle);
#if VM_TRACE
  if (nic->wave) {
    nic->wave->close();
    delete nic->wave;
  }
#endif
  delete nic;
}

// Writes signals of clocks FROM to TO, of so many picoseconds each, to a file; only if the model was made for it.
void weft_rtl_wave(void* handle, const char* path, int64_t from, int64_t to, int64_t period) {
#if VM_TRACE
  Nic* nic = static_cast<Nic*>(handle);
  nic->waveFrom = from;
  nic->waveTo = to;
  nic->period = period;
  nic->wave = new VerilatedFstC;
  nic->top.trace(nic->wave, 99);
  nic->wave->open(path);
#endif
}

// What was stored goes on its way to map memory, into the banks.
static void settle(Nic* nic) {
  for (int i = 0; i < 8 || nic->isPosting(); i++) {
    nic->idleClock();
  }
}

void weft_rtl_settle(void* handle) { settle(static_cast<Nic*>(handle)); }

// Clocks until who has its turn is the same as after a clock.
void weft_rtl_align(void* handle, int64_t clock) {
  Nic* nic = static_cast<Nic*>(handle);
  while ((nic->now - clock) % (2 * PORTS) != 0) nic->idleClock();
}

// Contents of map memory from a word on, or below zero behind the memory port, before packets come; over what the table writer stored.
void weft_rtl_preload(void* handle, int64_t word, int count, const int64_t* data) {
  Nic* nic = static_cast<Nic*>(handle);
  settle(nic);
  if (word < 0) {
    std::memcpy(&nic->memory.words[word & INT64_MAX], data, 8 * int64_t(count));
    return;
  }
  for (int i = 0; i < count; i++) {
    nic->top.io_preload_valid = 1;
    nic->top.io_preload_payload_word = word + i;
    nic->top.io_preload_payload_data = data[i];
    nic->idleClock();
    nic->words[word + i] = data[i];
  }
  nic->top.io_preload_valid = 0;
}

// The memory behind the memory port answers so many clocks later; it stalls in some clocks, but for 0.
void weft_rtl_memory(void* handle, int latency, int64_t stalls) {
  Nic* nic = static_cast<Nic*>(handle);
  nic->memory.latency = latency;
  nic->memory.stalls = stalls;
}

// Whether an entry, counted from the first beat of all keys on, is there.
int weft_rtl_there(void* handle, int64_t entry) {
  return static_cast<Nic*>(handle)->there[entry / 32] >> entry % 32 & 1;
}

void weft_rtl_key(void* handle, int64_t beat, uint8_t* bytes) {
  std::memcpy(bytes, static_cast<Nic*>(handle)->keys[beat].data(), 16);
}

// COUNT words of map memory, when all that packets stored is there: some clocks later.
void weft_rtl_words(void* handle, int64_t word, int count, int64_t* data) {
  Nic* nic = static_cast<Nic*>(handle);
  settle(nic);
  for (int i = 0; i < count; i++) {
    data[i] = word < 0 ? nic->memory.words[(word & INT64_MAX) + i] : nic->words[word + i];
  }
}

// COUNT words of host memory from an address on; what was not written is zero.
void weft_rtl_host(void* handle, int64_t address, int count, int64_t* data) {
  auto& words = static_cast<Nic*>(handle)->host.words;
  for (int i = 0; i < count; i++) {
    auto word = words.find(address + 8 * i);
    data[i] = word == words.end() ? 0 : word->second;
  }
}

// The NIC is reset no more.
void weft_rtl_begin(void* handle, int chosenCpu) {
  Nic* nic = static_cast<Nic*>(handle);
  nic->top.io_chosenCpu = chosenCpu;
  nic->clock();
  nic->top.reset = 0;
  nic->now = 0;
}

// Registers are written, one after the other, while no packets come.
void weft_rtl_write(void* handle, int count, const int32_t* offsets, const int32_t* data) {
  Nic* nic = static_cast<Nic*>(handle);
  for (int i = 0; i < count; i++) {
    nic->writes.push_back({0, uint32_t(offsets[i]), uint32_t(data[i])});
  }
  while (!nic->writes.empty() || nic->answering) nic->idleClock();
}

// The first packet can come in clock 1.
void weft_rtl_start(void* handle) {
  Nic* nic = static_cast<Nic*>(handle);
  // Who has its turn in which clock goes by the clock's number.
  while (nic->now % (2 * PORTS) != 0) nic->idleClock();
  nic->taken.clear();
  nic->now = 0;
  nic->started = true;
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

// The packet whose first beat comes next has this number; those behind it count on.
void weft_rtl_number(void* handle, int32_t number) { static_cast<Nic*>(handle)->number = number; }

// From now on outputs take nothing in about a quarter of all clocks; 0: they always take.
void weft_rtl_stall(void* handle, int64_t seed) { static_cast<Nic*>(handle)->stalls = seed; }

// What the hardware did that it never does, or an empty string.
const char* weft_rtl_broken(void* handle) { return static_cast<Nic*>(handle)->broken.c_str(); }

// From now on rows are watched.
void weft_rtl_watch(void* handle) { static_cast<Nic*>(handle)->watches = true; }

// Rows of the last batch, as many as there is room for; how many there are.
int weft_rtl_rows(void* handle, int64_t* rows, int most) {
  Nic* nic = static_cast<Nic*>(handle);
  for (int i = 0; i < most && i < int(nic->events.size()); i++) {
    rows[i] = nic->events[i];
  }
  return nic->events.size();
}

int64_t weft_rtl_now(void* handle) { return static_cast<Nic*>(handle)->now; }

// Runs CLOCKS clocks with nothing but the frame, over and over into each port as long as there is room: what driving
// the model costs without looking at what it does.
void weft_rtl_bare(void* handle, const uint8_t* frame, int64_t length, int64_t clocks) {
  Nic& nic = *static_cast<Nic*>(handle);
  std::vector<int64_t> sent(PORTS);
  for (int64_t i = 0; i < clocks; i++) {
    for (int port = 0; port < PORTS; port++) {
      bool valid = sent[port] > 0 || (nic.top.io_hasRoom >> port & 1);
      int64_t size = length - sent[port] > BUS ? BUS : length - sent[port];
      nic.signals.input(port, valid, size == length - sent[port], frame + sent[port], size, 1, 0, 0, 0, 0, false);
      sent[port] = !valid || sent[port] + size == length ? 0 : sent[port] + size;
    }
    nic.top.eval();
    nic.top.clk = 1;
    nic.top.eval();
    nic.top.clk = 0;
  }
  nic.now += clocks;
}

// Runs COUNT packets until all have met their fate, at most LIMIT clocks; returns how many have not.
// Serial: each begins in the clock after the one before it has ended, and the call ends when all that
// they stored has been taken by map memory.
int weft_rtl_run(void* handle, int count, const int64_t* in, const uint8_t* bytes, int64_t* out,
                 uint8_t* frames, int64_t limit, int serial) {
  Nic& nic = *static_cast<Nic*>(handle);
  nic.begun = nic.now;
  nic.events.clear();
  std::vector<Input> inputs(PORTS);
  std::vector<Output> outputs(PORTS + 1);
  Batch batch{nic, in, bytes, out, frames, count, count};
  for (int i = 0; i < count; i++) {
    inputs[batch.given(i)[PORT]].packets.push_back(i);
  }
  for (int64_t i = 0; i < limit && nic.broken.empty() && (batch.left > 0 || (serial && nic.isPosting())); i++) {
    nic.now++;
    for (int port = 0; port < PORTS; port++) {
      batch.offer(inputs[port], port, serial);
    }
    for (int port = 0; port <= PORTS; port++) {
      nic.signals.ready(port, nic.takes(port));
    }
    nic.offerWrite();
    nic.offerMemory();
    nic.offerHost();
    nic.top.eval();
    nic.seeMemory();
    nic.seeHost();
    for (int port = 0; port < PORTS; port++) {
      batch.refused(inputs[port], port);
      if (nic.signals.dropped(port)) {
        uint32_t number = nic.signals.droppedNumber(port);
        int64_t packet = batch.underWay(number, "a packet that is not under way is dropped");
        if (packet >= 0) {
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
    nic.edge();
  }
  nic.signals.idle();
  return batch.left;
}
}
#pragma GCC visibility pop
