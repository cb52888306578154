package org.weft.isa.image;

import java.util.List;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Row;
import org.weft.isa.xdp.MapDefinition;

/**
 * A compiled program with all it needs.
 *
 * @param machine the machine it is for
 * @param rows the instruction memory
 * @param maps definitions with initial contents; a map handle in a register is the index here plus
 *     1
 * @param entries the programs: the first is where packets start, all can be tail-call targets
 * @param debug where rows come from, by ascending row; a row may have several entries
 */
public record ProgramImage(
    MachineSpec machine,
    List<Row> rows,
    List<MapDefinition> maps,
    List<Entry> entries,
    List<Origin> debug) {

  /**
   * A program's first row.
   *
   * @param program the program's name, unique in the image
   * @param row its first row
   */
  public record Entry(String program, int row) {}

  /**
   * Where a slot comes from.
   *
   * @param row the row
   * @param slot the slot in it
   * @param entry index of the program in entries
   * @param instruction index of the eBPF instruction in the program, counting 16-byte instructions
   *     twice as the kernel's verifier does
   * @param file source file, empty if unknown
   * @param line source line, 0 if unknown
   */
  public record Origin(int row, int slot, int entry, int instruction, String file, int line) {}

  public ProgramImage {
    rows = List.copyOf(rows);
    maps = List.copyOf(maps);
    entries = List.copyOf(entries);
    debug = List.copyOf(debug);
  }

  /** A row for messages: with program, instruction and source line, as far as they are known. */
  public String place(int row) {
    for (Origin origin : debug) {
      if (origin.row() == row) {
        String line = origin.line() == 0 ? "" : " (" + origin.file() + ":" + origin.line() + ")";
        return "program "
            + entries.get(origin.entry()).program()
            + ", row "
            + row
            + ", insn "
            + origin.instruction()
            + line;
      }
    }
    return "row " + row;
  }
}
