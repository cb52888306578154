package org.weft.bitstream.vivado;

import java.util.List;
import java.util.Locale;
import org.weft.isa.machine.MachineSpec;

/** {@code tcl/settings.tcl}: what the scripts are run for. */
final class Settings {
  /** The letters WEFT: which application Corundum's host finds. */
  private static final String APPLICATION = "32'h57454654";

  private final Card card;
  private final MachineSpec machine;
  private final int ports;

  Settings(Card card, MachineSpec machine) {
    this.card = card;
    this.machine = machine;
    this.ports = Math.min(machine.ports(), card.connectors());
  }

  /**
   * As Tcl.
   *
   * @param build eight hexadecimal digits by which the shell's registers name the build
   * @param sources files of the NIC
   * @param constraints files of constraints
   */
  String text(String build, List<String> sources, List<String> constraints) {
    Shell shell = card.shell();
    StringBuilder text = new StringBuilder("# What this project is made for.\n");
    text.append("namespace eval weft {\n");
    set(text, "shell", shell.text());
    set(text, "shell_repository", shell.repository());
    set(text, "shell_commit", shell.commit());
    set(text, "shell_project", card.folder());
    set(text, "shell_variant", card.variant());
    set(text, "shell_tag", card.variant() + "_weft");
    set(text, "shell_files", braced(card.shellFiles()));
    set(text, "block", shell.block());
    set(text, "block_file", shell.blockFile());
    set(text, "part", card.part());
    set(text, "top", shell.top());
    set(text, "sources", braced(sources));
    set(text, "constraints", braced(constraints));
    set(text, "parameters", braced(parameters(build)));
    set(text, "shell_mhz", mhz(Shell.CLOCK_KHZ));
    set(text, "clock_mhz", mhz(machine.clockKhz()));
    set(text, "has_clock", machine.clockKhz() == Shell.CLOCK_KHZ ? "0" : "1");
    set(text, "flash", "{" + card.flash() + "}");
    set(text, "jobs", "4");
    return text.append("}\n").toString();
  }

  private static void set(StringBuilder text, String name, String value) {
    text.append("    variable ").append(name).append(' ').append(value).append('\n');
  }

  private static String braced(List<String> words) {
    return "{" + String.join(" ", words) + "}";
  }

  private static String mhz(int khz) {
    return String.format(Locale.ROOT, "%.3f", khz / 1e3);
  }

  private List<String> parameters(String build) {
    return switch (card.shell()) {
      case CORUNDUM ->
          List.of(
              "IF_COUNT " + ports,
              "PORTS_PER_IF 1",
              "SCHED_PER_IF 1",
              "APP_ENABLE 1",
              "APP_ID " + APPLICATION,
              "APP_CTRL_ENABLE 0",
              "APP_DMA_ENABLE 0",
              "APP_AXIS_DIRECT_ENABLE 0",
              "APP_AXIS_SYNC_ENABLE 1",
              "APP_AXIS_IF_ENABLE 0",
              "APP_STAT_ENABLE 0",
              "BUILD_DATE 32'd0",
              "RELEASE_INFO 32'h" + build);
      case OPENNIC ->
          List.of(
              "-num_cmac_port " + ports,
              "-num_phys_func " + ports,
              "-num_qdma 1",
              "-use_phys_func 1",
              "-build_timestamp " + build);
    };
  }
}
