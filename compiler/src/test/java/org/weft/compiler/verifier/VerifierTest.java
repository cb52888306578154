package org.weft.compiler.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weft.compiler.verifier.VerifierCases.PACKET;
import static org.weft.compiler.verifier.VerifierCases.lookup;
import static org.weft.compiler.verifier.VerifierCases.program;
import static org.weft.compiler.verifier.VerifierCases.refusal;
import static org.weft.compiler.verifier.VerifierCases.refuses;
import static org.weft.compiler.verifier.VerifierCases.verify;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineSpec;

/** What is safe passes, and what differs from it in one thing does not. */
class VerifierTest {
  @ParameterizedTest
  @CsvSource({"GPL, true", "Dual MIT/GPL, true", "'', false", "MIT, false", "GPL v3, false"})
  void whatLinuxHasForTheGplOnlyIsRefusedToOthers(String license, boolean accepted) {
    String text = "r1 = r10; r1 += -8; *(u64 *)(r10 - 8) = 37; r2 = 8; call CALL; r0 = 2; exit";
    assertEquals(accepted, isAccepted(license, text.replace("CALL", "6")));
    assertTrue(isAccepted(license, text.replace("CALL", "5")));
  }

  private static boolean isAccepted(String license, String text) {
    Program program = program("xdp", text);
    XdpObject object = new XdpObject("a.o", List.of(program), List.of(), license, List.of());
    try {
      Compiler.compile(object, program, MachineSpec.preset("nic100"));
      return true;
    } catch (RefusedException e) {
      assertTrue(e.getMessage().contains("which is for programs under the GPL only"));
      return false;
    }
  }

  /** In the second round no packet goes on here, which bounds and bits see one sum later only. */
  @Test
  void wayThatNoPacketGoesMayContradictItself() {
    verify(
        "r2 = *(u32 *)(r1 + 4); r1 = *(u32 *)(r1 + 0); r3 = r1; r3 += 14; r0 = 0; "
            + "if r3 > r2 goto +6; r9 = *(u8 *)(r1 + 0); r8 = 0; r9 += 2147483646; "
            + "if w9 s>= -2147483647 goto +0; r8 += 1; if r8 < 5 goto -4; exit");
  }

