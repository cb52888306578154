package org.weft.sim.map;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.weft.isa.InputException;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** The maps of a software engine, by index. */
public final class MapTable implements MapStore {
  /** What hash maps and tries do when they are full, or nearly so. */
  public enum Model {
    /** What Linux does. */
    LINUX,
    /** What the hardware's tables do. */
    HARDWARE
  }

  /** Who fills maps that are not the program's own ({@link MapDefinition#isOfLibrary}). */
  public interface Host {
    /** Fills them, when they are as they were made. */
    void fill();

    /** There is an interface, since a device map was given it. */
    void hasInterface(int ifindex);
  }

  private static final long SEED_STEP = 0x9E3779B97F4A7C15L;

  private static final RingBuffer[] NO_RINGS = {};

  private final List<SoftMap> maps = new ArrayList<>();
  private RingBuffer[] rings = NO_RINGS;

  /** Interfaces that users put into device maps. */
  private final Set<Integer> interfaces = new HashSet<>();

  private Host host;

  private final Model model;
  private final List<String> programs;
  private final int cpus;

  /** Those whose values are shown. */
  private final int shownCpus;

  private final List<MapDefinition> initial;

  /** The maps of an engine that is as Linux is. */
  public MapTable(List<MapDefinition> definitions, List<String> programs, int cpus) {
    this(definitions, programs, cpus, Model.LINUX);
  }

  /**
   * Makes the maps and fills them with their initial contents. A map that Linux would not make, or
   * that does not fit memory, does no harm until it is used: then it says why it is not there.
   *
   * @param programs names of the programs that program arrays can refer to
   * @param cpus CPUs that per-CPU maps have values for
   * @throws InputException when an initial value names a program that is not there
   */
  public MapTable(List<MapDefinition> definitions, List<String> programs, int cpus, Model model) {
    this(definitions, programs, cpus, cpus, model);
  }

  /**
   * The maps of a NIC, which has values for all CPUs of its machine.
   *
   * @param shownCpus CPUs whose values are shown, as those of engines that it is compared with
   * @throws InputException when an initial value names a program that is not there
   */
  public static MapTable ofNic(
      List<MapDefinition> definitions, List<String> programs, int shownCpus, MachineSpec machine) {
    int cpus = Math.max(shownCpus, machine.cpus());
    return new MapTable(definitions, programs, cpus, shownCpus, Model.HARDWARE);
  }

  private MapTable(
      List<MapDefinition> definitions,
      List<String> programs,
      int cpus,
      int shownCpus,
      Model model) {
    this.model = model;
    this.programs = List.copyOf(programs);
    this.cpus = cpus;
    this.shownCpus = shownCpus;
    for (MapDefinition definition : definitions) {
      add(create(definition, maps.size()));
    }
    initial = List.copyOf(definitions);
    for (int i = 0; i < definitions.size(); i++) {
      putInitialReferences(i);
    }
  }

  /** Has maps filled that are not the program's own, now and whenever all are reset. */
  public void fillBy(Host newHost) {
    host = newHost;
    host.fill();
    interfaces.forEach(host::hasInterface);
  }

  private void putInitialReferences(int map) {
    if (maps.get(map) instanceof AbsentMap) {
      return;
    }
    for (MapDefinition.Reference reference : initial.get(map).references()) {
      putReference(map, intKey(reference.index()), reference.target());
    }
  }

  /**
   * Gives maps their initial contents again, for another run that must not know of the last one.
   * Inner maps that were made later are gone.
   *
   * @param except indexes of maps that are left as they are
   */
  public void reset(BitSet except) {
    maps.subList(initial.size(), maps.size()).clear();
    findRings();
    interfaces.clear();
    for (int i = 0; i < initial.size(); i++) {
      if (except.get(i)) {
        continue;
      }
      if (maps.get(i) instanceof IndexedMap map) {
        map.reset();
      } else if (maps.get(i) instanceof RingBuffer ring) {
        ring.reset();
      } else if (!(maps.get(i) instanceof AbsentMap)) {
        maps.set(i, create(initial.get(i), i));
      }
      putInitialReferences(i);
    }
    if (host != null) {
      host.fill();
    }
  }

