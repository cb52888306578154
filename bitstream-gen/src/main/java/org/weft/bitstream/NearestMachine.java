package org.weft.bitstream;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.weft.isa.InputException;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

/**
 * Of a machine that a board has no room for, the one most like it that fits: with as few of the
 * board's preset's values as possible, in the order of a machine file.
 */
public final class NearestMachine {
  private NearestMachine() {}

  /** Tells whether a machine fits; may take long. */
  @FunctionalInterface
  public interface Fit {
    boolean fits(MachineSpec machine) throws IOException;
  }

  /**
   * Looks for it: first with one value of the preset in place of the machine's, then with more and
   * more of them.
   *
   * @param preset fits
   * @return what differs, as in a machine file: {@code lanes = 1}
   */
  public static String find(MachineSpec machine, MachineSpec preset, Fit fit) throws IOException {
    List<String> own = lines(machine);
    List<String> fitting = lines(preset);
    List<Integer> different = new ArrayList<>();
    for (int i = 0; i < own.size(); i++) {
      if (!own.get(i).equals(fitting.get(i)) && !own.get(i).startsWith("name ")) {
        different.add(i);
      }
    }
    List<List<Integer>> candidates = new ArrayList<>();
    different.forEach(line -> candidates.add(List.of(line)));
    for (int count = 2; count < different.size(); count++) {
      candidates.add(different.subList(0, count));
    }
    for (List<Integer> candidate : candidates) {
      Optional<MachineSpec> changed = changed(own, fitting, candidate);
      if (different.size() > candidate.size() && changed.isPresent() && fit.fits(changed.get())) {
        return text(fitting, candidate);
      }
    }
    return text(fitting, different);
  }

  /** Nothing, where the values do not go together. */
  private static Optional<MachineSpec> changed(
      List<String> own, List<String> other, List<Integer> changes) {
    List<String> lines = new ArrayList<>(own);
    changes.forEach(line -> lines.set(line, other.get(line)));
    try {
      return Optional.of(MachineFile.parse(String.join("\n", lines)));
    } catch (InputException e) {
      return Optional.empty();
    }
  }

  private static String text(List<String> lines, List<Integer> changes) {
    return String.join(", ", changes.stream().map(lines::get).toList());
  }

  private static List<String> lines(MachineSpec machine) {
    return MachineFile.print(machine).lines().toList();
  }
}
