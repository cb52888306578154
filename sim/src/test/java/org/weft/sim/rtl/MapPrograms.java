package org.weft.sim.rtl;

import java.util.List;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.nic.Programs;

/**
 * Programs that all contexts of all cores use maps with at once, for machines of two lanes or more.
 */
final class MapPrograms {
  private MapPrograms() {}

  /**
   * All contexts of all cores count in one word of the second map, and each CPU in values of its
   * own in the first one: loads, stores and atomics, of one word and across two.
   *
   * @param other the map in which a word is changed, too
   */
  static ProgramImage counts(MachineSpec machine, List<MapDefinition> maps, int other) {
    return Programs.image(
        machine,
        maps,
        "r4 = load8 pkt[0] | r5 = mov 3",
        "r4 = lsh r4, 4 | nop",
        "r4 = high r4, 1 | nop",
        "r8 = load64 map[r4] | nop",
        "r8 = add r8, 1 | nop",
        "store64 map[r4] = r8 | nop",
        "atomic_add map2[0], r5 | nop",
        "store32 map[r4 + 6] = r8 | nop",
        "atomic_add.32 map[r4 + 12], r5 | nop",
        "atomic_xor map%d[0], r8 | nop".formatted(other),
        "r12 = load64swap map[r4 + 5] | nop",
        "r8 = atomic_or.32 map2[4], r5 | nop",
        "store64 pkt[14] = r12 | nop",
        "exit PASS if r8 == 0 | exit TX");
  }

  /** An array, and a small and a large table. */
  static List<MapDefinition> tables(MapType type, int keyBytes, int flags) {
    return List.of(
        MapDefinition.of("counters", MapType.ARRAY, 4, 8, 16, 0),
        MapDefinition.of("small", type, keyBytes, 20, 6, flags),
        MapDefinition.of("large", type, keyBytes, 8, 40, flags));
  }

  /**
   * Lookups, updates and deletions of few keys by all contexts, and accesses of values meanwhile.
   */
  static ProgramImage changes(MachineSpec machine, List<MapDefinition> maps, int map) {
    long keyBytes = maps.get(map - 1).keySize();
    String key = keyBytes <= 8 ? "reg r4" : "stk 460";
    String value = maps.get(map - 1).valueSize() <= 8 ? "reg r9" : "stk r8";
    return Programs.image(
        machine,
        maps,
        "r4 = load8 pkt[0] | r5 = load8 pkt[1]",
        "store64 stk[460] = r4 | r9 = load64 pkt[2]",
        "store64 stk[472] = r9 | r13 = mov 0",
        "r8 = mov 460 | store64 stk[485] = r5",
        "r0 = call map_lookup_elem(map%d, stk 460) | r17 = mov 485".formatted(map),
        "goto 9 if r0 == 0 | r1 = load64 map[r0]",
        "nop | r1 = add r1, 1",
        "store64 map[r0] = r1 | nop",
        "goto 13 if r5 < 170 | nop",
        "goto 14 if r5 < 30 | nop",
        "r12 = call map_update_elem(map%d, %s, stk r17, r13) | nop".formatted(map, key),
        "exit TX if r12 == 0 | store32 pkt[4] = r12",
        "exit DROP",
        "goto 16 if r5 < 60 | nop",
        "r12 = call map_delete_elem(map%d, stk r8) | nop".formatted(map),
        "exit PASS if r12 == 0 | exit DROP",
        "r16 = call map_update_elem(map%d, stk r8, %s, r13) | nop".formatted(map, value),
        "r0 = call map_lookup_elem(map%d, %s) | nop".formatted(map, key),
        "exit DROP if r0 == 0 | r1 = load64 map[r0 + 4]",
        "store64 pkt[4] = r1 | exit TX");
  }

  /**
   * Lookups of addresses and changes of prefixes by all contexts: the byte behind the length, of
   * few lengths, of which one is too long.
   */
  static ProgramImage prefixes(MachineSpec machine, int keyBytes) {
    return Programs.image(
        machine,
        List.of(
            MapDefinition.of("routes", MapType.LPM_TRIE, keyBytes, 12, 20, 1),
            MapDefinition.of("beside", MapType.HASH, 8, 8, 300, 1)),
        "r4 = load8 pkt[0] | r5 = load8 pkt[1]",
        "r4 = and r4, 3 | r9 = load8 pkt[2]",
        "r4 = lsh r4, 3 | r9 = and r9, 132",
        "r4 = add r4, %d | store64 stk[304] = r9".formatted(8 * (keyBytes - 4) - 16),
        "r8 = mov 300 | store32 stk[300] = r4",
        "r12 = load8 pkt[3] | r13 = mov 0",
        "store64 stk[400] = r12 | goto 15 if r5 < 100",
        "r0 = call map_lookup_elem(map1, stk r8) | r17 = load64 pkt[8]",
        "goto 13 if r0 == 0 | r1 = load64 map[r0]",
        "store64 pkt[4] = r1 | r17 = and r17, 15",
        "r0 = call map_lookup_elem(map2, reg r17) | nop",
        "exit TX if r0 == 0 | nop",
        "exit PASS",
        "r0 = call map_update_elem(map2, reg r17, reg r5, r13) | nop",
        "exit DROP",
        "goto 18 if r5 < 40 | r17 = mov 396",
        "r0 = call map_update_elem(map1, stk r8, stk r17, r13) | nop",
        "store32 pkt[4] = r0 | exit TX",
        "r0 = call map_delete_elem(map1, stk r8) | nop",
        "store32 pkt[4] = r0 | exit TX");
  }

  /** A value's two numbers are counted under its lock, and other packets give it a new value. */
  static ProgramImage locks(MachineSpec machine, MapType type, int entries) {
    boolean hashed = type == MapType.HASH;
    return Programs.image(
        machine,
        List.of(MapDefinition.of("counts", type, 4, 24, entries, 0).withLock(4)),
        "r8 = load8 pkt[0] | r5 = load8 pkt[1]",
        "r8 = and r8, 1 | nop",
        hashed ? "r0 = call map_lookup_elem(map1, reg r8) | nop" : "r0 = mul r8, 24 | nop",
        hashed ? "nop" : "r0 = high r0, 1 | nop",
        "store64 stk[36] = r5 | goto 13 if r0 == 0",
        "r4 = add r0, 4 | r9 = mov 32",
        "goto 13 if r5 < 20 | r17 = call spin_lock(map r4)",
        "r16 = load64 map[r0 + 8] | nop",
        "r16 = add r16, 1 | r17 = load64 map[r0 + 16]",
        "store64 map[r0 + 8] = r16 | r17 = add r17, 1",
        "store64 map[r0 + 16] = r17 | nop",
        "store64 pkt[4] = r16 | r1 = call spin_unlock(map r4)",
        "store64 pkt[14] = r17 | exit TX",
        "r12 = mov 0 | r9 = mov 32",
        hashed ? "r0 = call map_update_elem(map1, reg r8, stk r9, r12) | nop" : "nop",
        "exit PASS");
  }
}
