package org.weft.sim.nic;

import java.util.ArrayList;
import java.util.List;
import org.weft.isa.InputException;
import org.weft.isa.control.Register;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Row;
import org.weft.isa.row.RowCodec;

/** Row memory as the registers of PROGRAM see it: rows are written into the bank that is spare. */
final class ProgramBanks {
  private final ProgramImage image;
  private final Nic nic;

  /** By bank: words of its rows, their marks, how many rows were written, the first to execute. */
  private final long[][] words = new long[2][];

  private final int[][] marks = new int[2][];
  private final int[] sizes = new int[2];
  private final int[] entries = new int[2];
  private int running;
  private int row;

  /** The word of the row that is written next: its mark, or a half of a slot's. */
  private int word;

  private int lower;

  ProgramBanks(ProgramImage image, Nic nic) {
    this.image = image;
    this.nic = nic;
    entries[0] = image.entries().get(0).row();
    for (int bank = 0; bank < image.machine().banks(); bank++) {
      words[bank] = new long[image.machine().rows() * image.machine().lanes()];
      marks[bank] = new int[image.machine().rows()];
    }
  }

  /** The bank of packets that are dispatched now. */
  int running() {
    return running;
  }

  int spare() {
    return image.machine().banks() == 2 ? running ^ 1 : 0;
  }

  int row() {
    return row;
  }

  int entry() {
    return entries[spare()];
  }

  /** Whether packets use, or will use, the bank that is loaded. */
  private boolean isInUse() {
    return nic.held(spare()) > 0 || spare() == running && nic.control().runs();
  }

  void write(Register register, int data) {
    if (register == Register.PROGRAM_ROW) {
      row = data;
      word = 0;
    } else if (register == Register.PROGRAM_SWITCH && image.machine().banks() == 2 || !isInUse()) {
      switch (register) {
        case PROGRAM_DATA -> put(data);
        case PROGRAM_ENTRY -> entries[spare()] = data & (1 << rowBits()) - 1;
        case PROGRAM_SWITCH -> change();
        default -> {}
      }
    }
  }

  private int rowBits() {
    return 32 - Integer.numberOfLeadingZeros(image.machine().rows() - 1);
  }

  private void put(int data) {
    int lanes = image.machine().lanes();
    if (Integer.compareUnsigned(row, image.machine().rows()) >= 0) {
      return;
    }
    int bank = spare();
    if (word == 0) {
      marks[bank][row] = data & 3;
    } else if (word % 2 == 1) {
      lower = data;
    } else {
      int slot = row * lanes + word / 2 - 1;
      words[bank][slot] = (long) data << 32 | Integer.toUnsignedLong(lower);
    }
    sizes[bank] = Math.max(sizes[bank], row + 1);
    word = word == 2 * lanes ? 0 : word + 1;
    row += word == 0 ? 1 : 0;
  }

  /** A bank to which nothing was written since the beginning has the program that was there. */
  private void change() {
    int bank = spare();
    running = bank;
    if (sizes[bank] > 0) {
      nic.load(bank, program(bank));
    }
  }

  private LoadedProgram program(int bank) {
    int lanes = image.machine().lanes();
    List<Row> rows = new ArrayList<>();
    CpuSection.Mark[] asks = new CpuSection.Mark[sizes[bank]];
    for (int i = 0; i < asks.length; i++) {
      long[] slots = new long[lanes];
      System.arraycopy(words[bank], i * lanes, slots, 0, lanes);
      try {
        rows.add(RowCodec.decode(slots));
      } catch (InputException e) {
        throw e.at("PROGRAM_SWITCH: row " + i);
      }
      asks[i] = CpuSection.Mark.values()[marks[bank][i]];
    }
    return LoadedProgram.of(image, rows, asks, entries[bank]);
  }
}
