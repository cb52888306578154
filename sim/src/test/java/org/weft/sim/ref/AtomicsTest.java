package org.weft.sim.ref;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.compiler.ebpf.AtomicOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.sim.engine.ProgramFault;

class AtomicsTest {
  private static long exec(Instruction atomic, long memory, long src, long r0, String result) {
    List<Instruction> code =
        new java.util.ArrayList<>(
            Objects.code(
                "r1 = %d ll\n*(u64 *)(r10 - 8) = r1\nr2 = %d ll\nr0 = %d ll"
                    .formatted(memory, src, r0)));
    code.add(atomic);
    code.addAll(Objects.code("r3 = *(u64 *)(r10 - 8)\nr0 = " + result + "\nexit"));
    return RefEngine.exec(code, new byte[0]);
  }

  @ParameterizedTest
  @CsvSource({
    // operation, 64 bits, memory, source, r0; then memory, source, r0 with fetch
    "ADD, true, 0x1fffffffff, 1, 9, 0x2000000000, 0x1fffffffff, 9",
    "ADD, false, 0x1ffffffff, 1, 9, 0x100000000, 0xffffffff, 9",
    "OR, true, 0x10, 0x01, 9, 0x11, 0x10, 9",
    "AND, false, 0x7700000ff0, 0xf0ff, 9, 0x77000000f0, 0xff0, 9",
    "XOR, true, 0x0ff0, 0x00ff, 9, 0x0f0f, 0x0ff0, 9",
    "XCHG, false, 0x1122334455, 0x66, 9, 0x1100000066, 0x22334455, 9",
    "CMPXCHG, true, 5, 6, 5, 6, 6, 5",
    "CMPXCHG, true, 5, 6, 0x100000005, 5, 6, 5",
    "CMPXCHG, false, 5, 6, 0x100000005, 6, 6, 5",
    "CMPXCHG, false, 0x80000005, 6, 0x80000005, 6, 6, 0x80000005",
    "CMPXCHG, false, 0x180000005, 6, 4, 0x180000005, 6, 0x80000005",
  })
  void operations(
      AtomicOp op,
      boolean is64,
      String memory,
      String src,
      String r0,
      String newMemory,
      String newSrc,
      String newR0) {
    Instruction fetching = new Instruction.Atomic(op, true, is64, 10, -8, 2);
    long m = Long.decode(memory);
    long s = Long.decode(src);
    long r = Long.decode(r0);
    assertEquals(Long.decode(newMemory), exec(fetching, m, s, r, "r3"));
    assertEquals(Long.decode(newSrc), exec(fetching, m, s, r, "r2"));
    assertEquals(Long.decode(newR0), exec(fetching, m, s, r, "r0"));
    if (op.ordinal() < AtomicOp.XCHG.ordinal()) {
      Instruction plain = new Instruction.Atomic(op, false, is64, 10, -8, 2);
      assertEquals(Long.decode(newMemory), exec(plain, m, s, r, "r3"));
      assertEquals(s, exec(plain, m, s, r, "r2"));
    }
  }

  @Test
  void addressIsAligned() {
    assertThrows(
        ProgramFault.class,
        () -> exec(new Instruction.Atomic(AtomicOp.ADD, false, true, 10, -12, 2), 0, 0, 0, "r0"));
  }

  @Test
  void packetAndContextAreRefused() {
    String[] bases = {"r1 = *(u32 *)(r1 + 0)", "r1 = r1"};
    for (String base : bases) {
      RefEngine engine = Objects.of(base + "\nlock *(u32 *)(r1 + 0) += r1\nr0 = 0\nexit").engine();
      ProgramFault fault = assertThrows(ProgramFault.class, () -> engine.run(Objects.packet(64)));
      assertEquals(true, fault.getMessage().contains("which Linux refuses"), fault.getMessage());
    }
  }
}
