package org.weft.bitstream.vivado;

import java.util.Arrays;
import java.util.List;
import org.weft.bitstream.Board;
import org.weft.isa.InputException;

/** A board with a shell. */
public enum Card {
  SUME_CORUNDUM(
      Board.NETFPGA_SUME,
      Shell.CORUNDUM,
      "xc7vx690tffg1761-3",
      4,
      8,
      "fpga/mqnic/NetFPGA_SUME/fpga",
      "fpga",
      "32 BPIx16 0x00000000"),
  U50_CORUNDUM(
      Board.ALVEO_U50,
      Shell.CORUNDUM,
      "xcu50-fsvh2104-2-e",
      1,
      64,
      "fpga/mqnic/Alveo/fpga_100g",
      "fpga_AU50",
      "128 SPIx4 0x01002000"),
  U50_OPENNIC(
      Board.ALVEO_U50,
      Shell.OPENNIC,
      "xcu50-fsvh2104-2-e",
      1,
      64,
      "script",
      "au50",
      "128 SPIx4 0x01002000"),
  U250_CORUNDUM(
      Board.ALVEO_U250,
      Shell.CORUNDUM,
      "xcu250-figd2104-2-e",
      2,
      64,
      "fpga/mqnic/Alveo/fpga_100g",
      "fpga_AU250",
      "128 SPIx4 0x01002000"),
  U250_OPENNIC(
      Board.ALVEO_U250,
      Shell.OPENNIC,
      "xcu250-figd2104-2l-e",
      2,
      64,
      "script",
      "au250",
      "128 SPIx4 0x01002000");

  private final Board board;
  private final Shell shell;
  private final String part;
  private final int connectors;
  private final int streamBytes;
  private final String folder;
  private final String variant;
  private final String flash;

  Card(
      Board board,
      Shell shell,
      String part,
      int connectors,
      int streamBytes,
      String folder,
      String variant,
      String flash) {
    this.board = board;
    this.shell = shell;
    this.part = part;
    this.connectors = connectors;
    this.streamBytes = streamBytes;
    this.folder = folder;
    this.variant = variant;
    this.flash = flash;
  }

  /**
   * A board with a shell.
   *
   * @param shell or null for the board's first one
   * @throws InputException when the shell does not know the board
   */
  public static Card of(Board board, Shell shell) {
    List<Card> cards = Arrays.stream(values()).filter(card -> card.board == board).toList();
    return cards.stream()
        .filter(card -> shell == null || card.shell == shell)
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "shell "
                        + shell.text()
                        + " does not know board "
                        + board.text()
                        + "; use "
                        + Shell.names(cards.stream().map(Card::shell).toList())));
  }

  /** Whether a board is one of these. */
  public static boolean has(Board board) {
    return Arrays.stream(values()).anyMatch(card -> card.board == board);
  }

  /** The board. */
  public Board board() {
    return board;
  }

  /** The shell. */
  public Shell shell() {
    return shell;
  }

  /** The FPGA as the shell's project names it. */
  String part() {
    return part;
  }

  /** Network ports that the board has connectors for. */
  public int connectors() {
    return connectors;
  }

  /** Whether the FPGA has UltraRAM, and so is an UltraScale+. */
  boolean hasUltraRam() {
    return board.device().capacity().urams() > 0;
  }

  /** Width of the shell's streams. */
  int streamBytes() {
    return streamBytes;
  }

  /** The folder of the checkout that the shell's design for the board is in. */
  String folder() {
    return folder;
  }

  /** What the shell calls the board. */
  String variant() {
    return variant;
  }

  /** What the scripts read of the shell's checkout, beside what these files name. */
  List<String> shellFiles() {
    return switch (shell) {
      case CORUNDUM ->
          List.of(
              folder + "/" + variant + "/Makefile",
              folder + "/" + variant + "/config.tcl",
              shell.blockFile());
      case OPENNIC ->
          List.of(
              folder + "/build.tcl",
              folder + "/board_settings/" + variant + ".tcl",
              shell.blockFile());
    };
  }

  /** The board's flash: size in MB, interface, address of the bitstream. */
  String flash() {
    return flash;
  }
}
