package org.weft.sim.map;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** Error numbers and the bits that are kept were compared with Linux 6.18. */
class LpmTrieMapTest {
  @Test
  void longestPrefixWins() {
    MapScript.play(
        """
        map lpm_trie key 8 value 1 entries 4 flags 1
        update 000000000a000000 01 0 = 0
        update 080000000a000000 02 0 = 0
        update 180000000a010200 03 0 = 0
        update 200000000a010203 04 0 = 0
        lookup 200000000a010203 = 04
        lookup 200000000a010204 = 03
        lookup 200000000a020304 = 02
        lookup 200000000b000000 = 01
        lookup 170000000a010203 = 02
        lookup 180000000a010203 = 03
        lookup 210000000a010203 = none
        delete 180000000a0102ff = 0
        lookup 200000000a010204 = 02
        """);
  }

  @Test
  void errorsAreThoseOfTheKernel() {
    MapScript.play(
        """
        map lpm_trie key 5 value 1 entries 2 flags 1
        update 09000000ff 01 0 = -22
        update 08000000ff 01 3 = -22
        update 08000000ff 01 4 = -22
        update 04000000f0 01 2 = -2
        update 04000000f0 01 1 = 0
        update 04000000f7 02 1 = -17
        update 04000000f7 03 2 = 0
        update 00000000f7 04 0 = 0
        update 0100000000 05 0 = -28
        update 04000000f1 06 0 = 0
        delete 09000000ff = -22
        delete 08000000ff = -2
        contents = {00000000f7=04, 04000000f1=06}
        """);
  }

  @Test
  void updateLeavesTheOldValueWhereItWas() {
    MapScript.play(
        """
        map lpm_trie key 5 value 1 entries 5 flags 1
        update 08000000ff aa 0 = 0
        hold 08000000ff = aa
        update 08000000ff bb 0 = 0
        held = aa
        delete 08000000ff = 0
        update 0800000001 cc 0 = 0
        held = aa
        """);
  }

  @Test
  void lookupEqualsASearchOfAllPrefixes() {
    long seed = 99;
    Random random = new Random(seed);
    LpmTrieMap map = new LpmTrieMap(MapDefinition.of("m", MapType.LPM_TRIE, 8, 4, 500, 1), 1);
    List<int[]> prefixes = new ArrayList<>();
    byte[] key = new byte[8];
    byte[] value = new byte[4];
    for (int i = 0; i < 400; i++) {
      int length = random.nextInt(33);
      int mask = length == 0 ? 0 : -1 << 32 - length;
      int address = random.nextInt(1 << 12) << 20 | random.nextInt(256);
      Little.INT.set(key, 0, length);
      Little.INT.set(key, 4, Integer.reverseBytes(address));
      Little.INT.set(value, 0, i);
      map.update(key, 0, value, 0, 0, 0);
      prefixes.removeIf(p -> p[1] == mask && p[0] == (address & mask));
      prefixes.add(new int[] {address & mask, mask, i});
    }
    for (int i = 0; i < 5000; i++) {
      int address = random.nextInt(1 << 12) << 20 | random.nextInt(256);
      int[] best = null;
      for (int[] prefix : prefixes) {
        if ((address & prefix[1]) == prefix[0]
            && (best == null || Integer.bitCount(prefix[1]) > Integer.bitCount(best[1]))) {
          best = prefix;
        }
      }
      Little.INT.set(key, 0, 32);
      Little.INT.set(key, 4, Integer.reverseBytes(address));
      int at = map.lookup(key, 0, 0);
      assertEquals(
          best == null ? -1 : best[2],
          at < 0 ? -1 : (int) Little.INT.get(map.values(), at),
          "seed " + seed + " step " + i);
    }
  }
}
