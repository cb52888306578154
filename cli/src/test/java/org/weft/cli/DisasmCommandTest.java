package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class DisasmCommandTest {
  @Test
  void programsAreListedWithTheirFunctionsSourceAndMaps() {
    Weft weft = Weft.run("disasm", Weft.object("firewall"));
    assertEquals(0, weft.status(), weft.err());
    List<String> lines = weft.lines();
    assertTrue(lines.get(0).startsWith("; section xdp, program "), lines.get(0));
    assertTrue(weft.out().contains("\nfirewall:\n; "), weft.out());
    assertTrue(weft.out().contains("firewall.c:"), weft.out());
    assertTrue(weft.out().contains("; bpf_map_lookup_elem\n"), weft.out());
    assertTrue(weft.out().contains("; outcomes\n"), weft.out());
    assertTrue(weft.out().contains(": exit\n"), weft.out());
  }

  @Test
  void allProgramsAndFunctionsOfAnObjectAreListed() {
    Weft tail = Weft.run("disasm", Weft.object("tail-call"));
    assertTrue(tail.lines().stream().filter(line -> line.startsWith("; section")).count() > 1);
    Weft functions = Weft.run("disasm", Weft.object("subprog"));
    assertTrue(functions.lines().stream().filter(line -> line.endsWith(":")).count() > 1);
    assertTrue(functions.out().contains("call pc+"), functions.out());
  }
}
