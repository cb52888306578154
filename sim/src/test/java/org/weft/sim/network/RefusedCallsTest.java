package org.weft.sim.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.compiler.object.XdpObject;
import org.weft.compiler.verifier.Verifier;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.kernel.KernelEngine;
import org.weft.sim.kernel.KernelOptions;
import org.weft.sim.kernel.VerifierRefusal;

/**
 * Which calls of routes, MTUs and ring buffers are safe: weft's verifier and Linux's say the same.
 */
class RefusedCallsTest {
  private static final List<MapDefinition> MAPS =
      List.of(
          MapDefinition.of("ring", MapType.RINGBUF, 0, 0, 4096, 0),
          MapDefinition.of("array", MapType.ARRAY, 4, 64, 8, 0),
          MapDefinition.of("programs", MapType.PROG_ARRAY, 4, 4, 8, 0));

  /** r6 = context, r9 = a record of 16 bytes that is reserved. */
  private static final String RECORD =
      "r6 = r1; map 1 0; r2 = 16; r3 = 0; call 131; if r0 != 0 goto +2; r0 = 1; exit; r9 = r0; ";

  private static final String SUBMIT = "r1 = r9; r2 = 0; call 132; ";

  /** r0 = the call with 64 bytes of stack. */
  private static final String FIB = "r2 = r10; r2 += -64; r3 = 64; r4 = 0; call 69; ";

  /** r7 = the value at index 0 of the array. */
  private static final String VALUE =
      "r6 = r1; *(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; map 1 1; call 1; r7 = r0; r1 = r6; ";

  private static XdpObject object(String text) {
    String code =
        text.replace("RECORD", RECORD)
            .replace("SUBMIT", SUBMIT)
            .replace("FIB", FIB)
            .replace("VALUE", VALUE);
    return AllEngines.object(code, MAPS);
  }

  private static boolean isRefusedByLinux(XdpObject object) {
    try {
      KernelEngine.open(
              object, object.programs().get(0), EngineOptions.DEFAULT, KernelOptions.DEFAULT)
          .close();
      return false;
    } catch (VerifierRefusal e) {
      return true;
    }
  }

