package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;
import org.weft.sim.network.AllEngines;

/** Which contexts are selected, and what moves through a core's memory in which clock. */
final class CoreMemoryTest {
  /** The bytes that hxdp moves in a clock: a line. */
  private static final int LINE = 32;

  @Test
  void c3ReadyContextsAreSelectedInTurn() {
    String[] rows = new String[40];
    Arrays.fill(rows, "nop");
    rows[39] = "exit DROP";
    Nic nic = Floods.nic(Programs.image("hxdp", rows), 100);
    Core core = nic.core(0);
    int[] last = {14, 15};
    int passed = 0;
    for (int clock = 0; clock < 4_000; clock++) {
      nic.step();
      int selected = core.selected();
      if (selected == Core.NONE) {
        continue;
      }
      int half = selected & 1;
      for (int i = (last[half] + 2) % 16; i != selected; i = (i + 2) % 16) {
        assertTrue(
            !core.state(i).equals("ready"),
            "context "
                + i
                + " was passed by "
                + selected
                + " after "
                + last[half]
                + " in "
                + nic.now());
        passed++;
      }
      last[half] = selected;
    }
    assertTrue(passed > 0);
    assertTrue(nic.account().noPacket() < 2_000 && nic.count(Fate.DROP) > 50);
  }

  /** The clocks in which a number of a packet grew, and by how much. */
  private static List<String> growth(Wire wire, LongSupplier number) {
    List<String> steps = new ArrayList<>();
    long before = 0;
    long first = 0;
    for (int i = 0; i < 400; i++) {
      wire.nic.step();
      long now = wire.packets.isEmpty() ? 0 : number.getAsLong();
      if (now > before) {
        first = first == 0 ? wire.nic.now() : first;
        steps.add(wire.nic.now() - first + ":" + (now - before));
        before = now;
      }
    }
    return steps;
  }

  @Test
  void m1HalfMovesALineEverySecondClock() {
    ProgramImage image = Programs.image("hxdp", "exit TX");
    Wire in = new Wire(image).offer(0, 150);
    assertEquals(
        List.of("0:32", "2:32", "4:32", "6:32", "8:22"),
        growth(in, () -> in.packets.get(0).arrived));
    Wire out = new Wire(image).offer(0, 150);
    assertEquals(
        List.of("0:32", "2:32", "4:32", "6:32", "8:22"),
        growth(out, () -> out.packets.get(0).drained));
  }

  @Test
  void m1HalfMovesInAndOutInTheSameClock() {
    Wire wire = new Wire(Programs.image("hxdp", "exit TX")).offer(0, 640, 640, 640, 640);
    int both = 0;
    for (int i = 0; i < 400; i++) {
      int[] before = moved(wire);
      wire.nic.step();
      int[] now = moved(wire);
      both += now[0] > before[0] && now[1] > before[1] ? 1 : 0;
    }
    assertEquals(4, wire.left.size());
    assertTrue(both > 10, both + " clocks");
  }

  /** Bytes that have come into buffers and left them, in the half of even contexts. */
  private static int[] moved(Wire wire) {
    int[] moved = new int[2];
    for (Packet packet : wire.packets.values()) {
      moved[0] += (packet.half.number() & 1) == 0 ? packet.arrived : 0;
      moved[1] += (packet.half.number() & 1) == 0 ? packet.drained : 0;
    }
    return moved;
  }

  @ParameterizedTest
  @CsvSource({"0, 4", "8, 5", "-8, 6"})
  void m3PacketThatBeginsInsideALineTakesAClockMore(int delta, int lines) {
    ProgramImage image =
        Programs.image(
            "hxdp", "r4 = mov " + delta, "r0 = call xdp_adjust_head(ctx, r4)", "exit TX");
    Wire wire = new Wire(image).offer(0, 4 * LINE + Math.max(0, delta));
    List<String> steps = growth(wire, () -> wire.packets.get(0).drained);
    assertEquals(delta < 0 ? lines - 1 : lines, steps.size(), steps.toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 25, 29, 31})
  void m3LoadsBeginAtAnyByte(int offset) {
    ProgramImage image =
        Programs.image(
            "hxdp",
            "r4 = mov -1",
            "store64 pkt[" + offset + "] = r4",
            "r0 = load64 pkt[" + (offset + 3) + "]",
            "exit r0");
    Wire wire = new Wire(image).offer(0, 64).until(1);
    assertEquals(-1L >>> 32, Integer.toUnsignedLong(wire.of(0).result()));
  }

