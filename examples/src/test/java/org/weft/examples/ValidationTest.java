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
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.validate.Validation;
import org.weft.sim.validate.ValidationOptions;
import org.weft.sim.validate.Validator;

/** Validation finds no difference in any example, and reaches what can be reached. */
final class ValidationTest {
  private static final ValidationOptions OPTIONS = new ValidationOptions(50_000, 1, 8);
  private static final ValidationOptions FEW = new ValidationOptions(5_000, 2, 8);

  /**
   * Edges of each example that are not reached, and not proved impossible. All but two of them, a
   * datagram of exactly the longest length whose checksum the program computes and a hash map that
   * is full, cannot be reached: they are checks, for the kernel's verifier, of lengths that were
   * checked before, and of the head's moving up, which fails only behind metadata that packets do
   * not come with.
   */
  private static final Map<String, Integer> UNREACHED =
      Map.ofEntries(
          Map.entry("adjust-tail", 3),
          Map.entry("checksum-loop", 5),
          Map.entry("fib-router", 3),
          Map.entry("iptunnel", 4),
          Map.entry("load-balancer", 3),
          Map.entry("metadata", 3),
          Map.entry("ping", 3),
          Map.entry("policer", 1),
          Map.entry("sampler", 4),
          Map.entry("subprog", 1),
          Map.entry("tail-call", 11),
          Map.entry("vlan", 6));

  @ParameterizedTest(name = "{0}")
  @MethodSource("org.weft.examples.Example#all")
  void noExampleDiffersAndNearlyAllEdgesAreReached(Example example) throws IOException {
    Validation validation = validate(example, "nic100", OPTIONS);
    int most = UNREACHED.getOrDefault(example.name(), 0);
    assertTrue(
        validation.unreached().size() <= most,
        () -> "more than " + most + " not reached: " + validation.unreached());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("org.weft.examples.Example#all")
  void noExampleDiffersOnAnotherMachine(Example example) throws IOException {
    validate(example, "hxdp", FEW);
  }

  private static Validation validate(Example example, String machine, ValidationOptions options)
      throws IOException {
    XdpObject object = ObjectLoader.load(example.name(), Files.readAllBytes(example.object()));
    Program program = object.programs().get(0);
    ProgramImage image = Compiler.compile(object, program, MachineSpec.preset(machine));
    ValidationOptions there =
        new ValidationOptions(options.runs(), options.seed(), options.cpus(), example.network());
    Validation validation = Validator.validate(object, program, image, there);
    assertEquals(List.of(), validation.differences());
    assertEquals(0, validation.faults(), validation.firstFault());
    return validation;
  }
}
