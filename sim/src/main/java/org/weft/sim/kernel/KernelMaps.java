package org.weft.sim.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.MapContents;
import org.weft.sim.map.MapStore;

/**
 * The maps of one engine in the kernel. To be used on the engine's thread.
 *
 * <p>A map that the kernel refuses to create stays in the list: it is reported when a program or
 * user needs it, and is empty to readers.
 */
final class KernelMaps implements MapStore, AutoCloseable {
  private static final int LRU_BATCH = 128;
  private static final int AF_XDP = 44;
  private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;

  private final Bpf bpf;
  private final Interfaces interfaces;
  private final LoadedPrograms programs;
  private final MapReader reader;
  private final int cpus;
  private final List<KernelMap> maps = new ArrayList<>();
  private final Map<Integer, String> unlike = new HashMap<>();

  /** What user space put into socket maps, which cannot be read, by map and key. */
  private final Map<Integer, SortedMap<Bytes, MapContents.Value>> sockets = new HashMap<>();

  private final List<Integer> socketDescriptors = new ArrayList<>();
  private final Map<Integer, KernelRing> rings = new TreeMap<>();

  KernelMaps(Bpf bpf, Interfaces interfaces, LoadedPrograms programs, int cpus) {
    this.bpf = bpf;
    this.interfaces = interfaces;
    this.programs = programs;
    this.reader = new MapReader(bpf);
    this.cpus = cpus;
  }

  /** Creates a map, with the data of a data section; gives its index. */
  int add(MapDefinition definition) {
    KernelMap map = KernelMap.create(bpf, definition, cpus);
    maps.add(map);
    int index = maps.size() - 1;
    if (map.refused()) {
      unlike.put(index, map.refusal());
    } else if (definition.isGlobalData()) {
      fill(map);
    } else if (definition.type() == MapType.RINGBUF) {
      rings.put(index, KernelRing.open(map));
    }
    return index;
  }

  /** Reads what programs have committed to ring buffers. */
  void drainRings() {
    if (!rings.isEmpty()) {
      rings.values().forEach(KernelRing::drain);
    }
  }

  private void fill(KernelMap map) {
    MapDefinition definition = map.definition();
    if (definition.data().length() > 0) {
      byte[] value = Arrays.copyOf(definition.data().toArray(), (int) definition.valueSize());
      checked(map, bpf.update(map.fd(), new byte[4], value), "its data");
    }
    if ((definition.flags() & MapDefinition.RDONLY_PROG) != 0) {
      checked(map, bpf.freeze(map.fd()), "freezing it");
    }
  }

  /**
   * Puts in what the object's maps of maps and program arrays refer to. What is refused is an error
   * in maps that a loaded program uses; elsewhere it makes the map incomparable.
   */
  void addReferences() {
    BitSet done = new BitSet();
    do {
      for (int i = 0; i < maps.size(); i++) {
        if (programs.usedMaps().get(i) && !done.get(i)) {
          done.set(i);
          addReferences(i);
        }
      }
    } while (done.cardinality() < programs.usedMaps().cardinality());
    for (int i = 0; i < maps.size(); i++) {
      if (!done.get(i) && !maps.get(i).refused()) {
        try {
          addReferences(i);
        } catch (RefusedException | InputException e) {
          unlike.put(i, maps.get(i).place() + " is not as the object says: " + e.getMessage());
        }
      }
    }
  }

  private void addReferences(int index) {
    KernelMap map = maps.get(index);
    for (MapDefinition.Reference reference : map.definition().references()) {
      putReference(index, key(map, reference.index()), reference.target());
    }
  }

  private static byte[] key(KernelMap map, int index) {
    int size = (int) map.definition().keySize();
    ByteBuffer key = ByteBuffer.allocate(Math.max(size, 4)).order(ByteOrder.nativeOrder());
    return Arrays.copyOf(key.putInt(index).array(), size);
  }

  /** The descriptor of a map, for programs. */
  int descriptor(int map) {
    return maps.get(map).descriptor();
  }

