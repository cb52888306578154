package org.weft.sim.nic;

/** Where the host puts one command at a time for the table writer. */
final class Mailbox {
  private HostCommand waiting;
  private HostCommand under;
  private long ready;

  /** Gives a command to the writer, which may take it in the next clock. */
  void submit(HostCommand command, long now) {
    if (isBusy()) {
      throw new IllegalStateException("the mailbox has a command");
    }
    waiting = command;
    ready = now + 1;
    command.begin(now);
  }

  /** Whether a command has not been done. */
  boolean isBusy() {
    return waiting != null || under != null && !under.isDone();
  }

  boolean isWaiting(long now) {
    return waiting != null && ready <= now;
  }

  HostCommand take() {
    under = waiting;
    waiting = null;
    return under;
  }
}
