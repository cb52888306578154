package org.weft.sim.callback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** {@code bpf_strncmp}, and helpers that always say the same, in all engines. */
class TextsTest {
  /** Bytes 14 to 21 of the packet are compared with a text, as many as byte 22 says. */
  private static final String COMPARES =
      """
      r6 = *(u32 *)(r1 + 0); r7 = *(u32 *)(r1 + 4); r2 = r6; r2 += 64; r0 = 1
      if r2 > r7 goto out
      r2 = *(u64 *)(r6 + 14); *(u64 *)(r10 - 8) = r2
      r2 = *(u8 *)(r6 + 22); r2 &= 7; r2 += 1
      r1 = r10; r1 += -8; r3 = map 0 + OFFSET; call 182; *(u64 *)(r6 + 24) = r0; r0 = 3
      out: exit
      """;

  private static MapDefinition texts(int flags) {
    byte[] data = "GET \0POST\0\0end".getBytes(StandardCharsets.UTF_8);
    return new MapDefinition(
        ".rodata", MapType.ARRAY, 4, data.length, 1, flags, null, Bytes.of(data), List.of());
  }

  private static XdpObject object(int offset, int flags) {
    String text = COMPARES.replace("OFFSET", Integer.toString(offset));
    return Assembly.object(text, texts(flags));
  }

  @ParameterizedTest
  @CsvSource({"0, GET", "0, 'GET '", "0, GETS", "5, POST", "5, 'POST '", "6, OST", "10, ''"})
  void bytesAreComparedUpToTheirNumberOrAZero(int offset, String text) {
    Set<Integer> results = new HashSet<>();
    try (AllEngines engines = new AllEngines(object(offset, MapDefinition.RDONLY_PROG))) {
      for (byte last : new byte[] {0, 'A', ' ', (byte) 0xff}) {
        for (int bytes = 0; bytes < 8; bytes++) {
          byte[] frame = new byte[64];
          byte[] start = text.getBytes(StandardCharsets.UTF_8);
          System.arraycopy(start, 0, frame, 14, start.length);
          frame[14 + start.length] = last;
          frame[22] = (byte) bytes;
          results.add(engines.run(frame));
        }
      }
    }
    assertEquals(Set.of(3), results);
  }

  @ParameterizedTest
  @CsvSource({
    "11, 128, r3 of bpf_strncmp has no zero at its end; let the text end with one",
    "0, 0, 'r3 of bpf_strncmp is value of .rodata; pass a text in read-only data'",
  })
  void textsAreReadOnlyAndEndWithAZero(int offset, int flags, String why) {
    XdpObject object = object(offset, flags);
    String message =
        assertThrows(
                RefusedException.class,
                () ->
                    Compiler.compile(
                        object, object.programs().get(0), MachineSpec.preset("nic100")))
            .getMessage();
    assertTrue(message.contains(why), message);
  }

  @Test
  void thereIsOneNode() {
    try (AllEngines engines =
        new AllEngines(Assembly.object("call 42; r0 += 2; exit"), List.of("nic100"))) {
      assertEquals(2, engines.run(new byte[64]));
    }
  }
}
