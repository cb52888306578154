package org.weft.isa.machine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.InputException;

class MachineFileTest {
  @ParameterizedTest
  @ValueSource(strings = {"tiny", "hxdp", "nic100"})
  void presetsPrintAndParse(String name) {
    MachineSpec machine = MachineSpec.preset(name);
    assertEquals(machine, MachineFile.parse(MachineFile.print(machine)));
  }

  @Test
  void presetLineGivesWhatIsNotSaid() {
    MachineSpec machine = MachineFile.parse("preset = nic100\n# fewer cores\ncores = 2\n");
    assertEquals(2, machine.cores());
    assertEquals(MachineSpec.preset("nic100").rows(), machine.rows());
  }

  @Test
  void nameDoesNotCountInTheHashAndAllElseDoes() {
    byte[] hash = MachineFile.hash(MachineSpec.preset("hxdp"));
    assertArrayEquals(hash, MachineFile.hash(MachineFile.parse("preset = hxdp\nname = other")));
    assertFalse(
        Arrays.equals(hash, MachineFile.hash(MachineFile.parse("preset = hxdp\nlanes = 3"))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          preset = none; no machine none
          cores = 1; is missing
          preset = tiny,lanes = 0; lanes is 0; it must be 1 to 8
          preset = tiny,lanes = x; no number in range
          lanes = 2,preset = tiny; preset stands before all other keys
          preset = tiny,preset = hxdp; preset stands before all other keys, once
          preset = tiny,depth = 1,threads = 1; threads is 1; it must be 2 to 64
          preset = tiny,name =; name is missing
          preset = tiny,lanes = 1,lanes = 2; given twice
          preset = tiny,colour = red; no such key
          preset = tiny,threads = 2; threads is 2
          preset = tiny,bus_bytes = 3; no power of two
          preset = tiny,helpers = all none; no helper none
          preset = tiny,dispatch = random; round_robin
          """)
  void impossibleMachinesAreRefused(String lines, String cause) {
    InputException e =
        assertThrows(InputException.class, () -> MachineFile.parse(lines.replace(",", "\n")));
    assertTrue(e.getMessage().contains(cause), e.getMessage());
  }
}
