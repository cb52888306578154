package org.weft.bitstream.serial;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.weft.isa.RefusedException;
import org.weft.isa.control.Register;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.row.RowCodec;

/** Loads programs into a board. */
public final class Loader {
  private Loader() {}

  /**
   * Loads a program in place of the one that is there. Nothing changes when it is refused.
   *
   * @throws RefusedException when it is for another machine than the bitstream
   */
  public static void load(SerialLine line, ProgramImage image) {
    ByteBuffer hash =
        ByteBuffer.wrap(MachineFile.hash(image.machine())).order(ByteOrder.LITTLE_ENDIAN);
    for (int word = 0; word < Register.MACHINE_HASH.words(); word++) {
      if (line.read(Register.MACHINE_HASH.offset() + 4 * word) != hash.getInt(4 * word)) {
        throw new RefusedException(
            "the program is for machine "
                + image.machine().name()
                + ", the bitstream is of another: compile the program for the bitstream's machine");
      }
    }
    line.write(Register.PROGRAM_ROW.offset(), 0);
    int lanes = image.machine().lanes();
    for (int row = 0; row < image.rows().size(); row++) {
      for (long word : RowCodec.encode(image.rows().get(row), lanes)) {
        line.write(Register.PROGRAM_DATA.offset(), (int) word);
        line.write(Register.PROGRAM_DATA.offset(), (int) (word >>> 32));
      }
    }
    line.write(Register.PROGRAM_ENTRY.offset(), image.entries().get(0).row());
  }
}
