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
  private static final long[] FREE = new long[PAGE];

  /**
   * By slot: its tag in the upper bits, and its entry and one in the lower half, 0 if it is free.
   * Pages that were never written are shared.
   */
  private final long[][] pages;

  private final int mask;

  /** By entry: its slot. */
  private int[] places = new int[0];

  Directory(long maxEntries) {
    int buckets = buckets(maxEntries);
    mask = buckets - 1;
    pages = new long[Math.max(1, buckets * SLOTS >>> PAGE_BITS)][];
    Arrays.fill(pages, FREE);
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

  private long content(int slot) {
    return pages[slot >>> PAGE_BITS][slot & PAGE - 1];
  }

  /** The entry in a slot, or none. */
  int entry(int slot) {
    return (int) content(slot) - 1;
  }

  /** The entry in a slot if its tag is this one, or none. */
  int entry(int slot, int tag) {
    long content = content(slot);
    return tag(content) == tag ? (int) content - 1 : NONE;
  }

  /** The slot of an entry. */
  int place(int entry) {
    return places[entry];
  }

  void set(int slot, int tag, int entry) {
    int page = slot >>> PAGE_BITS;
    if (pages[page] == FREE) {
      pages[page] = new long[PAGE];
    }
    pages[page][slot & PAGE - 1] = (long) tag << TAG_SHIFT | entry + 1;
    places[entry] = slot;
  }

  void clear(int slot) {
    pages[slot >>> PAGE_BITS][slot & PAGE - 1] &= -1L << TAG_SHIFT;
  }

  /** The same slot for the same key, but another entry. */
  void replace(int old, int entry) {
    int slot = places[old];
    set(slot, tag(content(slot)), entry);
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
    return other(slot / SLOTS, tag(content(slot))) * SLOTS;
  }

  /** Moves what is in a slot to its other bucket. */
  void move(int slot) {
    copy(slot);
    clear(slot);
  }

  /** What is in a slot is in its other bucket, too. */
  void copy(int slot) {
    set(firstFree(otherBucket(slot)), tag(content(slot)), entry(slot));
  }
}
