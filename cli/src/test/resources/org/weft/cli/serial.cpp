// A board behind a pseudo-terminal: writes its name to standard output, then takes bytes from it to the
// board's serial line and back, until standard input ends.
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <deque>

#include "VBoard.h"

namespace {

constexpr int CLOCKS_PER_BIT = 12;

// Clocks between looks at the terminal, and idle ones before it is waited for: longer than any silence that means
// something to the board, 22 ms.
constexpr int LOOK = 1000;
constexpr int IDLE = 300'000;

VBoard top;

// Bits that go out to the board, and the byte that comes from it.
std::deque<bool> bits;
int phase = 0;
int pause_ = -1;
int count = 0;
int byte_ = 0;

// A clock; whether a byte has come.
bool tick() {
  if (phase++ % CLOCKS_PER_BIT == 0) {
    top.rx = bits.empty() || bits.front();
    if (!bits.empty()) {
      bits.pop_front();
    }
  }
  top.clk = 1;
  top.eval();
  top.clk = 0;
  top.eval();
  if (pause_ < 0) {
    if (!top.tx) {
      pause_ = CLOCKS_PER_BIT + CLOCKS_PER_BIT / 2;
      count = byte_ = 0;
    }
  } else if (pause_-- == 0) {
    if (count == 8) {
      pause_ = -1;
      return true;
    }
    byte_ |= top.tx << count++;
    pause_ = CLOCKS_PER_BIT - 1;
  }
  return false;
}

void send(uint8_t byte) {
  bits.push_back(false);
  for (int i = 0; i < 8; i++) {
    bits.push_back(byte >> i & 1);
  }
  bits.push_back(true);
}

int openTerminal() {
  int board = posix_openpt(O_RDWR | O_NOCTTY);
  grantpt(board);
  unlockpt(board);
  // It stays open at this side: nobody may be at the other one for a while.
  int host = open(ptsname(board), O_RDWR | O_NOCTTY);
  termios settings;
  tcgetattr(host, &settings);
  cfmakeraw(&settings);
  tcsetattr(host, TCSANOW, &settings);
  printf("%s\n", ptsname(board));
  fflush(stdout);
  return board;
}

}  // namespace

int main() {
  int terminal = openTerminal();
  top.rx = 1;
  int idle = 0;
  bool isAsked = false;
  for (;;) {
    pollfd fds[] = {{terminal, POLLIN, 0}, {0, POLLIN, 0}};
    poll(fds, 2, idle < IDLE ? 0 : -1);
    if (fds[1].revents) {
      return 0;
    }
    if (fds[0].revents & POLLIN) {
      uint8_t bytes[512];
      ssize_t length = read(terminal, bytes, sizeof bytes);
      for (ssize_t i = 0; i < length; i++) {
        send(bytes[i]);
      }
      isAsked = true;
      idle = 0;
    }
    for (int i = 0; i < LOOK; i++) {
      if (tick()) {
        if (!isAsked) {
          fprintf(stderr, "the board speaks before it is asked\n");
          return 1;
        }
        uint8_t byte = byte_;
        if (write(terminal, &byte, 1) != 1) {
          return 1;
        }
        idle = 0;
      }
      idle = bits.empty() ? idle + 1 : 0;
    }
  }
}
