package org.weft.bitstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

class NearestMachineTest {
  private static final MachineSpec TINY = MachineSpec.preset("tiny");
  private static final MachineSpec LARGE =
      MachineFile.parse("preset = tiny\nname = large\nlanes = 2\nregisters = 32\nrows = 512\n");

  private final List<MachineSpec> asked = new ArrayList<>();

  private String find(NearestMachine.Fit fit) throws IOException {
    return NearestMachine.find(
        LARGE,
        TINY,
        machine -> {
          asked.add(machine);
          return fit.fits(machine);
        });
  }

  @Test
  void oneValueOfThePresetIsEnoughWhereItIs() throws IOException {
    assertEquals("registers = 16", find(machine -> machine.registers() == 16));
    assertEquals(2, asked.get(1).lanes());
  }

  @Test
  void asManyAsAreNeededAreChanged() throws IOException {
    assertEquals(
        "lanes = 1, registers = 16",
        find(machine -> machine.lanes() == 1 && machine.registers() == 16));
  }

  @Test
  void thePresetFitsWithoutBeingAsked() throws IOException {
    assertEquals("lanes = 1, registers = 16, rows = 256", find(machine -> false));
    assertEquals(4, asked.size());
  }
}
