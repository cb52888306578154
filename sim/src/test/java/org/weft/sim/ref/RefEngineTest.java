package org.weft.sim.ref;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.packet.PacketBuffer;

class RefEngineTest {
  private static final MapDefinition PROGRAMS =
      MapDefinition.of("programs", MapType.PROG_ARRAY, 4, 4, 4, 0);

  private static byte[] key(int number) {
    return new byte[] {(byte) number, 0, 0, 0};
  }

  private static String tailCall(int index) {
    return "map 20\nr3 = " + index + "\ncall 12\n";
  }

  @Test
  void countsPacketsInAMap() {
    RefEngine engine =
        Objects.of(
                """
                *(u32 *)(r10 - 4) = 1
                map 10
                r2 = r10
                r2 += -4
                call 1
                if r0 == 0 goto +2
                r1 = 1
                lock *(u64 *)(r0 + 0) += r1
                r0 = 2
                exit
                """)
            .map(MapDefinition.of("counts", MapType.PERCPU_ARRAY, 4, 8, 2, 0))
            .engine();
    PacketBuffer packet = Objects.packet(64);
    for (int i = 0; i < 3; i++) {
      packet.cpu = i == 2 ? 1 : 0;
      assertEquals(2, engine.run(packet));
    }
    assertEquals(
        "[0200000000000000, 0100000000000000]",
        engine.maps().contents(0).entries().get(Bytes.of(key(1))).bytes().toString());
  }

  @Test
  void tailCallsGoThirtyThreeDeep() {
    RefEngine engine =
        Objects.of(
                "r6 = r1\nr2 = *(u32 *)(r1 + 0)\nr3 = *(u8 *)(r2 + 0)\nr3 += 1\n"
                    + "*(u8 *)(r2 + 0) = r3\n"
                    + tailCall(1)
                    + "r0 = 7\nexit")
            .map(PROGRAMS)
            .engine();
    engine.maps().putReference(0, key(1), "main");
    PacketBuffer packet = Objects.packet(64);
    assertEquals(7, engine.run(packet));
    assertEquals(1 + 34, packet.bytes[packet.data]);
    assertEquals(7, engine.run(packet));
    assertEquals(1 + 68, packet.bytes[packet.data]);
  }

  @Test
  void tailCallThatFindsNoProgramFallsThrough() {
    for (int index : new int[] {0, 4, -1}) {
      RefEngine engine = Objects.of(tailCall(index) + "r0 = 7\nexit").map(PROGRAMS).engine();
      assertEquals(7, engine.run(Objects.packet(64)));
    }
  }

  @Test
  void tailCallFromAFunctionReturnsToItsCaller() {
    RefEngine engine =
        Objects.of(
                "r6 = 5\n*(u64 *)(r10 - 8) = 3\ncall pc+4\nr0 += r6\nr1 = *(u64 *)(r10 - 8)\n"
                    + "r0 += r1\nexit\n"
                    + tailCall(2)
                    + "r0 = 100\nexit")
            .program("other", "r6 = 66\n*(u64 *)(r10 - 8) = 77\nr0 = 20\nexit")
            .map(PROGRAMS)
            .engine();
    assertEquals(108, engine.run(Objects.packet(64)));
    engine.maps().putReference(0, key(2), "other");
    assertEquals(28, engine.run(Objects.packet(64)));
    assertEquals(28, engine.run(Objects.packet(64)));
  }

  @Test
  void programThatIsTailCalledFromAFunctionHasEightFramesOfItsOwn() {
    String nested = "r0 = 0\nif r1 == 0 goto +2\nr1 += -1\ncall pc-4\nexit";
    RefEngine engine =
        Objects.of("call pc+1\nexit\n" + tailCall(0) + "r0 = 100\nexit")
            .program("deep", "r1 = 6\ncall pc+1\nexit\n" + nested)
            .map(PROGRAMS)
            .engine();
    engine.maps().putReference(0, key(0), "deep");
    assertEquals(0, engine.run(Objects.packet(64)));
  }

  @Test
  void packetHelpersMoveTheBounds() {
    RefEngine engine =
        Objects.of(
                """
                r6 = r1
                r2 = -20
                call 44
                r1 = r6
                r2 = -8
                call 54
                r1 = r6
                r2 = 6
                call 65
                r2 = *(u32 *)(r6 + 4)
                r0 = *(u32 *)(r6 + 8)
                r2 -= r0
                r0 = r2
                exit
                """)
            .engine();
    PacketBuffer packet = Objects.packet(64);
    assertEquals(8 + 20 + 64 + 6, engine.run(packet));
    assertEquals(236, packet.data);
    assertEquals(228, packet.dataMeta);
    assertEquals(90, packet.length());
  }

  @Test
  void innerMapsAreFoundThroughTheOuter() {
    MapDefinition inner = MapDefinition.of("inner", MapType.ARRAY, 4, 4, 1, 0);
    RefEngine engine =
        Objects.of(
                """
                *(u32 *)(r10 - 4) = 0
                map 10
                r2 = r10
                r2 += -4
                call 1
                if r0 == 0 goto +7
                r1 = r0
                r2 = r10
                r2 += -4
                call 1
                if r0 == 0 goto +2
                r0 = *(u32 *)(r0 + 0)
                exit
                r0 = 99
                exit
                """)
            .map(
                new MapDefinition(
                    "outer", MapType.ARRAY_OF_MAPS, 4, 4, 1, 0, inner, Bytes.EMPTY, List.of()))
            .engine();
    assertEquals(99, engine.run(Objects.packet(64)));
    int made = engine.maps().putReference(0, key(0), "one");
    engine.maps().put(made, key(0), key(42));
    assertEquals(42, engine.run(Objects.packet(64)));
  }

