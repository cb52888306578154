package org.weft.bitstream.vivado;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.weft.bitstream.step.Digest;
import org.weft.hw.output.ShellFiles;
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
  private static final String BUILD = "00000000";
  private static final String CONSTRAINTS = "constraints/weft_clock.xdc";
  private static final List<String> SCRIPTS =
      List.of("common", "checkout", "synthesise", "implement", "write_bitstream");
  private static final List<String> PLUGIN =
      List.of(
          "box_250mhz_address_map.v",
          "box_250mhz_address_map_inst.vh",
          "box_250mhz_axi_crossbar.tcl");

  private final Card card;
  private final MachineSpec machine;
  private final ProgramImage image;
  private final List<RegisterWrite> rows;
  private final List<RegisterWrite> load;
  private final ShellFiles shell;

  /**
   * A project.
   *
   * @param image the program that the NIC is for, or null
   * @param rows the register writes whose rows it starts with, or none
   * @param load those that load the program and its maps into a NIC that runs, or none
   * @throws RefusedException when the board's clocks cannot make the machine's
   */
  public ProjectFiles(
      Card card,
      MachineSpec machine,
      ProgramImage image,
      List<RegisterWrite> rows,
      List<RegisterWrite> load) {
    this.card = card;
    this.machine = machine;
    this.image = image;
    this.rows = List.copyOf(rows);
    this.load = List.copyOf(load);
    this.shell = new ShellFiles(machine, card.connectors(), Shell.CLOCK_KHZ, card.hasUltraRam());
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

  /** What the FPGA is synthesised from, but for the shell and the vendor's IP. */
  public List<String> sources() {
    String wrapper = "rtl/" + card.shell().wrapper() + ".v";
    return card.shell() == Shell.CORUNDUM
        ? List.of("rtl/mqnic_app_block.v", wrapper)
        : List.of(wrapper);
  }

  /** What stands for the vendor's IP where that is not there. */
  public List<String> libraries() {
    return shell.hasClock() ? List.of("lint/weft_clock.v") : List.of();
  }

  /** Names of all files. */
  public List<String> names() {
    SortedMap<String, byte[]> files = texts(BUILD);
    hardwareNames().forEach(name -> files.put(name, new byte[0]));
    return List.copyOf(files.keySet());
  }

  /** Changes when any file does that is not made from the hardware description. */
  String fingerprint() {
    StringBuilder digests = new StringBuilder();
    texts(BUILD).forEach((name, bytes) -> digests.append(name).append(Digest.of(bytes)));
    return Digest.of(digests.toString());
  }

  /** All of them. */
  public SortedMap<String, byte[]> make() {
    SortedMap<String, byte[]> hardware = new TreeMap<>();
    Map<String, byte[]> made =
        card.shell() == Shell.CORUNDUM
            ? shell.corundum(rows, card.streamBytes())
            : shell.openNic(rows);
    made.forEach((name, bytes) -> hardware.put(place(name), bytes));
    if (!hardware.keySet().equals(new TreeSet<>(hardwareNames()))) {
      throw new IllegalStateException("hardware has other files: " + hardware.keySet());
    }
    StringBuilder digests = new StringBuilder();
    sources().forEach(name -> digests.append(Digest.of(hardware.get(name))));
    String build = Digest.of(digests.toString()).substring(0, BUILD.length());
    SortedMap<String, byte[]> files = texts(build);
    files.putAll(hardware);
    return files;
  }

  private List<String> hardwareNames() {
    List<String> names = new ArrayList<>(sources());
    names.addAll(libraries());
    names.add("lint/lint.vlt");
    names.add("tcl/ports.txt");
    if (card.shell() == Shell.OPENNIC) {
      names.add("plugin/box_250mhz/user_plugin_250mhz_inst.vh");
    }
    return names;
  }

  private static String place(String name) {
    return switch (name) {
      case "lint.vlt", "weft_clock.v" -> "lint/" + name;
      case "ports.txt" -> "tcl/" + name;
      case "user_plugin_250mhz_inst.vh" -> "plugin/box_250mhz/" + name;
      default -> "rtl/" + name;
    };
  }

  /** Files that are not made from the hardware description. */
  private SortedMap<String, byte[]> texts(String build) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    List<String> constraints = List.of();
    if (shell.hasClock()) {
      constraints = List.of(CONSTRAINTS);
      String period = String.format(Locale.ROOT, "%.3f", 1e6 / Shell.CLOCK_KHZ);
      text(files, CONSTRAINTS, resource("weft_clock.xdc").replace("@SHELL_NS@", period));
      text(files, "tcl/clock.tcl", resource("clock.tcl"));
    }
    SCRIPTS.forEach(name -> text(files, "tcl/" + name + ".tcl", resource(name + ".tcl")));
    String create = resource("create_" + card.shell().text() + ".tcl");
    text(files, "tcl/create_project.tcl", create);
    String settings = new Settings(card, machine).text(build, sources(), constraints);
    text(files, "tcl/settings.tcl", settings);
    text(files, "build.sh", resource("build.sh"));
    if (card.shell() == Shell.OPENNIC) {
      text(files, "plugin/build_box_250mhz.tcl", resource("build_box_250mhz.tcl"));
      PLUGIN.forEach(name -> text(files, "plugin/box_250mhz/" + name, resource(name)));
    }
    text(files, machine.name() + ".machine", MachineFile.print(machine));
    if (image != null) {
      files.put("program.image", ImageFile.bytes(image));
      text(files, "program.writes", writesText());
    }
    text(files, "README.md", new Readme(card, machine, image).text());
    return files;
  }

  private String writesText() {
    StringBuilder text = new StringBuilder();
    load.forEach(
        write -> text.append(String.format(Locale.ROOT, "%x %x%n", write.offset(), write.data())));
    return text.toString();
  }

  private static void text(SortedMap<String, byte[]> files, String name, String text) {
    files.put(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String resource(String name) {
    return VivadoSteps.resource(name);
  }
}
