package org.weft.sim.kernel;

import com.sun.jna.Native;
import com.sun.jna.Platform;

/** The one native method that is needed, by direct mapping. */
final class Libc {
  static {
    Native.register(Libc.class, Platform.C_LIBRARY_NAME);
  }

  private Libc() {}

  /** A system call: its result, or the error number with a minus sign. */
  static long call(long number, long a, long b, long c, long d, long e, long f) {
    long result = syscall(number, a, b, c, d, e, f);
    return result == -1 ? -Native.getLastError() : result;
  }

  /** {@code syscall(2)}: -1 for an error, whose number JNA keeps. */
  private static native long syscall(long number, long a, long b, long c, long d, long e, long f);
}
