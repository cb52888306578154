package org.weft.bitstream;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.weft.isa.InputException;

/** Boards that bitstreams can be made for. */
public enum Board {
  /**
   * The iCE40-HX8K breakout board. Block memories are of 4,096 bits; a table and a flip-flop share
   * a logic cell, so that there are as many of both.
   */
  ICE40_HX8K(
      "ice40-hx8k",
      new Device("iCE40-HX8K-CT256", new Resources(7680, 7680, 32, 0, 0)),
      "tiny",
      12_000),

  /** The board of the NetFPGA project. Block memories are counted in halves, of 18 Kbit. */
  NETFPGA_SUME(
      "netfpga-sume",
      new Device("xc7vx690tffg1761-3", new Resources(433_200, 866_400, 2_940, 0, 3_600)),
      "hxdp",
      250_000),

  /** The same holds for its block memories. */
  ALVEO_U50(
      "alveo-u50",
      new Device("xcu50-fsvh2104-2-e", new Resources(871_680, 1_743_360, 2_688, 640, 5_952)),
      "nic100",
      250_000),

  /** The same holds for its block memories. */
  ALVEO_U250(
      "alveo-u250",
      new Device("xcu250-figd2104-2l-e", new Resources(1_728_000, 3_456_000, 5_376, 1_280, 12_288)),
      "nic100",
      250_000);

  private final String text;
  private final Device device;
  private final String preset;
  private final int clockKhz;

  Board(String text, Device device, String preset, int clockKhz) {
    this.text = text;
    this.device = device;
    this.preset = preset;
    this.clockKhz = clockKhz;
  }

  /**
   * The board of a name.
   *
   * @throws InputException when there is none
   */
  public static Board of(String name) {
    return Arrays.stream(values())
        .filter(board -> board.text.equals(name))
        .findFirst()
        .orElseThrow(() -> new InputException("no board " + name + "; there are " + names()));
  }

  /** Names of all, for people. */
  public static String names() {
    return Arrays.stream(values()).map(Board::text).collect(Collectors.joining(", "));
  }

  /** Its name. */
  public String text() {
    return text;
  }

  /** Its FPGA. */
  public Device device() {
    return device;
  }

  /** The machine that it takes, by default. */
  public String preset() {
    return preset;
  }

  /** The clock that its machine runs at. */
  public int clockKhz() {
    return clockKhz;
  }
}
