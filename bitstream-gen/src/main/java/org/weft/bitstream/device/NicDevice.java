package org.weft.bitstream.device;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.weft.isa.InputException;
import org.weft.isa.control.EventReader;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.control.RingReader;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.machine.OutsideMemory;
import org.weft.isa.xdp.MapType;

/**
 * A NIC behind its registers: programs, and what maps hold. Packets may run meanwhile, but for
 * {@link #load}. See docs/microarchitecture.md, 6.
 *
 * <p>Keys and values are bytes as programs see them. All methods throw {@link InputException} when
 * the device does not answer.
 */
public final class NicDevice {
  /** Updates a key whether it is there or not. */
  public static final int ANY = 0;

  private static final int LOOKUP = 1;
  private static final int UPDATE = 2;
  private static final int DELETE = 3;
  private static final int NEXT = 4;

  private static final int ENOENT = -2;
  private static final int RESETS = 2;
  private static final int BUSY = 1;
  private static final int MOST_MAPS = 255;

  /** Reads until a device that does not become quiet, or does not end a command, is given up. */
  private static final int PATIENCE = 10_000_000;

  private final RegisterBus bus;

  /**
   * A device.
   *
   * @throws InputException when what answers is no weft device
   */
  public NicDevice(RegisterBus bus) {
    this.bus = bus;
    Identity.require(bus);
  }

  /** What lies behind the device's memory port, for maps. */
  public OutsideMemory memory() {
    return new OutsideMemory(
        bus.read(Register.MEMORY_KBYTES.offset()), bus.read(Register.MEMORY_ENTRIES.offset()));
  }

  /**
   * Loads a program with its maps in place of what is there: packets under way end, none are
   * dispatched until all is loaded, and all maps are emptied first.
   *
   * @param machine what the device has to be
   * @param writes what loads them: {@code LoadedMaps.load}
   * @throws org.weft.isa.RefusedException when the device is another machine; nothing has changed
   *     then
   */
  public void load(MachineSpec machine, List<RegisterWrite> writes) {
    Identity.require(bus, machine);
    for (RegisterWrite write : writes) {
      bus.write(write.offset(), write.data());
      if (write.offset() == Register.CONTROL.offset() && (write.data() & RESETS) != 0) {
        until(Register.CONTROL, RESETS, "does not become quiet: packets do not leave it");
      } else if (write.offset() == Register.COMMAND.offset()) {
        int error = answer();
        if (error != 0) {
          throw new InputException("the device refuses a first value of a map: error " + error);
        }
      }
    }
  }

  private int until(Register register, int bits, String cause) {
    for (int i = 0; i < PATIENCE; i++) {
      int value = bus.read(register.offset());
      if (value < 0 || (value & bits) == 0) {
        return value;
      }
    }
    throw new InputException("the device " + cause);
  }

  private int answer() {
    return until(Register.COMMAND_STATUS, BUSY, "does not end a command");
  }

  /** The device's maps, in the order of their numbers. */
  public List<DeviceMap> maps() {
    List<DeviceMap> maps = new ArrayList<>();
    for (int number = 0; number < MOST_MAPS; number++) {
      bus.write(Register.MAP.offset(), number);
      int type = descriptor(0);
      if (type == 0) {
        break;
      }
      MapType known = MapType.of(type);
      if (known == null) {
        throw new InputException(
            "map " + number + " of the device has type " + type + ", which there is not");
      }
      maps.add(
          new DeviceMap(number, known, descriptor(1), descriptor(2), descriptor(3), descriptor(4)));
    }
    return maps;
  }

  private int descriptor(int word) {
    return bus.read(Register.DESCRIPTOR.offset() + Integer.BYTES * word);
  }

  /**
   * The value of a key; not a use in the sense of LRU maps.
   *
   * @param cpu whose it is, in per-CPU maps
   */
  public Optional<byte[]> get(DeviceMap map, byte[] key, int cpu) {
    begin(map, cpu);
    write(Register.KEY, key);
    int error = command(LOOKUP);
    if (error == ENOENT) {
      return Optional.empty();
    }
    require(map, error);
    byte[] value = read(Register.VALUE, map.valueBytes());
    return isThere(map, value) ? Optional.of(value) : Optional.empty();
  }

  /**
   * Sets the value of a key.
   *
   * @param flags 0, or 1 for only new and 2 for only existing keys
   * @throws InputException when the map refuses it
   */
  public void set(DeviceMap map, byte[] key, byte[] value, int cpu, int flags) {
    begin(map, cpu);
    bus.write(Register.COMMAND_FLAGS.offset(), flags);
    write(Register.KEY, key);
    write(Register.VALUE, value);
    require(map, command(UPDATE));
  }

