package org.weft.bitstream.vivado;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.weft.isa.InputException;

/** Designs around a NIC that others publish: PCI Express, MACs, and a place for user logic. */
public enum Shell {
  /** Its application block. */
  CORUNDUM(
      "https://github.com/corundum/corundum",
      "1ca0151b97af85aa5dd306d74b6bcec65904d2ce",
      "mqnic_app_block",
      "fpga/app/template/rtl/mqnic_app_block.v",
      "weft_corundum",
      "fpga"),
  /** The plugin of its 250 MHz box. */
  OPENNIC(
      "https://github.com/Xilinx/open-nic-shell",
      "940907fc99fc8d73dbea0028b3a23095a660a42a",
      "box_250mhz",
      "src/box_250mhz/box_250mhz.sv",
      "weft_250mhz",
      "open_nic_shell");

  /** The clock that both give to user logic. */
  public static final int CLOCK_KHZ = 250_000;

  private final String repository;
  private final String commit;
  private final String block;
  private final String blockFile;
  private final String wrapper;
  private final String top;

  Shell(
      String repository,
      String commit,
      String block,
      String blockFile,
      String wrapper,
      String top) {
    this.repository = repository;
    this.commit = commit;
    this.block = block;
    this.blockFile = blockFile;
    this.wrapper = wrapper;
    this.top = top;
  }

  /**
   * The shell of a name.
   *
   * @throws InputException when there is none
   */
  public static Shell of(String name) {
    return Arrays.stream(values())
        .filter(shell -> shell.text().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException("no shell " + name + "; there are " + names(List.of(values()))));
  }

  /** Names, for people. */
  static String names(List<Shell> shells) {
    return shells.stream().map(Shell::text).collect(Collectors.joining(", "));
  }

  /** Its name. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Where it is published. */
  public String repository() {
    return repository;
  }

  /** The version of it that projects are written for. */
  public String commit() {
    return commit;
  }

  /** Its module that the NIC is in. */
  String block() {
    return block;
  }

  /** The file of its checkout that this module, or one with the same ports, is in. */
  String blockFile() {
    return blockFile;
  }

  /** Our module around the NIC. */
  String wrapper() {
    return wrapper;
  }

  /** Its module that is the whole FPGA. */
  String top() {
    return top;
  }
}
