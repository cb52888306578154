package org.weft.sim.map;

import java.util.Arrays;
import org.weft.isa.xdp.MapDefinition;

/**
 * Longest-prefix match ({@code kernel/bpf/lpm_trie.c}). A key is a prefix length of four bytes and
 * data in network order. Prefixes stand in a hash map under their masked key; a lookup tries the
 * lengths that occur, longest first.
 */
final class LpmTrieMap extends SoftMap implements Table {
  private static final int LENGTH_BYTES = 4;

  private final HashedMap prefixes;

  /** The same as hardware, or null. */
  private final TableMap table;

  private final int[] countOfLength;
  private final byte[] masked;
  private int probes;
  private int mostProbes;
  private int falseMatches;

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
    probes = 0;
    mostProbes = 0;
    falseMatches = 0;
    if (!isValid(key, keyOffset)) {
      return -1;
    }
    int found = -1;
    for (int length = (int) Little.INT.get(key, keyOffset); length >= 0; length--) {
      if (countOfLength[length] == 0) {
        continue;
      }
      mostProbes++;
      if (found < 0) {
        probes++;
        mask(key, keyOffset, length);
        found = prefixes.search(masked, 0);
        falseMatches += table == null ? 0 : table.falseMatches();
        if (found >= 0 && table == null) {
          return found;
        }
      }
    }
    return found;
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
    if (slot >= originals.length) {
      originals = Arrays.copyOf(originals, Math.max(slot + 1, 2 * originals.length));
    }
    originals[slot] = Arrays.copyOfRange(key, keyOffset, keyOffset + keyBytes);
    return slot;
  }

  @Override
  public int delete(byte[] key, int keyOffset) {
    if (!isValid(key, keyOffset)) {
      return EINVAL;
    }
    int length = (int) Little.INT.get(key, keyOffset);
    mask(key, keyOffset, length);
    int error = prefixes.delete(masked, 0);
    countOfLength[length] -= error == 0 ? 1 : 0;
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
  public int probes() {
    return probes;
  }

  @Override
  public int mostProbes() {
    return mostProbes;
  }

  @Override
  public Plan plan(byte[] key, int keyOffset, long flags) {
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
