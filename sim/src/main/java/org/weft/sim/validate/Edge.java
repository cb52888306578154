package org.weft.sim.validate;

/**
 * One of the ways that a program can go at an instruction.
 *
 * @param program the program's name
 * @param instruction index of the instruction
 * @param outcome {@code taken} or {@code not taken} for a conditional jump; {@code goes} or {@code
 *     stays} for a tail call; {@code found} or {@code not found} for a redirect through a map
 * @param file source file, empty if unknown
 * @param line source line, 0 if unknown
 */
public record Edge(String program, int instruction, String outcome, String file, int line) {
  /** As in {@code insn 41 taken (file.c:120)}. */
  @Override
  public String toString() {
    return "insn "
        + instruction
        + " "
        + outcome
        + (line == 0 ? "" : " (" + file + ":" + line + ")");
  }
}
