package org.weft.sim.kernel;

/** Names of the error numbers that these system calls give (Linux {@code errno}). */
enum Errno {
  EPERM(1, "operation not permitted"),
  ENOENT(2, "no such entry"),
  EINTR(4, "interrupted"),
  E2BIG(7, "too big"),
  EBADF(9, "bad file descriptor"),
  EAGAIN(11, "try again"),
  ENOMEM(12, "out of memory"),
  EACCES(13, "permission denied"),
  EFAULT(14, "bad address"),
  EBUSY(16, "busy"),
  EEXIST(17, "exists already"),
  ENODEV(19, "no such device"),
  EINVAL(22, "invalid argument"),
  ENFILE(23, "too many open files in the system"),
  EMFILE(24, "too many open files"),
  ENOSPC(28, "no space left"),
  ERANGE(34, "out of range"),
  ENAMETOOLONG(36, "name too long"),
  ENOSYS(38, "no such system call"),
  EOPNOTSUPP(95, "not supported"),
  EAFNOSUPPORT(97, "address family not supported"),
  ENOBUFS(105, "no buffer space"),
  ENOTSUPP(524, "not supported");

  private final int number;
  private final String meaning;

  Errno(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  /** Whether a result of {@link SystemCall} is this error. */
  boolean is(long result) {
    return result == -number;
  }

  /** The error in a negative result: {@code EINVAL (invalid argument)}. */
  static String describe(long result) {
    for (Errno errno : values()) {
      if (errno.is(result)) {
        return errno.name() + " (" + errno.meaning + ")";
      }
    }
    return "errno " + -result;
  }
}
