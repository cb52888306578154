package org.weft.sim.validate;

import java.util.List;
import org.weft.isa.xdp.Bytes;

/**
 * A packet with its surroundings on which the engines differ, made as small as was possible.
 *
 * @param texts in what they differ, one line each
 * @param frame the packet
 * @param ifindex interface it comes in on
 * @param queue receive queue
 * @param cpu logical CPU
 * @param timeNs its time stamp
 * @param number its number, which random numbers follow from
 * @param metadata what stands before it
 * @param maps entries that maps hold before, as {@code NAME:KEYHEX:VALUE}
 */
public record Difference(
    List<String> texts,
    Bytes frame,
    int ifindex,
    int queue,
    int cpu,
    long timeNs,
    long number,
    Bytes metadata,
    List<String> maps) {
  public Difference {
    texts = List.copyOf(texts);
    maps = List.copyOf(maps);
  }
}
