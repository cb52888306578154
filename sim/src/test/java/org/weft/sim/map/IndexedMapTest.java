package org.weft.sim.map;

import org.junit.jupiter.api.Test;

/** Error numbers were compared with Linux 6.18. */
class IndexedMapTest {
  @Test
  void arrayEntriesAlwaysExist() {
    MapScript.play(
        """
        map array key 4 value 3 entries 2
        lookup 01000000 = 000000
        lookup 02000000 = none
        lookup ffffffff = none
        update 01000000 aabbcc 0 = 0
        update 01000000 aabbcc 1 = -17
        update 01000000 aabbdd 2 = 0
        update 02000000 aabbdd 0 = -7
        update 02000000 aabbdd 1 = -7
        update 00000000 aabbdd 3 = -22
        update 00000000 aabbdd 4 = -22
        update 00000000 aabbdd 5 = -17
        update 02000000 aabbdd 4 = -7
        update 02000000 aabbdd 8 = -22
        delete 01000000 = -22
        delete 02000000 = -22
        contents = {01000000=aabbdd}
        """);
  }

  @Test
  void arrayValuesStayInPlace() {
    MapScript.play(
        """
        map array key 4 value 1 entries 2
        hold 01000000 = 00
        update 01000000 aa 0 = 0
        held = aa
        """);
  }

  @Test
  void perCpuArrayHasAValuePerCpu() {
    MapScript.play(
        """
        map percpu_array key 4 value 1 entries 2
        cpu 1
        update 01000000 aa 0 = 0
        lookup 01000000 = aa
        cpu 0
        lookup 01000000 = 00
        contents = {01000000=[00, aa]}
        put 01000000 bb
        contents = {01000000=[bb, bb]}
        """);
  }

  @Test
  void deviceWithoutIfindexIsNoEntry() {
    MapScript.play(
        """
        map devmap key 4 value 8 entries 2
        lookup 00000000 = none
        put 00000000 0700000000000000
        put 01000000 08000000ffffffff
        lookup 00000000 = 0700000000000000
        contents = {00000000=0700000000000000, 01000000=0800000000000000}
        put 00000000 0000000000000000
        contents = {01000000=0800000000000000}
        """);
  }

  @Test
  void socketsCpusAndDevicesByHashAreSetByTheUser() {
    MapScript.play(
        """
        map xskmap key 4 value 4 entries 2
        put 01000000 03000000
        lookup 00000000 = none
        lookup 01000000 = 03000000
        map cpumap key 4 value 4 entries 2
        put 01000000 40000000
        contents = {01000000=40000000}
        map devmap_hash key 4 value 4 entries 1
        put 00010000 02000000
        lookup 00010000 = 02000000
        lookup 00000000 = none
        """);
  }
}
