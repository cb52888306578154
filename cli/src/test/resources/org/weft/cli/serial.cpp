// Drives a board's serial line: frames from standard input in, answers to standard output.
#include <cstdint>
#include <cstdio>
#include <vector>

#include "VBoard.h"

namespace {

constexpr int CLOCKS_PER_BIT = 12;
constexpr int AROUND = 7;
constexpr int64_t PATIENCE = 4'000'000;

VBoard top;

// Bits that go out to the board, and the byte that comes from it.
std::vector<bool> bits;
size_t sent = 0;
int phase = 0;
int wait_ = -1;
int count = 0;
int byte_ = 0;

// A clock; whether a byte has come.
bool clock() {
  if (phase++ % CLOCKS_PER_BIT == 0) {
    top.rx = sent < bits.size() ? bits[sent++] : 1;
  }
  top.clk = 1;
  top.eval();
  top.clk = 0;
  top.eval();
  if (wait_ < 0) {
    if (!top.tx) {
      wait_ = CLOCKS_PER_BIT + CLOCKS_PER_BIT / 2;
      count = byte_ = 0;
    }
  } else if (wait_-- == 0) {
    if (count == 8) {
      wait_ = -1;
      return true;
    }
    byte_ |= top.tx << count++;
    wait_ = CLOCKS_PER_BIT - 1;
  }
  return false;
}

bool readFrame(std::vector<uint8_t>& frame) {
  frame.resize(3);
  if (fread(frame.data(), 1, 3, stdin) != 3) {
    return false;
  }
  frame.resize((frame[1] | frame[2] << 8) + AROUND);
  return fread(frame.data() + 3, 1, frame.size() - 3, stdin) == frame.size() - 3;
}

}  // namespace

int main() {
  top.rx = 1;
  for (int i = 0; i < 100; i++) {
    clock();
  }
  std::vector<uint8_t> frame;
  while (readFrame(frame)) {
    bits.clear();
    sent = 0;
    for (uint8_t byte : frame) {
      bits.push_back(false);
      for (int i = 0; i < 8; i++) {
        bits.push_back(byte >> i & 1);
      }
      bits.push_back(true);
    }
    std::vector<uint8_t> answer;
    for (int64_t i = 0; i < PATIENCE; i++) {
      if (clock()) {
        answer.push_back(byte_);
        if (answer.size() >= 3 && answer.size() == size_t(answer[1] | answer[2] << 8) + AROUND) {
          break;
        }
      }
    }
    fwrite(answer.data(), 1, answer.size(), stdout);
    fflush(stdout);
  }
}
