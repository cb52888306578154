package org.weft.bitstream;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.weft.isa.InputException;

/** Boards that bitstreams can be made for. */
public enum Board {
  ICE40_HX8K(
      "ice40-hx8k", "tiny", 7680, 32, 12_000, 12, "set_io clk J3\nset_io rx B10\nset_io tx B12\n");

  private final String text;
  private final String preset;
  private final int cells;
  private final int memories;
  private final int clockKhz;
  private final int clocksPerBit;
  private final String pins;

  Board(
      String text,
      String preset,
      int cells,
      int memories,
      int clockKhz,
      int clocksPerBit,
      String pins) {
    this.text = text;
    this.preset = preset;
    this.cells = cells;
    this.memories = memories;
    this.clockKhz = clockKhz;
    this.clocksPerBit = clocksPerBit;
    this.pins = pins;
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
        .orElseThrow(
            () ->
                new InputException(
                    "no board "
                        + name
                        + "; there are "
                        + Arrays.stream(values())
                            .map(Board::text)
                            .collect(Collectors.joining(", "))));
  }

  /** Its name. */
  public String text() {
    return text;
  }

  /** The machine that it takes, by default. */
  public String preset() {
    return preset;
  }

  /** Logic cells of its FPGA: a table of four inputs and a flip-flop each. */
  public int cells() {
    return cells;
  }

  /** Block memories of its FPGA, of 4,096 bits. */
  public int memories() {
    return memories;
  }

  /** Its clock. */
  public int clockKhz() {
    return clockKhz;
  }

  /** Clocks that a bit on the serial line takes. */
  public int clocksPerBit() {
    return clocksPerBit;
  }

  /** Where its signals are, as nextpnr reads it. */
  public String pins() {
    return pins;
  }
}