  @Test
  void theShortestProgramIsSafe() {
    assertEquals(2, verify("r0 = 2; exit").visited());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exit | reads r0",
        "r0 = r3; exit | reads r3",
        "r0 = 0; if r0 == r5 goto +0; exit | reads r5",
        "call 5; r0 = r1; exit | reads r1",
        "r0 = *(u32 *)(r1 + 12); if r0 == 1 goto +1; r3 = 1; r0 = r3; exit | reads r3",
        "r0 = 1; r4 = -r4; exit | reads r4",
        "*(u64 *)(r10 - 8) = r0; r0 = 1; exit | reads r0",
      })
  void registersHoldSomethingBeforeTheyAreRead(String text, String cause) {
    refuses(text, cause);
  }

  @Test
  void loopsEnd() {
    Facts facts = verify("r0 = 0; r0 += 1; if r0 < 100 goto -2; exit");
    assertTrue(facts.visited() > 200, () -> "" + facts.visited());
    verify(
        PACKET
            + "r0 = 0; r2 = 0; r3 = r6; r3 += 1; if r3 > r7 goto +5; r4 = *(u8 *)(r6 + 0);"
            + " r0 += r4; r6 = r3; r2 += 1; if r2 < 600 goto -8; exit");
    refuses("r0 = 0; goto -1; exit", "no path leads here");
    refuses("r0 = 0; r2 = *(u32 *)(r1 + 12); if r2 == 1 goto -1; exit", "makes no progress");
    refuses("r0 = 0; r0 += 1; if r0 < 1000000 goto -2; exit", "more than 1000000");
    refuses("r0 = 1; exit; r0 = 2; exit", "no path leads here");
  }

  @Test
  void deadPathsAreNotLookedAt() {
    Facts facts = verify("r0 = 5; if r0 > 7 goto +1; exit; r0 = r9; exit");
    assertTrue(facts.neverTaken().get(1));
    assertFalse(facts.alwaysTaken().get(1));
    assertEquals(3, facts.visited());
  }

  @Test
  void pathsThatMeetAreFollowedOnce() {
    StringBuilder text = new StringBuilder("r6 = r1; ");
    for (int i = 0; i < 30; i++) {
      text.append("r2 = *(u32 *)(r6 + 12); r3 = 1; if r2 == ").append(i);
      text.append(" goto +1; r3 = 2; r4 = r3; r4 = r2; r5 = r4; r5 += 1; ");
    }
    assertTrue(verify(text + "r0 = 2; exit").visited() < 1000);
  }

  @Test
  void functionsTakePointersToTheCallersStack() {
    String callee = "; r0 = *(u64 *)(r1 + 0); *(u64 *)(r1 + 8) = r0; exit";
    verify("r1 = r10; r1 += -16; call pc+1; exit" + callee);
    refuses("r1 = r10; r1 += -8; call pc+1; exit" + callee, "offset 0");
    refuses("r1 = 5; call pc+1; exit" + callee, "a number");
    refuses("call pc+1; exit; r0 = r10; exit", "its own stack");
    refuses("r6 = 1; call pc+1; exit; r0 = r6; exit", "reads r6");
    verify("r6 = 1; call pc+2; r0 = r6; exit; r6 = 2; r0 = r6; exit");
    refuses("r2 = 1; call pc+2; r0 = r2; exit; r0 = 1; exit", "reads r2");
  }

  @Test
  void stacksOfACallChainAddUp() {
    String text = "*(u64 *)(r10 - %d) = 1; call pc+1; exit; *(u64 *)(r10 - %d) = 1; r0 = 1; exit";
    verify(String.format(text, 256, 256));
    assertTrue(refusal("xdp", String.format(text, 256, 264)).contains("528 bytes of stack"));
    String tail =
        "r6 = r1; *(u64 *)(r10 - %d) = 1; call pc+1; exit;"
            + " r2 = map 3; r3 = 0; call 12; r0 = 1; exit";
    verify(String.format(tail, 240));
    assertTrue(refusal("xdp", String.format(tail, 256)).contains("tail call below functions"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "r1 = map 0; r2 = r10; r2 += -8; r3 = r2; r3 += -8; r4 = 0; call 2",
        "r1 = map 2; r2 = 1; r3 = 0; call 51",
        "r2 = map 3; r3 = 1; call 12",
        "r2 = map 4; r3 = 0; r4 = r10; r4 += -8; r5 = 8; call 25",
        "r2 = map 4; r3 = 0; r4 = r10; r4 += -8; r5 = 0; call 25",
        "r1 = 0; r2 = 0; r3 = r10; r3 += -8; r4 = 8; r5 = 0; call 28",
        "r1 = r10; r1 += -8; r2 = 8; call 6",
        "r2 = 4; r3 = r10; r3 += -8; r4 = 8; call 189",
        "r6 = *(u32 *)(r1 + 12); r6 &= 7; r6 += 1; r2 = 0; r3 = r10; r3 += -8; r4 = r6; call 189",
        "*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = map 5; call 1; if r0 == 0 goto +8;"
            + " r1 = r0; r2 = r10; r2 += -4; call 1; if r0 == 0 goto +3; r0 = *(u64 *)(r0 + 0)",
      })
  void helpersTakeWhatTheySay(String text) {
    verify(text.replace("goto +8", "goto +7").replace("goto +3", "goto +1") + "; r0 = 1; exit");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r1 = 0; r2 = r10; r2 += -8; call 1 | pass a map",
        "r1 = map 3; r2 = r10; r2 += -8; call 1 | does not work on map programs",
        "r1 = map 0; r2 = 0; r3 = 0; call 51 | does not work on map hash",
        "r1 = map 0; r2 = r10; r2 += -2; call 1 | offset -2",
        "r1 = map 0; r2 = r10; r2 += -8; r3 = r10; r3 += -8; r4 = 0; call 2 | 16 bytes",
        "r1 = map 6; r2 = r10; r2 += -8; r3 = r2; r4 = 0; call 2 | may only read",
        "r2 = 0; r1 = r10; call 44 | pass the context",
        "r1 = 0; r2 = 8; r3 = 0; r4 = 0; r5 = 0; call 28 | size may be 8",
        "r1 = r10; r1 += -8; r2 = 0; call 6 | may be 0",
        "r1 = r10; r1 += -8; r2 = -1; call 6 | may be negative",
        "r2 = *(u32 *)(r1 + 12); r1 = r10; r1 += -8; r2 += 1; call 6 | no upper bound",
        "r2 = *(u32 *)(r1 + 12); r2 &= 15; r2 += 1; r1 = r10; r1 += -8; call 6 | 16 bytes",
        "r2 = 0; r3 = *(u32 *)(r1 + 0); r4 = 8; call 189 | no memory of the packet",
        "call 77 | helper 77",
        "r1 = map 5; r2 = r10; r2 += -4; call 1; r1 = r0; r2 = r10; r2 += -4; call 1 | NULL check",
        "r1 = map 0; r2 = r10; r2 += -8; r3 = r2; r4 = r5; call 2 | reads r5",
      })
  void nothingElse(String text, String cause) {
    refuses(text + "; r0 = 1; exit", cause);
  }

  @Test
  void refusalsSayWhatRegistersHold() {
    assertEquals(
        "program main, insn 4 (main.c:3): accesses 1 bytes of the packet at offset 0, which were"
            + " not checked; compare the end of what is accessed with data_end on every path that"
            + " leads here (r1 = ctx, r6 = pkt checked 0, r7 = pkt_end, r8 = ctx, r9 = pkt checked"
            + " 0)",
        refusal("xdp", PACKET + "r0 = *(u8 *)(r6 + 0); exit"));
  }

  private static String addressUses(String text) {
    return verify(text).addressUses().toString();
  }

  @Test
  void addressesThatAreTakenAsNumbersAreNoted() {
    assertEquals("{1}", addressUses("r0 = r1; exit"));
    assertEquals("{0}", addressUses("w0 = w1; exit"));
    assertEquals(
        "{6}",
        addressUses(PACKET + "r9 += 8; if r9 > r7 goto +1; *(u64 *)(r6 + 0) = r8; r0 = 2; exit"));
    assertEquals(
        "{8}",
        addressUses(
            "*(u64 *)(r10 - 8) = r1; r1 = 0; r2 = 0; r3 = r10; r3 += -8; r4 = 8; r5 = 0; r3 = r3;"
                + " call 28; r0 = 1; exit"));
    assertEquals("{4}", addressUses(PACKET + "if r6 > 5 goto +0; r0 = 1; exit"));
    assertEquals(
        "{1}", addressUses("*(u64 *)(r10 - 8) = 0; lock *(u64 *)(r10 - 8) += r1; r0 = 1; exit"));
  }

  @Test
  void distancesAndNullChecksAreTheSameEverywhere() {
    assertEquals("{}", addressUses(PACKET + "r0 = r7; r0 -= r6; if r6 > r7 goto +0; exit"));
    assertEquals("{}", addressUses(lookup("0") + "if r0 == 0 goto +0; r0 = 1; exit"));
    assertEquals("{}", addressUses("*(u64 *)(r10 - 8) = r1; r2 = *(u64 *)(r10 - 8); r0 = 1; exit"));
  }

  private static String staleReads(String text) {
    return verify(text).staleReads().toString();
  }

  @Test
  void readsOfStackThatWasNeverWrittenAreNoted() {
    String call = "r1 = r10; r1 += -8; r2 = 8; r3 = r1; r4 = r2; r1 = 0; r2 = 0; r5 = 0; call 28; ";
    assertEquals("{9}", staleReads("*(u32 *)(r10 - 8) = 1; " + call + "r0 = 1; exit"));
    assertEquals("{}", staleReads("*(u64 *)(r10 - 8) = 1; " + call + "r0 = 1; exit"));
    assertEquals("{1}", staleReads("*(u16 *)(r10 - 8) = 1; r2 = *(u32 *)(r10 - 8); r0 = 1; exit"));
    assertEquals(
        "{}",
        staleReads(
            "*(u16 *)(r10 - 8) = 1; *(u16 *)(r10 - 6) = 1; r2 = *(u32 *)(r10 - 8); r0 = 1; exit"));
  }

  @Test
  void recursionIsRefusedAtTheCall() {
    refuses("r1 = 5; call pc+1; exit; call pc-1; r0 = 1; exit", "running already");
  }
}
