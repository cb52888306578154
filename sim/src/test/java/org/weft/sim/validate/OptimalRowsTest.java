package org.weft.sim.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.compiler.Compilation;
import org.weft.compiler.Compiler;
import org.weft.compiler.CompilerOptions;
import org.weft.compiler.object.ObjectLoader;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.compiler.schedule.OptimalScheduling;
import org.weft.isa.machine.MachineSpec;

/** Rows by another scheduler do what the program does, and no worse than rows by lists. */
class OptimalRowsTest {
  private static final MachineSpec HXDP = MachineSpec.preset("hxdp");

  @ParameterizedTest
  @ValueSource(strings = {"firewall", "metadata", "adjust-tail", "router-ipv4", "syn-limiter"})
  void optimalRowsDoWhatRefDoes(String example) {
    assumeTrue(OptimalScheduling.whyNot() == null, OptimalScheduling.whyNot());
    XdpObject object = ObjectLoader.load(Path.of("..", "examples", example, example + ".o"));
    Program program = object.program(example.equals("metadata") ? "classify" : null);
    Compilation list = Compiler.compile(object, program, HXDP, CompilerOptions.DEFAULT);
    Compilation best =
        Compiler.compile(
            object, program, HXDP, CompilerOptions.DEFAULT.with(new OptimalScheduling(1)));
    assertTrue(
        best.expectedRows().get(program.name()) <= list.expectedRows().get(program.name()) + 1e-6);
    Validation validation =
        Validator.validate(object, program, best.image(), new ValidationOptions(20_000, 5, 2));
    assertEquals(List.of(), validation.differences());
    assertEquals(0, validation.faults(), validation.firstFault());
  }
}
