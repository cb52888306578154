package org.weft.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.weft.sim.trace.TraceReader;

/**
 * Shows on a terminal how far long work has come; elsewhere it does nothing. The packets are
 * counted here, not by the bar: it looks at a few of them only.
 */
final class Progress implements AutoCloseable {
  private static final int STEP = 1 << 14;
  private static final long DELAY_NS = 1_000_000_000L;
  private static final int COLUMNS = 80;
  private static final long MEBI = 1 << 20;

  private final boolean shown;
  private final long totalBytes;
  private final long start = System.nanoTime();
  private ProgressBar bar;

  /** Progress through a trace of so many bytes, or -1 when that is unknown. */
  Progress(long totalBytes) {
    // Java cannot ask whether standard error is a terminal; the weft script can.
    shown = Boolean.getBoolean("weft.terminal");
    this.totalBytes = totalBytes;
  }

  /** Called for every packet; acts on few. */
  void step(long packets, TraceReader trace) {
    if (shown && (packets & STEP - 1) == STEP - 1 && System.nanoTime() - start > DELAY_NS) {
      if (bar == null) {
        bar =
            new ProgressBarBuilder()
                .setTaskName("weft")
                .setInitialMax(totalBytes)
                .setUnit(" MiB", MEBI)
                .setConsumer(new ConsoleProgressBarConsumer(System.err, COLUMNS))
                .clearDisplayOnFinish()
                .build();
      }
      bar.stepTo(trace.bytesRead());
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
