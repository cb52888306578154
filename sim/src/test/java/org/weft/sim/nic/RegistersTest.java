package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ProgramImage;

/** From which clock on what the host writes holds. */
final class RegistersTest {
  private static void write(Wire wire, Register register, int data) {
    wire.nic.control().write(register.offset(), data);
  }

  /** Words of map memory: one is made zero in each clock. */
  private static int sweepClocks(Wire wire) {
    return wire.nic.machine().mapKbytes() * 128;
  }

  /** Packets that are dispatched or have ended. */
  private static long dispatched(Wire wire) {
    return wire.nic.held(0) + wire.nic.held(1) + wire.left.size();
  }

  @Test
  void r1CommandIsTakenWhenItsKeyIsHashed() {
    Wire wire = new Wire(Programs.image("hxdp", "exit DROP"));
    write(wire, Register.MAP, 1);
    write(wire, Register.COMMAND, 2);
    int words = (wire.nic.maps().map(1).keyBytes() + 7) / 8;
    wire.step(4 + words);
    assertEquals(0, wire.nic.tableCalls());
    wire.step(1);
    assertEquals(1, wire.nic.tableCalls());
  }

  @Test
  void r1CommandWaitsForTheUpdateOfAProgram() {
    String update = "r0 = call map_update_elem(map2, stk 0, stk r4, r8)";
    ProgramImage image =
        Programs.image("hxdp", "r4 = mov 8", "store64 stk[0] = r1", update, "exit DROP");
    Wire wire = new Wire(image).offer(0, 64);
    while (wire.nic.tableCalls() == 0) {
      wire.step(1);
    }
    write(wire, Register.MAP, 1);
    write(wire, Register.COMMAND, 2);
    int clocks = 0;
    while (wire.nic.tableCalls() == 1) {
      wire.step(1);
      clocks++;
    }
    // An update with one word of value writes its slot 9 clocks after it was taken; the writer is
    // free then.
    assertEquals(9, clocks);
  }

  @Test
  void r2DispatchGoesOnInTheClockAfterTheWrite() {
    Wire wire = new Wire(Programs.image("hxdp", "exit DROP"));
    write(wire, Register.CONTROL, 0);
    wire.offer(0, 64).step(20);
    assertEquals(0, dispatched(wire));
    write(wire, Register.CONTROL, 1);
    assertEquals(0, dispatched(wire));
    wire.step(1);
    assertEquals(1, dispatched(wire));
    wire.until(1);
    wire.offer(0, 64, 64).step(3);
    write(wire, Register.CONTROL, 0);
    wire.step(100);
    assertEquals(2, dispatched(wire));
  }

  @Test
  void r2PortOfAnInterfaceHoldsForPacketsThatReachReorderingLater() {
    ProgramImage image =
        Programs.image("hxdp", "r4 = mov 3 | r5 = mov 0", "r0 = call redirect(r4, r5)", "exit r0");
    Wire first = new Wire(image).offer(0, 64);
    while (first.packets.isEmpty() || !first.packets.get(0).drains) {
      first.step(1);
    }
    // Its first bytes leave the buffer, and in the next clock reordering looks at it.
    int clocks = (int) first.nic.now() + 1;
    for (int late = 0; late < 2; late++) {
      Wire wire = new Wire(image).offer(0, 64);
      wire.step(clocks - 1 + late);
      wire.nic.control().write(Register.PORT_OF.offset() + 4 * 2, 3);
      wire.until(1);
      assertEquals(late == 0 ? 3 : 2, wire.of(0).output());
    }
  }

  @Test
  void r3PacketsThatAreDispatchedInTheClockAfterASwitchUseTheOtherBank() {
    ProgramImage image = Programs.image("hxdp", "exit DROP");
    Wire probe = new Wire(image).offer(0, 64);
    while (dispatched(probe) == 0) {
      probe.step(1);
    }
    int clock = (int) probe.nic.now();
    for (int late = 0; late < 2; late++) {
      Wire wire = new Wire(image);
      for (RegisterWrite write : LoadedProgram.writes(Programs.image("hxdp", "exit TX"))) {
        if (write.offset() != Register.PROGRAM_SWITCH.offset()) {
          wire.nic.control().write(write.offset(), write.data());
        }
      }
      wire.offer(0, 64).step(clock - 1 + late);
      assertEquals(late, dispatched(wire));
      write(wire, Register.PROGRAM_SWITCH, 0);
      wire.until(1);
      assertEquals(late == 0 ? Fate.TX : Fate.DROP, wire.of(0).fate());
    }
  }

  @Test
  void r4ResetBeginsWhenTheNicIsQuietAndDispatchGoesOnInTheClockAfterIt() {
    Wire wire = new Wire(Programs.image("hxdp", "nop", "nop", "exit DROP"));
    wire.nic.maps().put(0, new byte[4], new byte[] {1, 0, 0, 0, 0, 0, 0, 0});
    wire.offer(0, 64);
    while (dispatched(wire) == 0) {
      wire.step(1);
    }
    write(wire, Register.CONTROL, 3);
    wire.offer(0, 64);
    while (!wire.nic.isIdle()) {
      assertEquals(3, wire.nic.control().read(Register.CONTROL.offset()));
      wire.step(1);
    }
    assertEquals(3, wire.nic.control().read(Register.CONTROL.offset()));
    assertEquals(1, wire.nic.maps().map(0).values()[0]);
    wire.step(sweepClocks(wire));
    assertEquals(3, wire.nic.control().read(Register.CONTROL.offset()));
    wire.step(1);
    assertEquals(1, wire.nic.control().read(Register.CONTROL.offset()));
    assertEquals(0, wire.nic.maps().map(0).values()[0]);
    assertEquals(1, dispatched(wire));
    wire.step(1);
    assertEquals(2, dispatched(wire));
  }

  @Test
  void r4ResetOfAQuietNicBeginsInTheClockAfterTheWriteAndSweepsAWordAClock() {
    Wire wire = new Wire(Programs.image("hxdp", "exit DROP"));
    write(wire, Register.CONTROL, 3);
    wire.step(sweepClocks(wire));
    assertEquals(3, wire.nic.control().read(Register.CONTROL.offset()));
    wire.step(1);
    assertEquals(1, wire.nic.control().read(Register.CONTROL.offset()));
  }
}
