package org.weft.sim.map;

import java.util.Arrays;
import org.weft.isa.xdp.MapDefinition;

/**
 * Longest-prefix match ({@code kernel/bpf/lpm_trie.c}). A key is a prefix length of four bytes and
 * data in network order. Prefixes stand in a hash map under their masked key; a lookup tries the
 * lengths that occur, longest first.
 */
final class LpmTrieMap extends SoftMap implements PrefixTable {
  private static final int LENGTH_BYTES = 4;
  private static final int LENGTHS_IN_ROW = 32;

  private final HashedMap prefixes;

  /** The same as hardware, or null. */
  private final TableMap table;

  private final int[] countOfLength;

  /** By row: which lengths occur. */
  private final int[] occurring;

  private final byte[] masked;
  private int falseMatches;

  /** Whether the next lookup's answer is known, and which entry it is. */
  private boolean isDecided;

  private int decided;

  /** Keys as they were given; Linux keeps the bits behind the prefix. */
  private byte[][] originals = new byte[16][];

  /** As in Linux. */
  LpmTrieMap(MapDefinition definition, int cpus) {
    this(definition, cpus, new ChainedMap(definition, cpus, EntryPool.Reuse.FIRST_FREED), null);
  }

  private LpmTrieMap(MapDefinition definition, int cpus, HashedMap prefixes, TableMap table) {
    super(definition, cpus);
    this.prefixes = prefixes;
    this.table = table;
    countOfLength = new int[8 * (keyBytes - LENGTH_BYTES) + 1];
    occurring = new int[longest() / LENGTHS_IN_ROW + 1];
    masked = new byte[keyBytes];
    values = prefixes.values;
  }

  /** As the hardware has it. */
  static LpmTrieMap inTable(MapDefinition definition, int cpus, long seed) {
    TableMap table = new TableMap(definition, cpus, seed, EntryPool.Reuse.FIRST_FREED);
    return new LpmTrieMap(definition, cpus, table, table);
  }

  @Override
  public Table table() {
    return table == null ? null : this;
  }

  private boolean isValid(byte[] key, int keyOffset) {
    int length = (int) Little.INT.get(key, keyOffset);
    return Integer.compareUnsigned(length, countOfLength.length) < 0;
  }

  private void mask(byte[] key, int keyOffset) {
    mask(key, keyOffset, (int) Little.INT.get(key, keyOffset));
  }

  private void mask(byte[] key, int keyOffset, int length) {
    Little.INT.set(masked, 0, length);
    int whole = length / 8;
    System.arraycopy(key, keyOffset + LENGTH_BYTES, masked, LENGTH_BYTES, whole);
    int at = LENGTH_BYTES + whole;
    if (length % 8 != 0) {
      masked[at] = (byte) (key[keyOffset + at] & 0xff00 >> length % 8);
      at++;
    }
    Arrays.fill(masked, at, keyBytes, (byte) 0);
  }

  @Override
  int find(byte[] key, int keyOffset) {
    if (isDecided) {
      isDecided = false;
      return decided;
    }
    int found = -1;
    int first = isValid(key, keyOffset) ? (int) Little.INT.get(key, keyOffset) : -1;
    for (int length = first; length >= 0 && found < 0; length--) {
      if (countOfLength[length] > 0) {
        mask(key, keyOffset, length);
        found = prefixes.search(masked, 0);
      }
    }
    return found;
  }

  /** The entry of a prefix itself. */
  @Override
  int peek(byte[] key) {
    if (!isValid(key, 0)) {
      return -1;
    }
    mask(key, 0);
    return prefixes.search(masked, 0);
  }

  @Override
  public int lengths(int row) {
    return row < occurring.length ? occurring[row] : 0;
  }

  @Override
  public int longest() {
    return countOfLength.length - 1;
  }

  @Override
  public int lengthOf(byte[] key) {
    return isValid(key, 0) ? (int) Little.INT.get(key, 0) : -1;
  }

  @Override
  public int probe(byte[] key, int length) {
    mask(key, 0, length);
    int found = prefixes.search(masked, 0);
    falseMatches = table.falseMatches();
    return found;
  }

  @Override
  public int probeBucket(byte[] key, int length, boolean odd) {
    mask(key, 0, length);
    int found = table.searchBucket(masked, 0, odd);
    falseMatches = table.falseMatches();
    return found;
  }

