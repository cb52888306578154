package org.weft.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.weft.compiler.ebpf.Parser;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.compiler.pass.Passes;
import org.weft.compiler.schedule.Scheduler;
import org.weft.compiler.schedule.TooFewRegistersException;
import org.weft.compiler.schedule.TraceScheduling;
import org.weft.isa.machine.MachineSpec;

class CompilerTest {
  private static Compilation compile(Scheduler scheduler) {
    Program program =
        new Program(
            "main",
            "xdp",
            Parser.parse("r0 = 2\nexit\n"),
            List.of(new Program.Function(0, "main")),
            List.of());
    XdpObject object = new XdpObject("test.o", List.of(program), List.of(), "GPL", List.of());
    CompilerOptions options = CompilerOptions.DEFAULT.with(scheduler);
    return Compiler.compile(object, program, MachineSpec.preset("hxdp"), options);
  }

  /** A scheduler that finds too few registers the first times. */
  private static Scheduler failing(int times, List<String> tries) {
    return (graph, context) -> {
      tries.add(graph.name());
      if (tries.size() <= times) {
        throw new TooFewRegistersException("too few");
      }
      return new TraceScheduling().run(graph, context);
    };
  }

  @Test
  void programWithTooFewRegistersIsTriedWithoutCopiesOfItsWays() {
    List<String> tries = new ArrayList<>();
    Set<String> passes = compile(failing(1, tries)).changes().keySet();
    assertEquals(List.of("main", "main"), tries);
    assertTrue(passes.contains("simplify"), passes::toString);
    Passes.GROWING.forEach(pass -> assertFalse(passes.contains(pass), pass));
  }

  @Test
  void programWithTooFewRegistersIsRefusedTheSecondTime() {
    List<String> tries = new ArrayList<>();
    Scheduler scheduler = failing(2, tries);
    assertThrows(TooFewRegistersException.class, () -> compile(scheduler));
    assertEquals(2, tries.size());
  }
}
