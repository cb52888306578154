package org.weft.sim.callback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.compiler.object.XdpObject;
import org.weft.compiler.verifier.Verifier;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.kernel.KernelEngine;
import org.weft.sim.kernel.KernelOptions;

/** What the verifier says of callbacks and spin locks, and that Linux says the same. */
class RefusalsTest {
  private static final MapDefinition HASH =
      MapDefinition.of("hash", MapType.HASH, 4, 16, 8, 0).withLock(8);

  private static final MapDefinition PLAIN = MapDefinition.of("plain", MapType.HASH, 4, 16, 8, 0);

  /** {@code call f}, which takes r2 to be a pointer to eight bytes. */
  private static final String LOOP =
      "r2 = function f; r3 = r10; r3 += -8; r4 = 0; call 181; r0 = 0; exit; ";

  /** r6 = a value of the map with this number, or leaves. */
  private static String lookup(int map, int register) {
    return "*(u32 *)(r10 - 4) = 1; r2 = r10; r2 += -4; r1 = map "
        + map
        + "; call 1; if r0 != 0 goto +2; r0 = 0; exit; r"
        + register
        + " = r0; ";
  }

  private static String expanded(String text) {
    return text.replace("LOOP", LOOP)
        .replace("VALUE6", lookup(0, 6))
        .replace("VALUE7", lookup(0, 7))
        .replace("PLAIN6", lookup(1, 6))
        .replace("LOCK6", "r1 = r6; r1 += 8; call 93; ")
        .replace("LOCK7", "r1 = r7; r1 += 8; call 93; ")
        .replace("FREE6", "r1 = r6; r1 += 8; call 94; ")
        .replace("FREE7", "r1 = r7; r1 += 8; call 94; ")
        .replace("LEAVE", "r0 = 2; exit; ");
  }

  private static String kernel(XdpObject object) {
    try {
      KernelEngine.open(
              object, object.programs().get(0), EngineOptions.DEFAULT, KernelOptions.DEFAULT)
          .close();
      return "";
    } catch (RefusedException e) {
      return e.getMessage();
    }
  }

