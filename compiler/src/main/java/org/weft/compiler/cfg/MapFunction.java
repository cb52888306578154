package org.weft.compiler.cfg;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * A call that works on a map: on one of several, where it is told apart which one, and what arrays
 * and values with a spin lock need no unit for. An update of an array is
 *
 * <pre>
 *       kind = flags &amp; ~BPF_F_LOCK
 *       if kind &gt; BPF_EXIST goto EINVAL
 *       value = bpf_map_lookup_elem(map, key)
 *       if value == 0 goto E2BIG
 *       if kind == BPF_NOEXIST goto EEXIST
 *       if flags &amp; BPF_F_LOCK goto EINVAL, or to LOCKED if values have a lock
 *       copy; return 0
 * LOCKED: bpf_spin_lock(value); copy; bpf_spin_unlock(value); return 0
 * </pre>
 *
 * <p>and one of a hash map whose values have a lock ({@code htab_map_update_elem})
 *
 * <pre>
 *       if flags &amp; BPF_F_LOCK == 0 return bpf_map_update_elem(map, key, new, flags)
 *       kind = flags &amp; ~BPF_F_LOCK
 *       if kind &gt; BPF_EXIST goto EINVAL
 * AGAIN: value = bpf_map_lookup_elem(map, key)
 *       if value != 0: if kind == BPF_NOEXIST goto EEXIST, else to LOCKED
 *       if kind == BPF_EXIST goto ENOENT
 *       result = bpf_map_update_elem(map, key, new, BPF_NOEXIST)
 *       if result == -EEXIST and kind != BPF_NOEXIST goto AGAIN
 *       return result
 * </pre>
 *
 * @param helper lookup, update or deletion
 * @param maps those of the object, by number
 */
record MapFunction(FunctionWriter writer, HelperFunction helper, List<MapDefinition> maps) {
  private static final int NOEXIST = 1;
  private static final int EXIST = 2;
  private static final int LOCK = 4;

  private static final int ENOENT = -2;
  private static final int E2BIG = -7;
  private static final int EEXIST = -17;
  private static final int EINVAL = -22;

  private static final int KEY = 6;
  private static final int NEW = 7;
  private static final int FLAGS = 8;
  private static final int MAP = 9;

  /** The value that was found: the map is not needed any more. */
  private static final int VALUE = 9;

  /** Free in calls of maps. */
  private static final int OTHER = 5;

  /**
   * Whether a call is to be written out.
   *
   * @param called maps that it may work on
   */
  static boolean isFor(HelperFunction helper, Collection<MapDefinition> called) {
    if (called.isEmpty()) {
      return false;
    }
    boolean several = called.size() > 1 && called.stream().anyMatch(MapFunction::isIndexed);
    return switch (helper) {
      case MAP_LOOKUP_ELEM -> several;
      case MAP_UPDATE_ELEM -> called.stream().anyMatch(map -> isIndexed(map) || map.hasLock());
      case MAP_DELETE_ELEM -> called.stream().anyMatch(MapFunction::isIndexed);
      default -> false;
    };
  }

  /** Whether the call can only be made as it is written out here: no unit knows BPF_F_LOCK. */
  boolean needs(Collection<MapDefinition> called) {
    return helper == HelperFunction.MAP_UPDATE_ELEM
        && called.stream().anyMatch(MapDefinition::hasLock);
  }

  private static boolean isIndexed(MapDefinition map) {
    return switch (map.type()) {
      case ARRAY, PERCPU_ARRAY, ARRAY_OF_MAPS, DEVMAP, XSKMAP -> true;
      default -> false;
    };
  }

  /** Whether a map is known by its number, not one that was found in another map. */
  private boolean isKnown(MapDefinition map) {
    boolean isInner = maps.stream().anyMatch(outer -> map.equals(outer.inner()));
    return maps.contains(map) && !isInner;
  }

  /**
   * Writes it.
   *
   * @param called maps that it may work on
   * @return false when they cannot be told apart, and nothing was written
   */
  boolean add(Collection<MapDefinition> called) {
    List<MapDefinition> others = new ArrayList<>(called);
    MapDefinition last =
        others.stream().filter(map -> !isKnown(map)).findFirst().orElse(others.get(0));
    others.remove(last);
    if (!others.stream().allMatch(this::isKnown)) {
      return false;
    }
    for (MapDefinition map : others) {
      writer.map(OTHER, maps.indexOf(map));
      int other = writer.jump(JumpOp.JNE, 1, Operand.register(OTHER));
      writer.move(1, Operand.register(OTHER));
      one(map);
      writer.land(other);
    }
    if (isKnown(last)) {
      writer.map(1, maps.indexOf(last));
    }
    one(last);
    return true;
  }

