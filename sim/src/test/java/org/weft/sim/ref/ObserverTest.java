package org.weft.sim.ref;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.ProgramFault;

class ObserverTest {
  private static final MapDefinition HASH = MapDefinition.of("hash", MapType.HASH, 4, 8, 2, 0);

  /** Writes down what it is told. */
  private static final class Log implements Observer {
    final List<String> lines = new ArrayList<>();

    @Override
    public void jump(
        int program, int instruction, boolean taken, long left, long right, boolean inPacket) {
      String where = inPacket ? " in packet" : "";
      lines.add(program + "." + instruction + " " + taken + " " + left + " " + right + where);
    }

    @Override
    public void call(
        int program, int instruction, HelperFunction helper, int map, Bytes key, long result) {
      String argument = map < 0 ? "" : " " + map + ":" + key;
      lines.add(program + "." + instruction + " " + helper + argument + " = " + result);
    }
  }

  private static List<String> observe(Objects objects, int length) {
    Log log = new Log();
    int observed = objects.engine(log).run(Objects.packet(length));
    assertEquals(objects.engine().run(Objects.packet(length)), observed);
    return log.lines;
  }

  @Test
  void jumpsAreToldWithOutcomeAndOperands() {
    Objects objects =
        Objects.of(
            """
            r0 = 7
            if r0 == 7 goto +1
            exit
            if w0 > -1 goto +1
            if r0 s> 6 goto -3
            exit
            """);
    assertEquals(List.of("0.1 true 7 7", "0.3 false 7 -1", "0.4 true 7 6"), observe(objects, 64));
  }

  @Test
  void addressesInThePacketAreOffsetsFromItsFirstByte() {
    Objects objects =
        Objects.of(
            """
            r2 = *(u32 *)(r1 + 0)
            r3 = *(u32 *)(r1 + 4)
            r2 += 34
            r0 = 1
            if r2 > r3 goto +1
            r0 = 2
            exit
            """);
    assertEquals(List.of("0.4 false 34 60 in packet"), observe(objects, 60));
    assertEquals(List.of("0.4 true 34 20 in packet"), observe(objects, 20));
  }

  @Test
  void callsAreToldWithMapKeyAndResult() {
    Objects objects =
        Objects.of(
                """
                *(u32 *)(r10 - 4) = 258
                map 10
                r2 = r10
                r2 += -4
                call 1
                call 8
                exit
                """)
            .map(HASH);
    assertEquals(
        List.of("0.5 MAP_LOOKUP_ELEM 0:02010000 = 0", "0.6 GET_SMP_PROCESSOR_ID = 0"),
        observe(objects, 64));
  }

  @Test
  void tailCallsSayWhetherTheyWent() {
    Objects objects =
        Objects.of("r6 = r1\nmap 20\nr3 = 1\ncall 12\nr1 = r6\nmap 20\nr3 = 0\ncall 12\nexit")
            .program("other", "r0 = 2\nif r0 != 2 goto +0\nexit")
            .map(
                new MapDefinition(
                    "programs",
                    MapType.PROG_ARRAY,
                    4,
                    4,
                    2,
                    0,
                    null,
                    Bytes.EMPTY,
                    List.of(new MapDefinition.Reference(0, "other"))));
    assertEquals(
        List.of("0.4 TAIL_CALL 0:01000000 = -1", "0.9 TAIL_CALL 0:00000000 = 0", "1.1 false 2 2"),
        observe(objects, 64));
  }

  @Test
  void functionsReturnToWhereTheyWereCalled() {
    Objects objects =
        Objects.of("r1 = 3\ncall pc+2\nr0 += 1\nexit\nr0 = r1\nif r1 > 2 goto +1\nr0 = 9\nexit");
    assertEquals(List.of("0.5 true 3 2"), observe(objects, 64));
  }

  @Test
  void aFaultNamesTheSameInstruction() {
    Objects objects = Objects.of("r0 = 0\nif r0 != 0 goto +1\nr0 = *(u8 *)(r0 + 0)\nexit");
    ProgramFault plain =
        assertThrows(ProgramFault.class, () -> objects.engine().run(Objects.packet(64)));
    ProgramFault observed =
        assertThrows(ProgramFault.class, () -> objects.engine(new Log()).run(Objects.packet(64)));
    assertEquals(plain.getMessage(), observed.getMessage());
  }

  @Test
  void aLoopThatDoesNotEndIsAFaultThere() {
    Objects objects = Objects.of("r0 = 0\ngoto -2");
    assertThrows(ProgramFault.class, () -> objects.engine(new Log()).run(Objects.packet(64)));
  }
}