  private static String weft(XdpObject object) {
    try {
      Verifier.verify(object.programs().get(0), object.maps());
      return "";
    } catch (RefusedException e) {
      return e.getMessage();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // The number of turns is not known, what the callback adds up is not either.
        "call 7; *(u64 *)(r10 - 8) = 0; r1 = r0; LOOP f: r3 = *(u64 *)(r2 + 0); r3 += 1;"
            + " *(u64 *)(r2 + 0) = r3; r0 = 0; exit",
        // What it adds up is an index once it was tested.
        "call 7; *(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0; r1 = r0; LOOP f: r3 = *(u64 *)(r2"
            + " + 0); r0 = 1; if r3 > 7 goto out; r4 = r2; r4 += -8; r4 += r3; *(u8 *)(r4 + 0) ="
            + " 1; r3 += 1; *(u64 *)(r2 + 0) = r3; r0 = 0; out: exit",
        // Turns that are few and known are followed one by one.
        "*(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0; r1 = 8; LOOP f: r3 = *(u64 *)(r2 + 0);"
            + " r4 = r2; r4 += -8; r4 += r3; *(u8 *)(r4 + 0) = 1; r3 += 1;"
            + " *(u64 *)(r2 + 0) = r3; r0 = 0; exit",
        "r1 = 0; LOOP f: r0 = *(u64 *)(r2 + 0); r0 &= 1; exit",
        "r1 = 9; r2 = function f; r3 = 0; r4 = 0; call 181; r0 = 0; exit; f: r0 = r2; exit",
        "r1 = 9; r2 = function f; r3 = 0; r4 = 0; call 181; r0 = 0; exit; f: r1 = 5;"
            + " r2 = function g; r3 = 0; r4 = 0; call 181; r0 = 0; exit; g: r0 = 1; exit",
        "VALUE6 LOCK6 r2 = *(u64 *)(r6 + 0); *(u32 *)(r6 + 12) = r2; FREE6 LEAVE",
        "VALUE6 LOCK6 FREE6 LOCK6 FREE6 LEAVE",
        "VALUE6 VALUE7 LOCK6 FREE6 LOCK7 FREE7 LEAVE",
        "VALUE6 LOCK6 call f; FREE6 LEAVE f: r0 = 0; exit",
        "VALUE6 r1 = r6; r1 += 8; call f; LEAVE f: r6 = r1; call 93; r1 = r6; call 94; r0 = 0;"
            + " exit",
        "VALUE6 r8 = r6; LOCK6 r1 = r8; r1 += 8; call 94; LEAVE",
        "VALUE6 *(u64 *)(r10 - 16) = r6; LOCK6 r1 = *(u64 *)(r10 - 16); r1 += 8; call 94; LEAVE",
      })
  void bothAccept(String text) {
    XdpObject object = Assembly.object(expanded(text), HASH, PLAIN);
    assertEquals("", weft(object), text);
    if (KernelEngine.unavailable().isEmpty()) {
      assertEquals("", kernel(object), text);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r1 = 9; LOOP f: r0 = 2; exit | returns 2 from a callback",
        "r1 = 9; LOOP f: r0 = r1; exit | returns number 0..8 from a callback",
        "r1 = 9; LOOP f: r0 = r2; exit | returns fp-8 from a callback",
        "r1 = 9; LOOP f: exit | reads r0",
        "r1 = 9; LOOP f: r0 = r3; exit | reads r3",
        "call 7; r1 = r0; LOOP f: r2 += r1; *(u8 *)(r2 + 0) = 1; r0 = 0; exit | bytes of the stack",
        "call 7; *(u64 *)(r10 - 8) = 0; r1 = r0; LOOP f: r3 = *(u64 *)(r2 + 0); r4 = r2; r4 += r3;"
            + " *(u8 *)(r4 + 0) = 1; r3 += 1; *(u64 *)(r2 + 0) = r3; r0 = 0; exit"
            + " | bytes of the stack",
        "*(u64 *)(r10 - 8) = 0; r1 = 9; LOOP f: r3 = *(u64 *)(r2 + 0); r4 = r2; r4 += r3;"
            + " *(u8 *)(r4 + 0) = 1; r3 += 1; *(u64 *)(r2 + 0) = r3; r0 = 0; exit"
            + " | bytes of the stack",
        "r1 = 9; r2 = 5; r3 = 0; r4 = 0; call 181; r0 = 0; exit | pass a static function",
        "r1 = 9; r2 = function f; r3 = 5; r4 = 0; call 181; r0 = 0; exit; f: r0 = 0; exit"
            + " | a pointer to the stack",
        "r1 = 9; r2 = function f; r3 = 0; call 181; r0 = 0; exit; f: r0 = 0; exit | reads r4",
        "r1 = function f; r0 = *(u64 *)(r1 + 0); LEAVE f: r0 = 0; exit | a function",
        // What holds before the loop need not hold behind it.
        "*(u64 *)(r10 - 8) = 0; r1 = 9; r2 = function f; r3 = r10; r3 += -8; r4 = 0; call 181;"
            + " r1 = r10; r2 = *(u64 *)(r10 - 8); r1 += r2; r0 = *(u8 *)(r1 - 8); exit;"
            + " f: *(u64 *)(r2 + 0) = 99; r0 = 0; exit | bytes of the stack",
        "*(u64 *)(r10 - 8) = 0; r1 = 9; r2 = function f; r3 = r10; r3 += -8; r4 = 0; call 181;"
            + " r0 = r1; exit; f: r0 = 0; exit | reads r1",
        "VALUE6 LOCK6 LEAVE | leaves while a spin lock",
        "VALUE6 FREE6 LEAVE | gives back a spin lock that is not held",
        "VALUE6 VALUE7 LOCK6 FREE7 LEAVE | another spin lock",
        "VALUE6 VALUE7 LOCK6 LOCK7 FREE7 FREE6 LEAVE | calls bpf_spin_lock while a spin lock",
        "VALUE6 LOCK6 LOCK6 FREE6 LEAVE | calls bpf_spin_lock while a spin lock",
        "VALUE6 LOCK6 call 5; FREE6 LEAVE | calls bpf_ktime_get_ns while a spin lock",
        "VALUE6 LOCK6 r1 = 3; r2 = function f; r3 = 0; r4 = 0; call 181; FREE6 LEAVE"
            + " f: r0 = 0; exit | calls bpf_loop while a spin lock",
        "VALUE6 r0 = *(u32 *)(r6 + 8); LEAVE | accesses the spin lock",
        "VALUE6 r0 = *(u64 *)(r6 + 8); LEAVE | accesses the spin lock",
        "VALUE6 r1 = 0; *(u8 *)(r6 + 11) = r1; LEAVE | accesses the spin lock",
        "VALUE6 r1 = 1; lock *(u32 *)(r6 + 8) += r1; LEAVE | accesses the spin lock",
        "VALUE6 call 7; r0 &= 15; r6 += r0; r0 = *(u8 *)(r6 + 0); LEAVE | accesses the spin lock",
        "VALUE6 r3 = r6; r2 = r10; r2 += -4; r4 = 0; r1 = map 0; call 2; LEAVE"
            + " | accesses the spin lock",
        "VALUE6 r1 = r6; call 93; FREE6 LEAVE | the address of the lock",
        "VALUE6 call 7; r0 &= 8; r6 += r0; r1 = r6; call 93; LEAVE | the address of the lock",
        "PLAIN6 LOCK6 FREE6 LEAVE | has no spin lock",
        "*(u32 *)(r10 - 4) = 1; r2 = r10; r2 += -4; r1 = map 0; call 1; r1 = r0; r1 += 8; call 93;"
            + " LEAVE | may be null",
        "r1 = r10; r1 += -4; call 93; LEAVE | pass the lock in a map's value",
        "VALUE6 LOCK6 FREE6 exit | reads r0",
        // A callback that keeps the lock comes to the call with it.
        "VALUE6 *(u64 *)(r10 - 16) = r6; r1 = 3; r2 = function f; r3 = r10; r3 += -16; r4 = 0;"
            + " call 181; LEAVE f: r1 = *(u64 *)(r2 + 0); r1 += 8; call 93; r0 = 0; exit"
            + " | calls bpf_loop while a spin lock",
      })
  void bothRefuse(String text, String cause) {
    XdpObject object = Assembly.object(expanded(text), HASH, PLAIN);
    String message = weft(object);
    assertTrue(message.contains(cause), text + ": " + message);
    if (KernelEngine.unavailable().isEmpty()) {
      assertTrue(!kernel(object).isEmpty(), text);
    }
  }
}
