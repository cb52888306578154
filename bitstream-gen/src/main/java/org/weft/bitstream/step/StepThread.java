package org.weft.bitstream.step;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.weft.isa.InputException;

/**
 * Does a step's work in a thread of its own. When this process is told to end, the caller says so
 * and removes what is half made; tools are taken along, which would go on writing otherwise. What
 * Java does itself hears nothing of it, and ends with the process.
 */
final class StepThread {
  private static final int TOOL_MS = 1000; // To end a tool.
  private static final int CALLER_MS = 3000; // That, and to remove what is half made.

  private final String step;
  private final FutureTask<Void> task;
  private final Thread worker;

  /** The work of a step. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  StepThread(String step, Work work) {
    this.step = step;
    this.task =
        new FutureTask<>(
            () -> {
              work.run();
              return null;
            });
    this.worker = new Thread(task, step);
    worker.setDaemon(true);
  }

  /**
   * Runs it to its end.
   *
   * @throws InputException when this process is told to end before, or the work says so
   */
  void run() throws IOException {
    Thread caller = Thread.currentThread();
    Thread ending = new Thread(() -> end(caller), "ending");
    try {
      Runtime.getRuntime().addShutdownHook(ending);
    } catch (IllegalStateException e) {
      throw interrupted(e); // This process ends already.
    }
    worker.start();
    try {
      task.get();
      Runtime.getRuntime().removeShutdownHook(ending);
    } catch (ExecutionException e) {
      removeUnlessEnding(ending);
      throw cause(e.getCause());
    } catch (IllegalStateException e) { // Cancelled, or done when this process ended already.
      join(worker, TOOL_MS);
      throw interrupted(e);
    } catch (InterruptedException e) {
      removeUnlessEnding(ending);
      task.cancel(true);
      join(worker, TOOL_MS);
      caller.interrupt();
      throw interrupted(e);
    }
  }

  private void end(Thread caller) {
    task.cancel(true);
    join(caller, CALLER_MS);
  }

  private void removeUnlessEnding(Thread ending) {
    try {
      Runtime.getRuntime().removeShutdownHook(ending);
    } catch (IllegalStateException e) {
      throw interrupted(e);
    }
  }

  private static void join(Thread thread, int most) {
    try {
      thread.join(most);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static IOException cause(Throwable cause) {
    if (cause instanceof RuntimeException e) {
      throw e;
    }
    if (cause instanceof Error e) {
      throw e;
    }
    return (IOException) cause;
  }

  private InputException interrupted(Exception e) {
    return new InputException(
        "interrupted in step " + step + "; the same command goes on where it was", e);
  }
}
