package org.weft.compiler.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.compiler.Compiler;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Parser;
import org.weft.compiler.object.ObjectLoader;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;

class HelperLibraryTest {
  /** The version that the object in the resources is of; others choose other instructions. */
  private static final String CLANG = "clang version 14.";

  private static final int MOST_STACK_BYTES = 40;

  @TempDir private Path folder;

  private static String output(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), text);
    return text;
  }

  @Test
  void objectIsWhatItsSourceSays() throws Exception {
    String version;
    try {
      version = output(List.of("clang", "--version"));
    } catch (IOException e) {
      version = "no clang";
    }
    assumeTrue(version.contains(CLANG), version);
    Path built = folder.resolve("network.o");
    output(List.of("src/main/bpf/build.sh", built.toString()));
    XdpObject fresh = ObjectLoader.load(built);
    XdpObject committed;
    try (InputStream in = HelperLibrary.class.getResourceAsStream("network.o")) {
      committed = ObjectLoader.load("network.o", in.readAllBytes());
    }
    assertEquals(fresh.maps(), committed.maps());
    assertEquals(code(fresh), code(committed));
  }

  private static List<List<Instruction>> code(XdpObject object) {
    return object.programs().stream().map(Program::code).toList();
  }

  @Test
  void functionsTakeLittleStack() {
    for (HelperFunction helper : List.of(HelperFunction.FIB_LOOKUP, HelperFunction.CHECK_MTU)) {
      assertTrue(HelperLibrary.has(helper));
      int bytes = HelperLibrary.add(helper, new ArrayList<>(), 7);
      assertTrue(bytes > 0 && bytes <= MOST_STACK_BYTES, helper + " takes " + bytes);
    }
  }

  /** The hardware has to know the map of a call. */
  @Test
  void eachLookupNamesItsMap() {
    List<Instruction> code = new ArrayList<>();
    HelperLibrary.add(HelperFunction.FIB_LOOKUP, code, 7);
    int lookups = 0;
    for (int i = 0; i < code.size(); i++) {
      if (code.get(i).equals(new Instruction.CallHelper(1))) {
        lookups++;
        assertTrue(
            code.get(i - 2) instanceof Instruction.LoadImmediate load
                && load.dst() == 1
                && load.low() >= 7,
            "insn " + i);
      }
    }
    assertTrue(lookups > 6, lookups + " lookups");
  }

  private static Program program(String text) {
    List<Instruction> code = new ArrayList<>();
    for (String line : text.split(";")) {
      code.addAll(Parser.parse(line.strip()));
    }
    return new Program("main", "xdp", code, List.of(new Program.Function(0, "main")), List.of());
  }

  @Test
  void programsHaveTheMapsOfTheHelpersThatTheyCall() {
    assertEquals(List.of(), HelperLibrary.maps(List.of(program("r0 = 2; exit"))));
    assertEquals(
        List.of("net:links"),
        HelperLibrary.maps(List.of(program("call 163; exit"))).stream()
            .map(MapDefinition::name)
            .toList());
    assertEquals(6, HelperLibrary.maps(List.of(program("call 69; call 163; exit"))).size());
  }

  @Test
  void programsWithoutObjectHaveNoLibrary() {
    List<Instruction> code = program("call 69; exit").code();
    RefusedException refused =
        assertThrows(
            RefusedException.class, () -> Compiler.compileExec(code, MachineSpec.preset("hxdp")));
    assertTrue(
        refused.getMessage().contains("insn 0: bpf_fib_lookup in a program without object"),
        refused.getMessage());
  }
}
