package org.weft.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.weft.bitstream.step.Steps;

/** Shows on a terminal which step of a flow runs, and for how long; elsewhere it does nothing. */
final class StepProgress implements Steps.Watcher, AutoCloseable {
  private static final String LINE = "\r\033[Kweft: %s %d s";

  private final PrintStream err;
  private final ScheduledExecutorService clock;
  private String step;
  private long start;

  StepProgress(PrintStream err) {
    this.err = err;
    // Java cannot ask whether standard error is a terminal; the weft script can.
    clock = Boolean.getBoolean("weft.terminal") ? Executors.newScheduledThreadPool(1) : null;
    if (clock != null) {
      clock.scheduleAtFixedRate(this::show, 1, 1, TimeUnit.SECONDS);
    }
  }

  private synchronized void show() {
    if (step != null) {
      err.printf(Locale.ROOT, LINE, step, seconds());
      err.flush();
    }
  }

  private long seconds() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
  }

  @Override
  public synchronized void begins(String name) {
    step = name;
    start = System.nanoTime();
    if (clock != null) {
      show();
    }
  }

  @Override
  public synchronized void ends(String name, boolean isUnchanged) {
    if (clock != null && isUnchanged) {
      err.println("weft: " + name + " unchanged");
    } else if (clock != null) {
      show();
      err.println();
    }
    step = null;
  }

  @Override
  public synchronized void close() {
    if (clock != null) {
      clock.shutdownNow();
      if (step != null) {
        err.println();
      }
    }
  }
}
