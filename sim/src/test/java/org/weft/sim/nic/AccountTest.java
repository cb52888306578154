package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.packet.PacketBuffer;

/** [N1] every packet has one fate; [O3] those from a port to a port leave in order. */
final class AccountTest {
  /** As long in the core as its first byte says, then PASS, TX, DROP or an interface. */
  private static final String[] ROWS = {
    "r4 = load8 pkt[0] | r1 = load8 pkt[1] | r2 = mov 0 | r3 = mov 0",
    "goto 3 if r2 >= r4 | nop | r2 = add r2, 1",
    "goto 1",
    "exit PASS if r1 < 60 | exit TX if r1 < 120",
    "r4 = and r1, 127 | exit DROP if r1 < 160",
    "r0 = call redirect(r4, r3)",
    "exit r0",
  };

  /** Packets of random lengths, offered without regard to room. */
  private static final class Flood implements Source {
    private final Random random = new Random(7);
    private final int most;
    private final int gap;
    private final long[] next;
    private final Map<Integer, List<Long>> ended = new HashMap<>();
    private final Map<Fate, Long> fates = new HashMap<>();
    private boolean stopped;

    Flood(int ports, int most, int gap) {
      this.most = most;
      this.gap = gap;
      next = new long[ports];
    }

    @Override
    public Frame next(int port, long now, boolean hasRoom) {
      if (stopped || now < next[port]) {
        return null;
      }
      next[port] = now + random.nextInt(gap);
      byte[] frame = new byte[length()];
      random.nextBytes(frame);
      frame[0] &= 15;
      return new Frame(frame, 0, random.nextInt(16) == 0);
    }

    @Override
    public PacketBuffer buffer(Packet packet) {
      PacketBuffer buffer = new PacketBuffer();
      buffer.ingressIfindex = packet.port() + 1;
      buffer.receive(packet.frame().bytes(), 0, packet.bytes);
      return buffer;
    }

    private static int way(Packet packet) {
      return 16 * packet.port() + packet.output;
    }

    private int length() {
      return switch (random.nextInt(16)) {
        case 0 -> 1 + random.nextInt(13);
        case 1 -> 1400 + random.nextInt(300);
        default -> 14 + random.nextInt(most);
      };
    }

    @Override
    public void done(Packet packet) {
      fates.merge(packet.fate(), 1L, Long::sum);
      if (packet.leaves()) {
        ended.computeIfAbsent(way(packet), w -> new ArrayList<>()).add(packet.number());
      }
    }
  }

  private static Nic run(Flood flood, MachineSpec machine, int clocks) {
    ProgramImage image = Programs.image(machine, List.of(), ROWS);
    Nic nic = new Nic(image, NicOptions.DEFAULT, EngineOptions.DEFAULT, flood);
    for (int i = 0; i < clocks; i++) {
      nic.step();
      long fates = flood.fates.values().stream().mapToLong(Long::longValue).sum();
      assertEquals(nic.received(), fates + nic.inFlight());
      assertTrue(nic.inFlight() >= 0);
    }
    flood.stopped = true;
    for (int i = 0; i < 100_000 && nic.inFlight() > 0; i++) {
      nic.step();
    }
    assertEquals(0, nic.inFlight());
    for (Fate fate : Fate.values()) {
      assertEquals(flood.fates.getOrDefault(fate, 0L), nic.count(fate), fate.name());
    }
    return nic;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 200})
  void n1EveryPacketHasOneFate(int gap) {
    MachineSpec machine = Programs.machine("nic100", Map.of("cores", "3", "ports", "3"));
    Flood flood = new Flood(3, 1500, gap);
    Nic nic = run(flood, machine, 20_000);
    assertTrue(nic.count(Fate.OVERSIZE) > 0);
    assertTrue(nic.count(Fate.PASS) > 0 && nic.count(Fate.REDIRECT) > 0);
    assertTrue(nic.count(Fate.NO_PORT) > 0);
    assertTrue(nic.count(Fate.UNDERSIZE) > 0);
    assertTrue(nic.count(Fate.DAMAGED) > 0);
    assertEquals(gap == 1, nic.count(Fate.OVERFLOW) > 0);
  }

  /** With the last beat; before that a frame is longer than the machine's, or finds no room. */
  @ParameterizedTest
  @CsvSource({"64, DAMAGED", "13, DAMAGED", "1500, DAMAGED", "3000, OVERSIZE"})
  void i1DamagedFrameIsCountedAndItsRoomIsFreeAtOnce(int bytes, Fate fate) {
    MachineSpec machine = Programs.machine("nic100", Map.of("ports", "1"));
    Port port = new Port(machine);
    Packet packet = new Packet();
    packet.begin(new Frame(new byte[bytes], 0, true), 0, 0, 0);
    port.begin(packet);
    Packet refused = null;
    for (int now = 1; refused == null; now++) {
      assertEquals((now - 1) * machine.busBytes() < bytes, !port.isIdle(), "clock " + now);
      refused = port.receive(now);
    }
    assertEquals(fate, refused.fate());
    assertTrue(port.isIdle());
    assertEquals(0, port.inputBytes());
    assertNull(port.waiting());
  }

  @Test
  void o3PacketsFromAPortToAnotherStayInOrder() {
    MachineSpec machine =
        Programs.machine("nic100", Map.of("cores", "4", "ports", "2", "dispatch", "round_robin"));
    Flood flood = new Flood(2, 100, 3);
    run(flood, machine, 30_000);
    for (List<Long> numbers : flood.ended.values()) {
      assertTrue(numbers.size() > 100, numbers.size() + " packets");
      for (int i = 1; i < numbers.size(); i++) {
        assertTrue(numbers.get(i - 1) < numbers.get(i));
      }
    }
  }

  @Test
  void issueSlotsAddUp() {
    MachineSpec machine = Programs.machine("nic100", Map.of("cores", "3", "ports", "3"));
    Nic nic = run(new Flood(3, 1500, 40), machine, 20_000);
    long missing = 3 * nic.now() - nic.account().total();
    assertTrue(missing >= 0 && missing <= 3L * machine.depth(), missing + " clocks");
  }

  @Test
  void packetOfALargestFrameIsTaken() {
    for (String preset : MachineSpec.PRESETS) {
      int most = MachineSpec.preset(preset).frameBytes();
      NicEngine engine =
          new NicEngine(Programs.image(preset, "exit PASS"), EngineOptions.DEFAULT, 1);
      assertEquals(2, engine.run(Programs.packet(most)));
      assertEquals(1, engine.nic().count(Fate.PASS));
    }
  }
}