  private void one(MapDefinition map) {
    boolean isArray = map.type() == MapType.ARRAY || map.type() == MapType.PERCPU_ARRAY;
    if (helper == HelperFunction.MAP_DELETE_ELEM && isArray) {
      writer.leave(Operand.constant(EINVAL));
    } else if (helper == HelperFunction.MAP_UPDATE_ELEM && isArray) {
      updateArray(map);
    } else if (helper == HelperFunction.MAP_UPDATE_ELEM && map.hasLock()) {
      updateHash(map);
    } else {
      writer.call(helper);
      writer.leave();
    }
  }

  private void updateArray(MapDefinition map) {
    keep();
    writer.move(1, Operand.register(4));
    writer.alu(AluOp.AND, 1, Operand.constant(~LOCK));
    int unknown = writer.jump(JumpOp.JGT, 1, Operand.constant(EXIST));
    writer.move(1, Operand.register(MAP));
    writer.call(HelperFunction.MAP_LOOKUP_ELEM);
    int none = writer.jump(JumpOp.JEQ, 0, Operand.constant(0));
    writer.move(VALUE, Operand.register(0));
    int exists = writer.jump(JumpOp.JSET, FLAGS, Operand.constant(NOEXIST));
    int locked = writer.jump(JumpOp.JSET, FLAGS, Operand.constant(LOCK));
    copy(map);
    writer.leave(Operand.constant(0));
    if (map.hasLock()) {
      writer.land(locked);
      copyLocked(map);
    }
    error(none, E2BIG);
    error(exists, EEXIST);
    if (!map.hasLock()) {
      writer.land(locked);
    }
    error(unknown, EINVAL);
  }

  private void updateHash(MapDefinition map) {
    int locks = writer.jump(JumpOp.JSET, 4, Operand.constant(LOCK));
    writer.call(HelperFunction.MAP_UPDATE_ELEM);
    writer.leave();
    writer.land(locks);
    keep();
    writer.alu(AluOp.AND, FLAGS, Operand.constant(~LOCK));
    int unknown = writer.jump(JumpOp.JGT, FLAGS, Operand.constant(EXIST));
    int again = writer.here();
    writer.move(1, Operand.register(MAP));
    writer.move(2, Operand.register(KEY));
    writer.call(HelperFunction.MAP_LOOKUP_ELEM);
    int none = writer.jump(JumpOp.JEQ, 0, Operand.constant(0));
    writer.move(VALUE, Operand.register(0));
    int exists = writer.jump(JumpOp.JEQ, FLAGS, Operand.constant(NOEXIST));
    copyLocked(map);
    writer.land(none);
    int absent = writer.jump(JumpOp.JEQ, FLAGS, Operand.constant(EXIST));
    writer.move(1, Operand.register(MAP));
    writer.move(2, Operand.register(KEY));
    writer.move(3, Operand.register(NEW));
    writer.move(4, Operand.constant(NOEXIST));
    writer.call(HelperFunction.MAP_UPDATE_ELEM);
    int done = writer.jump(JumpOp.JNE, 0, Operand.constant(EEXIST));
    writer.land(writer.jump(JumpOp.JNE, FLAGS, Operand.constant(NOEXIST)), again);
    writer.land(done);
    writer.leave();
    error(exists, EEXIST);
    error(absent, ENOENT);
    error(unknown, EINVAL);
  }

  private void keep() {
    writer.move(MAP, Operand.register(1));
    writer.move(KEY, Operand.register(2));
    writer.move(NEW, Operand.register(3));
    writer.move(FLAGS, Operand.register(4));
  }

  private void error(int jump, int number) {
    writer.land(jump);
    writer.leave(Operand.constant(number));
  }

  private void copyLocked(MapDefinition map) {
    lock(map, HelperFunction.SPIN_LOCK);
    copy(map);
    lock(map, HelperFunction.SPIN_UNLOCK);
    writer.leave(Operand.constant(0));
  }

  private void lock(MapDefinition map, HelperFunction call) {
    writer.move(1, Operand.register(VALUE));
    writer.alu(AluOp.ADD, 1, Operand.constant(map.lock()));
    writer.call(call);
  }

  /** Copies all of a value but its lock. */
  private void copy(MapDefinition map) {
    int bytes = (int) map.valueSize();
    if (map.hasLock()) {
      writer.copy(VALUE, NEW, 0, map.lock());
      int behind = map.lock() + MapDefinition.LOCK_BYTES;
      writer.copy(VALUE, NEW, behind, bytes - behind);
    } else {
      writer.copy(VALUE, NEW, 0, bytes);
    }
  }
}
