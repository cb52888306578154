package org.weft.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import org.junit.jupiter.api.Assertions;

/** Which way dependencies point: docs/architecture.md. */
@AnalyzeClasses(packages = "org.weft", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String ROOT = "org.weft.";

  private static String[] rooms(String... names) {
    String[] packages = new String[names.length];
    for (int i = 0; i < names.length; i++) {
      packages[i] = ROOT + names[i] + "..";
    }
    return packages;
  }

  /** Nothing in a room may use another. */
  private static void apart(JavaClasses classes, String room, String... others) {
    noClasses()
        .that()
        .resideInAnyPackage(rooms(room))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(rooms(others))
        .check(classes);
  }

  @ArchTest
  static void allModulesAreLookedAt(JavaClasses classes) {
    for (String room : new String[] {"isa.row", "compiler.ebpf", "sim.engine", "cli"}) {
      Assertions.assertTrue(
          classes.stream().anyMatch(c -> c.getPackageName().startsWith(ROOT + room)), room);
    }
  }

  @ArchTest
  static void modulesPointOneWay(JavaClasses classes) {
    apart(classes, "isa", "compiler", "hw", "sim", "bitstream", "cli");
    apart(classes, "compiler", "hw", "sim", "bitstream", "cli");
    apart(classes, "hw", "compiler", "sim", "bitstream", "cli");
    apart(classes, "sim", "bitstream", "cli");
    apart(classes, "bitstream", "compiler", "sim", "cli");
  }

  @ArchTest
  static void isaRoomsPointOneWay(JavaClasses classes) {
    apart(classes, "isa.xdp", "isa.row", "isa.machine", "isa.image");
    apart(classes, "isa.row", "isa.machine", "isa.image");
    apart(classes, "isa.machine", "isa.image");
  }

  @ArchTest
  static void compilerRoomsPointOneWay(JavaClasses classes) {
    String[] back = {
      "compiler.region", "compiler.cfg", "compiler.lower", "compiler.schedule", "compiler.emit"
    };
    apart(classes, "compiler.elf", "compiler.btf", "compiler.ebpf", "compiler.object");
    apart(classes, "compiler.btf", "compiler.ebpf", "compiler.object");
    apart(classes, "compiler.ebpf", "compiler.elf", "compiler.btf", "compiler.object");
    for (String front : new String[] {"elf", "btf", "ebpf", "object"}) {
      apart(classes, "compiler." + front, back);
    }
    apart(classes, "compiler.lower", "compiler.schedule", "compiler.emit");
    apart(classes, "compiler.schedule", "compiler.emit");
    for (String room : back) {
      apart(classes, room, "compiler.elf", "compiler.btf");
    }
  }

  /** Checkers share nothing with what they check; engines do not know each other. */
  @ArchTest
  static void enginesDoNotKnowEachOther(JavaClasses classes) {
    apart(classes, "sim.ref", "sim.rows", "sim.kernel");
    apart(classes, "sim.rows", "sim.ref", "sim.kernel");
    apart(classes, "sim.kernel", "sim.ref", "sim.rows", "sim.helper");
    for (String room : new String[] {"packet", "trace", "map", "helper", "engine"}) {
      apart(classes, "sim." + room, "sim.ref", "sim.rows", "sim.kernel");
    }
    apart(classes, "sim.packet", "sim.trace", "sim.map", "sim.helper", "sim.engine");
    apart(classes, "sim.trace", "sim.packet", "sim.map", "sim.helper", "sim.engine");
    apart(classes, "sim.map", "sim.packet", "sim.trace", "sim.helper", "sim.engine");
    apart(classes, "sim.helper", "sim.trace", "sim.engine");
    apart(classes, "sim.engine", "sim.trace", "sim.helper");
  }

  @ArchTest
  static void packagesHaveNoCycles(JavaClasses classes) {
    slices().matching(ROOT + "(*.*)..").should().beFreeOfCycles().check(classes);
    slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(classes);
  }
}
