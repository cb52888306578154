package org.weft.compiler.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.weft.compiler.ir.IrParser;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

final class UnitCheckTest {
  private static String refusal(String machine, String instruction) {
    String text = "b0:\n  %1 = load8 pkt[12] @1\n  " + instruction + " @2\n  exit %2 @3\n";
    MachineSpec spec = MachineFile.parse(machine);
    return assertThrows(
            RefusedException.class,
            () -> UnitCheck.check(IrParser.parse("graph main\n" + text), spec))
        .getMessage();
  }

  @Test
  void namesTheUnitAndTheMachinesThatHaveIt() {
    assertEquals(
        "main, insn 2: needs a multiplier, which machine tiny does not have; compile for"
            + " hxdp or nic100",
        refusal("preset = tiny\n", "%2 = mul %1, %1"));
  }

  @Test
  void namesTheHelper() {
    assertEquals(
        "main, insn 2: calls bpf_csum_diff, which machine mine has no unit for; compile"
            + " for tiny or hxdp or nic100",
        refusal(
            "preset = nic100\nname = mine\nhelpers = map_lookup_elem\n",
            "%2 = call csum_diff(0, 0, 0, 0, %1)"));
  }
}
