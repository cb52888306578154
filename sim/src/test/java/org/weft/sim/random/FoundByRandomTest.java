package org.weft.sim.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.compiler.Compiler;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Parser;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.helper.HelperCalls;
import org.weft.sim.map.MapTable;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.ref.RefEngine;
import org.weft.sim.rows.RowsEngine;

/** What random programs found. */
final class FoundByRandomTest {
  private static final MachineSpec MACHINE = MachineSpec.preset("hxdp");

  @Test
  void checksumDifferenceTakesMemoryOfAnySize() {
    HelperCalls helpers = new HelperCalls(new MapTable(List.of(), List.of(), 1), 0);
    byte[] bytes = {1, 2, 3, 4, 5, 6, 7};
    assertEquals(0x0204, helpers.csumDiff(bytes, 0, 0, bytes, 0, 3, 0));
    assertEquals(0x0c0d, helpers.csumDiff(bytes, 0, 0, bytes, 0, 6, 4));
    assertEquals(0xfffe, helpers.csumDiff(bytes, 0, 1, bytes, 0, 0, 0));
  }

  @Test
  void narrowCompareAndExchangeClearsTheUpperHalfWhenItSucceeds() {
    List<Instruction> code =
        Parser.parse(
            """
            *(u64 *)(r10 - 8) = 5
            r0 = 4294967301 ll
            r2 = 7
            w0 = cmpxchg32_32(r10 - 8, w0, w2)
            exit
            """);
    assertEquals(5, RefEngine.exec(code, new byte[0]));
    assertEquals(5, RowsEngine.exec(Compiler.compileExec(code, MACHINE), new byte[0]));
  }

  /** Linux 6.18 takes such a branch in a larger program: docs/kernel-engine.md. */
  @Test
  void wordOfANegatedNumberComparesAsASignedWord() {
    List<Instruction> code =
        Parser.parse(
            """
            r9 = *(u32 *)(r1 + 0)
            r9 = -r9
            r0 = 1
            if w9 s< 1527619828 goto +1
            r0 = 2
            exit
            """);
    byte[] memory = {0, 0, 0, (byte) 0x85};
    assertEquals(2, RefEngine.exec(code, memory));
    assertEquals(2, RowsEngine.exec(Compiler.compileExec(code, MACHINE), memory));
  }

  /** The load at an unknown place leaves the program, on a side that is not likely. */
  @Test
  void storeIsDoneBeforeALoadAtAnUnknownPlace() {
    List<Instruction> code =
        Parser.parse(
            """
            r6 = *(u64 *)(r1 + 0)
            r7 = r6
            r7 &= 7
            r8 = *(u8 *)(r1 + 8)
            *(u64 *)(r10 - 40) = r6
            *(u64 *)(r10 - 32) = r6
            *(u64 *)(r10 - 24) = r6
            *(u64 *)(r10 - 16) = r6
            *(u64 *)(r10 - 8) = r6
            if r8 == 0 goto +8
            *(u64 *)(r1 + 0) = 7
            *(u64 *)(r1 + 8) = r8
            *(u64 *)(r1 + 16) = 7
            *(u64 *)(r1 + 24) = r8
            r2 = r10
            r2 += r7
            r0 = *(u8 *)(r2 - 8)
            exit
            r2 = r10
            r2 += r7
            r0 = *(u8 *)(r2 - 8)
            exit
            """);
    for (byte side = 0; side < 2; side++) {
      byte[] memory = new byte[32];
      memory[0] = 3;
      memory[3] = 42;
      memory[8] = side;
      assertEquals(42, RefEngine.exec(code, memory.clone()));
      assertEquals(42, RowsEngine.exec(Compiler.compileExec(code, MACHINE), memory));
    }
  }

  /** That nothing goes into the loop is found in the same round in which its values are. */
  @Test
  void loopThatIsNeverEnteredIsLeftOut() {
    List<Instruction> code =
        Parser.parse(
            """
            r8 = 31
            r6 = -2147483647
            r9 = 2147483646
            r0 = *(u16 *)(r10 - 40)
            r5 = *(u32 *)(r10 - 68)
            r8 s/= 67108864
            if w5 s>= w8 goto +4
            r9 = be64 r9
            r8 += 1
            if r8 < 3 goto -3
            r6 s/= r9
            *(u64 *)(r1 + 0) = r6
            exit
            """);
    byte[] memory = new byte[8];
    RefEngine.exec(code, memory);
    byte[] other = new byte[8];
    RowsEngine.exec(Compiler.compileExec(code, MACHINE), other);
    assertArrayEquals(memory, other);
  }

