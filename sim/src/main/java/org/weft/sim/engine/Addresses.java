package org.weft.sim.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Tells kernel addresses from other data in bytes that differ. */
final class Addresses {
  /** Where the kernel maps memory, of all 64-bit platforms that matter here. */
  private static final long LOWEST = 0xffff_8000_0000_0000L;

  private static final long HIGHEST = 0xffff_fe00_0000_0000L;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Addresses() {}

  /**
   * Whether addresses are all that differs: wherever the two differ, an aligned 8-byte word of the
   * foreign bytes is a kernel address.
   */
  static boolean explain(
      byte[] foreign, int foreignOffset, byte[] ours, int oursOffset, int length) {
    for (int i = 0; i < length; i++) {
      if (foreign[foreignOffset + i] != ours[oursOffset + i]) {
        int word = i / 8 * 8;
        if (word + 8 > length || !isAddress((long) LONG.get(foreign, foreignOffset + word))) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isAddress(long word) {
    return word >= LOWEST && word < HIGHEST;
  }
}
