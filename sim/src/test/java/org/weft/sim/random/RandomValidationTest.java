package org.weft.sim.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.validate.Validation;
import org.weft.sim.validate.ValidationOptions;
import org.weft.sim.validate.Validator;

/**
 * Validates random programs: no difference, and no edge is reached of which it was proved that
 * nothing reaches it (that is an exception).
 */
class RandomValidationTest {
  private static final int PROGRAMS = Integer.getInteger("weft.random.programs", 60);
  private static final long FIRST = Long.getLong("weft.random.seed", 1);
  private static final int RUNS = 1500;

  @Test
  void randomProgramsAreValid() {
    int validated = 0;
    int reached = 0;
    int impossible = 0;
    for (long seed = FIRST; seed < FIRST + PROGRAMS; seed++) {
      XdpObject object = RandomObject.of(seed);
      Program program = object.programs().get(0);
      ProgramImage image;
      try {
        image = Compiler.compile(object, program, MachineSpec.preset("nic100"));
      } catch (RefusedException e) {
        continue;
      }
      Validation validation =
          Validator.validate(object, program, image, new ValidationOptions(RUNS, seed, 4));
      assertEquals(List.of(), validation.differences(), "seed " + seed);
      validated++;
      reached += validation.reached();
      impossible += validation.impossible();
    }
    String counts = validated + " validated, " + reached + " reached, " + impossible;
    assertTrue(validated > PROGRAMS / 2 && reached > validated && impossible > 0, counts);
  }
}
