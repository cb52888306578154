package org.weft.bitstream;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;

/**
 * What nextpnr reports.
 *
 * @param mhz the highest frequency
 * @param cells logic cells used
 * @param memories block memories used
 */
public record Placed(double mhz, int cells, int memories) {

  static Placed of(String report) {
    return new Placed(
        Double.parseDouble(find(report, "\"achieved\":\\s*([0-9.]+)")),
        Integer.parseInt(find(report, used("ICESTORM_LC"))),
        Integer.parseInt(find(report, used("ICESTORM_RAM"))));
  }

  private static String used(String kind) {
    return "\"" + kind + "\":\\s*\\{\\s*\"available\":\\s*\\d+,\\s*\"used\":\\s*(\\d+)";
  }

  private static String find(String report, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(report);
    if (!matcher.find()) {
      throw new InputException("nextpnr-ice40: its report has no " + pattern);
    }
    return matcher.group(1);
  }

  /** Nanoseconds that are left of a clock at the board's frequency; negative where it fails. */
  double slack(Board board) {
    return 1e6 / board.clockKhz() - 1e3 / mhz;
  }

  /**
   * Checks that it is as fast as the board's clock.
   *
   * @throws RefusedException with the slack
   */
  void requireTiming(Board board) {
    if (slack(board) < 0) {
      throw new RefusedException(
          String.format(
              Locale.ROOT,
              "timing fails: slack %.2f ns at %.3f MHz; the most is %.2f MHz: try another --seed",
              slack(board),
              board.clockKhz() / 1e3,
              mhz));
    }
  }
}
