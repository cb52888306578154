package org.weft.compiler.elf;

/**
 * A relocation.
 *
 * @param offset the byte in its section that it changes
 * @param type {@code R_BPF_*}
 * @param symbol what it refers to
 */
public record Relocation(long offset, int type, Symbol symbol) {}