  @Test
  void valueStaysReadableAfterItsEntryIsDeleted() {
    RefEngine engine =
        Objects.of(
                """
                *(u32 *)(r10 - 4) = 5
                *(u32 *)(r10 - 8) = 6
                map 10
                r2 = r10
                r2 += -4
                r3 = r10
                r3 += -8
                r4 = 0
                call 2
                map 10
                r2 = r10
                r2 += -4
                call 1
                r6 = r0
                map 10
                r2 = r10
                r2 += -4
                call 3
                r0 = *(u32 *)(r6 + 0)
                *(u32 *)(r6 + 0) = 7
                exit
                """)
            .map(MapDefinition.of("m", MapType.HASH, 4, 4, 1, 0))
            .engine();
    assertEquals(6, engine.run(Objects.packet(64)));
    assertEquals(6, engine.run(Objects.packet(64)));
  }

  @Test
  void helpersRefuseWhatTheVerifierRefuses() {
    String[][] cases = {
      {
        "map 11\nr2 = r10\nr2 += -4\ncall 1",
        "calls bpf_map_lookup_elem with map programs of type prog_array, which Linux refuses"
      },
      {
        "map 12\nr2 = r10\nr2 += -4\ncall 3",
        "calls bpf_map_delete_elem with map devices of type devmap, which Linux refuses"
      },
      {
        "map 10\nr2 = r10\nr2 += -2\ncall 1",
        "reads 4 bytes at stack offset -2 of -512 to 0 bytes: check the bounds before the access"
      },
      {
        "r1 = 0\nr2 = r10\ncall 1",
        "gives a helper 0x0 for a map; check the result of the lookup" + " before use"
      },
      {
        "r2 = 0\nr3 = r10\nr3 += -8\nr4 = 0\ncall 189",
        "gives a helper memory of 0 bytes, which Linux refuses"
      },
      {
        "r2 = 0\nr3 = *(u32 *)(r1 + 0)\nr4 = 4\ncall 189",
        "calls bpf_xdp_load_bytes with memory in the packet, which Linux refuses: copy it to the"
            + " stack"
      },
      {"r1 = 5\ncall 65", "calls bpf_xdp_adjust_tail with something else than the context in r1"},
      {"call 77", "calls helper 77 (bpf_rc_repeat), which weft does not have"},
    };
    for (String[] row : cases) {
      RefEngine engine =
          Objects.of(row[0] + "\nr0 = 0\nexit")
              .map(MapDefinition.of("m", MapType.HASH, 4, 4, 1, 0))
              .map(PROGRAMS)
              .map(MapDefinition.of("devices", MapType.DEVMAP, 4, 4, 1, 0))
              .engine();
      ProgramFault fault = assertThrows(ProgramFault.class, () -> engine.run(Objects.packet(64)));
      String message = fault.getMessage();
      assertEquals(row[1], message.substring(message.indexOf("(main.c:10): ") + 13));
    }
  }

  @Test
  void tracePrintkFollowsStrings() {
    RefEngine engine =
        Objects.of(
                """
                *(u32 *)(r10 - 8) = 2126709
                *(u32 *)(r10 - 4) = 0
                *(u32 *)(r10 - 16) = 560033893
                *(u32 *)(r10 - 12) = 0
                r1 = r10
                r1 += -16
                r2 = 5
                r3 = r10
                r3 += -8
                call 6
                exit
                """
                    .replace("2126709", "" + ('u' | 'p' << 8))
                    .replace("560033893", "" + ('%' | 's' << 8 | '!' << 16)))
            .engine();
    List<String> lines = new ArrayList<>();
    engine.traceTo(lines::add);
    assertEquals(3, engine.run(Objects.packet(64)));
    assertEquals(List.of("up!"), lines);
  }

  @Test
  void packetsTakeNoHeap() {
    RefEngine engine =
        Objects.of(
                """
                r6 = r1
                *(u64 *)(r10 - 8) = 0
                call 7
                *(u64 *)(r10 - 16) = r0
                map 11
                r2 = r10
                r2 += -8
                r3 = r10
                r3 += -16
                r4 = 0
                call 2
                map 11
                r2 = r10
                r2 += -8
                call 1
                r1 = r6
                map 20
                r3 = 0
                call 12
                r0 = 1
                exit
                """)
            .program("last", "r0 = 2\nexit")
            .map(PROGRAMS)
            .map(MapDefinition.of("m", MapType.HASH, 8, 8, 10, 0))
            .engine();
    engine.maps().putReference(0, key(0), "last");
    PacketBuffer packet = Objects.packet(64);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 2000; i++) {
      assertEquals(2, engine.run(packet));
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 2000; i++) {
      engine.run(packet);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 2000, allocated + " bytes for 2,000 packets");
  }
}
