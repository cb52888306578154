package org.weft.bitstream.vivado;

import java.util.Locale;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;

/** {@code README.md} of a project. */
final class Readme {
  private final Card card;
  private final MachineSpec machine;
  private final ProgramImage image;
  private final int ports;

  /**
   * A page.
   *
   * @param image the program that the NIC is for, or null
   */
  Readme(Card card, MachineSpec machine, ProgramImage image) {
    this.card = card;
    this.machine = machine;
    this.image = image;
    this.ports = Math.min(machine.ports(), card.connectors());
  }

  String text() {
    return title() + build() + contents() + path() + program();
  }

  private String title() {
    return """
        # weft's NIC for %s, in %s

        A Vivado project for machine `%s` (cores: %d, lanes: %d, %.3f MHz, ports used: %d), written by `weft bitstream`. It holds no bitstream, and nothing of it was built with Vivado before it came to you: weft's tests run
        the scripts with commands that stand for Vivado's, and lint and simulate the Verilog.

        """
        .formatted(
            card.board().text(),
            card.shell().text(),
            machine.name(),
            machine.cores(),
            machine.lanes(),
            machine.clockKhz() / 1e3,
            ports);
  }

  private String build() {
    return """
        ## Building

        ```
        git clone %s shell && git -C shell checkout %s
        tclsh tcl/checkout.tcl shell      # looks whether it is what this project needs; also the first step below
        ./build.sh shell
        ```

        needs Vivado on PATH with a licence for %s, and takes hours. Steps are `create_project`, `synthesise`, `implement`
        and `write_bitstream`; each is a script in `tcl/` that Vivado runs in batch mode, its log is in `logs/`, and a step
        that is done is not done again. Paths that are too slow end `implement` with the slack. What comes out:
        `results/weft.bit`, `results/weft.mcs` for the flash, reports beside them.

        The shell is expected at the commit above, for which the NIC's wrapper was written. Another one is taken, with a note,
        if it has the files and if `%s` has the same ports.

        """
        .formatted(
            card.shell().repository(), card.shell().commit(), card.part(), card.shell().block());
  }

  private String contents() {
    String shells =
        card.shell() == Shell.CORUNDUM
            ? "| `rtl/mqnic_app_block.v` | the block that the shell instantiates, with its parameters |\n"
            : "| `plugin/` | how the shell's 250 MHz box includes the NIC |\n";
    return """
        ## What is here

        | file | |
        |---|---|
        | `rtl/%s.v` | the NIC and its wrapper |
        %s| `tcl/`, `build.sh` | the steps; `tcl/settings.tcl` says what for |
        %s| `lint/` | what a linter needs: `verilator --lint-only -Wall --top-module %s lint/*.vlt rtl/*.v%s` |
        | `%s.machine` | the machine: `weft compile -m %s.machine` compiles programs for it |
        %s
        """
        .formatted(
            card.shell().wrapper(),
            shells,
            hasClock()
                ? "| `constraints/weft_clock.xdc` | paths between the shell's clock and the machine's |\n"
                : "",
            card.shell() == Shell.CORUNDUM ? card.shell().block() : card.shell().wrapper(),
            hasClock() ? " lint/*.v" : "",
            machine.name(),
            machine.name(),
            image == null
                ? ""
                : "| `program.image`, `program.writes` | the program, and the register writes that load it |\n");
  }

  private boolean hasClock() {
    return machine.clockKhz() != Shell.CLOCK_KHZ;
  }

  private String path() {
    String clock =
        hasClock()
            ? String.format(
                Locale.ROOT,
                "The NIC has a clock of its own, %.3f MHz, which the clocking wizard makes from the shell's.",
                machine.clockKhz() / 1e3)
            : "The NIC runs with the shell's clock of 250 MHz.";
    String surplus =
        machine.ports() > ports
            ? String.format(
                "The machine has %d ports, the board %d: no packets come in on the others, and an interface that would be"
                    + " one of them has no port (packets that are redirected there are dropped and counted).\n",
                machine.ports(), ports)
            : "";
    return "## Packets and registers\n\n"
        + (card.shell() == Shell.CORUNDUM ? corundum() : openNic())
        + "\n"
        + clock
        + "\n"
        + surplus
        + "\n";
  }

  private static String corundum() {
    return """
        The NIC is on Corundum's synchronous streams. Packets that come in go through the program: PASS gives them to the
        host's interface of the same port, TX and REDIRECT send them, by turns with the packets that the host sends. Frames
        that Corundum marks as damaged are dropped and counted (counter 10, `damaged`). The time that programs see is the PTP clock's
        (`ptp_sync_ts_rel`); the time stamp of a packet that is passed is that of its handing over to the host, not of its
        arrival. Packets of the NIC have no transmit completions.

        The NIC's registers are at the beginning of the application's region, BAR 2; they are repeated every 32 KiB.
        """;
  }

  private static String openNic() {
    return """
        The NIC is the plugin of the 250 MHz box; the 322 MHz box keeps its default one. Packets that come in go through the
        program: PASS gives them to the physical function of the same port, TX and REDIRECT send them, by turns with the
        packets that the host sends, padded to 60 bytes. The time that programs see is nanoseconds since the reset.

        The NIC's registers are in BAR 2 from 0x100000 on; they are repeated every 32 KiB.
        """;
  }

  private String program() {
    if (image == null) {
      return """
          ## Programs

          The NIC starts without a program, and no packet leaves its queues until one is loaded through its registers
          (`weft rtl` writes a page of them).
          """;
    }
    String other = machine.banks() == 2 ? " while packets run" : " when no packets run";
    String first =
        image.maps().isEmpty()
            ? """
            The program `%s` (%d of %d rows) is in the row memory's initial contents: the NIC runs it from the first packet on.
            Another one is loaded through the registers%s.
            """
                .formatted(name(), image.rows().size(), machine.rows(), other)
            : """
            The program `%s` (%d of %d rows) has maps, which the NIC is told of through its registers: it starts without a program,
            and no packet leaves its queues until it is loaded. Another one without maps can be loaded%s.
            """
                .formatted(name(), image.rows().size(), machine.rows(), other);
    return "## Programs\n\n"
        + first
        + """

        ```
        weft device load program.image --device %s
        weft device maps --device %s                    # also: maps N, get, set, delete
        ```

        loads it, with what its maps hold at first, and shows what they hold. DDDD:BB:DD.F is the card's place on the bus, as
        `lspci -D` lists it; who writes there has to be root. `program.writes` has the same without weft: offset and value of each
        write, in hex, in their order; behind the first one register 8 has to be read until it is 0.
        """
            .formatted(region(), region());
  }

  private String name() {
    return image.entries().get(0).program();
  }

  private String region() {
    String file = "/sys/bus/pci/devices/DDDD:BB:DD.F/resource2";
    return card.shell() == Shell.CORUNDUM ? file : file + "+0x100000";
  }
}
