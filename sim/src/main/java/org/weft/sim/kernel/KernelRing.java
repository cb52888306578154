package org.weft.sim.kernel;

import com.sun.jna.Pointer;
import java.util.SortedMap;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.Bytes;
import org.weft.sim.map.MapContents;
import org.weft.sim.map.RecordLog;

/**
 * The consumer of a ring buffer in the kernel: maps its pages and reads what is committed.
 *
 * <pre>
 *  page 0   consumer's position, ours to write
 *  page 1   producer's position
 *  page 2   the data area, twice, so that no record is broken; see RingBuffer for a record
 * </pre>
 */
final class KernelRing implements AutoCloseable {
  private static final int PAGE_BYTES = 4096;
  private static final int READ = 1;
  private static final int READ_WRITE = 3;
  private static final int SHARED = 1;
  private static final int HEADER_BYTES = 8;
  private static final int BUSY = 1 << 31;
  private static final int DISCARDED = 1 << 30;

  private final long bytes;
  private final Pointer consumer;
  private final Pointer producer;
  private final RecordLog log = new RecordLog();

  private KernelRing(long bytes, long consumer, long producer) {
    this.bytes = bytes;
    this.consumer = new Pointer(consumer);
    this.producer = new Pointer(producer);
  }

  /**
   * Maps a ring buffer.
   *
   * @throws RefusedException when the kernel does not let it be mapped
   */
  static KernelRing open(KernelMap map) {
    long bytes = map.definition().maxEntries();
    long consumer = SystemCall.MMAP.call(0, PAGE_BYTES, READ_WRITE, SHARED, map.fd(), 0);
    long producer =
        SystemCall.MMAP.call(0, PAGE_BYTES + 2 * bytes, READ, SHARED, map.fd(), PAGE_BYTES);
    for (long address : new long[] {consumer, producer}) {
      if (address < 0 && address > -PAGE_BYTES) {
        throw new RefusedException(
            map.place() + ": the kernel does not let it be read: " + Errno.describe(address));
      }
    }
    return new KernelRing(bytes, consumer, producer);
  }

  /** Reads what is committed, up to the first record that is still reserved. */
  void drain() {
    long at = consumer.getLong(0);
    long end = producer.getLong(0);
    if (at == end) {
      return;
    }
    while (at < end) {
      long header = PAGE_BYTES + (at & bytes - 1);
      int word = producer.getInt(header);
      if ((word & BUSY) != 0) {
        break;
      }
      int length = word & ~DISCARDED;
      if ((word & DISCARDED) == 0) {
        log.add(producer.getByteArray(header + HEADER_BYTES, length), 0, length);
      }
      at += length + HEADER_BYTES + 7 & -8;
    }
    consumer.setLong(0, at);
  }

  SortedMap<Bytes, MapContents.Value> records() {
    drain();
    return log.entries();
  }

  @Override
  public void close() {
    SystemCall.MUNMAP.call(Pointer.nativeValue(consumer), PAGE_BYTES, 0);
    SystemCall.MUNMAP.call(Pointer.nativeValue(producer), PAGE_BYTES + 2 * bytes, 0);
  }
}
