package org.weft.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;
import org.weft.bitstream.step.Steps;

/**
 * Shows on a terminal which step of a flow runs, and for how long; elsewhere it is silent but for
 * what is not as expected.
 */
final class StepProgress implements Steps.Watcher, AutoCloseable {
  private static final long PERIOD_MS = 1000;

  private final PrintStream err;
  private final Timer timer;
  private String step;
  private long start;

  StepProgress(PrintStream err) {
    this.err = err;
    // Java cannot ask whether standard error is a terminal; the weft script can.
    timer = Boolean.getBoolean("weft.terminal") ? new Timer("progress", true) : null;
    if (timer != null) {
      timer.schedule(
          new TimerTask() {
            @Override
            public void run() {
              show();
            }
          },
          PERIOD_MS,
          PERIOD_MS);
    }
  }

  private synchronized void show() {
    if (timer != null && step != null) {
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
      err.printf(Locale.ROOT, "\r\033[Kweft: %s %d s", step, seconds);
      err.flush();
    }
  }

  @Override
  public synchronized void begins(String name) {
    step = name;
    start = System.nanoTime();
    show();
  }

  @Override
  public synchronized void ends(String name, boolean isUnchanged) {
    if (timer != null && isUnchanged) {
      err.println("weft: " + name + " unchanged");
    } else if (timer != null) {
      show();
      err.println();
    }
    step = null;
  }

  @Override
  public synchronized void says(String line) {
    err.println((timer != null ? "\r\033[K" : "") + "weft: " + line);
  }

  @Override
  public synchronized void close() {
    if (timer != null) {
      timer.cancel();
      if (step != null) {
        err.println();
      }
    }
  }
}
