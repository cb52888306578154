package org.weft.sim.map;

/**
 * A hash table or trie as the hardware has it: what the steps of its lookups and updates are. An
 * update of a map does them all at once; who counts clocks asks for them one by one first.
 */
public interface Table {
  /** What an update would do. */
  enum Plan {
    /** Nothing: it is an error, whatever room there is. */
    ERROR,
    /** The key's value changes. */
    CHANGE,
    /** The key is new. */
    INSERT
  }

  /** Keys that the last search compared in vain, because a tag was the same. */
  int falseMatches();

  /**
   * The entry that the last lookup used, or -1; that is undone, for who does it later with {@link
   * #use}.
   */
  int takeUse();

  /** An entry counts as used. */
  void use(int entry);

  /** What an update would do; searches, as a lookup does. */
  Plan plan(byte[] key, int keyOffset, long flags);

  /** Whether a new key has to be refused, or takes another one's entry. */
  boolean isFull();

  /** Whether another one's entry is taken. */
  boolean evicts();

  /** The hand looks at a word of reference bits; the entry that it takes, or -1. */
  int stepHand();

  /** Throws an entry out. */
  void evict(int entry);

  /** Steps until a new key has room in one of its buckets: 0 if it has, -1 if it will not have. */
  int stepsToRoom(byte[] key, int keyOffset);

  /** Makes this room. */
  void displace(byte[] key, int keyOffset);

  /**
   * The first half of that: what moves is in both its buckets; its old slot, for {@link #clear}.
   */
  int copy(byte[] key, int keyOffset);

  /** The other half. */
  void clear(int slot);

  /**
   * Searches one of a key's buckets, the even or the odd one: the entry, or -1; {@link
   * #falseMatches} counts those of this bucket.
   */
  int searchBucket(byte[] key, int keyOffset, boolean odd);

  /** The next lookup finds this entry, or, -1, none: it was searched for. */
  void decide(int entry);

  /** The entry in the first slot of a new key's even bucket, where eviction makes room. */
  int inTheWay(byte[] key, int keyOffset);

  /**
   * Offset of the value that an update of a key would write, for a CPU; of a new key the first
   * CPU's. There is memory for it then.
   */
  int target(byte[] key, int keyOffset, int cpu);
}
