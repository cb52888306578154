package org.weft.sim.map;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Little-endian numbers in arrays of bytes, unaligned. */
public final class Little {
  /** Two bytes. */
  public static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  /** Four bytes. */
  public static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** Eight bytes. */
  public static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Little() {}

  /** A number of so many bytes, eight at most. */
  public static long word(byte[] array, int at, int bytes) {
    if (bytes == Long.BYTES) {
      return (long) LONG.get(array, at);
    }
    long word = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      word = word << 8 | array[at + i] & 0xff;
    }
    return word;
  }
}
