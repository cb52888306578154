package org.weft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.weft.compiler.Compilation;
import org.weft.compiler.Compiler;
import org.weft.compiler.CompilerOptions;
import org.weft.compiler.object.ObjectLoader;
import org.weft.compiler.object.XdpObject;
import org.weft.compiler.pass.Passes;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

/** An image of several programs, which are compiled side by side. */
final class ProgramsTogetherTest {
  private final XdpObject object = ObjectLoader.load(new Example("tail-call").object());
  private final AtomicInteger started = new AtomicInteger();

  private Compilation compile(MachineSpec machine, CompilerOptions options) {
    return Compiler.compile(object, object.programs().get(0), machine, options);
  }

  private CompilerOptions watched() {
    CompilerOptions.Watcher watcher = (step, pass, graph) -> started.addAndGet(step == 0 ? 1 : 0);
    return new CompilerOptions(Set.of(), null, watcher, Map.of());
  }

  @Test
  void oneAfterTheOtherGivesTheSameImage() {
    MachineSpec machine = MachineSpec.preset("nic100");
    Compilation together = compile(machine, CompilerOptions.DEFAULT);
    Compilation watched = compile(machine, watched());
    assertEquals(watched, together);
    assertEquals(object.programs().size(), together.image().entries().size());
    assertEquals(object.programs().size(), started.get());
  }

  @Test
  void moreInstructionsThanSlotsAreNotMadeMore() {
    MachineSpec machine = MachineFile.parse("preset = nic100\nrows = 100\n");
    Compilation compilation = compile(machine, watched());
    assertTrue(compilation.changes().containsKey("simplify"));
    for (String pass : Passes.GROWING) {
      assertFalse(compilation.changes().containsKey(pass), pass);
    }
    assertEquals(object.programs().size(), started.get(), "each is compiled once");
  }
}
