package org.weft.compiler.verifier;

import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import org.weft.isa.xdp.MapDefinition;

/**
 * What a proof found out about a program.
 *
 * @param visited how many instructions were looked at, all paths together
 * @param alwaysTaken the conditional jumps that no packet passes
 * @param neverTaken the conditional jumps that no packet takes
 * @param addressUses the instructions that take an address as a number, which is not the same in
 *     every engine
 * @param staleReads the instructions that read, or hand to a helper, bytes of the stack that may
 *     not have been written before; on paths that were followed
 * @param valueCopies the calls that copy bytes of the packet to or from a map's value, or a record
 * @param metadataMoves the calls that move the begin of a packet that may have metadata
 * @param calledMaps by call of a helper that works on a map: those that it may be given
 * @param callbacks by call of a helper that calls functions: where those begin
 * @param stackBytes by first instruction of a function: bytes below its r10 that are accessed
 * @param pointedBytes the same of accesses through other registers than r10, whose addresses may
 *     depend on the way there, or on what is read
 */
public record Facts(
    int visited,
    BitSet alwaysTaken,
    BitSet neverTaken,
    BitSet addressUses,
    BitSet staleReads,
    BitSet valueCopies,
    BitSet metadataMoves,
    Map<Integer, Set<MapDefinition>> calledMaps,
    Map<Integer, SortedSet<Integer>> callbacks,
    Map<Integer, Integer> stackBytes,
    Map<Integer, Integer> pointedBytes) {
  private static final int MOST_STACK_BYTES = 512;

  /** Of a program that was not verified. */
  public static final Facts NONE =
      new Facts(
          0,
          new BitSet(),
          new BitSet(),
          new BitSet(),
          new BitSet(),
          new BitSet(),
          new BitSet(),
          Map.of(),
          Map.of(),
          null,
          null);

  /** From what was seen of each conditional jump. */
  static Facts of(
      int visited,
      BitSet taken,
      BitSet passed,
      BitSet addressUses,
      BitSet staleReads,
      BitSet valueCopies,
      BitSet metadataMoves,
      Map<Integer, Set<MapDefinition>> calledMaps,
      Map<Integer, SortedSet<Integer>> callbacks,
      Map<Integer, Integer> stackBytes,
      Map<Integer, Integer> pointedBytes) {
    BitSet always = (BitSet) taken.clone();
    always.andNot(passed);
    BitSet never = (BitSet) passed.clone();
    never.andNot(taken);
    return new Facts(
        visited,
        always,
        never,
        addressUses,
        staleReads,
        valueCopies,
        metadataMoves,
        Map.copyOf(calledMaps),
        Map.copyOf(callbacks),
        Map.copyOf(stackBytes),
        Map.copyOf(pointedBytes));
  }

  /** Whether the program was verified. */
  public boolean isProof() {
    return stackBytes != null;
  }

  /** Bytes of stack that a function uses at most, by its first instruction. */
  public int mostStackBytes(int function) {
    return stackBytes == null ? MOST_STACK_BYTES : stackBytes.getOrDefault(function, 0);
  }

  /** Of these, those that are accessed through other registers than r10, at most. */
  public int mostPointedBytes(int function) {
    return pointedBytes == null ? MOST_STACK_BYTES : pointedBytes.getOrDefault(function, 0);
  }
}
