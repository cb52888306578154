package org.weft.bitstream.ice40;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.bitstream.step.Command;
import org.weft.bitstream.step.Step;
import org.weft.bitstream.step.Steps;
import org.weft.bitstream.step.Tools;
import org.weft.isa.RefusedException;

/**
 * Places and routes. Some placements leave no way for a few signals, and nextpnr looks for one for
 * ever; then placement begins somewhere else.
 *
 * @param words the command for a seed
 * @param seed the first one; the next numbers are tried after it
 * @param record the output that says which one it was
 * @param watcher is told when the next one is tried
 */
record Placement(
    Tools tools, IntFunction<List<String>> words, int seed, String record, Steps.Watcher watcher)
    implements Step.Work {
  private static final int SEEDS = 6;

  /** Signals that are routed, again and again; where all find a way it is half of this. */
  private static final int MOST_ROUTES = 50_000;

  private static final Pattern ROUTES = Pattern.compile("Info: +(\\d+) \\| +\\d+ +\\d+ \\|");

  @Override
  public void run(Path folder, Path part, Path log) throws IOException {
    int last = seed + SEEDS - 1;
    for (int next = seed; next <= last; next++) {
      Command command = new Command(tools, words.apply(next), Placement::isHopeless);
      if (command.runs(folder, part, log)) {
        Files.writeString(part.resolve(record), next + "\n");
        return;
      }
      watcher.says(
          String.format(
              "nextpnr-ice40 finds no way for all signals from seed %d within %d routes%s",
              next, MOST_ROUTES, next < last ? "; the next seed is tried" : ""));
    }
    throw new RefusedException(
        String.format(
            "nextpnr-ice40 finds no way for all signals, with seeds %d to %d: try another --seed",
            seed, last));
  }

  /** Whether it has gone on for too long: by its own count, so that it does not depend on time. */
  private static boolean isHopeless(String log) {
    Matcher line = ROUTES.matcher(log);
    int most = 0;
    while (line.find()) {
      most = Math.max(most, Integer.parseInt(line.group(1)));
    }
    return most > MOST_ROUTES;
  }
}