  /** Why what {@link #contents} says of a map cannot be compared, if it cannot. */
  Optional<String> incomparable(int map) {
    return Optional.ofNullable(unlike.get(map));
  }

  @Override
  public List<MapDefinition> definitions() {
    return maps.stream().map(KernelMap::definition).toList();
  }

  @Override
  public void put(int index, byte[] key, byte[] value) {
    KernelMap map = maps.get(index);
    map.descriptor();
    checkSize(map, "key", key.length, map.definition().keySize());
    checkSize(map, "value", value.length, map.definition().valueSize());
    switch (map.definition().type()) {
      case PROG_ARRAY -> throw refused(map, "its entries are programs: give a program's name");
      case ARRAY_OF_MAPS, HASH_OF_MAPS ->
          throw refused(map, "its entries are maps: give a map's name");
      case PERF_EVENT_ARRAY ->
          throw refused(
              map, "its entries are the event rings of a running" + " system and stay empty here");
      case RINGBUF -> throw refused(map, "a ring buffer has no entries to set; leave it out");
      case XSKMAP -> putSocket(index, map, key, value);
      case DEVMAP, DEVMAP_HASH -> {
        noProgram(map, value);
        int ifindex = number(value, 0);
        if (ifindex != 0) {
          interfaces.require(ifindex, 0);
        }
        update(map, key, value);
      }
      case CPUMAP -> {
        noProgram(map, value);
        update(map, key, value);
      }
      default -> update(map, key, value);
    }
  }

  private void update(KernelMap map, byte[] key, byte[] value) {
    byte[] all = value;
    if (map.definition().type().isPerCpu()) {
      all = new byte[map.valueBytes()];
      for (int i = 0; i < map.values(); i++) {
        System.arraycopy(value, 0, all, i * map.stride(), value.length);
      }
    }
    checked(map, bpf.update(map.fd(), key, all), "the entry " + Bytes.of(key));
  }

  /** Any socket of the family will do: redirects of test runs do not reach it. */
  private void putSocket(int index, KernelMap map, byte[] key, byte[] value) {
    int socket = (int) SystemCall.SOCKET.call(AF_XDP, SOCK_RAW_CLOEXEC, 0);
    if (socket < 0) {
      throw refused(map, "the kernel gives no AF_XDP socket: " + Errno.describe(socket));
    }
    socketDescriptors.add(socket);
    ByteBuffer descriptor = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(socket);
    update(map, key, descriptor.array());
    sockets
        .computeIfAbsent(index, i -> MapContents.newEntries())
        .put(Bytes.of(key), new MapContents.Value(List.of(Bytes.of(value)), null));
  }

  @Override
  public int putReference(int index, byte[] key, String target) {
    KernelMap map = maps.get(index);
    map.descriptor();
    checkSize(map, "key", key.length, map.definition().keySize());
    int inner = -1;
    int fd;
    if (map.definition().type() == MapType.PROG_ARRAY) {
      fd = programs.get(target).fd();
    } else if (map.definition().type().isMapOfMaps()) {
      inner = innerMap(map, target);
      fd = maps.get(inner).fd();
    } else {
      throw refused(map, "its entries are bytes, not the name " + target);
    }
    byte[] value = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(fd).array();
    checked(map, bpf.update(map.fd(), key, value), target + " as entry " + Bytes.of(key));
    return inner;
  }

  private int innerMap(KernelMap outer, String name) {
    for (int i = 0; i < maps.size(); i++) {
      if (maps.get(i).definition().name().equals(name)) {
        if (maps.get(i).refused()) {
          throw new InputException(maps.get(i).refusal());
        }
        return i;
      }
    }
    MapDefinition like = outer.definition().inner();
    return add(like.named(name));
  }

  @Override
  public MapContents contents(int index) {
    KernelMap map = maps.get(index);
    SortedMap<Bytes, MapContents.Value> entries = entries(index, map);
    return new MapContents(map.definition(), entries, mayHaveEvicted(map.definition(), entries));
  }

