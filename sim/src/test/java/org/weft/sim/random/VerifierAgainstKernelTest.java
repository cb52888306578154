package org.weft.sim.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weft.compiler.object.ObjectLoader;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.compiler.verifier.Verifier;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.kernel.KernelEngine;
import org.weft.sim.kernel.KernelOptions;
import org.weft.sim.kernel.VerifierRefusal;

/** weft's verifier and Linux's, on the same programs: safe ones, and ones that were changed. */
class VerifierAgainstKernelTest {
  private static final long SEED = 1;

  /** Where Linux knows more: how many CPUs there are. */
  private static final String OTHER_CPUS = "get_smp_processor_id";

  /** What both say of programs, and what one says alone. */
  private static final class Tally {
    private int accepted;
    private int refused;
    private final Map<String, Integer> onlyWeft = new TreeMap<>();
    private final Map<String, Integer> onlyKernel = new TreeMap<>();
    private final List<String> cases = new ArrayList<>();

    int count() {
      return accepted + refused + sum(onlyWeft) + sum(onlyKernel);
    }

    private static int sum(Map<String, Integer> counts) {
      return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    String table() {
      StringBuilder text = new StringBuilder();
      text.append("| both accept | both refuse | only weft accepts | only Linux accepts |\n");
      text.append("|---|---|---|---|\n");
      text.append(
          String.format(
              "| %d | %d | %d | %d |%n", accepted, refused, sum(onlyWeft), sum(onlyKernel)));
      onlyWeft.forEach((why, n) -> text.append(String.format("| %d | Linux: %s |%n", n, why)));
      onlyKernel.forEach((why, n) -> text.append(String.format("| %d | weft: %s |%n", n, why)));
      cases.forEach(line -> text.append(line).append('\n'));
      return text.toString();
    }

    void compare(String name, XdpObject object, Program program) {
      String kernel = kernel(object, program);
      String weft = weft(object, program);
      if (kernel == null && weft == null) {
        accepted++;
      } else if (kernel != null && weft != null) {
        refused++;
      } else if (kernel != null) {
        onlyWeft.merge(general(kernel), 1, Integer::sum);
        cases.add(name + ": Linux: " + kernel);
      } else {
        onlyKernel.merge(general(weft), 1, Integer::sum);
        cases.add(name + ": weft: " + weft);
      }
    }

    private static String general(String message) {
      String cause = message.replaceFirst("^program .*?: ", "").replaceFirst("; .*", "");
      return cause
          .replaceFirst("the kernel's verifier refuses it: ", "")
          .replaceAll("(0x)?[0-9a-f]*\\d[0-9a-f]*", "N");
    }

    private static String kernel(XdpObject object, Program program) {
      try {
        KernelEngine.open(object, program, EngineOptions.DEFAULT, KernelOptions.DEFAULT).close();
        return null;
      } catch (VerifierRefusal e) {
        return e.getMessage();
      }
    }

    private static String weft(XdpObject object, Program program) {
      try {
        Verifier.verify(program, object.maps());
        return null;
      } catch (RefusedException e) {
        return e.getMessage();
      }
    }
  }

  /** The object with one of its programs changed, and without anything that names programs. */
  private static XdpObject with(XdpObject object, Program changed) {
    List<Program> programs = new ArrayList<>();
    List<MapDefinition> maps = object.maps();
    for (Program program : object.programs()) {
      programs.add(program.name().equals(changed.name()) ? changed : program);
      maps = maps.stream().map(map -> map.withoutReferencesTo(program.name())).toList();
    }
    return new XdpObject(object.file(), programs, maps, object.license(), object.notes());
  }

  private static void needKernel() {
    String reason = KernelEngine.unavailable().orElse("");
    assumeTrue(reason.isEmpty(), reason);
  }

  private static Tally randomPrograms(long seed, int number, boolean mutated) {
    Tally tally = new Tally();
    for (long i = seed; i < seed + number; i++) {
      XdpObject object = RandomObject.of(i);
      Program main = object.programs().get(0);
      Program program = mutated ? new MutatedPrograms(i).mutate(main) : main;
      tally.compare("seed " + i, with(object, program), program);
    }
    return tally;
  }

  private static boolean usesCpu(XdpObject object) {
    return object.programs().get(0).code().toString().contains("CallHelper[number=8]");
  }

  @Test
  void safeProgramsAreSafeToBoth() {
    needKernel();
    Tally tally = randomPrograms(SEED, 150, false);
    assertEquals(Map.of(), tally.onlyKernel, tally::table);
    assertTrue(tally.accepted > 140, tally::table);
  }

  @Test
  void whatLinuxAcceptsIsAccepted() {
    needKernel();
    Tally tally = randomPrograms(SEED, 600, true);
    assertTrue(tally.accepted > 150 && tally.refused > 250, tally::table);
    for (String line : tally.cases) {
      boolean weft = line.contains(": weft: ");
      long seed = Long.parseLong(line.substring(5, line.indexOf(':')));
      assertTrue(!weft || usesCpu(RandomObject.of(seed)), () -> OTHER_CPUS + " or " + line);
    }
    assertTrue(Tally.sum(tally.onlyWeft) < tally.count() / 50, tally::table);
  }

  @Test
  void whatIsAcceptedDoesNoHarm() {
    Differential differential = new Differential(false);
    int accepted = 0;
    for (long seed = SEED; seed < SEED + 600; seed++) {
      XdpObject object = RandomObject.of(seed);
      Program program = new MutatedPrograms(seed).mutate(object.programs().get(0));
      if (Tally.weft(object, program) == null) {
        accepted++;
        // What rows do differently is that addresses are other numbers there.
        differential.differences(seed, with(object, program));
      }
    }
    assertTrue(accepted > 150);
    assertEquals(
        List.of(),
        differential.refusals().keySet().stream().filter(why -> why.startsWith("ref")).toList());
  }

  /**
   * {@code -Dweft.random.programs=N -Dweft.random.seed=S -Dweft.verifier.objects=FOLDER}: random
   * programs as they are and changed, and all programs of the objects in a folder.
   */
  @Test
  @Tag("campaign")
  void table() throws IOException {
    needKernel();
    long seed = Long.getLong("weft.random.seed", System.nanoTime());
    int number = Integer.getInteger("weft.random.programs", 10_000);
    System.out.println("random programs from seed " + seed);
    System.out.println(randomPrograms(seed, number, false).table());
    System.out.println("the same, changed");
    System.out.println(randomPrograms(seed, number, true).table());
    String folder = System.getProperty("weft.verifier.objects");
    if (folder != null) {
      System.out.println("objects");
      System.out.println(objects(Path.of(folder), 0, 1).table());
      System.out.println("the same, changed");
      System.out.println(objects(Path.of(folder), seed, 10).table());
    }
  }

  private static Tally objects(Path folder, long seed, int each) throws IOException {
    Tally tally = new Tally();
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .filter(file -> file.toString().endsWith(".o"))
          .sorted()
          .forEach(file -> object(file, seed, each, tally));
    }
    return tally;
  }

  private static void object(Path file, long seed, int each, Tally tally) {
    try {
      XdpObject object = ObjectLoader.load(file.toString(), Files.readAllBytes(file));
      for (Program program : object.programs()) {
        for (int i = 0; i < each; i++) {
          Program changed = seed == 0 ? program : new MutatedPrograms(seed + i).mutate(program);
          try {
            tally.compare(file + " " + program.name(), with(object, changed), changed);
          } catch (RefusedException e) {
            System.out.println(file + ": not loaded: " + e.getMessage());
          }
        }
      }
    } catch (InputException e) {
      System.out.println(e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
