package org.weft.sim.nic;

import org.weft.sim.map.Little;
import org.weft.sim.map.SoftMap;

/** What the host asks of a map through the mailbox. Done by the table writer, as an update is. */
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

  private final Kind kind;
  private final SoftMap map;
  private final int mapIndex;
  private byte[] key;
  private final byte[] value;
  private final long flags;
  private final int cpu;
  private int entry;
  private int error;
  private long begun;
  private long done;

  /**
   * A command.
   *
   * @param key bytes of the key; of any content for NEXT
   * @param value bytes of the value, which LOOKUP and NEXT write
   * @param entry where NEXT begins
   */
  HostCommand(
      Kind kind,
      SoftMap map,
      int mapIndex,
      byte[] key,
      byte[] value,
      long flags,
      int cpu,
      int entry) {
    this.kind = kind;
    this.map = map;
    this.mapIndex = mapIndex;
    this.key = key;
    this.value = value;
    this.flags = flags;
    this.cpu = cpu;
    this.entry = entry;
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
    return Little.word(value, 8 * number, Math.min(8, value.length - 8 * number));
  }

  @Override
  public void perform(boolean isMoved) {
    switch (kind) {
      case UPDATE ->
          error =
              isMoved ? map.commit(key, 0, flags, cpu) : map.update(key, 0, value, 0, flags, cpu);
      case DELETE -> error = map.delete(key, 0);
      case NEXT -> {
        entry = map.occupiedFrom(entry);
        key = entry < 0 ? key : map.keyOf(entry);
        read(entry);
      }
      default -> read(map.entryOf(key));
    }
  }

  private void read(int from) {
    if (from < 0) {
      error = ENOENT;
    } else {
      System.arraycopy(map.value(from, cpu), 0, value, 0, value.length);
    }
  }

  void begin(long now) {
    begun = now;
    done = 0;
  }

  @Override
  public void answer(long now) {
    done = now;
  }

  /** Whether it is done. */
  public boolean isDone() {
    return done > 0;
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
