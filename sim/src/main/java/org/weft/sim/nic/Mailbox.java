package org.weft.sim.nic;

import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.HelperFunction;

/**
 * Where the host puts one command at a time: for the table writer, or, of maps that are no tables,
 * for map memory itself.
 */
final class Mailbox {
  private static final int EINVAL = -22;

  /** Clocks until it is known whether it is refused, and until the first word is hashed. */
  private static final int CHECK_CLOCKS = 2;

  /** Clocks beside one for each word of a key until the writer can take it. */
  private static final int HASH_CLOCKS = 5;

  /** Clocks beside two for each bit of a word's number until a value can be moved. */
  private static final int PLACE_CLOCKS = 6;

  /** Bits that number a table, and entries beside the place of each bit. */
  private static final int TABLE_BITS = 6;

  private static final int WORDS_PER_KIB = 128;

  private final MachineSpec machine;
  private final MapPlaces places;

  /** The command, as long as it is not done; whether the writer has to take it, and when it can. */
  private HostCommand command;

  private boolean isWaiting;
  private long ready;

  Mailbox(MachineSpec machine, MapPlaces places) {
    this.machine = machine;
    this.places = places;
  }

  /** Bits that tell so many things apart. */
  private static int bits(int count) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
  }

  /** Begins a command; the writer may take it when its key is hashed. */
  void submit(HostCommand newCommand, MapMemory memory, long now) {
    command = newCommand;
    isWaiting = false;
    int refusal = !hasUnit() ? EINVAL : command.map().table() == null ? command.refusal() : 0;
    if (refusal != 0) {
      command.refuse(refusal, now + CHECK_CLOCKS);
    } else if (command.map().table() != null) {
      isWaiting = true;
      ready = now + HASH_CLOCKS + (command.map().keyBytes() + 7) / 8;
    } else {
      command.begin();
      move(memory, now + PLACE_CLOCKS + 2L * places.wordBits());
    }
  }

  /** A command that makes no sense. */
  void refuse(long now) {
    isWaiting = false;
    command =
        new HostCommand(HostCommand.Kind.LOOKUP, null, 0, new byte[0], new byte[0], 0, 0, 0, now);
    command.refuse(EINVAL, now + CHECK_CLOCKS);
  }

  private boolean hasUnit() {
    return command.map().table() == null || hasTables();
  }

  private boolean hasTables() {
    return machine.helpers().contains(HelperFunction.MAP_LOOKUP_ELEM)
        || machine.helpers().contains(HelperFunction.MAP_UPDATE_ELEM)
        || machine.helpers().contains(HelperFunction.MAP_DELETE_ELEM);
  }

  private void move(MapMemory memory, long from) {
    int cpu = command.map().copies() == 1 ? 0 : command.cpu();
    int words = command.map().stride() / Long.BYTES;
    long first = places.word(command.mapIndex(), command.number(), cpu);
    int target = command.map().valueOf(command.number(), cpu);
    memory.hosts().begin(command, first, words, 1, 0, target, 0, from);
  }

  /** The command that is done for who reads registers in the next clock, which is thereby taken. */
  HostCommand takeDone(long now) {
    if (command == null || !command.isDone(now + 1)) {
      return null;
    }
    HostCommand ended = command;
    command = null;
    return ended;
  }

  /** Whether a command has not been done. */
  boolean isBusy() {
    return command != null;
  }

  boolean isWaiting(long now) {
    return isWaiting && ready <= now;
  }

  HostCommand take() {
    isWaiting = false;
    return command;
  }

  /** All words behind the memory port are made zero, behind those of map memory. */
  void sweepOutside(MapMemory memory, long now) {
    long from = now + 1 + (long) machine.mapKbytes() * WORDS_PER_KIB;
    int words = places.memory().kbytes() * WORDS_PER_KIB;
    memory.hosts().begin(null, MapPlaces.OUTSIDE, words, 1, 0, 0, 0, from);
  }

  /** Clocks in which all maps are made empty: words one by one, tables meanwhile. */
  long sweepClocks() {
    int words = machine.mapKbytes() * WORDS_PER_KIB;
    if (!hasTables()) {
      return words;
    }
    int rows =
        Math.max(
            Math.max(1, bits(Math.max(1, machine.tableSlots() / 16))),
            places.memory().entries() == 0 ? 0 : places.entryRowBits());
    int cpus = Math.max(1, bits(machine.cpus()));
    return Math.max(words, (1L << Math.max(rows, TABLE_BITS + cpus)) + 1);
  }
}