  /** Makes all maps empty, and their values zero; inner maps stay. */
  public void clear() {
    interfaces.clear();
    for (int i = 0; i < maps.size(); i++) {
      SoftMap map = maps.get(i);
      if (map instanceof IndexedMap indexed) {
        indexed.clear();
      } else if (map instanceof RingBuffer ring) {
        ring.reset();
      } else if (!(map instanceof AbsentMap)) {
        maps.set(i, create(map.definition(), i));
      }
    }
  }

  /** Sets the value of an index of an array to zeros, for all CPUs; other maps stay. */
  public void clear(int map, byte[] key) {
    if (maps.get(map) instanceof IndexedMap target) {
      target.clear(key);
    }
  }

  /** What is added to the words of the keys of a map, by its index. */
  public static long seed(int index) {
    return (index + 1) * SEED_STEP;
  }

  private void add(SoftMap map) {
    maps.add(map);
    if (map instanceof RingBuffer) {
      findRings();
    }
  }

  private void findRings() {
    rings =
        maps.stream()
            .filter(RingBuffer.class::isInstance)
            .map(RingBuffer.class::cast)
            .toArray(RingBuffer[]::new);
  }

  /** The consumer takes what is committed in all ring buffers. */
  public void drainRings() {
    for (RingBuffer ring : rings) {
      ring.drain();
    }
  }

  /** The name of a ring buffer with a record that was reserved and not committed, or null. */
  public String reservedIn() {
    for (RingBuffer ring : rings) {
      if (ring.hasReserved()) {
        return ring.definition().name();
      }
    }
    return null;
  }

  /** Whether a device map was given an interface, which therefore exists. */
  public boolean hasInterface(int ifindex) {
    return interfaces.contains(ifindex);
  }

  private static byte[] intKey(int index) {
    byte[] key = new byte[4];
    Little.INT.set(key, 0, index);
    return key;
  }

  private SoftMap create(MapDefinition definition, int index) {
    String reason = MapLimits.reason(definition, cpus);
    try {
      return reason == null ? make(definition, index) : new AbsentMap(definition, reason);
    } catch (InputException e) {
      return new AbsentMap(definition, e.getMessage());
    }
  }

  private SoftMap make(MapDefinition definition, int index) {
    long seed = seed(index);
    return switch (definition.type()) {
      case ARRAY,
          PERCPU_ARRAY,
          PROG_ARRAY,
          PERF_EVENT_ARRAY,
          ARRAY_OF_MAPS,
          DEVMAP,
          CPUMAP,
          XSKMAP ->
          new IndexedMap(MapLimits.withDefaults(definition, cpus), cpus);
      case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH, HASH_OF_MAPS, DEVMAP_HASH ->
          model == Model.LINUX
              ? new ChainedMap(definition, cpus)
              : new TableMap(definition, cpus, seed);
      case LPM_TRIE ->
          model == Model.LINUX
              ? new LpmTrieMap(definition, cpus)
              : LpmTrieMap.inTable(definition, cpus, seed);
      case RINGBUF -> new RingBuffer(definition);
      default -> throw new IllegalStateException("no map of type " + definition.type());
    };
  }

  /** Number of maps; inner maps made later count. */
  public int size() {
    return maps.size();
  }

  /** The map with this index. */
  public SoftMap map(int index) {
    return maps.get(index);
  }

  /** The map with this index, or null when there is none. */
  public SoftMap mapOrNull(int index) {
    return index >= 0 && index < maps.size() ? maps.get(index) : null;
  }

  @Override
  public List<MapDefinition> definitions() {
    return maps.stream().map(SoftMap::definition).toList();
  }

