package org.weft.bitstream;

import java.util.Locale;
import org.weft.isa.RefusedException;

/**
 * What placement and routing came to.
 *
 * @param cells logic cells taken, each with a table, a flip-flop or both
 * @param mhz the highest frequency
 */
public record Placed(int cells, double mhz) {

  /** Nanoseconds that are left of a clock at the board's frequency; negative where it fails. */
  public double slack(Board board) {
    return 1e6 / board.clockKhz() - 1e3 / mhz;
  }

  /**
   * Checks that it is as fast as the board's clock.
   *
   * @throws RefusedException with the slack
   */
  public void requireTiming(Board board) {
    if (slack(board) < 0) {
      throw new RefusedException(
          String.format(
              Locale.ROOT,
              "timing fails on board %s: slack %.2f ns at %.2f MHz, the highest is %.2f MHz:"
                  + " try another --seed, or a machine of fewer lanes",
              board.text(),
              slack(board),
              board.clockKhz() / 1e3,
              mhz));
    }
  }
}
