package org.weft.bitstream;

/**
 * An FPGA.
 *
 * @param part its name, as its tools know it
 * @param capacity what it has
 */
public record Device(String part, Resources capacity) {}
