package org.weft.sim.nic;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.weft.isa.control.Register;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.Little;
import org.weft.sim.map.RingBuffer;
import org.weft.sim.map.SoftMap;

/**
 * The registers of a simulated NIC. Its maps are made from an image: DESCRIPTOR says how they are
 * described, and writes to it change nothing.
 */
public final class ControlPlane {
  private static final int RUNS = 1;
  private static final int RESETS = 2;
  private static final int BUSY = 1;
  private static final int NONE = -1;
  private static final int MOST_FLAGS = 3;
  private static final int FATES = 16;
  private static final int PORTS = 32;

  private final Nic nic;
  private final List<ProgramImage.Entry> programs;
  private final MapPlaces places;
  private final MapMemory mapMemory;
  private final ProgramBanks banks;
  private final Mailbox mailbox;
  private final EventUnit events;
  private final int[] machine;
  private final int[] hash = new int[8];
  private final int[] portOf;
  private final byte[] key = new byte[4 * Register.KEY.words()];
  private final byte[] value = new byte[4 * Register.VALUE.words()];
  private int control = RUNS;
  private int seed;

  /**
   * Whether the NIC was quiet when somebody waits for it; when the reset that is under way ends.
   */
  private boolean quiet;

  private long resetEnds;
  private int map;
  private int cpu;
  private int flags;
  private int entry;
  private int error;
  private int clocks;

  /** The lower half of a ring's position, whose upper one is still to come. */
  private int consumer;

  /** The upper half of the number whose lower half was read. */
  private int upper;

  ControlPlane(
      Nic nic,
      List<ProgramImage.Entry> programs,
      MapPlaces places,
      MapMemory mapMemory,
      ProgramBanks banks,
      Mailbox mailbox,
      EventUnit events,
      int... portOf) {
    this.nic = nic;
    this.programs = programs;
    this.places = places;
    this.mapMemory = mapMemory;
    this.banks = banks;
    this.mailbox = mailbox;
    this.events = events;
    this.portOf = portOf;
    machine = MachineFile.words(nic.machine());
    ByteBuffer.wrap(MachineFile.hash(nic.machine()))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asIntBuffer()
        .get(hash);
  }

  /** Whether packets are dispatched. */
  boolean runs() {
    return control == RUNS;
  }

  /** A clock begins: looks whether the NIC is quiet, if somebody waits for it. */
  void begin() {
    quiet = (control & RESETS) != 0 && resetEnds == 0 && nic.isIdle() && !mailbox.isBusy();
  }

  /** A clock ends: does what waited for the NIC to be quiet. */
  void step() {
    if (quiet) {
      resetEnds = nic.now() + mailbox.sweepClocks();
      mailbox.sweepOutside(mapMemory, nic.now());
    } else if (isSwept(nic.now())) {
      nic.maps().clear();
      control &= ~RESETS;
      resetEnds = 0;
    }
    HostCommand command = mailbox.takeDone(nic.now());
    if (command == null) {
      return;
    }
    error = command.error();
    clocks = (int) command.clocks();
    if (error == 0 && command.reads()) {
      entry = command.entry();
      if (command.kind() == HostCommand.Kind.NEXT) {
        System.arraycopy(command.key(), 0, key, 0, command.key().length);
      }
      if (isPrograms(command.map())) {
        int program = (int) Little.INT.get(command.value(), 0);
        Little.INT.set(command.value(), 0, LoadedMaps.firstRow(program, programs));
      }
      System.arraycopy(command.value(), 0, value, 0, command.map().stride());
    }
  }

  private boolean isSwept(long now) {
    return resetEnds != 0 && resetEnds <= now && mapMemory.hosts().hasMoved(now + 1);
  }

  private static boolean isPrograms(SoftMap map) {
    return map.definition().type() == MapType.PROG_ARRAY;
  }

  /** Reads a register; what is none, or cannot be read, is zero. */
  public int read(int offset) {
    Register register = Register.at(offset);
    if (register == null || register.access() == Register.Access.WRITE) {
      return 0;
    }
    int word = (offset - register.offset()) / 4;
    return switch (register) {
      case ID -> Register.WEFT;
      case VERSION -> Register.MAP_VERSION;
      case CONTROL -> control;
      case STATUS -> status();
      case CLOCK -> half(nic.now(), word);
      case MACHINE_WORDS -> machine.length;
      case MACHINE_HASH -> hash[word];
      case MACHINE -> word < machine.length ? machine[word] : 0;
      case RANDOM_SEED -> seed;
      case PORT_OF -> portOf[word + 1];
      case PROGRAM_BANK -> banks.spare();
      case PROGRAM_ROW -> banks.row();
      case PROGRAM_ENTRY -> banks.entry();
      case MAP -> map;
      case DESCRIPTOR ->
          nic.maps().mapOrNull(map) == null
              ? 0
              : LoadedMaps.descriptor(nic.maps(), places, map)[word];
      case COMMAND_STATUS -> mailbox.isBusy() ? BUSY : error;
      case COMMAND_CPU -> cpu;
      case COMMAND_FLAGS -> flags;
      case COMMAND_ENTRY -> entry;
      case COMMAND_CLOCKS -> clocks;
      case MEMORY_KBYTES -> places.memory().kbytes();
      case MEMORY_ENTRIES -> places.memory().entries();
      case RING_PRODUCER, RING_CONSUMER -> half(position(register), word);
      case KEY -> word(key, word);
      case VALUE -> word(value, word);
      case COUNTER -> counter(word);
      case EVENT_BASE, EVENT_BYTES, EVENT_HEAD, EVENT_TAIL, EVENT_LOST, EVENT_TAKEN ->
          events.read(register, word);
      default -> 0;
    };
  }