  @Override
  public void put(int map, byte[] key, byte[] value) {
    SoftMap target = maps.get(map);
    MapType type = target.definition().type();
    String name = target.definition().name();
    if (type == MapType.RINGBUF) {
      throw new InputException(
          "map " + name + ": a ring buffer has no entries to set; leave it out");
    }
    checkKey(target, key);
    if (type.isMapOfMaps() || type == MapType.PROG_ARRAY) {
      throw new InputException("map " + name + ": its values are names, not bytes");
    }
    if (value.length != target.valueBytes()) {
      throw new InputException(
          "map " + name + ": a value of " + value.length + " bytes; it has " + target.valueBytes());
    }
    if (type == MapType.DEVMAP || type == MapType.DEVMAP_HASH) {
      int ifindex = (int) Little.INT.get(value, 0);
      interfaces.add(ifindex);
      if (host != null) {
        host.hasInterface(ifindex);
      }
    }
    byte[] stored = TargetValue.stored(target.definition(), value);
    for (int cpu = 0; cpu < target.cpus; cpu++) {
      int error = target.set(key, stored, cpu);
      if (error != 0) {
        throw new InputException("map " + name + ": key " + Bytes.of(key) + ": " + reason(error));
      }
    }
  }

  private static void checkKey(SoftMap map, byte[] key) {
    if (map instanceof AbsentMap) {
      map.find(key, 0);
    }
    if (key.length != map.keyBytes) {
      throw new InputException(
          "map "
              + map.definition().name()
              + ": a key of "
              + key.length
              + " bytes; it has "
              + map.keyBytes);
    }
  }

  private static String reason(int error) {
    return switch (error) {
      case SoftMap.E2BIG, SoftMap.ENOSPC -> "no room: beyond max_entries";
      case SoftMap.EINVAL -> "the prefix length is beyond the key";
      default -> "error " + error;
    };
  }

  @Override
  public int putReference(int map, byte[] key, String target) {
    SoftMap outer = maps.get(map);
    MapDefinition definition = outer.definition();
    checkKey(outer, key);
    int reference;
    if (definition.type() == MapType.PROG_ARRAY) {
      reference = programs.indexOf(target);
      if (reference < 0) {
        throw new InputException(
            "map "
                + definition.name()
                + ": no program named "
                + target
                + "; there are "
                + String.join(", ", programs));
      }
    } else if (definition.type().isMapOfMaps()) {
      reference = innerMap(definition, target);
    } else {
      throw new InputException("map " + definition.name() + ": its values are bytes, not names");
    }
    byte[] value = new byte[4];
    Little.INT.set(value, 0, reference + 1);
    int error = outer.set(key, value, 0);
    if (error != 0) {
      throw new InputException(
          "map " + definition.name() + ": key " + Bytes.of(key) + ": " + reason(error));
    }
    return definition.type() == MapType.PROG_ARRAY ? -1 : reference;
  }

  private int innerMap(MapDefinition outer, String name) {
    for (int i = 0; i < maps.size(); i++) {
      if (maps.get(i).definition().name().equals(name)) {
        MapLimits.checkInner(outer, maps.get(i).definition());
        return i;
      }
    }
    MapDefinition inner = outer.inner();
    if (inner == null) {
      throw new InputException(
          "map "
              + outer.name()
              + ": no map named "
              + name
              + ", and the object does not say what its inner maps are like");
    }
    add(create(inner.named(name), maps.size()));
    return maps.size() - 1;
  }

  @Override
  public MapContents contents(int index) {
    SoftMap map = maps.get(index);
    if (map instanceof RingBuffer ring) {
      return new MapContents(map.definition(), ring.records(), false);
    }
    SortedMap<Bytes, MapContents.Value> entries = MapContents.newEntries();
    MapType type = map.definition().type();
    for (int slot = 0; slot < map.slots(); slot++) {
      if (!map.isOccupied(slot)) {
        continue;
      }
      MapContents.Value value;
      if (type == MapType.PROG_ARRAY || type.isMapOfMaps()) {
        int reference = (int) Little.INT.get(map.values, map.offset(slot, 0)) - 1;
        String name =
            type == MapType.PROG_ARRAY
                ? programs.get(reference)
                : maps.get(reference).definition().name();
        value = new MapContents.Value(List.of(), name);
      } else {
        List<Bytes> bytes = new ArrayList<>();
        for (int cpu = 0; cpu < Math.min(map.cpus, shownCpus); cpu++) {
          bytes.add(Bytes.of(map.value(slot, cpu)));
        }
        value = new MapContents.Value(bytes, null);
      }
      entries.put(Bytes.of(map.key(slot)), value);
    }
    return new MapContents(map.definition(), entries, map.evicted(), map.refused());
  }
}
