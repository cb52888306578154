package org.weft.sim.map;

import java.util.Arrays;
import org.weft.isa.xdp.MapDefinition;

/**
 * A hash map as the hardware has it: a {@link Directory}, and for LRU maps a bit for each entry
 * that was used since the hand last passed. A new key is refused when the map has {@code
 * max_entries}, or, which Linux does not know, when both its buckets are full and nothing in them
 * can move.
 */
final class TableMap extends HashedMap implements Table {
  /** Entries that the hand looks at in a clock. */
  static final int HAND_BITS = 32;

  /** Clocks after which the hand takes what is there. */
  static final int MOST_HAND_STEPS = 16;

  private final Directory directory;
  private final long seed;
  private final int words;
  private int[] referenced = new int[0];
  private int hand;
  private int handSteps;

  /** Of the last search. */
  private long hash;

  /** The entry that was used since the last search began, and whether it was marked before. */
  private int lastUsed = NONE;

  private boolean wasUsed;
  private int falseMatches;

  /** Whether the next lookup's answer is known, and which entry it is. */
  private boolean isDecided;

  private int decided;
  private boolean evicted;
  private boolean refused;

  TableMap(MapDefinition definition, int cpus, long seed) {
    this(definition, cpus, seed, reuse(definition));
  }

  TableMap(MapDefinition definition, int cpus, long seed, EntryPool.Reuse reuse) {
    super(definition, cpus, reuse);
    this.seed = seed;
    directory = new Directory(maxEntries);
    words = (int) ((entriesOf(definition, cpus) + HAND_BITS - 1) / HAND_BITS);
  }

  @Override
  public Table table() {
    return this;
  }

  @Override
  void grow(int capacity) {
    directory.grow(capacity);
    if (lru) {
      referenced = Arrays.copyOf(referenced, (capacity + HAND_BITS - 1) / HAND_BITS);
    }
  }

  @Override
  int find(byte[] key, int keyOffset) {
    if (isDecided) {
      isDecided = false;
      lastUsed = NONE;
      if (lru && decided != NONE) {
        used(decided);
      }
      return decided;
    }
    return super.find(key, keyOffset);
  }

  @Override
  public void decide(int entry) {
    isDecided = true;
    decided = entry;
  }

  @Override
  public int searchBucket(byte[] key, int keyOffset, boolean odd) {
    hash = KeyHash.of(key, keyOffset, keyBytes, seed);
    falseMatches = 0;
    int bucket = odd ? directory.odd(hash) : directory.even(hash);
    return search(bucket, Directory.tag(hash), key, keyOffset);
  }

  @Override
  int search(byte[] key, int keyOffset) {
    hash = KeyHash.of(key, keyOffset, keyBytes, seed);
    falseMatches = 0;
    lastUsed = NONE;
    int tag = Directory.tag(hash);
    int entry = search(directory.even(hash), tag, key, keyOffset);
    return entry != NONE ? entry : search(directory.odd(hash), tag, key, keyOffset);
  }

  private int search(int bucket, int tag, byte[] key, int keyOffset) {
    for (int slot = bucket; slot < bucket + Directory.SLOTS; slot++) {
      int entry = directory.entry(slot, tag);
      if (entry != NONE) {
        if (same(key, keyOffset, entry)) {
          return entry;
        }
        falseMatches++;
      }
    }
    return NONE;
  }

  @Override
  void used(int entry) {
    lastUsed = entry;
    wasUsed = (referenced[entry / HAND_BITS] & 1 << entry) != 0;
    referenced[entry / HAND_BITS] |= 1 << entry;
  }

  @Override
  public int takeUse() {
    int entry = lastUsed;
    lastUsed = NONE;
    if (entry != NONE && !wasUsed) {
      referenced[entry / HAND_BITS] &= ~(1 << entry);
    }
    return entry;
  }

  @Override
  public void use(int entry) {
    used(entry);
  }

  @Override
  int makeRoom(byte[] key, int keyOffset) {
    if (isFull()) {
      if (!lru) {
        return E2BIG;
      }
      int victim = stepHand();
      while (victim < 0) {
        victim = stepHand();
      }
      evict(victim);
    }
    int steps = stepsToRoom();
    if (steps > 0) {
      directory.move(directory.movable(hash));
    } else if (steps < 0 && lru) {
      evict(inTheWay());
    } else if (steps < 0) {
      refused = true;
      return E2BIG;
    }
    return 0;
  }

