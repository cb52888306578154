package org.weft.sim.kernel;

import com.sun.jna.Platform;

/** The system calls that are needed, by their numbers on x86-64 and aarch64. */
enum SystemCall {
  BPF(321, 280),
  CLOSE(3, 57),
  MMAP(9, 222),
  MUNMAP(11, 215),
  PRLIMIT64(302, 261),
  RECVFROM(45, 207),
  SCHED_GETAFFINITY(204, 123),
  SCHED_SETAFFINITY(203, 122),
  SENDTO(44, 206),
  SOCKET(41, 198),
  UNSHARE(272, 97);

  private final long number;

  SystemCall(long x86, long arm) {
    this.number = Platform.isARM() ? arm : x86;
  }

  /** The result, or the error number with a minus sign. */
  long call(long a, long b, long c, long d, long e, long f) {
    return Libc.call(number, a, b, c, d, e, f);
  }

  /** A call with three arguments. */
  long call(long a, long b, long c) {
    return call(a, b, c, 0, 0, 0);
  }

  /** A call with one argument. */
  long call(long a) {
    return call(a, 0, 0, 0, 0, 0);
  }

  /**
   * Why these calls cannot be made here, or null: they need Linux on x86-64 or aarch64 and JNA's
   * library.
   */
  static String missing() {
    if (!Platform.isLinux()) {
      return "it needs Linux, this is " + System.getProperty("os.name");
    }
    if (!Platform.is64Bit() || !(Platform.isIntel() || Platform.isARM())) {
      return "it needs x86-64 or aarch64, this is " + System.getProperty("os.arch");
    }
    try {
      CLOSE.call(-1);
      return null;
    } catch (LinkageError e) {
      return "JNA cannot load its native library ("
          + firstLine(e)
          + "): set -Djna.tmpdir to a"
          + " directory from which programs may run";
    }
  }

  private static String firstLine(LinkageError e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
