package org.weft.compiler.cfg;

/**
 * One inlined call: a function in the place where it is called from.
 *
 * @param id number, from 0 for the program itself
 * @param parent the caller's frame, or null
 * @param depth callers above it
 */
public record Frame(int id, Frame parent, int depth) {}
