package org.weft.sim.map;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** Error numbers and reuse of values were compared with Linux 6.18. */
class HashedMapTest {
  @Test
  void updateObeysFlagsAndCapacity() {
    MapScript.play(
        """
        map hash key 1 value 2 entries 2
        lookup 01 = none
        update 01 aabb 2 = -2
        update 01 aabb 1 = 0
        update 01 ccdd 1 = -17
        update 01 ccdd 2 = 0
        update 02 eeff 0 = 0
        update 03 0000 0 = -7
        update 03 0000 2 = -2
        update 02 1111 0 = 0
        lookup 01 = ccdd
        delete 03 = -2
        delete 01 = 0
        update 03 2222 1 = 0
        contents = {02=1111, 03=2222}
        """);
  }

  @Test
  void unknownFlagsAndLocksAreRefused() {
    MapScript.play(
        """
        map hash key 1 value 1 entries 2
        update 01 aa 3 = -22
        update 01 aa 4 = -22
        update 01 aa 5 = -22
        update 01 aa 8 = -22
        update 01 aa -1 = -22
        update 01 aa 0x7fffffff00000000 = -22
        contents = {}
        """);
  }

  @Test
  void updatePutsTheValueInAnotherPlaceAsThePreallocatedMapsOfLinuxDo() {
    MapScript.play(
        """
        map hash key 1 value 1 entries 3
        update 01 aa 0 = 0
        update 02 bb 0 = 0
        hold 01 = aa
        update 01 a1 0 = 0
        held = aa
        lookup 01 = a1
        cpu 1
        update 02 b1 0 = 0
        held = aa
        cpu 0
        update 02 b2 0 = 0
        held = b2
        """);
  }

  @Test
  void deletedValueStaysReadableUntilItsPlaceIsUsedAgain() {
    MapScript.play(
        """
        map hash key 1 value 1 entries 3
        update 01 aa 0 = 0
        hold 01 = aa
        delete 01 = 0
        held = aa
        update 02 bb 0 = 0
        held = bb
        map hash key 1 value 1 entries 3 flags 1
        update 01 aa 0 = 0
        hold 01 = aa
        update 01 a1 0 = 0
        held = aa
        update 02 bb 0 = 0
        held = bb
        """);
  }

  @Test
  void perCpuUpdateChangesOneCpuInPlaceAndClearsTheOthersOfANewEntry() {
    MapScript.play(
        """
        map percpu_hash key 1 value 1 entries 1
        cpu 1
        update 01 aa 0 = 0
        contents = {01=[00, aa]}
        hold 01 = aa
        update 01 ab 0 = 0
        held = ab
        cpu 0
        update 01 bb 2 = 0
        held = ab
        lookup 01 = bb
        contents = {01=[bb, ab]}
        delete 01 = 0
        update 02 cc 1 = 0
        contents = {02=[cc, 00]}
        put 02 dd
        contents = {02=[dd, dd]}
        """);
  }

  @Test
  void lruEvictsTheLeastRecentlyUsed() {
    MapScript.play(
        MapTable.Model.LINUX,
        """
        map lru_hash key 1 value 1 entries 4
        update 01 11 0 = 0
        update 02 22 0 = 0
        update 03 33 0 = 0
        evicted = false
        update 04 44 0 = 0
        evicted = true
        lookup 01 = 11
        update 02 23 0 = 0
        contents = {01=11, 02=23, 03=33, 04=44}
        update 05 55 2 = -2
        update 05 55 0 = 0
        contents = {01=11, 02=23, 04=44, 05=55}
        update 06 66 0 = 0
        update 07 77 0 = 0
        contents = {02=23, 05=55, 06=66, 07=77}
        """);
  }

  @Test
  void perCpuLruEvictsWholeEntries() {
    MapScript.play(
        """
        map lru_percpu_hash key 1 value 1 entries 1
        update 01 11 0 = 0
        cpu 1
        update 02 22 0 = 0
        contents = {02=[00, 22]}
        """);
  }