  @Override
  public int searchBucket(byte[] key, int keyOffset, boolean odd) {
    throw new IllegalStateException("tries are searched length by length");
  }

  @Override
  public int copy(byte[] key, int keyOffset) {
    mask(key, keyOffset);
    return table.copy(masked, 0);
  }

  @Override
  public void clear(int slot) {
    table.clear(slot);
  }

  @Override
  public void decide(int entry) {
    isDecided = true;
    decided = entry;
  }

  @Override
  int renew(byte[] key) {
    mask(key, 0, (int) Little.INT.get(key, 0));
    int slot = prefixes.peek(masked);
    if (slot >= 0) {
      originals[slot] = key.clone();
    }
    return slot;
  }

  @Override
  int check(byte[] key, int keyOffset, long flags) {
    return Long.compareUnsigned(flags, EXIST_FLAG) > 0 || !isValid(key, keyOffset) ? EINVAL : 0;
  }

  @Override
  int place(byte[] key, int keyOffset, long flags, int cpu) {
    int length = (int) Little.INT.get(key, keyOffset);
    mask(key, keyOffset, length);
    boolean exists = prefixes.search(masked, 0) >= 0;
    int slot = prefixes.place(masked, 0, flags, cpu);
    if (slot < 0) {
      return slot == E2BIG ? ENOSPC : slot;
    }
    values = prefixes.values;
    countOfLength[length] += exists ? 0 : 1;
    occurs(length);
    if (slot >= originals.length) {
      originals = Arrays.copyOf(originals, Math.max(slot + 1, 2 * originals.length));
    }
    originals[slot] = Arrays.copyOfRange(key, keyOffset, keyOffset + keyBytes);
    return slot;
  }

  @Override
  public void occurs(byte[] key) {
    occurs((int) Little.INT.get(key, 0));
  }

  private void occurs(int length) {
    int number = longest() - length;
    occurring[number / LENGTHS_IN_ROW] |= 1 << number;
  }

  @Override
  public int delete(byte[] key, int keyOffset) {
    if (!isValid(key, keyOffset)) {
      return EINVAL;
    }
    int length = (int) Little.INT.get(key, keyOffset);
    mask(key, keyOffset, length);
    int error = prefixes.delete(masked, 0);
    // The hardware does not count: what has occurred once is tried.
    countOfLength[length] -= error == 0 && table == null ? 1 : 0;
    return error;
  }

  @Override
  public long room() {
    return prefixes.room();
  }

  @Override
  public boolean refused() {
    return prefixes.refused();
  }

  @Override
  public int slots() {
    return prefixes.slots();
  }

  @Override
  boolean isOccupied(int slot) {
    return prefixes.isOccupied(slot);
  }

  @Override
  byte[] key(int slot) {
    return originals[slot].clone();
  }

  @Override
  public int falseMatches() {
    return falseMatches;
  }

  @Override
  public Plan plan(byte[] key, int keyOffset, long flags) {
    falseMatches = 0;
    if (check(key, keyOffset, flags) != 0) {
      return Plan.ERROR;
    }
    mask(key, keyOffset);
    Plan plan = table.plan(masked, 0, flags);
    falseMatches = table.falseMatches();
    return plan;
  }

  @Override
  public boolean isFull() {
    return table.isFull();
  }

  @Override
  public int takeUse() {
    return HashedMap.NONE;
  }

  @Override
  public void use(int entry) {
    throw new IllegalStateException("tries do not evict");
  }

  @Override
  public boolean evicts() {
    return false;
  }

  @Override
  public int stepHand() {
    throw new IllegalStateException("tries do not evict");
  }

  @Override
  public void evict(int entry) {
    throw new IllegalStateException("tries do not evict");
  }

  @Override
  public int stepsToRoom(byte[] key, int keyOffset) {
    mask(key, keyOffset);
    return table.stepsToRoom(masked, 0);
  }

  @Override
  public void displace(byte[] key, int keyOffset) {
    mask(key, keyOffset);
    table.displace(masked, 0);
  }

  @Override
  public int inTheWay(byte[] key, int keyOffset) {
    throw new IllegalStateException("tries do not evict");
  }

  @Override
  public int target(byte[] key, int keyOffset, int cpu) {
    mask(key, keyOffset);
    int target = table.target(masked, 0, cpu);
    values = prefixes.values;
    return target;
  }
}
