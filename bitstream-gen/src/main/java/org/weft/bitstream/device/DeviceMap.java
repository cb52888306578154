package org.weft.bitstream.device;

import org.weft.isa.xdp.MapType;

/**
 * A map of a device, as its descriptor says.
 *
 * @param number the map's, from 0
 * @param maxEntries as Linux counts them; of a ring buffer words of eight bytes
 * @param copies values of an entry: one for each CPU in per-CPU maps
 */
public record DeviceMap(
    int number, MapType type, int keyBytes, int valueBytes, int maxEntries, int copies) {}