  /**
   * The kernel hands free entries of an LRU map to CPUs by up to 128, or half of a small map, and
   * evicts when it has fewer (kernel/bpf/bpf_lru_list.c): before the map is full.
   */
  private static boolean mayHaveEvicted(
      MapDefinition map, SortedMap<Bytes, MapContents.Value> entries) {
    return (map.type() == MapType.LRU_HASH || map.type() == MapType.LRU_PERCPU_HASH)
        && entries.size() >= map.maxEntries() - Math.min(LRU_BATCH, map.maxEntries() / 2);
  }

  private SortedMap<Bytes, MapContents.Value> entries(int index, KernelMap map) {
    if (map.refused()) {
      return MapContents.newEntries();
    }
    switch (map.definition().type()) {
      case RINGBUF -> {
        return rings.get(index).records();
      }
      case PROG_ARRAY, ARRAY_OF_MAPS, HASH_OF_MAPS -> {
        return references(map);
      }
      case XSKMAP -> {
        SortedMap<Bytes, MapContents.Value> entries = MapContents.newEntries();
        entries.putAll(sockets.getOrDefault(index, MapContents.newEntries()));
        return entries;
      }
      case ARRAY,
          PERCPU_ARRAY,
          HASH,
          PERCPU_HASH,
          LRU_HASH,
          LRU_PERCPU_HASH,
          LPM_TRIE,
          DEVMAP,
          DEVMAP_HASH,
          CPUMAP -> {
        return reader.read(map);
      }
      default -> {
        // The others hold events, sockets or queues, which user space cannot look at.
        return MapContents.newEntries();
      }
    }
  }

  private SortedMap<Bytes, MapContents.Value> references(KernelMap map) {
    SortedMap<Bytes, MapContents.Value> entries = MapContents.newEntries();
    reader.forEach(
        map,
        4,
        (key, value) -> {
          String name = nameOf(map, number(value, 0));
          entries.put(Bytes.of(key), new MapContents.Value(List.of(), name));
        });
    return entries;
  }

  private String nameOf(KernelMap map, int id) {
    if (map.definition().type() == MapType.PROG_ARRAY) {
      return programs.nameOf(id);
    }
    for (KernelMap inner : maps) {
      if (inner.id() == id) {
        return inner.definition().name();
      }
    }
    return null;
  }

  private static void noProgram(KernelMap map, byte[] value) {
    int program = value.length < 8 ? 0 : number(value, 4);
    if (program > 0) {
      throw refused(map, "entries with a program of their own are not supported: give 0 for it");
    }
  }

  private static int number(byte[] bytes, int offset) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt(offset);
  }

  private static void checkSize(KernelMap map, String what, int given, long needed) {
    if (given != needed) {
      throw refused(map, "the " + what + " has " + given + " bytes, it must have " + needed);
    }
  }

  private static void checked(KernelMap map, long result, String what) {
    if (result < 0) {
      throw refused(map, "the kernel refuses " + what + ": " + meaning(map, result));
    }
  }

  private static String meaning(KernelMap map, long result) {
    boolean cpumap = map.definition().type() == MapType.CPUMAP;
    if (Errno.E2BIG.is(result)) {
      return "the map is full or ends at entry " + (map.definition().maxEntries() - 1);
    }
    if (Errno.EPERM.is(result)) {
      return "it is read-only once it is loaded";
    }
    if (Errno.ENODEV.is(result) && cpumap) {
      return "this machine has no such CPU, only " + Cpus.online();
    }
    return Errno.describe(result);
  }

  private static InputException refused(KernelMap map, String cause) {
    return new InputException(map.place() + ": " + cause);
  }

  @Override
  public void close() {
    rings.values().forEach(KernelRing::close);
    rings.clear();
    for (KernelMap map : maps) {
      if (!map.refused()) {
        SystemCall.CLOSE.call(map.fd());
      }
    }
    maps.clear();
    for (int socket : socketDescriptors) {
      SystemCall.CLOSE.call(socket);
    }
    socketDescriptors.clear();
  }
}
