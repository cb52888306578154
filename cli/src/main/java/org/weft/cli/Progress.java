package org.weft.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** Shows on a terminal how far long work has come; elsewhere it does nothing. */
final class Progress {
  private static final int STEP = 1 << 16;

  private final boolean shown;
  private ProgressBar bar;

  Progress() {
    // Java cannot ask whether standard error is a terminal; the weft script can.
    shown = Boolean.getBoolean("weft.terminal");
  }

  /** Called for every packet; acts on few. */
  void step(long packets) {
    if (shown && (packets & STEP - 1) == STEP - 1) {
      if (bar == null) {
        bar = new ProgressBarBuilder().setTaskName("packets").setInitialMax(-1).build();
      }
      bar.stepTo(packets);
    }
  }

  void done() {
    if (bar != null) {
      bar.close();
    }
  }
}