  private static void linuxSays(boolean refused, String text) {
    if (AllEngines.hasKernel()) {
      assertEquals(refused, isRefusedByLinux(object(text)), "Linux refuses: " + text);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FIB exit",
        "VALUE r1 = r6; r2 = r7; if r2 != 0 goto +2; r0 = 1; exit; r3 = 64; r4 = 0; call 69; exit",
        "r2 = r10; r2 += -64; r3 = 8; r4 = 0; call 69; exit",
        "r2 = 0; *(u32 *)(r10 - 4) = 0; r3 = r10; r3 += -4; r4 = 0; r5 = 0; call 163; exit",
        "RECORD SUBMIT r0 = 2; exit",
        "RECORD r1 = r9; r2 = 7; call 133; r0 = 2; exit",
        "RECORD *(u64 *)(r9 + 8) = 5; r1 = *(u8 *)(r9 + 15); SUBMIT r0 = 2; exit",
        "RECORD *(u64 *)(r10 - 8) = r9; r1 = *(u64 *)(r10 - 8); r2 = 0; call 132; r0 = 2; exit",
        "RECORD r2 = *(u32 *)(r6 + 12); r2 &= 7; r3 = r9; r3 += r2; *(u64 *)(r3 + 1) = 5;"
            + "SUBMIT r0 = 2; exit",
        "RECORD r1 = r6; r2 = 0; r3 = r9; r4 = 16; call 189; SUBMIT r0 = 2; exit",
        "RECORD map 1 0; r2 = r9; r3 = 16; r4 = 0; call 130; SUBMIT r0 = 2; exit",
        "RECORD r1 = 3; lock *(u64 *)(r9 + 8) += r1; SUBMIT r0 = 2; exit",
        "RECORD r8 = r9; r7 = *(u32 *)(r6 + 12); if r7 > 5 goto +4; r1 = r8; r2 = 0; call 132;"
            + "goto +3; r1 = r9; r2 = 0; call 133; r0 = 2; exit",
        "map 1 0; r2 = 0; r3 = 0; call 131; if r0 == 0 goto +3; r1 = r0; r2 = 0; call 132;"
            + "r0 = 2; exit",
        "map 1 0; r2 = 100000; r3 = 5; call 131; if r0 == 0 goto +3; r1 = r0; r2 = 0; call 132;"
            + "r0 = 2; exit",
        "map 1 0; r2 = r10; r2 += -8; r3 = 0; r4 = 9; call 130; exit",
        "map 1 0; r2 = 77; call 134; exit",
      })
  void safeCalls(String text) {
    Verifier.verify(object(text).programs().get(0), MAPS);
    linuxSays(false, text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r2 = r10; r2 += -64; r3 = 65; r4 = 0; call 69; exit | accesses 65 bytes of the stack",
        "r2 = r10; r2 += -64; r3 = 0; r4 = 0; call 69; exit | may be 0",
        "r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r4 = r2; r4 += 64; if r4 > r3 goto +3;"
            + "r3 = 64; r4 = 0; call 69; r0 = 0; exit | takes no memory of the packet",
        "VALUE r2 = r7; r3 = 65; r4 = 0; call 69; exit | accesses 65 bytes of map array",
        "r1 = 0; FIB exit | pass the context",
        "r2 = 0; r3 = r10; r3 += -3; r4 = 0; r5 = 0; call 163; exit | of the stack",
        "r2 = 0; r3 = r10; r3 += -6; r4 = 0; r5 = 0; call 163; exit | no multiple of 4",
        "r2 = 0; r3 = 5; r4 = 0; r5 = 0; call 163; exit | number",
        "RECORD r0 = 2; exit | ends while a record is reserved",
        "RECORD SUBMIT SUBMIT r0 = 2; exit | once",
        "RECORD SUBMIT r0 = *(u64 *)(r9 + 0); exit | a number and not a pointer",
        "RECORD r9 += 8; SUBMIT r0 = 2; exit | as bpf_ringbuf_reserve gave it",
        "RECORD *(u64 *)(r9 + 9) = 5; SUBMIT r0 = 2; exit | of a record",
        "RECORD *(u64 *)(r9 - 8) = 5; SUBMIT r0 = 2; exit | of a record",
        "RECORD r2 = *(u32 *)(r6 + 12); r2 &= 15; r3 = r9; r3 += r2; *(u64 *)(r3 + 1) = 5;"
            + "SUBMIT r0 = 2; exit | of a record",
        "RECORD r1 = r6; r2 = 0; r3 = r9; r4 = 17; call 189; SUBMIT r0 = 2; exit | of a record",
        "RECORD SUBMIT exit | reads r0",
        "RECORD r1 = r6; map 2 2; r3 = 0; call 12; SUBMIT r0 = 2; exit"
            + " | a tail call while a record is reserved",
        "map 1 0; r2 = 16; r3 = 0; call 131; r1 = r0; r2 = 0; call 132; r0 = 2; exit"
            + " | after a NULL check",
        "map 1 0; r2 = 16; r3 = 0; call 131; if r0 == 0 goto +1; *(u64 *)(r0 + 0) = 1; r0 = 2;"
            + "exit | ends while a record is reserved",
        "r2 = *(u32 *)(r1 + 12); map 1 0; r3 = 0; call 131; r0 = 2; exit | a constant",
        "map 1 1; r2 = 16; r3 = 0; call 131; r0 = 2; exit | does not work on map array",
        "map 1 0; r2 = r10; r2 += -4; call 1; r0 = 2; exit | does not work on map ring",
        "VALUE r1 = r7; r2 = 0; call 132; r0 = 2; exit | as bpf_ringbuf_reserve gave it",
        "r1 = 0; r2 = 0; call 133; r0 = 2; exit | as bpf_ringbuf_reserve gave it",
        "RECORD r1 = *(u32 *)(r6 + 12); if r1 > 5 goto +3; r1 = r9; r2 = 0; call 132; r0 = 2;"
            + "exit | ends while a record is reserved",
      })
  void callsThatAreNotSafe(String text, String cause) {
    XdpObject object = object(text);
    String message =
        assertThrows(
                RefusedException.class, () -> Verifier.verify(object.programs().get(0), MAPS), text)
            .getMessage();
    assertTrue(message.contains(cause), message);
    linuxSays(true, text);
  }
}
