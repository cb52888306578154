package org.weft.sim.map;

/** A trie as the hardware has it: a table of prefixes, and which lengths of prefixes occur. */
public interface PrefixTable extends Table {
  /**
   * Lengths that have occurred, 32 of them: bit <i>i</i> of row <i>r</i> is that of the longest
   * length possible less <i>32 r + i</i>.
   */
  int lengths(int row);

  /** The longest length possible. */
  int longest();

  /** The length that a key has, or a negative number if it is longer than possible. */
  int lengthOf(byte[] key);

  /** Searches for the first bits of a key: their entry, or -1. */
  int probe(byte[] key, int length);

  /** The same in one of its buckets. */
  int probeBucket(byte[] key, int length, boolean odd);

  /** The length of a prefix is from now on one that has occurred. */
  void occurs(byte[] key);
}