  /** A machine with a context for each stage of the pipeline. */
  private static ProgramImage small(String... rows) {
    return Programs.image(Programs.machine("hxdp", Map.of("threads", "8")), List.of(), rows);
  }

  @Test
  void m4StackReadsAsZero() {
    ProgramImage image =
        small(
            "r0 = load64 stk[0] | r5 = mov 7",
            "r4 = load64 stk[504]",
            "r0 = or r0, r4 | store64 stk[0] = r5",
            "store64 stk[504] = r5 | exit r0");
    Wire wire = new Wire(image);
    for (int i = 1; i <= 4; i++) {
      // Each in the context of the one before it in its half.
      wire.offer(0, 64).until(i).step(20);
    }
    wire.left.forEach(l -> assertEquals(0, l.result()));
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "28, 2", "64, 1"})
  void m4EachLineThatWasStoredToIsZeroedInAClockOfItsHalf(int at, int lines) {
    ProgramImage image = small("store64 stk[" + at + "] = r1", "store8 stk[0] = r1", "exit DROP");
    int all = at == 64 ? lines + 1 : lines;
    Wire wire = new Wire(image).offer(0, 64);
    int zeroing = 0;
    for (int i = 0; i < 100; i++) {
      wire.nic.step();
      zeroing += wire.nic.core(0).state(0).equals("zeroing") ? 1 : 0;
    }
    // The first line is zeroed in the clock that ends the program.
    assertEquals(2 * (all - 1), zeroing);
  }

  @Test
  void m4NothingComesInWhileLinesAreZeroed() {
    String[] rows = {
      "exit DROP if length > 64",
      "nop",
      "nop",
      "nop",
      "nop",
      "store8 stk[0] = r1",
      "store8 stk[32] = r1",
      "store8 stk[64] = r1",
      "store8 stk[96] = r1",
      "exit DROP"
    };
    Wire wire = new Wire(small(rows)).offer(0, 64, 64, 1500);
    List<String> steps =
        growth(wire, () -> wire.packets.containsKey(2) ? wire.packets.get(2).arrived : 0);
    long longest = 0;
    for (int i = 1; i < steps.size(); i++) {
      longest = Math.max(longest, clock(steps.get(i)) - clock(steps.get(i - 1)));
    }
    assertEquals(2 * 4 + 2, longest);
  }

  private static long clock(String step) {
    return Long.parseLong(step.substring(0, step.indexOf(':')));
  }

  /** The rows of a program whose call reads what was stored just before, in a region. */
  @ParameterizedTest
  @CsvSource({
    "STACK, *(u64 *)(r10 - 24) = r6; *(u64 *)(r10 - 32) = r6; *(u64 *)(r10 - 40) = r6;"
        + " r3 = r10; r3 += -40; r4 = 24",
    "PACKET, *(u64 *)(r7 + 0) = r6; r3 = r7",
    "MAP, *(u64 *)(r8 + 0) = r6; r3 = r8",
  })
  void m5WhatACallReadsIsStoredInAnEarlierRow(Region region, String store) {
    String text =
        "r9 = r1; r1 = 0; *(u32 *)(r10 - 12) = r1; r2 = r10; r2 += -12; map 1 0; call 1;"
            + "if r0 == 0 goto +"
            + (region == Region.STACK ? 20 : 16)
            + "; r8 = r0; r7 = *(u32 *)(r9 + 0); r2 = *(u32 *)(r9 + 4);"
            + "r3 = r7; r3 += 8; if r3 > r2 goto +"
            + (region == Region.STACK ? 13 : 9)
            + "; r6 = 77; r1 = 0; r2 = 0; r4 = 8; r5 = 0;"
            + store
            + ";call 28; exit; r0 = 0; exit";
    XdpObject object = AllEngines.object(text, List.of(Programs.ARRAY));
    ProgramImage image =
        Compiler.compile(object, object.programs().get(0), MachineSpec.preset("nic100"));
    int stored = -1;
    int called = -1;
    for (int i = 0; i < image.rows().size(); i++) {
      for (Slot slot : image.rows().get(i).slots()) {
        if (slot instanceof Slot.Store s && s.region() == region) {
          stored = i;
        }
        if (slot instanceof Slot.Call call && call.helper() == HelperFunction.CSUM_DIFF) {
          called = i;
        }
      }
    }
    assertTrue(0 <= stored && stored < called, stored + " and " + called);
  }
}