  /** Because of the exchange at an unknown place the store is still there when rows are filled. */
  @Test
  void storeThatNobodyReadsDoesNotStandBehindTheExit() {
    List<Instruction> code =
        Parser.parse(
            """
            r8 = *(u16 *)(r1 + 4)
            r7 = r10
            r7 += -56
            r8 &= 16
            r4 = r7
            r4 += r8
            r8 = xchg_64(r4 + 8, r8)
            r2 = 403756639
            *(u8 *)(r10 - 40) = r2
            r0 = 3
            exit
            """);
    assertEquals(3, RowsEngine.exec(Compiler.compileExec(code, MACHINE), new byte[8]));
  }

  @Test
  void testOfBitsOfASumIsNotOneOfWhatIsAdded() {
    for (String condition : List.of("r7 & r7", "r7 & 48")) {
      List<Instruction> code =
          Parser.parse(
              """
              r7 = *(u8 *)(r1 + 0)
              r7 += 32
              r0 = 1
              if %s goto +1
              r0 = 2
              exit
              """
                  .formatted(condition));
      assertEquals(1, RefEngine.exec(code, new byte[8]), condition);
      assertEquals(1, RowsEngine.exec(Compiler.compileExec(code, MACHINE), new byte[8]), condition);
    }
  }

  /** The store's row is that of the load, whose slot is behind the branch and the store before. */
  @Test
  void storeDoneEarlyInARowIsNotSeenByALoadInTheRow() {
    MapDefinition results = MapDefinition.of("results", MapType.ARRAY, 4, 152, 1, 0);
    Program main =
        program(
            "main",
            """
            r6 = *(u32 *)(r1 + 4)
            r7 = *(u32 *)(r1 + 0)
            r9 = r1
            r1 = r7
            r1 += 38
            r0 = 0
            if r1 > r6 goto +23
            r5 = *(u8 *)(r7 + 32)
            r8 = *(u16 *)(r7 + 1)
            *(u64 *)(r10 - 40) = r5
            r7 = *(u8 *)(r10 - 34)
            *(u16 *)(r10 - 34) = 1048576
            r1 = r10
            r1 += -56
            r2 = 56
            r3 = r10
            r3 += -24
            r4 = 16
            r5 = -1773535214
            call 28
            r6 = *(u64 *)(r10 - 40)
            r2 = *(u32 *)(r9 + 16)
            w6 >>= w2
            if w6 == -365810809 goto +1
            r8 -= r7
            r2 = 424242 ll
            lock *(u64 *)(r2 + 56) += r7
            *(u64 *)(r2 + 64) = r8
            r0 = 1
            exit
            """);
    XdpObject object = new XdpObject("test.o", List.of(main), List.of(results), "GPL", List.of());
    assertEquals("", new Differential(false).differences(1, object));
  }

  @Test
  void programWithoutTailCallsRunsBesideAProgramArrayThatIsFilled() {
    MapDefinition programs =
        new MapDefinition(
            "programs",
            MapType.PROG_ARRAY,
            4,
            4,
            1,
            0,
            null,
            Bytes.EMPTY,
            List.of(new MapDefinition.Reference(0, "other")));
    Program main = program("main");
    XdpObject object =
        new XdpObject("test.o", List.of(main, program("other")), List.of(programs), "", List.of());
    RowsEngine engine =
        new RowsEngine(Compiler.compile(object, main, MACHINE), EngineOptions.DEFAULT);
    PacketBuffer packet = new PacketBuffer();
    packet.receive(new byte[60], 0, 60);
    assertEquals(2, engine.run(packet));
    assertEquals(
        new RefEngine(object, main, EngineOptions.DEFAULT).maps().contents(0).entries(),
        engine.maps().contents(0).entries());
  }

