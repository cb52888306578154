package org.weft.isa.xdp;

import java.util.List;
import java.util.Objects;

/**
 * One map as its object defines it. Sizes are unsigned 32-bit numbers kept in a long.
 *
 * @param name the map's name; {@code .rodata}, {@code .data}, {@code .bss} and their like for
 *     global data
 * @param type the map type
 * @param keySize bytes of a key
 * @param valueSize bytes of a value, without per-CPU padding
 * @param maxEntries the most entries it holds; 0 when the object leaves it out; of a ring buffer
 *     the bytes of its data area, rounded up to a power of two of pages as libbpf does
 * @param flags {@code map_flags} as given to {@code BPF_MAP_CREATE}
 * @param inner definition of the maps inside a map of maps, or null
 * @param data initial bytes of a global-data map's only value, zeros at the end may be left out
 *     ({@code .bss} has none at all); empty for all other maps
 * @param references initial values that name a map or a program, by index
 * @param lock where in a value its {@code struct bpf_spin_lock} stands, or {@link #NO_LOCK}
 */
public record MapDefinition(
    String name,
    MapType type,
    long keySize,
    long valueSize,
    long maxEntries,
    int flags,
    MapDefinition inner,
    Bytes data,
    List<Reference> references,
    int lock) {

  /** {@code BPF_F_NO_PREALLOC}. */
  public static final int NO_PREALLOC = 1;

  /** {@code BPF_F_INNER_MAP}: an array is like others of any size. */
  public static final int INNER_MAP = 0x1000;

  /** Of values without a spin lock. */
  public static final int NO_LOCK = -1;

  /** Bytes of {@code struct bpf_spin_lock}. */
  public static final int LOCK_BYTES = 4;

  /** Linux counts the bytes of ring buffers in pages. */
  private static final long PAGE_BYTES = 4096;

  private static final long LARGEST_RING_BYTES = 1L << 31;

  /** How names of maps begin that the compiler adds for helpers; no name in C does. */
  public static final String LIBRARY = "net:";

  /** {@code BPF_F_RDONLY_PROG}: programs may not write. */
  public static final int RDONLY_PROG = 1 << 7;

  /**
   * An initial value of a map of maps or program array.
   *
   * @param index the key
   * @param target the name of a map or program of the same object
   */
  public record Reference(int index, String target) {
    public Reference {
      Objects.requireNonNull(target);
    }
  }

  public MapDefinition {
    Objects.requireNonNull(name);
    Objects.requireNonNull(type);
    Objects.requireNonNull(data);
    references = List.copyOf(references);
    maxEntries = type == MapType.RINGBUF ? ringBytes(maxEntries) : maxEntries;
  }

  /**
   * The next power of two of pages, as libbpf makes ring buffers ({@code adjust_ringbuf_sz}); 0 and
   * what has none stay, so that Linux says what is wrong.
   */
  private static long ringBytes(long bytes) {
    if (bytes == 0 || bytes > LARGEST_RING_BYTES) {
      return bytes;
    }
    return Math.max(PAGE_BYTES, bytes == 1 ? 1 : Long.highestOneBit(bytes - 1) << 1);
  }

  /** A map whose values have no spin lock. */
  public MapDefinition(
      String name,
      MapType type,
      long keySize,
      long valueSize,
      long maxEntries,
      int flags,
      MapDefinition inner,
      Bytes data,
      List<Reference> references) {
    this(name, type, keySize, valueSize, maxEntries, flags, inner, data, references, NO_LOCK);
  }

  /** A map without inner map, data and references. */
  public static MapDefinition of(
      String name, MapType type, long keySize, long valueSize, long maxEntries, int flags) {
    return new MapDefinition(
        name, type, keySize, valueSize, maxEntries, flags, null, Bytes.EMPTY, List.of());
  }

  /** The same map for another number of entries. */
  public MapDefinition withMaxEntries(long entries) {
    return new MapDefinition(
        name, type, keySize, valueSize, entries, flags, inner, data, references, lock);
  }

  /** The same map without initial values of this name. */
  public MapDefinition withoutReferencesTo(String target) {
    List<Reference> kept =
        references.stream().filter(reference -> !reference.target().equals(target)).toList();
    return kept.size() == references.size() ? this : withReferences(kept);
  }

  /** The same map with other initial values. */
  public MapDefinition withReferences(List<Reference> others) {
    return new MapDefinition(
        name, type, keySize, valueSize, maxEntries, flags, inner, data, others, lock);
  }

  /** The same map under another name, without initial values: what an inner map is made like. */
  public MapDefinition named(String other) {
    return new MapDefinition(
        other, type, keySize, valueSize, maxEntries, flags, inner, data, List.of(), lock);
  }

  /** The same map with a spin lock in its values. */
  public MapDefinition withLock(int offset) {
    return new MapDefinition(
        name, type, keySize, valueSize, maxEntries, flags, inner, data, references, offset);
  }

  /**
   * Whether all that is like this one in a map of maps has as many entries ({@code map_meta_equal}
   * of the types).
   */
  public boolean fixesEntries() {
    return type == MapType.ARRAY && (flags & INNER_MAP) == 0 || type == MapType.XSKMAP;
  }

  /** Whether values have a spin lock. */
  public boolean hasLock() {
    return lock != NO_LOCK;
  }

  /** The same global-data map with other bytes. */
  public MapDefinition withData(Bytes newData) {
    return new MapDefinition(
        name, type, keySize, valueSize, maxEntries, flags, inner, newData, references, lock);
  }

  /** Whether it holds data that never change once a program is loaded. */
  public boolean isReadOnlyData() {
    return isGlobalData() && (flags & RDONLY_PROG) != 0;
  }

  /** Whether it is none of the program's own, but one that the compiler added for helpers. */
  public boolean isOfLibrary() {
    return name.startsWith(LIBRARY);
  }

  /** Whether this is the one-element array that holds a data section. */
  public boolean isGlobalData() {
    return type == MapType.ARRAY && name.startsWith(".");
  }
}
