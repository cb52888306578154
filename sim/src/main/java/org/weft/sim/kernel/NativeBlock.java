package org.weft.sim.kernel;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory outside the heap, zero at first, in the machine's byte order (little-endian on both
 * machines that are supported). It lives as long as this object: keep it in a field while the
 * kernel knows its address.
 */
final class NativeBlock {
  final ByteBuffer bytes;
  final long address;

  private NativeBlock(ByteBuffer bytes) {
    this.bytes = bytes.order(ByteOrder.nativeOrder());
    this.address = Pointer.nativeValue(Native.getDirectBufferPointer(bytes));
  }

  /** A block of that many bytes, at least one. */
  static NativeBlock of(int size) {
    return new NativeBlock(ByteBuffer.allocateDirect(Math.max(size, 1)));
  }

  /** This block, or a larger one when it has fewer bytes; the contents are not kept. */
  NativeBlock atLeast(int size) {
    return bytes.capacity() >= size ? this : of(Math.max(size, 2 * bytes.capacity()));
  }

  /** Copies bytes to the start of the block. */
  void set(byte[] from) {
    bytes.put(0, from);
  }

  /** Copies bytes out of the block. */
  byte[] get(int offset, int length) {
    byte[] to = new byte[length];
    bytes.get(offset, to);
    return to;
  }
}