  @Override
  void add(int entry) {
    directory.set(directory.room(hash), Directory.tag(hash), entry);
    if (lru) {
      referenced[entry / HAND_BITS] &= ~(1 << entry);
    }
  }

  @Override
  void takeOut(int entry) {
    directory.clear(directory.place(entry));
  }

  @Override
  void move(int old, int entry) {
    directory.replace(old, entry);
    if (lru) {
      used(entry);
    }
  }

  @Override
  public boolean evicted() {
    return evicted;
  }

  @Override
  public boolean refused() {
    return refused;
  }

  @Override
  public int falseMatches() {
    return falseMatches;
  }

  /** What {@code BPF_F_LOCK} asks for is written out in rows. */
  @Override
  int check(byte[] key, int keyOffset, long flags) {
    return Long.compareUnsigned(flags, EXIST_FLAG) > 0 ? EINVAL : 0;
  }

  @Override
  public Plan plan(byte[] key, int keyOffset, long flags) {
    boolean found = search(key, keyOffset) != NONE;
    if (check(key, keyOffset, flags) != 0 || (flags & (found ? NOEXIST_FLAG : EXIST_FLAG)) != 0) {
      return Plan.ERROR;
    }
    return found ? Plan.CHANGE : Plan.INSERT;
  }

  @Override
  public boolean isFull() {
    return count() == maxEntries;
  }

  @Override
  public boolean evicts() {
    return lru;
  }

  @Override
  public int stepHand() {
    int word = hand / HAND_BITS;
    int from = -1 << hand % HAND_BITS;
    int there = occupied(word) & from;
    boolean isLast = ++handSteps >= MOST_HAND_STEPS;
    int used = word < referenced.length ? referenced[word] : 0;
    int candidates = isLast ? there : there & ~used;
    if (candidates == 0) {
      if (word < referenced.length) {
        referenced[word] &= ~from;
      }
      hand = word + 1 == words ? 0 : (word + 1) * HAND_BITS;
      return NONE;
    }
    int bit = Integer.numberOfTrailingZeros(candidates);
    int passed = from & ~(-1 << bit);
    referenced[word] &= ~passed;
    int victim = word * HAND_BITS + bit;
    hand = victim + 1 == words * HAND_BITS ? 0 : victim + 1;
    handSteps = 0;
    return victim;
  }

  private int occupied(int word) {
    int set = 0;
    for (int i = 0; i < HAND_BITS; i++) {
      set |= isOccupied(word * HAND_BITS + i) ? 1 << i : 0;
    }
    return set;
  }

  @Override
  public void evict(int entry) {
    evicted = true;
    remove(entry);
  }

  private int stepsToRoom() {
    if (directory.room(hash) != NONE) {
      return 0;
    }
    int slot = directory.movable(hash);
    return slot == NONE ? -1 : slot % Directory.SLOTS + 1;
  }

  @Override
  public int stepsToRoom(byte[] key, int keyOffset) {
    search(key, keyOffset);
    return stepsToRoom();
  }

  @Override
  public void displace(byte[] key, int keyOffset) {
    search(key, keyOffset);
    directory.move(directory.movable(hash));
  }

  @Override
  public int copy(byte[] key, int keyOffset) {
    search(key, keyOffset);
    int slot = directory.movable(hash);
    directory.copy(slot);
    return slot;
  }

  @Override
  public void clear(int slot) {
    directory.clear(slot);
  }

  private int inTheWay() {
    return directory.entry(directory.even(hash));
  }

  @Override
  public int inTheWay(byte[] key, int keyOffset) {
    search(key, keyOffset);
    return inTheWay();
  }

  @Override
  public int target(byte[] key, int keyOffset, int cpu) {
    int old = search(key, keyOffset);
    if (old != NONE && inPlace) {
      return offset(old, cpu);
    }
    int entry = old == NONE ? pool.first() : pool.replacement(cpu);
    ensure(entry);
    return offset(entry, 0);
  }
}
