package org.weft.isa.control;

/**
 * A write to a register.
 *
 * @param offset bytes from the beginning of the registers
 * @param data the word that is written
 */
public record RegisterWrite(int offset, int data) {}
