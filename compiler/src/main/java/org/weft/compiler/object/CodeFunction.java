package org.weft.compiler.object;

import org.weft.compiler.elf.ElfSection;

/**
 * A function in a code section.
 *
 * @param section its section
 * @param name its symbol, or the section's name if no symbol names it
 * @param start first instruction, counted from the beginning of the section
 * @param end instruction after the last one
 * @param isLocal {@code static}
 */
record CodeFunction(ElfSection section, String name, int start, int end, boolean isLocal) {
  static final int INSTRUCTION_BYTES = 8;
}
