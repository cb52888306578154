package org.weft.sim.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.function.BiConsumer;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.MapContents;

/** Reads what a map holds, other than those whose values are descriptors. */
final class MapReader {
  private static final int BATCH_BYTES = 1 << 20;
  private static final int BATCH_ENTRIES = 4096;

  private final Bpf bpf;

  MapReader(Bpf bpf) {
    this.bpf = bpf;
  }

  /** The entries as {@link MapContents} has them: arrays without values that are all zero. */
  SortedMap<Bytes, MapContents.Value> read(KernelMap map) {
    SortedMap<Bytes, MapContents.Value> entries = MapContents.newEntries();
    MapType type = map.definition().type();
    if (type != MapType.ARRAY && type != MapType.PERCPU_ARRAY) {
      forEach(map, map.valueBytes(), (key, value) -> entries.put(Bytes.of(key), value(map, value)));
    } else if (!readInBatches(map, entries)) {
      entries.clear();
      forEach(
          map,
          map.valueBytes(),
          (key, value) -> {
            if (!isZero(value)) {
              entries.put(Bytes.of(key), value(map, value));
            }
          });
    }
    return entries;
  }

  /** Calls a consumer with key and value of each entry. */
  void forEach(KernelMap map, int valueBytes, BiConsumer<byte[], byte[]> consumer) {
    MapDefinition definition = map.definition();
    if (definition.type().isIndexed()) {
      for (long i = 0; i < definition.maxEntries(); i++) {
        visit(map, index((int) i), valueBytes, consumer);
      }
    } else {
      int keySize = (int) definition.keySize();
      byte[] key = bpf.nextKey(map.fd(), null, keySize);
      while (key != null) {
        visit(map, key, valueBytes, consumer);
        key = bpf.nextKey(map.fd(), key, keySize);
      }
    }
  }

  private void visit(
      KernelMap map, byte[] key, int valueBytes, BiConsumer<byte[], byte[]> consumer) {
    if (bpf.lookup(map.fd(), key, valueBytes) >= 0) {
      consumer.accept(key, bpf.value().get(0, valueBytes));
    }
  }

  private boolean readInBatches(KernelMap map, SortedMap<Bytes, MapContents.Value> entries) {
    int valueBytes = map.valueBytes();
    long fitting = Math.max(1, Math.min(BATCH_ENTRIES, BATCH_BYTES / valueBytes));
    int count = (int) Math.min(fitting, map.definition().maxEntries());
    NativeBlock cursor = NativeBlock.of(4);
    NativeBlock keys = NativeBlock.of(4 * count);
    NativeBlock values = NativeBlock.of(count * valueBytes);
    long done = 0;
    while (done < map.definition().maxEntries()) {
      long read = bpf.lookupBatch(map.fd(), cursor, done == 0, keys, values, count);
      if (read <= 0) {
        return read == 0 && done > 0;
      }
      for (int i = 0; i < read; i++) {
        if (!isZero(values.bytes, i * valueBytes, valueBytes)) {
          entries.put(
              Bytes.of(keys.get(4 * i, 4)), value(map, values.get(i * valueBytes, valueBytes)));
        }
      }
      done += read;
    }
    return true;
  }

  private static MapContents.Value value(KernelMap map, byte[] bytes) {
    List<Bytes> values = new ArrayList<>(map.values());
    for (int i = 0; i < map.values(); i++) {
      values.add(Bytes.of(bytes, i * map.stride(), (int) map.definition().valueSize()));
    }
    return new MapContents.Value(values, null);
  }

  private static boolean isZero(byte[] value) {
    return isZero(ByteBuffer.wrap(value), 0, value.length);
  }

  private static boolean isZero(ByteBuffer bytes, int offset, int length) {
    int end = offset + length;
    int i = offset;
    for (; i + 8 <= end; i += 8) {
      if (bytes.getLong(i) != 0) {
        return false;
      }
    }
    for (; i < end; i++) {
      if (bytes.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] index(int index) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(index).array();
  }
}
