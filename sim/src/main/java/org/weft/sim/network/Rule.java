package org.weft.sim.network;

/**
 * Packets with a mark are looked up in a table before {@link Route#MAIN}; for both families.
 *
 * @param mark what the masked mark must be
 * @param mask the bits that count
 */
public record Rule(int mark, int mask, long table) {}
