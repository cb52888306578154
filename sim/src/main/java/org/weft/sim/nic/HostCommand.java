package org.weft.sim.nic;

import org.weft.isa.xdp.MapType;
import org.weft.sim.map.Little;
import org.weft.sim.map.SoftMap;

/**
 * What the host asks of a map through the mailbox. Of tables the table writer does it, as it does
 * an update; of other maps words of the value are moved.
 */
public final class HostCommand implements TableJob {
  /** What is asked. */
  public enum Kind {
    /** The value of a key; not a use in the sense of LRU maps. */
    LOOKUP,
    /** Sets the value of a key. */
    UPDATE,
    /** Deletes a key. */
    DELETE,
    /** The first entry from a number on that has a key: its number, key and value. */
    NEXT
  }

  private static final int ENOENT = -2;
  private static final int E2BIG = -7;
  private static final int EEXIST = -17;
  private static final int EINVAL = -22;

  /** Clocks from when the last word is taken to when it is there. */
  private static final int READ_CLOCKS = 3;

  private static final int NOEXIST = 1;
  private static final int NO_FLAGS = 3;
  private static final int KEY_BYTES = 16;

  private final Kind kind;
  private final SoftMap map;
  private final int mapIndex;
  private byte[] key;
  private final byte[] value;
  private final long flags;
  private final int cpu;
  private int entry;
  private int error;
  private final long begun;
  private long done;

  /**
   * A command.
   *
   * @param key the key, filled up with zeros; of any content for NEXT
   * @param value the value, filled up with zeros, which LOOKUP and NEXT write
   * @param entry where NEXT begins
   * @param begun the clock of the write to COMMAND
   */
  HostCommand(
      Kind kind,
      SoftMap map,
      int mapIndex,
      byte[] key,
      byte[] value,
      long flags,
      int cpu,
      int entry,
      long begun) {
    this.kind = kind;
    this.map = map;
    this.mapIndex = mapIndex;
    this.key = key;
    this.value = value;
    this.flags = flags;
    this.cpu = cpu;
    this.entry = entry;
    this.begun = begun;
  }

  @Override
  public Kind kind() {
    return kind;
  }

  @Override
  public SoftMap map() {
    return map;
  }

  @Override
  public int mapIndex() {
    return mapIndex;
  }

  @Override
  public byte[] key() {
    return key;
  }

  @Override
  public long flags() {
    return flags;
  }

  @Override
  public int cpu() {
    return cpu;
  }

  @Override
  public int entry() {
    return entry;
  }

  @Override
  public long word(int number) {
    return kind == Kind.DELETE ? 0 : (long) Little.LONG.get(value, Long.BYTES * number);
  }

  @Override
  public boolean reads() {
    return kind == Kind.LOOKUP || kind == Kind.NEXT;
  }

  @Override
  public void take(int number, long word) {
    int bytes = Math.min(Long.BYTES, map.valueBytes() - Long.BYTES * number);
    Little.LONG.set(
        value, Long.BYTES * number, bytes < Long.BYTES ? word & (1L << 8 * bytes) - 1 : word);
  }

  /** Of a map that is no table: why it is refused, before anything is moved, or 0. */
  int refusal() {
    if (kind == Kind.UPDATE && flags == NO_FLAGS || kind == Kind.DELETE && isArray()) {
      return EINVAL;
    } else if (Integer.compareUnsigned(number(), map.slots()) >= 0) {
      return kind == Kind.UPDATE ? E2BIG : ENOENT;
    }
    return kind == Kind.UPDATE && flags == NOEXIST ? EEXIST : 0;
  }

  private boolean isArray() {
    MapType type = map.definition().type();
    return type == MapType.ARRAY || type == MapType.PERCPU_ARRAY;
  }

  /** Of such a map: the number of the entry. */
  int number() {
    return kind == Kind.NEXT ? entry : (int) Little.INT.get(key, 0);
  }

  /** Of such a map: nothing is wrong, and words will be moved. */
  void begin() {
    if (kind == Kind.NEXT) {
      key = new byte[KEY_BYTES];
      Little.INT.set(key, 0, entry);
    }
  }

  @Override
  public void moved(long now) {
    if (map.table() == null) {
      done = now + (reads() ? READ_CLOCKS : 0) + 1;
    }
  }

  @Override
  public void hasCome(long now) {
    if (map.table() == null) {
      done = now + 1;
    }
  }

  @Override
  public void perform(boolean isMoved) {
    switch (kind) {
      case UPDATE ->
          error =
              isMoved ? map.commit(key, 0, flags, cpu) : map.update(key, 0, value, 0, flags, cpu);
      case DELETE -> error = map.delete(key, 0);
      case NEXT -> {
        int found = map.occupiedFrom(entry);
        error = found < 0 ? ENOENT : 0;
        if (found >= 0) {
          entry = found;
          key = new byte[(map.keyBytes() + KEY_BYTES - 1) / KEY_BYTES * KEY_BYTES];
          System.arraycopy(map.keyOf(entry), 0, key, 0, map.keyBytes());
        }
      }
      default -> error = map.entryOf(key) < 0 ? ENOENT : 0;
    }
  }

  @Override
  public void answer(long now) {
    done = now;
  }

  /** It is refused. */
  void refuse(int number, long now) {
    error = number;
    done = now;
  }

  /** Whether it is done for who reads registers in a clock. */
  boolean isDone(long now) {
    return done > 0 && done <= now;
  }

  /** 0, or the negative error number of Linux. */
  public int error() {
    return error;
  }

  /** The value that was read, or that is written. */
  public byte[] value() {
    return value;
  }

  /** Clocks from the write to the command register to its being done. */
  public long clocks() {
    return done - begun;
  }
}
