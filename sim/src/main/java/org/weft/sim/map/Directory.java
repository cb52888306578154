package org.weft.sim.map;

import java.util.Arrays;

/**
 * The directory of a hardware hash table: buckets of eight slots, each with a tag of 16 bits and
 * the number of an entry. A key has two buckets, one with an even and one with an odd number, so
 * that two memories with one read port each show both at once; each is found from the other and the
 * tag, so that a slot is moved without its key.
 */
final class Directory {
  static final int NONE = -1;
  static final int SLOTS = 8;

  /** Entries that a bucket is made for: a full table uses three quarters of its slots at most. */
  private static final int ENTRIES_PER_BUCKET = 6;

  private static final int TAG_SHIFT = 48;
  private static final int SPREAD = 11;
  private static final int PAGE_BITS = 12;
  private static final int PAGE = 1 << PAGE_BITS;
  private static final int[] NO_ENTRIES = new int[PAGE];

  /** By slot: its entry and one, 0 if it is free; pages that were never written are shared. */
  private final int[][] entries;

  private final char[][] tags;
  private final int mask;

  /** By entry: its slot. */
  private int[] places = new int[0];

  Directory(long maxEntries) {
    int buckets = buckets(maxEntries);
    mask = buckets - 1;
    int pages = Math.max(1, buckets * SLOTS >>> PAGE_BITS);
    entries = new int[pages][];
    tags = new char[pages][];
    Arrays.fill(entries, NO_ENTRIES);
    Arrays.fill(tags, new char[PAGE]);
  }

  /** Buckets of a table: a power of two, two at least. */
  static int buckets(long maxEntries) {
    long least = (maxEntries + ENTRIES_PER_BUCKET - 1) / ENTRIES_PER_BUCKET;
    return Integer.highestOneBit((int) Math.max(1, least - 1)) * 2;
  }

  void grow(int capacity) {
    places = Arrays.copyOf(places, capacity);
  }

  static int tag(long hash) {
    return (int) (hash >>> TAG_SHIFT);
  }

  /** First slot of the even bucket of a hash. */
  int even(long hash) {
    int bucket = (int) hash & mask;
    return ((bucket & 1) == 0 ? bucket : other(bucket, tag(hash))) * SLOTS;
  }

  /** First slot of the odd one. */
  int odd(long hash) {
    int bucket = (int) hash & mask;
    return ((bucket & 1) != 0 ? bucket : other(bucket, tag(hash))) * SLOTS;
  }

  private int other(int bucket, int tag) {
    return bucket ^ (tag ^ tag << SPREAD | 1) & mask;
  }

  /** The entry in a slot, or none. */
  int entry(int slot) {
    return entries[slot >>> PAGE_BITS][slot & PAGE - 1] - 1;
  }

  boolean hasTag(int slot, int tag) {
    return tags[slot >>> PAGE_BITS][slot & PAGE - 1] == tag;
  }

  /** The slot of an entry. */
  int place(int entry) {
    return places[entry];
  }

  void set(int slot, int tag, int entry) {
    int page = slot >>> PAGE_BITS;
    if (entries[page] == NO_ENTRIES) {
      entries[page] = new int[PAGE];
      tags[page] = new char[PAGE];
    }
    entries[page][slot & PAGE - 1] = entry + 1;
    tags[page][slot & PAGE - 1] = (char) tag;
    places[entry] = slot;
  }

  void clear(int slot) {
    entries[slot >>> PAGE_BITS][slot & PAGE - 1] = 0;
  }

  /** The same slot for the same key, but another entry. */
  void replace(int old, int entry) {
    int slot = places[old];
    set(slot, tags[slot >>> PAGE_BITS][slot & PAGE - 1], entry);
  }

  private int free(int bucket) {
    int free = 0;
    for (int i = 0; i < SLOTS; i++) {
      free += entry(bucket + i) == NONE ? 1 : 0;
    }
    return free;
  }

  private int firstFree(int bucket) {
    int slot = bucket;
    while (entry(slot) != NONE) {
      slot++;
    }
    return slot;
  }

  /** Where a key of this hash goes: the emptier bucket, the even one if they are alike; or none. */
  int room(long hash) {
    int even = even(hash);
    int odd = odd(hash);
    int inEven = free(even);
    int inOdd = free(odd);
    if (inEven == 0 && inOdd == 0) {
      return NONE;
    }
    return firstFree(inEven >= inOdd ? even : odd);
  }

  /**
   * The first slot of those in both full buckets of a hash whose other bucket has room: the slots
   * with the same place in their buckets are tried together, the even one before the odd one.
   */
  int movable(long hash) {
    int even = even(hash);
    int odd = odd(hash);
    for (int i = 0; i < SLOTS; i++) {
      if (free(otherBucket(even + i)) > 0) {
        return even + i;
      }
      if (free(otherBucket(odd + i)) > 0) {
        return odd + i;
      }
    }
    return NONE;
  }

  private int otherBucket(int slot) {
    int tag = tags[slot >>> PAGE_BITS][slot & PAGE - 1];
    return other(slot / SLOTS, tag) * SLOTS;
  }

  /** Moves what is in a slot to its other bucket. */
  void move(int slot) {
    copy(slot);
    clear(slot);
  }

  /** What is in a slot is in its other bucket, too. */
  void copy(int slot) {
    int tag = tags[slot >>> PAGE_BITS][slot & PAGE - 1];
    set(firstFree(otherBucket(slot)), tag, entry(slot));
  }
}
