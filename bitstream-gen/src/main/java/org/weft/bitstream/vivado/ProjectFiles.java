package org.weft.bitstream.vivado;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.bitstream.step.Digest;
import org.weft.hw.shell.ShellFiles;
import org.weft.isa.RefusedException;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ImageFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

/** The files of a project, by their names in its folder. The same inputs give the same bytes. */
public final class ProjectFiles {
  private static final int LEAST_KHZ = 10_000;
  private static final int MOST_KHZ = 500_000;
  private static final int BUILD_DIGITS = 8;
  private static final List<String> SCRIPTS =
      List.of("common", "checkout", "synthesise", "implement", "write_bitstream");

  private final Card card;
  private final MachineSpec machine;
  private final ProgramImage image;
  private final List<RegisterWrite> writes;
  private final SortedMap<String, byte[]> files = new TreeMap<>();

  /**
   * A project.
   *
   * @param image the program that the NIC starts with, or null
   * @param writes the register writes that load it, or none
   * @throws RefusedException when the board's clocks cannot make the machine's
   */
  public ProjectFiles(
      Card card, MachineSpec machine, ProgramImage image, List<RegisterWrite> writes) {
    this.card = card;
    this.machine = machine;
    this.image = image;
    this.writes = List.copyOf(writes);
    if (machine.clockKhz() < LEAST_KHZ || machine.clockKhz() > MOST_KHZ) {
      throw new RefusedException(
          String.format(
              Locale.ROOT,
              "machine %s has a clock of %.3f MHz; board %s makes 10 to 500: change clock_khz in a"
                  + " machine file",
              machine.name(),
              machine.clockKhz() / 1e3,
              card.board().text()));
    }
  }

  /** All of them. */
  public SortedMap<String, byte[]> make() {
    files.clear();
    ShellFiles shell = new ShellFiles(machine, card.connectors(), Shell.CLOCK_KHZ);
    Map<String, byte[]> made =
        card.shell() == Shell.CORUNDUM
            ? shell.corundum(writes, card.streamBytes())
            : shell.openNic(writes);
    made.forEach((name, bytes) -> files.put(place(name), bytes));
    List<String> constraints = new ArrayList<>();
    if (shell.hasClock()) {
      constraints.add("constraints/weft_clock.xdc");
      String period = String.format(Locale.ROOT, "%.3f", 1e6 / Shell.CLOCK_KHZ);
      text("constraints/weft_clock.xdc", resource("weft_clock.xdc").replace("@SHELL_NS@", period));
      text("tcl/clock.tcl", resource("clock.tcl"));
    }
    SCRIPTS.forEach(name -> text("tcl/" + name + ".tcl", resource(name + ".tcl")));
    text("tcl/create_project.tcl", resource("create_" + card.shell().text() + ".tcl"));
    text("tcl/settings.tcl", new Settings(card, machine).text(build(), sources(), constraints));
    text("build.sh", resource("build.sh"));
    if (card.shell() == Shell.OPENNIC) {
      plugin();
    }
    text(machine.name() + ".machine", MachineFile.print(machine));
    if (image != null) {
      files.put("program.image", ImageFile.bytes(image));
      text("program.writes", writesText());
    }
    text("README.md", new Readme(card, machine, image).text());
    return files;
  }

  /** What the FPGA is synthesised from, but for the shell and vendor's IP. */
  public List<String> sources() {
    return files.keySet().stream().filter(n -> n.startsWith("rtl/") && n.endsWith(".v")).toList();
  }

  private static String place(String name) {
    return switch (name) {
      case "lint.vlt", "weft_clock.v" -> "lint/" + name;
      case "ports.txt" -> "tcl/" + name;
      case "user_plugin_250mhz_inst.vh" -> "plugin/box_250mhz/" + name;
      default -> "rtl/" + name;
    };
  }

  private void plugin() {
    text("plugin/build_box_250mhz.tcl", resource("build_box_250mhz.tcl"));
    for (String name :
        List.of(
            "box_250mhz_address_map.v",
            "box_250mhz_address_map_inst.vh",
            "box_250mhz_axi_crossbar.tcl")) {
      text("plugin/box_250mhz/" + name, resource(name));
    }
  }

  private String build() {
    StringBuilder digests = new StringBuilder();
    sources().forEach(name -> digests.append(Digest.of(files.get(name))));
    return Digest.of(digests.toString()).substring(0, BUILD_DIGITS);
  }

  private String writesText() {
    StringBuilder text = new StringBuilder();
    writes.forEach(
        write -> text.append(String.format(Locale.ROOT, "%x %x%n", write.offset(), write.data())));
    return text.toString();
  }

  private void text(String name, String text) {
    files.put(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String resource(String name) {
    try (InputStream in = ProjectFiles.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
