package org.weft.sim.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** Hash tables as the hardware has them: how far they fill, what they refuse, what they evict. */
final class TableMapTest {
  private static final int E2BIG = -7;
  private static final int ENOSPC = -28;
  private static final long SEED = 0x1234_5678_9ABC_DEF1L;

  /** Gives the n-th key. */
  private interface Keys {
    void write(byte[] key, int number);
  }

  private static MapDefinition hash(int keyBytes, int entries) {
    return MapDefinition.of("m", MapType.HASH, keyBytes, 4, entries, 0);
  }

  private static int insert(SoftMap map, byte[] key) {
    return map.update(key, 0, new byte[4], 0, 0, 0);
  }

  /** Keys that a directory of so many buckets takes before it refuses one. */
  private static int taken(int buckets, int keyBytes, long seed, Keys keys) {
    Directory directory = new Directory(6L * buckets);
    directory.grow(8 * buckets + 1);
    byte[] key = new byte[keyBytes];
    for (int i = 0; ; i++) {
      keys.write(key, i);
      long hash = KeyHash.of(key, 0, keyBytes, seed);
      if (directory.room(hash) == Directory.NONE) {
        int slot = directory.movable(hash);
        if (slot == Directory.NONE) {
          return i;
        }
        directory.move(slot);
      }
      directory.set(directory.room(hash), Directory.tag(hash), i);
    }
  }

  private static Keys random(long seed) {
    Random random = new Random(seed);
    return (key, number) -> random.nextBytes(key);
  }

  /** Numbers that count up in one place, as addresses, ports and indexes do. */
  private static Keys sequential(int at, boolean isBig) {
    return (key, number) -> Little.INT.set(key, at, isBig ? Integer.reverseBytes(number) : number);
  }

