package org.weft.sim.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.compiler.Compiler;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Parser;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.HelperFunction;
import org.weft.sim.ref.RefEngine;

/** Programs with more values than registers. */
final class FewRegistersTest {
  private static final int VALUES = 40;

  /** Reads all, overwrites all, and only then looks at what was read, with a branch for each. */
  private static List<Instruction> program() {
    StringBuilder text = new StringBuilder("r0 = 1\n");
    for (int i = 0; i < VALUES; i++) {
      text.append("r2 = *(u64 *)(r1 + ").append(8 * i).append(")\n");
      text.append("*(u64 *)(r10 - ").append(8 * i + 8).append(") = r2\n");
    }
    for (int i = 0; i < VALUES; i++) {
      text.append("*(u64 *)(r1 + ").append(8 * i).append(") = ").append(i).append('\n');
    }
    for (int i = 0; i < VALUES; i++) {
      text.append("r0 *= 31\n");
      text.append("r2 = *(u64 *)(r10 - ").append(8 * (i * 7 % VALUES) + 8).append(")\n");
      text.append("if r2 s> r0 goto +1\nr0 += r2\n");
    }
    return Parser.parse(text.append("exit\n").toString());
  }

  @ParameterizedTest
  @CsvSource({"1, 16", "2, 16", "3, 16", "4, 16", "6, 16", "8, 16", "1, 32", "8, 24"})
  void valuesThatFindNoRegisterLiveOnTheStack(int lanes, int registers) {
    byte[] memory = new byte[8 * VALUES];
    for (int i = 0; i < memory.length; i++) {
      memory[i] = (byte) (i * 37);
    }
    List<Instruction> code = program();
    byte[] other = memory.clone();
    long expected = RefEngine.exec(code, memory);
    assertEquals(
        expected, RowsEngine.exec(Compiler.compileExec(code, machine(lanes, registers)), other));
    assertEquals(Arrays.toString(memory), Arrays.toString(other));
  }

  private static MachineSpec machine(int lanes, int registers) {
    MachineSpec.Dispatch dispatch = MachineSpec.Dispatch.ROUND_ROBIN;
    EnumSet<HelperFunction> helpers = EnumSet.allOf(HelperFunction.class);
    return new MachineSpec(
        "few", 1, 4, 4, 4, lanes, registers, 1, 1, 1, 1, 1, 1, 4096, 1, 1536, 256, 1024, 1,
        dispatch, 32, 100_000, 1, 4, 4, 512, 1, 1024, helpers);
  }
}
