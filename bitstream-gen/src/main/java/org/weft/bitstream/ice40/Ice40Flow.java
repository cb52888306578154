package org.weft.bitstream.ice40;

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
import org.weft.bitstream.Board;
import org.weft.bitstream.FitReport;
import org.weft.bitstream.Flow;
import org.weft.bitstream.Manifest;
import org.weft.bitstream.NearestMachine;
import org.weft.bitstream.Placed;
import org.weft.bitstream.Resources;
import org.weft.bitstream.device.LoneCore;
import org.weft.bitstream.step.Digest;
import org.weft.bitstream.step.Step;
import org.weft.bitstream.step.Steps;
import org.weft.bitstream.step.Tools;
import org.weft.isa.RefusedException;
import org.weft.isa.WholeFile;
import org.weft.isa.image.ArrayLayout;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;

/**
 * From a machine and a program to a bitstream: elaborate, synthesise, place and route, pack. See
 * docs/bitstream.md.
 */
public final class Ice40Flow implements Flow {
  private final Board board;
  private final ProgramImage image;
  private final int seed;
  private final Path folder;
  private final Ice40Steps make;
  private final Steps steps;

  /**
   * A flow into a folder.
   *
   * @param image the program that the board starts with
   * @param seed where placement begins
   * @throws RefusedException when the board cannot be the program's machine, execute a row, or hold
   *     the values of its maps
   * @throws org.weft.isa.InputException when a tool is missing
   */
  public Ice40Flow(
      Board board, ProgramImage image, int seed, Tools tools, Path folder, Steps.Watcher watcher) {
    Ice40Units.refuse(board, image.machine());
    LoneCore.refuse(image);
    ArrayLayout.of(image);
    Ice40Steps.TOOLS.forEach(tools::find);
    this.board = board;
    this.image = image;
    this.seed = seed;
    this.folder = folder.toAbsolutePath();
    this.make = new Ice40Steps(tools, watcher);
    this.steps = new Steps(this.folder, watcher);
  }

  @Override
  public FitReport fit() throws IOException {
    return steps.alone(this::count);
  }

  private FitReport count() throws IOException {
    Resources all = synthesise();
    steps.run(make.count());
    Map<String, Resources> blocks =
        YosysCounts.instances(Files.readString(folder.resolve(Ice40Steps.BLOCKS)));
    Map<String, FitReport.Room> room = new LinkedHashMap<>();
    MachineSpec machine = image.machine();
    room.put("rows", new FitReport.Room(image.rows().size(), machine.rows()));
    room.put(
        "bytes of map values",
        new FitReport.Room((int) ArrayLayout.bytes(image.maps()), machine.mapKbytes() * 1024));
    boolean fits = all.fits(board.device().capacity());
    Optional<String> nearest = fits ? Optional.empty() : Optional.of(nearest());
    return new FitReport(board, blocks, all, room, nearest);
  }

  /** Synthesises it as one; what it takes. */
  private Resources synthesise() throws IOException {
    steps.removeStale(all());
    if (all().stream().anyMatch(steps::isStale)) {
      Files.deleteIfExists(folder.resolve(Manifest.FILE));
    }
    steps.run(make.elaborate(image));
    steps.run(make.synthesise());
    return counts(Ice40Steps.COUNTS).get(Ice40Steps.TOP);
  }

  private List<Step> all() {
    return List.of(make.elaborate(image), make.synthesise(), make.place(board, seed), make.pack());
  }

  private Map<String, Resources> counts(String file) throws IOException {
    return YosysCounts.blocks(Files.readString(folder.resolve(file)));
  }

  @Override
  public Manifest run() throws IOException {
    return steps.alone(this::make);
  }

  private Manifest make() throws IOException {
    Resources used = synthesise();
    requireFit(used);
    steps.run(make.place(board, seed));
    Placed placed =
        NextpnrReport.read(Files.readString(folder.resolve(Ice40Steps.PLACEMENT_REPORT)));
    placed.requireTiming(board);
    steps.run(make.pack());
    List<String> files = new ArrayList<>();
    all().forEach(step -> files.addAll(step.outputs()));
    int last = Integer.parseInt(Files.readString(folder.resolve(Ice40Steps.SEED)).strip());
    Manifest manifest =
        new Manifest(
            board, image.machine(), image, last, used, placed, make.versions(), digests(files));
    WholeFile.write(
        folder.resolve(Manifest.FILE), manifest.json().getBytes(StandardCharsets.UTF_8));
    return manifest;
  }

  private SortedMap<String, String> digests(List<String> files) throws IOException {
    SortedMap<String, String> digests = new TreeMap<>();
    for (String file : files) {
      digests.put(file, Digest.of(folder.resolve(file)));
    }
    return digests;
  }

  private void requireFit(Resources used) throws IOException {
    Resources available = board.device().capacity();
    if (!used.fits(available)) {
      throw new RefusedException(
          String.format(
              "machine %s does not fit board %s: %s; the machine most like it that fits has %s",
              image.machine().name(), board.text(), used.excess(available), nearest()));
    }
  }

  private String nearest() throws IOException {
    MachineSpec preset = MachineSpec.preset(board.preset());
    return NearestMachine.find(image.machine(), preset, this::fits);
  }

  /** Whether a machine fits, without a program. */
  private boolean fits(MachineSpec machine) throws IOException {
    ProgramImage empty = new ProgramImage(machine, List.of(), List.of(), List.of(), List.of());
    Path aside = folder.resolve("steps").resolve("nearest");
    Steps trial = steps.in(aside);
    trial.run(make.elaborate(empty));
    trial.run(make.synthesise());
    Resources used =
        YosysCounts.blocks(Files.readString(aside.resolve(Ice40Steps.COUNTS))).get(Ice40Steps.TOP);
    return used.fits(board.device().capacity());
  }
}