  /** Deletes a key; whether it was there. */
  public boolean delete(DeviceMap map, byte[] key) {
    if (isSparse(map) && get(map, key, 0).isEmpty()) {
      return false;
    }
    begin(map, 0);
    write(Register.KEY, key);
    int error = command(DELETE);
    if (error == ENOENT) {
      return false;
    }
    require(map, error);
    return true;
  }

  /**
   * An entry of a map.
   *
   * @param values one for each CPU in per-CPU maps, else one
   */
  public record Entry(byte[] key, List<byte[]> values) {}

  /** All entries; of arrays those that are not zero on all CPUs. */
  public List<Entry> entries(DeviceMap map) {
    List<Entry> entries = new ArrayList<>();
    begin(map, 0);
    int next = 0;
    bus.write(Register.COMMAND_ENTRY.offset(), next);
    while (command(NEXT) == 0) {
      next = bus.read(Register.COMMAND_ENTRY.offset()) + 1;
      byte[] key = read(Register.KEY, map.keyBytes());
      List<byte[]> values = new ArrayList<>();
      values.add(read(Register.VALUE, map.valueBytes()));
      for (int cpu = 1; cpu < map.copies(); cpu++) {
        get(map, key, cpu).ifPresent(values::add);
      }
      // One that was deleted meanwhile has no values any more.
      boolean isWhole = values.size() == map.copies();
      if (isWhole && (!map.type().isIndexed() || values.stream().anyMatch(NicDevice::isSet))) {
        entries.add(new Entry(key, values));
      }
      begin(map, 0);
      bus.write(Register.COMMAND_ENTRY.offset(), next);
    }
    return entries;
  }

  /**
   * Takes the records of a ring buffer that are committed, as its only consumer; in their order.
   */
  public List<byte[]> records(DeviceMap map) {
    List<byte[]> records = new ArrayList<>();
    long bytes = (long) map.maxEntries() * map.valueBytes();
    new RingReader(bus).read(map.number(), bytes, records::add);
    return records;
  }

  /**
   * Has it write events to a ring in the host's memory, and reads them there.
   *
   * @param memory the ring's
   * @param address where the device reaches it, and {@code bytes} of it: {@link EventReader}
   */
  public EventReader events(EventReader.Memory memory, long address, int bytes) {
    return new EventReader(bus, memory, address, bytes);
  }

  private void begin(DeviceMap map, int cpu) {
    bus.write(Register.MAP.offset(), map.number());
    bus.write(Register.COMMAND_CPU.offset(), cpu);
    bus.write(Register.COMMAND_ENTRY.offset(), 0);
  }

  private int command(int kind) {
    bus.write(Register.COMMAND.offset(), kind);
    return answer();
  }

  private void write(Register register, byte... bytes) {
    int words = (bytes.length + Integer.BYTES - 1) / Integer.BYTES;
    byte[] whole = Arrays.copyOf(bytes, Integer.BYTES * words);
    ByteBuffer buffer = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < whole.length; i += Integer.BYTES) {
      bus.write(register.offset() + i, buffer.getInt(i));
    }
  }

  private byte[] read(Register register, int count) {
    int words = (count + Integer.BYTES - 1) / Integer.BYTES;
    ByteBuffer buffer = ByteBuffer.allocate(Integer.BYTES * words).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < words; i++) {
      buffer.putInt(bus.read(register.offset() + Integer.BYTES * i));
    }
    return Arrays.copyOf(buffer.array(), count);
  }

  /** Whether entries that are zero are none: those of devices, programs, maps. */
  private static boolean isSparse(DeviceMap map) {
    return map.type().isIndexed()
        && map.type() != MapType.ARRAY
        && map.type() != MapType.PERCPU_ARRAY;
  }

  private static boolean isThere(DeviceMap map, byte... value) {
    return !isSparse(map) || isSet(value);
  }

  private static boolean isSet(byte... value) {
    return !Arrays.equals(value, new byte[value.length]);
  }

  private static void require(DeviceMap map, int error) {
    if (error == 0) {
      return;
    }
    String cause =
        switch (error) {
          case -7, -28 -> "no room: beyond max_entries";
          case ENOENT -> "there is no such key";
          case -17 -> "the key is there already";
          case -22 -> "the map does not have it, or not this CPU";
          default -> "error " + error;
        };
    throw new InputException("map " + map.number() + ": " + cause);
  }
}
