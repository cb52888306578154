package org.weft.sim.nic;

import java.util.ArrayList;
import java.util.List;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Row;
import org.weft.isa.row.RowCodec;
import org.weft.sim.rows.RowThread;

/** A program in a bank of row memory. */
public final class LoadedProgram {
  final RowThread.Code code;
  final CpuSection.Mark[] marks;
  final int entry;

  /** By row: what is so of it, of the following. */
  private final byte[] traits;

  /** Something can keep a context from executing it though its packet is there. */
  private static final int WAITS = 1;

  /** Nobody else sees what it does. */
  private static final int PRIVATE = 2;

  /** It may be executed before its clock, if the context is not alone on its CPU; or if it is. */
  private static final int EARLY = 4;

  private static final int EARLY_ALONE = 8;

  /** By row: how often cores executed it, those counted that are executed before their clock. */
  final long[] executed;

  private LoadedProgram(ProgramImage image, CpuSection.Mark[] marks, int entry) {
    code = new RowThread.Code(image);
    this.marks = marks;
    this.entry = entry;
    executed = new long[image.rows().size()];
    traits = new byte[executed.length];
    for (int row = 0; row < traits.length; row++) {
      traits[row] = (byte) traits(row);
    }
  }

  private int traits(int row) {
    boolean waits = code.issues(row) > 1 || code.unlocks(row) || code.posts(row);
    if (waits || marks[row].asks()) {
      return code.isPrivate(row) ? WAITS | PRIVATE : WAITS;
    } else if (!code.isPrivate(row)) {
      return 0;
    }
    // Who is alone gives its CPU back in an open row.
    boolean gives = marks[row] == CpuSection.Mark.OPEN;
    return gives ? PRIVATE | EARLY : PRIVATE | EARLY | EARLY_ALONE;
  }

  /** Whether something can keep a context from executing a row though its packet is there. */
  boolean canWait(int row) {
    return (traits[row] & WAITS) != 0;
  }

  /** Whether nobody else sees what a row does. */
  boolean isPrivate(int row) {
    return (traits[row] & PRIVATE) != 0;
  }

  /**
   * Whether a row may be executed before its clock, by a context that is alone on its CPU or not.
   */
  boolean canBeEarly(int row, boolean alone) {
    return (traits[row] & (alone ? EARLY_ALONE : EARLY)) != 0;
  }

  /** The first program of an image. */
  static LoadedProgram of(ProgramImage image) {
    return new LoadedProgram(image, CpuSection.marks(image), image.entries().get(0).row());
  }

  /** Rows in place of those of an image, with its maps and the programs of its tail calls. */
  static LoadedProgram of(ProgramImage image, List<Row> rows, CpuSection.Mark[] marks, int entry) {
    ProgramImage other =
        new ProgramImage(image.machine(), rows, image.maps(), image.entries(), List.of());
    return new LoadedProgram(other, marks, entry);
  }

  /**
   * What a host writes to load the first program of an image into the spare bank and switch to it.
   */
  public static List<RegisterWrite> writes(ProgramImage image) {
    List<RegisterWrite> writes = new ArrayList<>();
    writes.add(new RegisterWrite(Register.PROGRAM_ROW.offset(), 0));
    byte[] marks = CpuSection.marksOf(image);
    int data = Register.PROGRAM_DATA.offset();
    for (int i = 0; i < marks.length; i++) {
      writes.add(new RegisterWrite(data, marks[i]));
      for (long word : RowCodec.encode(image.rows().get(i), image.machine().lanes())) {
        writes.add(new RegisterWrite(data, (int) word));
        writes.add(new RegisterWrite(data, (int) (word >>> 32)));
      }
    }
    int entry = image.entries().get(0).row();
    writes.add(new RegisterWrite(Register.PROGRAM_ENTRY.offset(), entry));
    writes.add(new RegisterWrite(Register.PROGRAM_SWITCH.offset(), 0));
    return writes;
  }
}
