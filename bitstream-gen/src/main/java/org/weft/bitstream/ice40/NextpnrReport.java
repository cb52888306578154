package org.weft.bitstream.ice40;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.bitstream.Placed;
import org.weft.isa.InputException;

/** What {@code nextpnr-ice40 --report} writes. */
final class NextpnrReport {
  private NextpnrReport() {}

  static Placed read(String report) {
    return new Placed(
        Integer.parseInt(
            find(
                report,
                "\"ICESTORM_LC\":\\s*\\{\\s*\"available\":\\s*\\d+,\\s*\"used\":\\s*(\\d+)")),
        Double.parseDouble(find(report, "\"achieved\":\\s*([0-9.]+)")));
  }

  private static String find(String report, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(report);
    if (!matcher.find()) {
      throw new InputException("nextpnr-ice40: its report has no " + pattern);
    }
    return matcher.group(1);
  }
}
