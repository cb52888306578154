package org.weft.sim.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel's verifier wrote about a program that it refused.
 *
 * @param cause the last lines that are not state or statistics, in one
 * @param instruction index of the instruction it was at, or -1
 */
record VerifierLog(String cause, int instruction) {
  /** {@code 7: (61) r0 = *(u32 *)(r1 +0) ; R0_w=...}. */
  private static final Pattern INSTRUCTION = Pattern.compile("^(\\d+): \\([0-9a-f]{2}\\) .*");

  /** {@code 7: R1=ctx() R10=fp0}, {@code from 3 to 7: ...}, and the older form {@code R1=ctx}. */
  private static final Pattern STATE =
      Pattern.compile("^(\\d+: R\\d|from \\d+ to \\d+|R\\d+(_w)?=|; |func#\\d+ @|mark_precise).*");

  private static final Pattern STATISTICS =
      Pattern.compile("^(processed \\d+ insns|verification time|stack depth|insns_since_|peak_).*");

  /** The statistics stand on the same line where the message before has no end of line. */
  private static final Pattern RUN_ON = Pattern.compile("(?<=.)processed \\d+ insns \\(limit .*$");

  private static final Pattern PLACE = Pattern.compile("\\b(?:insn|at) (\\d+)\\b");
  private static final int MOST_LINES = 4;

  static VerifierLog read(String log) {
    List<String> lines = log.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    List<String> causes = new ArrayList<>();
    int instruction = -1;
    for (int i = lines.size() - 1; i >= 0; i--) {
      String line = lines.get(i);
      Matcher at = INSTRUCTION.matcher(line);
      if (at.matches()) {
        instruction = number(at.group(1));
        break;
      }
      if (!STATE.matcher(line).matches()
          && !STATISTICS.matcher(line).matches()
          && causes.size() < MOST_LINES) {
        causes.add(0, RUN_ON.matcher(line).replaceFirst(""));
      }
    }
    String cause = String.join("; ", causes);
    Matcher place = PLACE.matcher(cause);
    if (instruction < 0 && place.find()) {
      instruction = number(place.group(1));
    }
    return new VerifierLog(cause, instruction);
  }

  private static int number(String digits) {
    return digits.length() > 9 ? -1 : Integer.parseInt(digits);
  }
}
