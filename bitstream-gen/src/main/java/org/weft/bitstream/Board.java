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
      12_000);

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
