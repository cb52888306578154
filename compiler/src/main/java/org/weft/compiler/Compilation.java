package org.weft.compiler;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.weft.isa.image.ProgramImage;

/**
 * A compiled program and how it came about.
 *
 * @param image the program
 * @param changes by pass, in the order of their first run: what it removed, fused or replaced, over
 *     all its runs and all programs of the image
 * @param expectedRows by program of the image: rows executed for a packet, as far as likelihoods
 *     say, and without those of programs that it calls
 * @param visited by program of the image: instructions that the verifier looked at, over all paths
 */
public record Compilation(
    ProgramImage image,
    Map<String, Integer> changes,
    Map<String, Double> expectedRows,
    Map<String, Integer> visited) {
  public Compilation {
    expectedRows = Map.copyOf(expectedRows);
    visited = Map.copyOf(visited);
    changes = Collections.unmodifiableMap(new LinkedHashMap<>(changes));
  }
}
