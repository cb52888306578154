package org.weft.sim.map;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.zip.CRC32;
import org.weft.isa.xdp.Bytes;

/**
 * The records that came out of a ring buffer, in order. The first {@value #KEPT_BYTES} bytes are
 * kept; of what comes later the number and a checksum, so that a long trace needs no more memory
 * and a difference is seen all the same.
 */
public final class RecordLog {
  private static final int KEPT_BYTES = 1 << 26;

  /** What a record takes beside its bytes, about. */
  private static final int OVERHEAD_BYTES = 64;

  private final List<Bytes> kept = new ArrayList<>();
  private final CRC32 checksum = new CRC32();
  private long room = KEPT_BYTES;
  private long beyond;

  /** Adds a record. */
  public void add(byte[] bytes, int offset, int length) {
    if (beyond == 0 && room > 0) {
      room -= length + OVERHEAD_BYTES;
      kept.add(Bytes.of(bytes, offset, length));
    } else {
      beyond++;
      checksum.update(length);
      checksum.update(length >> 8);
      checksum.update(bytes, offset, length);
    }
  }

  void clear() {
    kept.clear();
    checksum.reset();
    room = KEPT_BYTES;
    beyond = 0;
  }

  /**
   * The records as entries whose keys are their numbers, eight bytes, the first one first. If not
   * all are kept, the last entry is that of the first number that is not: how many, and the CRC-32
   * of their lengths and bytes, as two words of eight bytes.
   */
  public SortedMap<Bytes, MapContents.Value> entries() {
    SortedMap<Bytes, MapContents.Value> entries = MapContents.newEntries();
    for (int i = 0; i < kept.size(); i++) {
      entries.put(key(i), new MapContents.Value(List.of(kept.get(i)), null));
    }
    if (beyond > 0) {
      ByteBuffer rest = ByteBuffer.allocate(16).putLong(beyond).putLong(checksum.getValue());
      entries.put(key(kept.size()), new MapContents.Value(List.of(Bytes.of(rest.array())), null));
    }
    return entries;
  }

  private static Bytes key(long number) {
    return Bytes.of(ByteBuffer.allocate(8).putLong(number).array());
  }
}
