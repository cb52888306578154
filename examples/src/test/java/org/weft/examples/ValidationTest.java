package org.weft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.ObjectLoader;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.validate.Validation;
import org.weft.sim.validate.ValidationOptions;
import org.weft.sim.validate.Validator;

/** Validation finds no difference in any example, and reaches what can be reached. */
final class ValidationTest {
  private static final ValidationOptions OPTIONS = new ValidationOptions(100_000, 1, 8);

  /**
   * Edges of each example that are not reached, at most. None of them can be: they are checks that
   * the kernel's verifier asks for, of lookups in arrays that always find, of lengths that were
   * checked before, and cases of a switch that the program has excluded.
   */
  private static final Map<String, Integer> UNREACHED = Map.of();

  @ParameterizedTest(name = "{0}")
  @MethodSource("org.weft.examples.Example#all")
  void noExampleDiffersAndNearlyAllEdgesAreReached(Example example) throws IOException {
    XdpObject object = ObjectLoader.load(example.name(), Files.readAllBytes(example.object()));
    Program program = object.programs().get(0);
    for (String machine : List.of("nic100", "hxdp")) {
      Validation validation =
          Validator.validate(
              object,
              program,
              Compiler.compile(object, program, MachineSpec.preset(machine)),
              OPTIONS);
      assertEquals(List.of(), validation.differences());
      assertEquals(0, validation.faults(), validation.firstFault());
      int most = UNREACHED.getOrDefault(example.name(), 0);
      assertTrue(
          validation.unreached().size() <= most,
          () -> machine + ": more than " + most + " not reached: " + validation.unreached());
    }
  }
}
