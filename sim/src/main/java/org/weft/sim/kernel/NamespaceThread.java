package org.weft.sim.kernel;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A thread in a network namespace of its own. Namespace and CPU belong to a thread, so that all
 * that depends on them runs here and no other thread notices. The namespace goes when the thread
 * ends.
 *
 * <p>Packets come one by one, so that the way here and back counts: both sides look for the other
 * for some microseconds before they sleep. Looking is given up for a while when it was in vain, as
 * it is when both have but one CPU.
 */
final class NamespaceThread implements AutoCloseable {
  private static final long NEW_NETWORK_NAMESPACE = 0x4000_0000;
  private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 400 : 0;
  private static final int SLEEPS = 64;
  private static final int MAX_CPUS = 8192;

  private final Thread thread;
  private final NativeBlock affinity = NativeBlock.of(MAX_CPUS / 8);
  private final Patience callerPatience = new Patience();
  private final Patience threadPatience = new Patience();
  private final BooleanSupplier waitsForThread;
  private final BooleanSupplier waitsForTask;
  private final NativeBlock allowed = NativeBlock.of(MAX_CPUS / 8);
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
    waitsForThread = () -> task != null;
    waitsForTask = () -> task == null;
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
    if (!callerPatience.spinWhile(waitsForThread)) {
      stepAside();
      if (!callerPatience.spinWhile(waitsForThread)) {
        callerPatience.giveUp();
      }
    }
    while (task != null) {
      callerSleeps = true;
      if (task != null) {
        LockSupport.park(this);
      }
      callerSleeps = false;
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

  /**
   * Moves the caller to another CPU if it may run on one, as it may hold up the thread on the one
   * that this is pinned to.
   */
  private void stepAside() {
    long size = SystemCall.SCHED_GETAFFINITY.call(0, MAX_CPUS / 8, allowed.address);
    int word = cpu / 64 * 8;
    if (cpu >= 0 && size > word) {
      long mask = allowed.bytes.getLong(word);
      allowed.bytes.putLong(word, mask & ~(1L << cpu % 64));
      if (SystemCall.SCHED_SETAFFINITY.call(0, size, allowed.address) == 0) {
        allowed.bytes.putLong(word, mask);
        SystemCall.SCHED_SETAFFINITY.call(0, size, allowed.address);
      }
    }
  }

  /** How long one side looks for the other. */
  private static final class Patience {
    private int sleeps;

    /** Looks, unless that was given up: false when it was all in vain. */
    boolean spinWhile(BooleanSupplier waiting) {
      if (sleeps > 0) {
        sleeps--;
        return true;
      }
      for (int spins = 0; spins < SPINS; spins++) {
        if (!waiting.getAsBoolean()) {
          return true;
        }
        Thread.onSpinWait();
      }
      return false;
    }

    void giveUp() {
      sleeps = SLEEPS;
    }
  }

  private Runnable next() {
    if (!threadPatience.spinWhile(waitsForTask)) {
      threadPatience.giveUp();
    }
    while (task == null) {
      threadSleeps = true;
      if (task == null) {
        LockSupport.park(this);
      }
      threadSleeps = false;
    }
    return task;
  }
}
