package org.weft.sim.map;

import java.util.Arrays;
import java.util.SortedMap;
import org.weft.isa.InputException;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * A ring buffer ({@code kernel/bpf/ringbuf.c}). Records lie in its data area, each behind a header
 * and filled up to a multiple of eight bytes:
 *
 * <pre>
 *  0                31 30            0   32              63
 * +-------------------+---------------+-------------------+------------
 * | busy, discarded   | length        | page in the ring  | record ...
 * +-------------------+---------------+-------------------+------------
 * </pre>
 *
 * What lies behind the data area is its beginning once more, so that no record is broken: here a
 * record that reaches there is copied back when it is committed. The memory of a reserved record
 * holds what earlier ones left, as in Linux.
 *
 * <p>The consumer is whoever reads {@link #drain}: it takes what is committed, in order.
 */
public final class RingBuffer extends SoftMap {
  /** Bytes of a header. */
  public static final int HEADER_BYTES = 8;

  /** Where in the header the byte stands that says whether a record is busy, or discarded. */
  public static final int STATE_BYTE = 3;

  private static final int BUSY = 1 << 31;
  private static final int DISCARDED = 1 << 30;

  /** {@code RINGBUF_MAX_RECORD_SZ}. */
  private static final long MOST_RECORD_BYTES = 0xffffffffL / 4;

  /** Pages before the data area: the kernel's own, the consumer's and the producer's. */
  private static final int FIRST_PAGE = 3;

  private static final int PAGE_BITS = 12;
  private static final long WAKEUP_FLAGS = 3;
  private static final int EAGAIN = -11;
  private static final int RING_SIZE = 1;
  private static final int CONSUMER = 2;
  private static final int PRODUCER = 3;

  private final int bytes;
  private final int mask;
  private final RecordLog log = new RecordLog();
  private IndexedMap words;
  private long producer;
  private long consumer;

  RingBuffer(MapDefinition definition) {
    super(definition, 1, 2 * (int) definition.maxEntries());
    bytes = (int) definition.maxEntries();
    mask = bytes - 1;
    try {
      values = new byte[2 * bytes];
    } catch (OutOfMemoryError e) {
      throw new InputException(
          "map "
              + definition.name()
              + ": no memory for "
              + 2L * bytes
              + " bytes; give Java more (-Xmx) or lower max_entries",
          e);
    }
  }

  /** Back to an empty ring. */
  void reset() {
    if (producer > 0) {
      int used = (int) Math.min(producer, bytes);
      Arrays.fill(values, 0, used, (byte) 0);
      Arrays.fill(values, bytes, 2 * bytes, (byte) 0);
    }
    producer = 0;
    consumer = 0;
    log.clear();
  }

  /** Bytes that a record takes with its header. */
  public static long taken(long recordBytes) {
    return recordBytes + HEADER_BYTES + 7 & -8;
  }

  /** {@code bpf_ringbuf_reserve}: where the record lies in {@link #values}, or -1. */
  public int reserve(long recordBytes, long flags) {
    return hasRoom(recordBytes, flags) ? take(recordBytes) : -1;
  }

  /** Whether a record of so many bytes can be reserved. */
  public boolean hasRoom(long recordBytes, long flags) {
    return flags == 0
        && Long.compareUnsigned(recordBytes, MOST_RECORD_BYTES) <= 0
        && Long.compareUnsigned(producer + taken(recordBytes) - consumer, mask) <= 0;
  }

  /** Where the next record's header is going to be. */
  public int next() {
    return (int) producer & mask;
  }

  /** Reserves a record for which there is room. */
  public int take(long recordBytes) {
    int header = next();
    Little.INT.set(values, header, (int) recordBytes | BUSY);
    Little.INT.set(values, header + 4, FIRST_PAGE + (header >> PAGE_BITS));
    producer += taken(recordBytes);
    int end = header + (int) taken(recordBytes);
    if (end > bytes) {
      System.arraycopy(values, 0, values, bytes, end - bytes);
    }
    return header + HEADER_BYTES;
  }

  /**
   * {@code bpf_ringbuf_submit} and {@code bpf_ringbuf_discard}.
   *
   * @param record what {@link #reserve} gave
   * @return false when no reserved record begins there
   */
  public boolean commit(int record, boolean discard) {
    if (!isRecord(record)) {
      return false;
    }
    int header = record - HEADER_BYTES;
    int length = length(header);
    Little.INT.set(values, header, discard ? length | DISCARDED : length);
    int end = header + (int) taken(length);
    if (end > bytes) {
      System.arraycopy(values, bytes, values, 0, end - bytes);
    }
    return true;
  }

  /** {@code bpf_ringbuf_output}. */
  public int output(byte[] data, int offset, int count, long flags) {
    if ((flags & ~WAKEUP_FLAGS) != 0) {
      return EINVAL;
    }
    int record = reserve(count, 0);
    if (record < 0) {
      return EAGAIN;
    }
    System.arraycopy(data, offset, values, record, count);
    commit(record, false);
    return 0;
  }

  /** {@code bpf_ringbuf_query}. */
  public long query(long what) {
    if (what == 0) {
      return producer - consumer;
    } else if (what == RING_SIZE) {
      return bytes;
    } else if (what == CONSUMER) {
      return consumer;
    }
    return what == PRODUCER ? producer : 0;
  }

  /** Whether all bytes of an access lie in one reserved record. */
  public boolean isReserved(int offset, int count) {
    for (long at = consumer; at < producer; at += taken(length((int) at & mask))) {
      int from = ((int) at & mask) + HEADER_BYTES;
      if (offset >= from && offset + count <= from + length(from - HEADER_BYTES)) {
        return isBusy(from - HEADER_BYTES);
      }
    }
    return false;
  }

  private boolean isRecord(int record) {
    for (long at = consumer; at < producer; at += taken(length((int) at & mask))) {
      int header = (int) at & mask;
      if (header + HEADER_BYTES == record) {
        return isBusy(header);
      }
    }
    return false;
  }

  /** Whether a record is reserved that nobody has submitted or discarded. */
  public boolean hasReserved() {
    for (long at = consumer; at < producer; at += taken(length((int) at & mask))) {
      if (isBusy((int) at & mask)) {
        return true;
      }
    }
    return false;
  }

  private boolean isBusy(int header) {
    return ((int) Little.INT.get(values, header) & BUSY) != 0;
  }

  private int length(int header) {
    return (int) Little.INT.get(values, header) & ~(BUSY | DISCARDED);
  }

  /** Takes what is committed, up to the first record that is still reserved. */
  public void drain() {
    while (consumer < producer && !isBusy((int) consumer & mask)) {
      int header = (int) consumer & mask;
      int length = length(header);
      if (((int) Little.INT.get(values, header) & DISCARDED) == 0) {
        log.add(values, header + HEADER_BYTES, length);
      }
      consumer += taken(length);
    }
  }

  /**
   * The data area as the host sees it: an array of words of eight bytes, which it may only read.
   */
  public SoftMap words() {
    if (words == null) {
      String name = definition().name();
      words =
          new IndexedMap(MapDefinition.of(name, MapType.ARRAY, 4, HEADER_BYTES, bytes / 8, 0), 1);
      words.values = values;
    }
    return words;
  }

  /** Where what was not read begins, in bytes since the beginning. */
  public long begin() {
    return consumer;
  }

  /** Where what was reserved ends. */
  public long end() {
    return producer;
  }

  /** The host has read up to here, in bytes since the beginning. */
  public void consume(long position) {
    consumer = position;
  }

  /** Notes a record that somebody else has read. */
  public void note(byte... record) {
    log.add(record, 0, record.length);
  }

  /** The records that were committed, by number. */
  SortedMap<Bytes, MapContents.Value> records() {
    drain();
    return log.entries();
  }

  @Override
  public boolean isIndexed() {
    return true;
  }

  @Override
  int find(byte[] key, int keyOffset) {
    return -1;
  }

  @Override
  int check(byte[] key, int keyOffset, long flags) {
    return ENOENT;
  }

  @Override
  int place(byte[] key, int keyOffset, long flags, int cpu) {
    return ENOENT;
  }

  @Override
  public int delete(byte[] key, int keyOffset) {
    return ENOENT;
  }

  @Override
  public int slots() {
    return 0;
  }

  @Override
  boolean isOccupied(int slot) {
    return false;
  }

  @Override
  byte[] key(int slot) {
    return new byte[0];
  }
}