  /** The least and the mean share of slots that were taken before the first refusal. */
  private static double[] loads(int buckets, int runs, java.util.function.LongFunction<Keys> keys) {
    double least = 1;
    double sum = 0;
    for (long seed = 1; seed <= runs; seed++) {
      double load = (double) taken(buckets, 16, seed * SEED, keys.apply(seed)) / (8 * buckets);
      least = Math.min(least, load);
      sum += load;
    }
    return new double[] {least, sum / runs};
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 16, 64, 1024, 16384})
  void t4TablesFillFurtherThanMaxEntriesBeforeTheyRefuse(int buckets) {
    int runs = Math.min(1000, 1 << 19 >> Integer.numberOfTrailingZeros(buckets));
    double[] random = loads(buckets, runs, TableMapTest::random);
    double[] low = loads(buckets, runs, seed -> sequential(0, false));
    double[] high = loads(buckets, runs, seed -> sequential(8, true));
    System.out.printf(
        "%d buckets, %d runs, load at the first refusal (least, mean):"
            + " random %.3f %.3f, counting %.3f %.3f, counting from the other end %.3f %.3f%n",
        buckets, runs, random[0], random[1], low[0], low[1], high[0], high[1]);
    // A map never needs more than three quarters.
    if (buckets >= 64) {
      assertTrue(random[0] > 0.75 && low[0] > 0.75 && high[0] > 0.75);
    }
  }

  @Test
  void tableOfAnySizeIsMadeForItsEntries() {
    assertEquals(2, Directory.buckets(1));
    assertEquals(2, Directory.buckets(12));
    assertEquals(4, Directory.buckets(13));
    assertEquals(16384, Directory.buckets(65536));
    assertEquals(1 << 24, Directory.buckets(1 << 26));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 12, 13, 24, 100, 1000, 50_000})
  void t4MapsRefuseAtMaxEntriesAsLinuxDoes(int entries) {
    for (int seed = 1; seed <= 20; seed++) {
      TableMap map = new TableMap(hash(8, entries), 1, seed * SEED);
      byte[] key = new byte[8];
      for (int i = 0; i < entries; i++) {
        Little.INT.set(key, 4, i);
        assertEquals(0, insert(map, key), "seed " + seed + " entry " + i);
      }
      Little.INT.set(key, 4, entries);
      assertEquals(E2BIG, insert(map, key));
      assertFalse(map.refused());
    }
  }

  /** Keys of 16 bytes that have the hash of zeros when nothing is added to their words. */
  private static List<byte[]> colliding(int count) {
    // The CRC of two words is step(step(first) ^ second): that of 0 wherever second = step(first).
    List<byte[]> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] key = new byte[16];
      Little.LONG.set(key, 0, (long) i * 0x0101_0101L);
      Little.LONG.set(key, 8, KeyHash.crc(key, 0, 8, 0));
      keys.add(key);
    }
    return keys;
  }

  @Test
  void t4KeysMadeToCollideAreRefusedWithAnErrorAfterSixteen() {
    TableMap map = new TableMap(hash(16, 1000), 1, 0);
    List<byte[]> keys = colliding(17);
    for (int i = 0; i < 16; i++) {
      assertEquals(0, insert(map, keys.get(i)));
    }
    assertEquals(E2BIG, insert(map, keys.get(16)));
    assertTrue(map.refused());
    // Nobody was lost, and who is last is found after fifteen others.
    for (int i = 0; i < 16; i++) {
      assertTrue(map.lookup(keys.get(i), 0, 0) >= 0);
      assertEquals(i / 2 + (i % 2 == 0 ? 0 : 8), map.falseMatches(), "key " + i);
    }
    assertEquals(0, map.delete(keys.get(3), 0));
    assertEquals(0, insert(map, keys.get(16)));
  }

  @Test
  void keysThatCollideForOneSeedDoNotForAnother() {
    TableMap map = new TableMap(hash(16, 1000), 1, SEED);
    for (byte[] key : colliding(1000)) {
      assertEquals(0, insert(map, key));
    }
    assertFalse(map.refused());
  }

  @Test
  void t4TriesRefuseWithTheirOwnError() {
    MapDefinition definition = MapDefinition.of("m", MapType.LPM_TRIE, 16, 4, 1000, 1);
    LpmTrieMap map = LpmTrieMap.inTable(definition, 1, 0);
    int error = 0;
    for (int i = 0; i < 17; i++) {
      byte[] key = new byte[16];
      Little.INT.set(key, 0, 96);
      Little.INT.set(key, 4, i);
      Little.LONG.set(key, 8, KeyHash.crc(key, 0, 8, 0));
      error = insert(map, key);
    }
    assertEquals(ENOSPC, error);
    assertTrue(map.refused());
  }

  @Test
  void slotsThatMovedAreFoundInTheirOtherBucket() {
    Directory directory = new Directory(6 * 64);
    directory.grow(512);
    Random random = new Random(1);
    long[] hashes = new long[512];
    int moved = 0;
    int count = 0;
    for (; ; count++) {
      hashes[count] = random.nextLong();
      if (directory.room(hashes[count]) == Directory.NONE) {
        int slot = directory.movable(hashes[count]);
        if (slot == Directory.NONE) {
          break;
        }
        directory.move(slot);
        moved++;
      }
      directory.set(directory.room(hashes[count]), Directory.tag(hashes[count]), count);
    }
    assertNotEquals(0, moved);
    for (int i = 0; i < count; i++) {
      int slot = directory.place(i);
      assertEquals(i, directory.entry(slot, Directory.tag(hashes[i])));
      int bucket = slot / Directory.SLOTS * Directory.SLOTS;
      assertTrue(bucket == directory.even(hashes[i]) || bucket == directory.odd(hashes[i]));
    }
  }

  private static TableMap lru(int entries) {
    return new TableMap(MapDefinition.of("m", MapType.LRU_HASH, 4, 4, entries, 0), 1, SEED);
  }

  private static byte[] key(int number) {
    byte[] key = new byte[4];
    Little.INT.set(key, 0, number);
    return key;
  }

  private static String entries(TableMap map, int most) {
    StringBuilder there = new StringBuilder();
    for (int i = 0; i < most; i++) {
      there.append(map.search(key(i), 0) >= 0 ? i + " " : "");
    }
    return there.toString().strip();
  }

  @Test
  void t5TheHandSparesWhatWasLookedUpOnce() {
    TableMap map = lru(4);
    for (int i = 0; i < 4; i++) {
      insert(map, key(i));
    }
    map.lookup(key(0), 0, 0);
    map.lookup(key(2), 0, 0);
    insert(map, key(4));
    assertEquals("0 2 3 4", entries(map, 10));
    insert(map, key(5));
    assertEquals("0 2 4 5", entries(map, 10));
    assertTrue(map.evicted());
    // Entry 0 was passed by and not used since.
    insert(map, key(6));
    assertEquals("2 4 5 6".length(), entries(map, 10).length());
  }

  @Test
  void t5UpdateOfAnExistingKeyEvictsNobody() {
    TableMap map = lru(4);
    for (int i = 0; i < 400; i++) {
      assertEquals(0, insert(map, key(i & 3)));
    }
    assertFalse(map.evicted());
  }

  @Test
  void t5TheHandTakesAnyAfterSixteenClocks() {
    TableMap map = lru(2000);
    for (int i = 0; i < 2000; i++) {
      insert(map, key(i));
      map.lookup(key(i), 0, 0);
    }
    int steps = 1;
    while (map.stepHand() < 0) {
      steps++;
    }
    assertEquals(TableMap.MOST_HAND_STEPS, steps);
  }

  @Test
  void t5ALruMapNeverRefuses() {
    Random random = new Random(3);
    for (int entries : new int[] {1, 7, 40, 3000}) {
      TableMap map = lru(entries);
      for (int i = 0; i < 10 * entries + 100; i++) {
        byte[] key = key(random.nextInt());
        assertEquals(0, insert(map, key));
        assertTrue(map.lookup(key, 0, 0) >= 0);
      }
      assertEquals(entries, map.count());
    }
    TableMap map = new TableMap(MapDefinition.of("m", MapType.LRU_HASH, 16, 4, 1000, 0), 1, 0);
    for (byte[] key : colliding(40)) {
      assertEquals(0, insert(map, key));
      assertTrue(map.lookup(key, 0, 0) >= 0);
    }
    assertEquals(16, map.count());
    assertFalse(map.refused());
  }

  /** What is looked up more often stays, nearly as if the exact order was known. */
  @Test
  void t5TheHandIsNearlyAsGoodAsTheExactOrder() {
    double[] hits = new double[2];
    for (int which = 0; which < 2; which++) {
      MapDefinition definition = MapDefinition.of("m", MapType.LRU_HASH, 4, 4, 1000, 0);
      HashedMap map =
          which == 0 ? new TableMap(definition, 1, SEED) : new ChainedMap(definition, 1);
      Random random = new Random(8);
      int count = 0;
      for (int i = 0; i < 200_000; i++) {
        int number = (int) (10_000 * Math.pow(random.nextDouble(), 4));
        if (map.lookup(key(number), 0, 0) >= 0) {
          count++;
        } else {
          insert(map, key(number));
        }
      }
      hits[which] = count / 200_000.0;
    }
    System.out.println("hits of the hand and of the exact order: " + Arrays.toString(hits));
    assertTrue(hits[0] > hits[1] - 0.02, Arrays.toString(hits));
  }

  /** A key of one word is a polynomial that is multiplied by x^64 and divided. */
  @Test
  void hashIsTheOneOfTheDocument() {
    byte[] key = {1, 0, 0, 0, 0, 0, 0, 0};
    long crc = 1;
    for (int bit = 0; bit < 64; bit++) {
      crc = (crc >>> 1) ^ (0xC96C5795D7870F42L & -(crc & 1));
    }
    long expected = crc;
    assertEquals(expected, KeyHash.crc(key, 0, 8, 0));
    assertEquals(expected, KeyHash.crc(key, 0, 3, 0));
    assertEquals(expected, KeyHash.crc(new byte[8], 0, 8, 1));
  }
}
