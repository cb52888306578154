package org.weft.sim.network;

/**
 * A host on a link.
 *
 * @param mac its address on the link, the first byte in bits 47 to 40
 */
public record Neighbour(Address address, int ifindex, long mac) {}