  private int half(long number, int word) {
    if ((word & 1) != 0) {
      return upper;
    }
    upper = (int) (number >>> 32);
    return (int) number;
  }

  private int status() {
    int bank = banks.running();
    boolean isQuiet = nic.isIdle() && !mailbox.isBusy();
    return (isQuiet ? 1 : 0) | bank << 1 | (nic.held(bank ^ 1) > 0 ? 4 : 0);
  }

  private int counter(int word) {
    int fate = word / 2 % FATES;
    int port = word / 2 / FATES % PORTS;
    int bank = word / 2 / FATES / PORTS;
    boolean isOne = fate < Fate.values().length && port < nic.machine().ports();
    return half(isOne ? nic.count(bank, port, Fate.values()[fate]) : 0, word);
  }

  private static int word(byte[] bytes, int word) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(4 * word);
  }

  /** Writes a register; what is none, or cannot be written, stays. */
  public void write(int offset, int data) {
    Register register = Register.at(offset);
    if (register == null || register.access() == Register.Access.READ) {
      return;
    }
    int word = (offset - register.offset()) / 4;
    switch (register) {
      case CONTROL -> control = data & (RUNS | RESETS);
      case RANDOM_SEED -> seed(data);
      case PORT_OF -> portOf[word + 1] = data >= 0 && data < nic.machine().ports() ? data : NONE;
      case PROGRAM_ROW, PROGRAM_DATA, PROGRAM_ENTRY, PROGRAM_SWITCH -> banks.write(register, data);
      case MAP -> map = data;
      case COMMAND_CPU -> cpu = data;
      case COMMAND_FLAGS -> flags = data;
      case COMMAND_ENTRY -> entry = data;
      case RING_CONSUMER -> consume(word, data);
      case KEY -> put(key, word, data);
      case VALUE -> put(value, word, data);
      case COMMAND -> begin(data);
      case EVENT_BASE, EVENT_BYTES, EVENT_TAIL -> events.write(register, word, data);
      default -> {}
    }
  }

  private void seed(int data) {
    if (nic.machine().helpers().contains(HelperFunction.GET_PRANDOM_U32)) {
      seed = data;
      nic.seed(data);
    }
  }

  private static void put(byte[] bytes, int word, int data) {
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(4 * word, data);
  }

  /**
   * Whether what is written to a register, or read of it, has to wait for a command that is under
   * way.
   */
  public boolean holds(int offset, boolean isWrite) {
    Register register = Register.at(offset);
    return mailbox.isBusy()
        && register != null
        && switch (register) {
          case DESCRIPTOR, KEY, VALUE -> true;
          case MAP, COMMAND, COMMAND_CPU, COMMAND_FLAGS, COMMAND_ENTRY -> isWrite;
          default -> false;
        };
  }

  /** The ring that MAP names, or null. */
  private RingBuffer ring() {
    return nic.maps().mapOrNull(map) instanceof RingBuffer ring ? ring : null;
  }

  private long position(Register register) {
    return ring() == null ? 0 : register == Register.RING_PRODUCER ? ring().end() : ring().begin();
  }

  private void consume(int word, int data) {
    if (word == 0) {
      consumer = data;
    } else if (ring() != null) {
      ring().consume((long) data << 32 | Integer.toUnsignedLong(consumer));
    }
  }

  /** Begins a command; one that makes no sense is refused. */
  private void begin(int data) {
    SoftMap target = ring() == null ? nic.maps().mapOrNull(map) : ring().words();
    HostCommand.Kind[] kinds = HostCommand.Kind.values();
    boolean isKind = data >= 1 && data <= kinds.length;
    HostCommand.Kind kind = isKind ? kinds[data - 1] : HostCommand.Kind.LOOKUP;
    boolean writes = kind == HostCommand.Kind.UPDATE || kind == HostCommand.Kind.DELETE;
    if (!isKind
        || target == null
        || ring() != null && writes
        || target.keyBytes() > key.length
        || target.valueBytes() > value.length
        || kind == HostCommand.Kind.UPDATE && (flags & ~MOST_FLAGS) != 0
        || Integer.compareUnsigned(cpu, nic.machine().cpus()) >= 0
        || entry < 0) {
      mailbox.refuse(nic.now());
      return;
    }
    byte[] given = new byte[target.stride()];
    System.arraycopy(value, 0, given, 0, target.valueBytes());
    if (isPrograms(target)) {
      Little.INT.set(given, 0, LoadedMaps.program((int) Little.INT.get(given, 0), programs));
    }
    byte[] asked = Arrays.copyOf(key, target.keyBytes());
    long own = Integer.toUnsignedLong(flags);
    HostCommand command =
        new HostCommand(kind, target, map, asked, given, own, cpu, entry, nic.now());
    mailbox.submit(command, mapMemory, nic.now());
  }
}
