package org.weft.sim.kernel;

import java.util.concurrent.locks.LockSupport;

/**
 * A thread in a network namespace of its own. Namespace and CPU belong to a thread, so that all
 * that depends on them runs here and no other thread notices. The namespace goes when the thread
 * ends.
 *
 * <p>Packets come one by one, so that the way here and back counts: both sides look for the other
 * for some microseconds before they sleep.
 */
final class NamespaceThread implements AutoCloseable {
  private static final long NEW_NETWORK_NAMESPACE = 0x4000_0000;
  private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 400 : 0;
  private static final int MAX_CPUS = 8192;

  private final Thread thread;
  private final NativeBlock affinity = NativeBlock.of(MAX_CPUS / 8);
  private Thread caller;
  private Throwable failure;
  private boolean ended;
  private int cpu = -1;
  private volatile Runnable task;
  private volatile boolean threadSleeps;
  private volatile boolean callerSleeps;

  private NamespaceThread() {
    thread = new Thread(this::serve, "weft-kernel");
    thread.setDaemon(true);
  }

  /**
   * Starts a thread.
   *
   * @return the thread, or null when the kernel refuses a namespace: then result[0] is the error
   */
  static NamespaceThread start(long[] result) {
    NamespaceThread started = new NamespaceThread();
    started.thread.start();
    started.run(() -> result[0] = SystemCall.UNSHARE.call(NEW_NETWORK_NAMESPACE));
    if (result[0] < 0) {
      started.close();
      return null;
    }
    return started;
  }

  /** Keeps the thread on one CPU from now on; to be called on the thread. */
  long pin(int number) {
    if (number == cpu) {
      return 0;
    }
    if (number < 0 || number >= MAX_CPUS) {
      return -22;
    }
    for (int i = 0; i < MAX_CPUS / 8; i += 8) {
      affinity.bytes.putLong(i, 0);
    }
    affinity.bytes.putLong(number / 64 * 8, 1L << number % 64);
    long result = SystemCall.SCHED_SETAFFINITY.call(0, MAX_CPUS / 8, affinity.address);
    cpu = result < 0 ? cpu : number;
    return result;
  }

  /** Runs work on the thread and waits for it; what it throws is thrown here. */
  void run(Runnable work) {
    if (Thread.currentThread() == thread) {
      work.run();
    } else {
      handOver(work);
    }
  }

  private synchronized void handOver(Runnable work) {
    if (ended) {
      throw new IllegalStateException("the kernel engine is closed");
    }
    caller = Thread.currentThread();
    task = work;
    if (threadSleeps) {
      LockSupport.unpark(thread);
    }
    for (int spins = 0; task != null; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        callerSleeps = true;
        if (task != null) {
          LockSupport.park(this);
        }
        callerSleeps = false;
      }
    }
    Throwable thrown = failure;
    failure = null;
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
  }

  /** Whether it has not been closed. */
  synchronized boolean isOpen() {
    return !ended;
  }

  /** Ends the thread, once what it runs is done. */
  @Override
  public synchronized void close() {
    if (!ended) {
      handOver(() -> ended = true);
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void serve() {
    boolean last = false;
    while (!last) {
      Runnable work = next();
      try {
        work.run();
      } catch (Throwable e) {
        failure = e;
      }
      last = ended;
      task = null;
      if (callerSleeps) {
        LockSupport.unpark(caller);
      }
    }
  }

  private Runnable next() {
    Runnable work = task;
    for (int spins = 0; work == null; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        threadSleeps = true;
        if (task == null) {
          LockSupport.park(this);
        }
        threadSleeps = false;
      }
      work = task;
    }
    return work;
  }
}
