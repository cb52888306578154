package org.weft.sim.kernel;

import org.weft.isa.RefusedException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * A map in the kernel, or one that the kernel refused.
 *
 * @param definition what was asked for
 * @param fd its descriptor, or the error that creating it gave
 * @param id the kernel's identifier, which user space reads out of maps of maps
 * @param cpus CPUs that have a value of their own in per-CPU maps
 */
record KernelMap(MapDefinition definition, int fd, int id, int cpus) {
  /** Creates the map; a refusal is kept for {@link #descriptor}. */
  static KernelMap create(Bpf bpf, MapDefinition definition, int cpus) {
    int fd = create(bpf, definition, definition.inner(), cpus);
    return new KernelMap(definition, fd, fd < 0 ? 0 : bpf.identifier(fd), cpus);
  }

  private static int create(Bpf bpf, MapDefinition definition, MapDefinition inner, int cpus) {
    int template = 0;
    if (inner != null) {
      template = create(bpf, inner, null, cpus);
      if (template < 0) {
        return template;
      }
    }
    int types = definition.hasLock() ? bpf.loadTypes(KernelTypes.ofMap(definition)) : 0;
    if (types < 0) {
      return types;
    }
    // As libbpf does, a perf event array without a size gets an entry for each CPU.
    boolean unsized = definition.type() == MapType.PERF_EVENT_ARRAY && definition.maxEntries() == 0;
    int fd =
        bpf.createMap(
            definition.type().number(),
            definition.keySize(),
            definition.valueSize(),
            unsized ? cpus : definition.maxEntries(),
            definition.flags(),
            template,
            definition.name(),
            types,
            types > 0 ? KernelTypes.KEY : 0,
            types > 0 ? KernelTypes.VALUE : 0);
    if (types > 0) {
      SystemCall.CLOSE.call(types);
    }
    if (template > 0) {
      SystemCall.CLOSE.call(template);
    }
    return fd;
  }

  boolean refused() {
    return fd < 0;
  }

  /**
   * The file descriptor.
   *
   * @throws RefusedException when the kernel refused the map
   */
  int descriptor() {
    if (refused()) {
      throw new RefusedException(refusal());
    }
    return fd;
  }

  /** Why the kernel refused the map. */
  String refusal() {
    return place() + ": the kernel refuses it: " + Errno.describe(fd) + hint();
  }

  private String hint() {
    MapType type = definition.type();
    if (type.isMapOfMaps() && definition.inner() == null) {
      return "; its definition must say what the inner maps are";
    }
    if (type == MapType.LPM_TRIE && (definition.flags() & MapDefinition.NO_PREALLOC) == 0) {
      return "; an LPM trie needs the flag BPF_F_NO_PREALLOC";
    }
    if (definition.maxEntries() == 0) {
      return "; its max_entries is 0 or absent: its own loader sets it; say how many with --map-entries";
    }
    return "; look at its sizes (key "
        + definition.keySize()
        + ", value "
        + definition.valueSize()
        + ", max_entries "
        + definition.maxEntries()
        + ", flags 0x"
        + Integer.toHexString(definition.flags())
        + ")";
  }

  /** The map in messages: {@code map ports (devmap)}. */
  String place() {
    return "map " + definition.name() + " (" + definition.type().label() + ")";
  }

  /** Bytes of one value of one CPU in what user space reads and writes. */
  int stride() {
    int size = (int) definition.valueSize();
    return definition.type().isPerCpu() ? (size + 7) / 8 * 8 : size;
  }

  /** Values that user space reads and writes for a key. */
  int values() {
    return definition.type().isPerCpu() ? cpus : 1;
  }

  /** Bytes that user space reads and writes for a key. */
  int valueBytes() {
    return stride() * values();
  }
}
