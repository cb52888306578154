package org.weft.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dependencies point one way: between modules, and between the rooms inside them. */
class DirectionsTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.weft");

  @ParameterizedTest
  @CsvSource({
    "org.weft.isa.., org.weft.compiler..",
    "org.weft.isa.., org.weft.sim..",
    "org.weft.isa.., org.weft.hw..",
    "org.weft.isa.., org.weft.bitstream..",
    "org.weft.isa.., org.weft.cli..",
    "org.weft.compiler.., org.weft.sim..",
    "org.weft.compiler.., org.weft.hw..",
    "org.weft.compiler.., org.weft.cli..",
    "org.weft.hw.., org.weft.compiler..",
    "org.weft.hw.config.., org.weft.hw.packet..",
    "org.weft.hw.packet.., org.weft.hw.core..",
    "org.weft.hw.core.., org.weft.hw.sim..",
    "org.weft.hw.., org.weft.sim..",
    "org.weft.hw.., org.weft.cli..",
    "org.weft.sim.., org.weft.cli..",
    "org.weft.sim.., org.weft.bitstream..",
    "org.weft.bitstream.., org.weft.sim..",
    "org.weft.bitstream.., org.weft.cli..",
    "org.weft.isa.xdp.., org.weft.isa.row..",
    "org.weft.isa.xdp.., org.weft.isa.machine..",
    "org.weft.isa.row.., org.weft.isa.machine..",
    "org.weft.isa.row.., org.weft.isa.image..",
    "org.weft.compiler.ebpf.., org.weft.compiler.elf..",
    "org.weft.compiler.ebpf.., org.weft.compiler.btf..",
    "org.weft.compiler.ebpf.., org.weft.compiler.object..",
    "org.weft.compiler.elf.., org.weft.compiler.object..",
    "org.weft.compiler.btf.., org.weft.compiler.object..",
    "org.weft.compiler.object.., org.weft.compiler.cfg..",
    "org.weft.compiler.object.., org.weft.compiler.verifier..",
    "org.weft.compiler.verifier.., org.weft.compiler.cfg..",
    "org.weft.compiler.cfg.., org.weft.compiler.region..",
    "org.weft.compiler.region.., org.weft.compiler.lower..",
    "org.weft.compiler.lower.., org.weft.compiler.schedule..",
    "org.weft.compiler.schedule.., org.weft.compiler.emit..",
    "org.weft.compiler.check.., org.weft.compiler.schedule..",
    "org.weft.compiler.check.., org.weft.compiler.pass..",
    "org.weft.compiler.check.., org.weft.compiler.profile..",
    "org.weft.compiler.check.., org.weft.compiler.emit..",
    "org.weft.sim.map.., org.weft.sim.helper..",
    "org.weft.sim.map.., org.weft.sim.engine..",
    "org.weft.sim.helper.., org.weft.sim.engine..",
    "org.weft.sim.engine.., org.weft.sim.ref..",
    "org.weft.sim.engine.., org.weft.sim.rows..",
    "org.weft.sim.engine.., org.weft.sim.kernel..",
    "org.weft.sim.ref.., org.weft.sim.rows..",
    "org.weft.sim.ref.., org.weft.sim.kernel..",
    "org.weft.sim.rows.., org.weft.sim.ref..",
    "org.weft.sim.rows.., org.weft.sim.kernel..",
    "org.weft.sim.kernel.., org.weft.sim.ref..",
    "org.weft.sim.kernel.., org.weft.sim.rows..",
    "org.weft.sim.engine.., org.weft.sim.validate..",
    "org.weft.sim.ref.., org.weft.sim.validate..",
    "org.weft.sim.rows.., org.weft.sim.validate..",
    "org.weft.sim.validate.., org.weft.sim.kernel..",
    "org.weft.sim.trace.., org.weft.sim.map..",
    "org.weft.sim.trace.., org.weft.sim.packet..",
    "org.weft.sim.packet.., org.weft.sim.map..",
    "org.weft.sim.packet.., org.weft.sim.engine..",
    "org.weft.sim.engine.., org.weft.sim.trace..",
    "org.weft.sim.engine.., org.weft.sim.helper..",
    "org.weft.sim.kernel.., org.weft.sim.helper..",
    "org.weft.compiler.region.., org.weft.compiler.elf..",
    "org.weft.compiler.lower.., org.weft.compiler.elf..",
    "org.weft.compiler.emit.., org.weft.compiler.elf..",
  })
  void fromDoesNotKnowTo(String from, String to) {
    ArchRule rule =
        noClasses()
            .that()
            .resideInAPackage(from)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(to);
    rule.allowEmptyShould(true).check(CLASSES);
  }

  @Test
  void packagesFormNoCycles() {
    slices().matching("org.weft.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyTheCommandKnowsItsLibraries() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.weft.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.commons.cli..", "com.fasterxml.jackson..")
        .check(CLASSES);
  }
}
