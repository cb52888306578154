package org.weft.examples.traffic;

/**
 * One conversation between a host inside (10.0.0.1 and up; 2001:db8:10::1 and up) and one of four
 * servers outside (192.0.2.1 to 192.0.2.4; 2001:db8::1 to 2001:db8::4). The fourth server is a
 * stranger: it sends although nobody asked, and gets no answers.
 *
 * @param number from 0
 */
record Flow(int number) {
  private static final int[] SERVER_PORTS = {80, 443, 53, 8080};
  private static final int SERVERS = 4;

  int insideAddress() {
    return 0x0a000001 + number;
  }

  int outsideAddress() {
    return 0xc0000201 + server();
  }

  int insidePort() {
    return 1024 + number * 7 % 60000;
  }

  int outsidePort() {
    return SERVER_PORTS[number / SERVERS % SERVER_PORTS.length];
  }

  int server() {
    return number % SERVERS;
  }

  boolean fromStranger() {
    return server() == SERVERS - 1;
  }
}
