package org.weft.bitstream;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a machine with a program takes of a board.
 *
 * @param blocks by block, all of a name, each without those inside it, as the synthesiser counts
 *     them when it takes every block for itself
 * @param all what all of it takes when it is synthesised as one
 * @param room memories of the machine that programs fill, by name
 * @param nearest where it does not fit: the machine most like it that does
 */
public record FitReport(
    Board board,
    Map<String, Resources> blocks,
    Resources all,
    Map<String, Room> room,
    Optional<String> nearest) {

  /**
   * A memory that a program fills.
   *
   * @param used what the program takes
   * @param available what the machine has
   */
  public record Room(int used, int available) {}

  public FitReport {
    blocks = new LinkedHashMap<>(blocks);
    room = new LinkedHashMap<>(room);
  }

  /** The sum of all blocks. */
  public Resources sum() {
    return blocks.values().stream().reduce(Resources.NONE, Resources::plus);
  }

  /** Whether the board has room for it. */
  public boolean fits() {
    return all.fits(board.device().capacity());
  }
}
