package org.weft.bitstream.device;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.control.Register;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

/** What a device is. */
public final class Identity {
  private Identity() {}

  /**
   * Checks that what answers is a weft device.
   *
   * @throws InputException when it is none
   */
  static void require(RegisterBus registers) {
    int id = registers.read(Register.ID.offset());
    int version = registers.read(Register.VERSION.offset());
    if (id != Register.WEFT || version != Register.MAP_VERSION) {
      throw new InputException(
          String.format(
              "what answers is no weft device: ID reads %08x, VERSION %d; it should be %08x, %d",
              id, version, Register.WEFT, Register.MAP_VERSION));
    }
  }

  /**
   * Checks that the device is a machine.
   *
   * @throws InputException when it is no weft device
   * @throws RefusedException when it is another machine
   */
  public static void require(RegisterBus registers, MachineSpec machine) {
    require(registers);
    byte[] hash = MachineFile.hash(machine);
    byte[] found = new byte[hash.length];
    ByteBuffer words = ByteBuffer.wrap(found).order(ByteOrder.LITTLE_ENDIAN);
    for (int word = 0; word < Register.MACHINE_HASH.words(); word++) {
      words.putInt(registers.read(Register.MACHINE_HASH.offset() + Integer.BYTES * word));
    }
    if (!Arrays.equals(hash, found)) {
      throw new RefusedException(
          String.format(
              "the program is for machine %s (%s...), the device's bitstream is of another (%s...):"
                  + " compile the program for the bitstream's machine with -m",
              machine.name(), start(hash), start(found)));
    }
  }

  private static String start(byte[] hash) {
    return HexFormat.of().formatHex(hash, 0, Integer.BYTES);
  }
}
