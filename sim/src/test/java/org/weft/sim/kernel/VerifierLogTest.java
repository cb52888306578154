package org.weft.sim.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class VerifierLogTest {
  @Test
  void causeIsWhatStandsBehindTheLastInstruction() {
    assertEquals(
        new VerifierLog(
            "invalid access to packet, off=0 size=1, R2(id=0,off=0,r=0); R2 offset is outside of"
                + " the packet",
            1),
        VerifierLog.read(
            """
            func#0 @0
            0: R1=ctx() R10=fp0
            0: (61) r2 = *(u32 *)(r1 +0)          ; R1=ctx() R2_w=pkt(r=0)
            ; return *data; @ a.c:3
            1: (71) r0 = *(u8 *)(r2 +0)
            invalid access to packet, off=0 size=1, R2(id=0,off=0,r=0)
            R2 offset is outside of the packet
            processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0
            """));
  }

  @Test
  void instructionMayStandInTheCause() {
    assertEquals(
        new VerifierLog("unreachable insn 7", 7),
        VerifierLog.read("unreachable insn 7\nprocessed 0 insns (limit 1000000)\n"));
  }

  @Test
  void statisticsOnTheLineOfTheCauseAreCut() {
    assertEquals(
        new VerifierLog("expected prog array map for tail call", 3),
        VerifierLog.read(
            """
            3: (85) call bpf_tail_call#12
            expected prog array map for tail callprocessed 3 insns (limit 1000000)
            """));
  }

  @Test
  void noLogIsNoCause() {
    assertEquals(new VerifierLog("", -1), VerifierLog.read(""));
  }

  @Test
  void aLogOfNothingButInstructionsHasNoCause() {
    assertEquals(new VerifierLog("", 9), VerifierLog.read("8: (b7) r0 = 1\n9: (95) exit\n"));
  }
}