  @Test
  void lruCountsAsEvictedFromWhereLinuxMayEvict() {
    SoftMap map = new ChainedMap(MapDefinition.of("m", MapType.LRU_HASH, 4, 4, 1000, 0), 2);
    byte[] key = new byte[4];
    for (int i = 0; i < 872; i++) {
      assertEquals(false, map.evicted(), "at entry " + i);
      Little.INT.set(key, 0, i);
      map.update(key, 0, key, 0, 0, 0);
    }
    Little.INT.set(key, 0, 873);
    map.update(key, 0, key, 0, 0, 0);
    Little.INT.set(key, 0, 874);
    map.update(key, 0, key, 0, 0, 0);
    assertEquals(true, map.evicted());
  }

  @Test
  void entriesFoundBackAmongRandomOperations() {
    long seed = 20240607;
    Random random = new Random(seed);
    for (int keyBytes : new int[] {1, 3, 4, 7, 8, 12, 13, 16, 40}) {
      MapDefinition definition =
          MapDefinition.of("m", MapType.HASH, keyBytes, 4, 3000, keyBytes & 1);
      foundBack(new ChainedMap(definition, 2), seed, random);
      foundBack(new TableMap(definition, 2, seed), seed, random);
    }
  }

  private static void foundBack(HashedMap map, long seed, Random random) {
    int keyBytes = map.keyBytes();
    Map<String, Integer> model = new HashMap<>();
    byte[] key = new byte[keyBytes + 2];
    byte[] value = new byte[4];
    for (int i = 0; i < 20_000; i++) {
      int name = random.nextInt(4000);
      for (int at = 0; at < keyBytes; at++) {
        key[at + 1] = (byte) (at < 2 ? name >> 8 * at : 0x5a);
      }
      String text = HexFormat.of().formatHex(key, 1, keyBytes + 1);
      if (random.nextInt(3) == 0) {
        int error = map.delete(key, 1);
        assertEquals(model.remove(text) == null ? -2 : 0, error, "seed " + seed + " step " + i);
      } else {
        boolean full = model.size() == 3000 && !model.containsKey(text);
        Little.INT.set(value, 0, i);
        assertEquals(full ? -7 : 0, map.update(key, 1, value, 0, 0, i & 1), "step " + i);
        if (!full) {
          model.put(text, i);
        }
      }
    }
    for (Map.Entry<String, Integer> entry : model.entrySet()) {
      int at = map.lookup(HexFormat.of().parseHex(entry.getKey()), 0, 0);
      assertEquals(entry.getValue(), (int) Little.INT.get(map.values(), at), "seed " + seed);
    }
  }

  @Test
  void evictionOrderEqualsThatOfALinkedHashMap() {
    long seed = 5;
    Random random = new Random(seed);
    HashedMap map = new ChainedMap(MapDefinition.of("m", MapType.LRU_HASH, 4, 4, 50, 0), 1);
    LinkedHashMap<Integer, Integer> model = new LinkedHashMap<>(64, 0.75f, true);
    byte[] key = new byte[4];
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      int name = random.nextInt(80);
      Little.INT.set(key, 0, name);
      switch (random.nextInt(4)) {
        case 0 -> assertEquals(model.get(name) != null, map.lookup(key, 0, 0) >= 0, "step " + i);
        case 1 -> assertEquals(model.remove(name) != null, map.delete(key, 0) == 0, "step " + i);
        default -> {
          map.update(key, 0, key, 0, 0, 0);
          model.put(name, name);
          if (model.size() > 50) {
            missing.add(model.keySet().iterator().next());
            model.remove(missing.get(missing.size() - 1));
          }
        }
      }
    }
    assertEquals(true, missing.size() > 1000);
    for (int name = 0; name < 80; name++) {
      Little.INT.set(key, 0, name);
      assertEquals(model.containsKey(name), map.lookup(key, 0, 0) >= 0, "seed " + seed);
    }
  }
}
