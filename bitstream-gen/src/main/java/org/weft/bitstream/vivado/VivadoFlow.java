package org.weft.bitstream.vivado;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.bitstream.FitReport;
import org.weft.bitstream.Manifest;
import org.weft.bitstream.Resources;
import org.weft.bitstream.step.Digest;
import org.weft.bitstream.step.Step;
import org.weft.bitstream.step.Steps;
import org.weft.bitstream.step.Tools;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.WholeFile;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ArrayLayout;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;

/**
 * From a machine to a Vivado project for a board with a shell; and, where Vivado and a checkout of
 * the shell are there, to a bitstream. See docs/bitstream.md.
 */
public final class VivadoFlow {
  private static final int KIB = 1024;
  private static final String YOSYS = "yosys";

  private final Card card;
  private final MachineSpec machine;
  private final ProgramImage image;
  private final ProjectFiles files;
  private final Path shell;
  private final Tools tools;
  private final Path folder;
  private final VivadoSteps make;
  private final Steps steps;

  /**
   * A flow into a folder.
   *
   * @param image the program that the NIC is for, or null
   * @param rows the register writes whose rows it starts with, or none: then it waits for a program
   * @param load those that load the program and its maps into a NIC that runs, or none
   * @param shell a checkout of the shell, or null
   * @throws RefusedException when the board cannot make the machine's clock
   * @throws InputException when the checkout is none of the shell
   */
  public VivadoFlow(
      Card card,
      MachineSpec machine,
      ProgramImage image,
      List<RegisterWrite> rows,
      List<RegisterWrite> load,
      Path shell,
      Tools tools,
      Path folder,
      Steps.Watcher watcher) {
    this.card = card;
    this.machine = machine;
    this.image = image;
    this.files = new ProjectFiles(card, machine, image, rows, load);
    this.shell = shell == null ? null : shell.toAbsolutePath().normalize();
    this.tools = tools;
    this.folder = folder.toAbsolutePath();
    this.make = new VivadoSteps(card, tools);
    requireShell();
    this.steps = new Steps(this.folder, watcher);
  }

  private void requireShell() {
    if (shell == null) {
      return;
    }
    for (String name : card.shellFiles()) {
      if (!Files.isRegularFile(shell.resolve(name))) {
        throw new InputException(
            shell
                + (Files.isDirectory(shell) ? ": has no " + name : ": no such folder")
                + "; give a checkout of "
                + card.shell().repository()
                + " with --shell-dir");
      }
    }
  }

  /**
   * Counts what each block takes of the device, and stops there.
   *
   * @throws InputException when yosys is missing or fails, or something cannot be written
   */
  public FitReport fit() throws IOException {
    return steps.alone(this::count);
  }

  /**
   * Makes the project, and as much of the bitstream as can be made here.
   *
   * @param counts whether yosys counts first, and what does not fit is refused
   * @throws RefusedException when it does not fit
   * @throws InputException when a tool is missing or fails, or something cannot be written
   */
  public Project run(boolean counts) throws IOException {
    return steps.alone(() -> build(counts));
  }

  private void write() throws IOException {
    Step project = make.project(machine, image, files, files.names());
    if (steps.isStale(project)) {
      Files.deleteIfExists(folder.resolve(Manifest.FILE));
    }
    steps.run(project);
  }

  private FitReport count() throws IOException {
    tools.find(YOSYS);
    write();
    steps.run(make.count(files.sources(), files.libraries(), card.shell().wrapper()));
    String stat = Files.readString(folder.resolve(VivadoSteps.COUNTS));
    Map<String, Resources> blocks = XilinxCounts.blocks(stat, card.shell().wrapper());
    Resources all = blocks.values().stream().reduce(Resources.NONE, Resources::plus);
    boolean fits = all.fits(card.board().device().capacity());
    Optional<String> nearest =
        fits ? Optional.empty() : Optional.of(new Shrinking(stat, card, machine).nearest());
    return new FitReport(card.board(), blocks, all, room(), nearest);
  }

  private Map<String, FitReport.Room> room() {
    Map<String, FitReport.Room> room = new LinkedHashMap<>();
    int rows = image == null ? 0 : image.rows().size();
    int bytes = image == null ? 0 : (int) ArrayLayout.bytes(image.maps());
    room.put("rows", new FitReport.Room(rows, machine.rows()));
    room.put("bytes of map values", new FitReport.Room(bytes, machine.mapKbytes() * KIB));
    return room;
  }

  private Resources requireFit() throws IOException {
    FitReport fit = count();
    Resources available = card.board().device().capacity();
    if (!fit.fits()) {
      throw new RefusedException(
          String.format(
              "machine %s does not fit board %s: %s; the machine most like it that fits has %s",
              machine.name(),
              card.board().text(),
              fit.all().excess(available),
              fit.nearest().orElseThrow()));
    }
    return fit.all();
  }

  private Project build(boolean counts) throws IOException {
    List<String> made = new ArrayList<>(files.names());
    List<String> versions = new ArrayList<>();
    Resources used = null;
    if (counts) {
      used = requireFit();
      made.add(VivadoSteps.COUNTS);
      versions.add(tools.version(YOSYS, "-V"));
    } else {
      write();
    }
    String missing = missing();
    if (missing == null) {
      List<Step> build = make.build(shell, files.names());
      steps.removeStale(build);
      for (Step step : build) {
        steps.run(step);
        made.addAll(step.outputs());
      }
      versions.add(tools.version("vivado", "-version"));
    }
    SortedMap<String, String> digests = new TreeMap<>();
    for (String name : made) {
      digests.put(name, Digest.of(folder.resolve(name)));
    }
    Project project = new Project(card, machine, image, used, missing, versions, digests);
    WholeFile.write(folder.resolve(Manifest.FILE), project.json().getBytes(StandardCharsets.UTF_8));
    return project;
  }

  /** Why no bitstream can be built here, or null. */
  private String missing() {
    try {
      tools.find("vivado");
    } catch (InputException e) {
      return "vivado is not on PATH";
    }
    return shell == null ? "no checkout of the shell is given (--shell-dir)" : null;
  }
}
