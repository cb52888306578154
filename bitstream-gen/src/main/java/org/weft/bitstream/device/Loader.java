package org.weft.bitstream.device;

import java.util.Arrays;
import java.util.List;
import org.weft.isa.RefusedException;
import org.weft.isa.control.Register;
import org.weft.isa.image.ArrayLayout;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Row;
import org.weft.isa.row.RowCodec;
import org.weft.isa.row.Slot;

/** Loads programs into a device with one bank of rows and map values in the core's memory. */
public final class Loader {
  /** Bytes of map values that are written at once. */
  private static final int CHUNK = 512;

  /** The word of a descriptor that says where values are: first word, and how many there are. */
  private static final int VALUES = 6;

  private final RegisterBus registers;
  private final ValueMemory memory;

  public Loader(RegisterBus registers, ValueMemory memory) {
    this.registers = registers;
    this.memory = memory;
  }

  /**
   * Loads a program, and the first values of its maps, in place of what is there. Nothing changes
   * when it is refused; packets that come before all of it is there are aborted.
   *
   * @throws RefusedException when it is for another machine than the device's, its maps are too
   *     large, or a row needs what the device has not
   */
  public void load(ProgramImage image) {
    LoneCore.refuse(image);
    ArrayLayout layout = ArrayLayout.of(image);
    Identity.require(registers, image.machine());
    int last = image.machine().rows() - 1;
    if (image.rows().size() <= last) {
      write(last, List.of(abort()), image.machine().lanes());
      registers.write(Register.PROGRAM_ENTRY.offset(), last);
    }
    write(0, image.rows(), image.machine().lanes());
    for (int map = 0; map < layout.places().size(); map++) {
      ArrayLayout.Place place = layout.places().get(map);
      registers.write(Register.MAP.offset(), map);
      registers.write(
          Register.DESCRIPTOR.offset() + Integer.BYTES * VALUES,
          place.first() | place.words() << Short.SIZE);
    }
    write(layout.values().toArray());
    registers.write(Register.PROGRAM_ENTRY.offset(), image.entries().get(0).row());
  }

  private static Row abort() {
    Operand zero = Operand.constant(0);
    return new Row(List.of(new Slot.Exit(Opcode.EXIT, false, 0, zero, zero)));
  }

  private void write(int first, List<Row> rows, int lanes) {
    registers.write(Register.PROGRAM_ROW.offset(), first);
    for (Row row : rows) {
      for (long word : RowCodec.encode(row, lanes)) {
        registers.write(Register.PROGRAM_DATA.offset(), (int) word);
        registers.write(Register.PROGRAM_DATA.offset(), (int) (word >>> Integer.SIZE));
      }
    }
  }

  private void write(byte[] values) {
    for (int at = 0; at < values.length; at += CHUNK) {
      int end = Math.min(values.length, at + CHUNK);
      memory.writeValues(at, Arrays.copyOfRange(values, at, end));
    }
  }
}