  /** An array in the caller's frame, indexed in the callee: no frame counts as 512 bytes. */
  @Test
  void variableOffsetIntoACallersFrameTakesNoMoreStackThanItMay() {
    List<Instruction> code =
        new ArrayList<>(
            Parser.parse(
                """
                r2 = *(u32 *)(r1 + 16)
                *(u64 *)(r10 - 16) = 1
                *(u64 *)(r10 - 8) = 2
                r1 = r10
                r1 += -16
                r2 &= 7
                goto +1
                exit
                *(u64 *)(r10 - 16) = r2
                r1 += r2
                *(u8 *)(r1 + 8) = r2
                r0 = *(u8 *)(r1 + 0)
                exit
                """));
    code.set(6, new Instruction.CallLocal(1));
    List<Program.Function> functions =
        List.of(new Program.Function(0, "main"), new Program.Function(8, "f"));
    Program main = new Program("main", "xdp", code, functions, List.of());
    XdpObject object = new XdpObject("test.o", List.of(main), List.of(), "GPL", List.of());
    ProgramImage image = Compiler.compile(object, main, MachineSpec.preset("hxdp"));
    RowsEngine engine = new RowsEngine(image, EngineOptions.DEFAULT);
    PacketBuffer packet = new PacketBuffer();
    packet.receive(new byte[60], 0, 60);
    assertEquals(1, engine.run(packet));
  }

  /** Both stores become one, of which the checksum's none bytes begin in the middle. */
  @Test
  void callThatReadsNoBytesWaitsForNoStore() {
    same(
        """
        *(u64 *)(r10 - 40) = 0
        *(u64 *)(r10 - 48) = 0
        *(u16 *)(r10 - 40) = 1231161868
        *(u32 *)(r10 - 44) = 1
        r1 = 0
        r2 = 0
        r3 = r10
        r3 += -40
        r4 = 0
        r5 = 32
        call 28
        r4 = 424242 ll
        r8 = *(u64 *)(r10 - 40)
        lock *(u64 *)(r4 + 112) += r8
        r8 = *(u64 *)(r10 - 48)
        lock *(u64 *)(r4 + 120) += r8
        exit
        """);
  }

  /** No verifier lets a program mask a pointer, so that the masked word of the stack is none. */
  @Test
  void maskedWordFromAVariablePlaceOfTheStackIsANumber() {
    same(
        """
        r6 = *(u32 *)(r1 + 16)
        r2 = 424242 ll
        *(u64 *)(r10 - 16) = r2
        *(u64 *)(r10 - 24) = 5
        *(u64 *)(r10 - 32) = 6
        r6 &= 8
        r9 = r10
        r9 += -32
        r9 += r6
        r8 = *(u64 *)(r9 + 0)
        r8 &= 12
        r7 = r10
        r7 += -32
        r7 += r8
        r0 = *(u32 *)(r7 + 0)
        exit
        """);
  }

  /** On a small machine the packet grows beyond the queue between core and port. */
  @Test
  void packetThatGrowsLeavesTheNic() {
    same(
        """
        r2 = 2048
        call 65
        r0 = 3
        exit
        """);
  }

  /** Loads and stores may be at any byte; an atomic operation is not. */
  @Test
  void counterAtAnyByteIsNoAtomic() {
    same(
        """
        r9 = 424242 ll
        r1 = *(u64 *)(r9 + 11)
        r1 += 28
        *(u64 *)(r9 + 11) = r1
        r1 = *(u32 *)(r9 + 34)
        r1 += 7
        *(u32 *)(r9 + 34) = r1
        r1 = *(u64 *)(r9 + 64)
        r1 += 9
        *(u64 *)(r9 + 64) = r1
        r0 = 2
        exit
        """);
  }

  /** The same on every engine and machine. */
  private static void same(String text) {
    MapDefinition results = MapDefinition.of("results", MapType.ARRAY, 4, 152, 1, 0);
    XdpObject object =
        new XdpObject("test.o", List.of(program("main", text)), List.of(results), "GPL", List.of());
    Differential differential = new Differential(false);
    assertEquals("", differential.differences(1, object));
    assertTrue(differential.compiled().containsKey("hxdp"), differential.refusals()::toString);
  }

  private static Program program(String name) {
    return program(name, "r0 = 2\nexit\n");
  }

  /** A program in which 424242 stands for the address of the first map's value. */
  private static Program program(String name, String text) {
    List<Instruction> code = new ArrayList<>(Parser.parse(text));
    code.replaceAll(
        instruction ->
            instruction instanceof Instruction.LoadImmediate load && load.value() == 424242
                ? new Instruction.LoadImmediate(load.dst(), ImmediateKind.MAP_INDEX_VALUE, 0)
                : instruction);
    return new Program(name, "xdp", code, List.of(new Program.Function(0, name)), List.of());
  }
}
