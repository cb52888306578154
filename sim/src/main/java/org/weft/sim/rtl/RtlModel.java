package org.weft.sim.rtl;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.weft.isa.UnfinishedFiles;
import org.weft.isa.WholeFile;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.control.Registers;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.OutsideMemory;
import org.weft.isa.xdp.RandomNumbers;
import org.weft.sim.map.MapTable;
import org.weft.sim.nic.Fate;
import org.weft.sim.nic.LoadedProgram;
import org.weft.sim.nic.NicOptions;

/** A Verilated NIC with a program, driven by batches of packets. */
public final class RtlModel implements AutoCloseable {
  private static final int GIVEN = 9;
  private static final int MET = 9;
  private static final int FRAME_BYTES = 4096;

  /** The target of what is redirected to the host. */
  public static final int HOST = 65;

  /** For {@code dlopen}: names are the library's own, as those of another machine's are. */
  private static final int RTLD_NOW = 2;

  /** The C interface of {@code nic.cpp}. */
  interface Nic extends Library {
    Pointer weft_rtl_open();

    void weft_rtl_close(Pointer nic);

    void weft_rtl_preload(Pointer nic, long word, int count, long[] data);

    void weft_rtl_memory(Pointer nic, int latency, long stalls);

    int weft_rtl_there(Pointer nic, long entry);

    void weft_rtl_key(Pointer nic, long beat, byte[] bytes);

    void weft_rtl_start(Pointer nic);

    void weft_rtl_words(Pointer nic, long word, int count, long[] data);

    void weft_rtl_begin(Pointer nic, int chosenCpu);

    void weft_rtl_settle(Pointer nic);

    void weft_rtl_align(Pointer nic, long clock);

    void weft_rtl_write(Pointer nic, int count, int[] offsets, int[] data);

    void weft_rtl_schedule(Pointer nic, long clock, int offset, int data);

    int weft_rtl_taken(Pointer nic, long[] clocks, int most);

    int weft_rtl_read(Pointer nic, int offset);

    void weft_rtl_number(Pointer nic, int number);

    void weft_rtl_host(Pointer nic, long address, int count, long[] data);

    void weft_rtl_stall(Pointer nic, long seed);

    long weft_rtl_now(Pointer nic);

    String weft_rtl_broken(Pointer nic);

    void weft_rtl_watch(Pointer nic);

    void weft_rtl_wave(Pointer nic, String path, long from, long to, long period);

    int weft_rtl_rows(Pointer nic, long[] rows, int most);

    void weft_rtl_bare(Pointer nic, byte[] frame, long length, long clocks);

    int weft_rtl_run(
        Pointer nic,
        int count,
        long[] given,
        byte[] bytes,
        long[] met,
        byte[] frames,
        long limit,
        int serial);
  }

  /**
   * A packet that is offered.
   *
   * @param port network port
   * @param clock the clock from which on its first beat comes, as soon as the one before it on this
   *     port has come; below zero: as soon as there is room, too
   * @param frame its bytes
   * @param ifindex what it brings beside them
   * @param damaged whether whoever received it marks it as damaged
   */
  public record Offer(
      int port,
      long clock,
      byte[] frame,
      int ifindex,
      int queue,
      long time,
      int cpu,
      boolean damaged) {

    /** One that is not damaged. */
    public Offer(int port, long clock, byte[] frame, int ifindex, int queue, long time, int cpu) {
      this(port, clock, frame, ifindex, queue, time, cpu, false);
    }
  }

  /**
   * What became of a packet.
   *
   * @param begun clock of its first beat
   * @param ended clock of its last beat out, or in which it was dropped; 0 when it has not ended
   * @param fate what that is, or null while it has not ended
   * @param result the program's r0
   * @param rows rows executed
   * @param output where it left: a network port, or the number of ports for the host
   * @param target the interface that it was redirected to; {@link #HOST} for the host
   * @param metadata how many of the bytes that left are metadata, the first
   * @param frame as it left, empty if it was dropped
   */
  public record Met(
      long begun,
      long ended,
      Fate fate,
      int result,
      int rows,
      int output,
      int target,
      int metadata,
      byte[] frame) {}

  /**
   * Where to write the hardware's signals.
   *
   * @param file an FST file, which is there when the model is closed
   * @param from the first clock
   * @param to the last one
   */
  public record Wave(Path file, long from, long to) {
    /** All clocks. */
    public static Wave all(Path file) {
      return new Wave(file, 1, Long.MAX_VALUE);
    }

    private Path part() {
      return file.resolveSibling(file.getFileName() + ".part");
    }
  }

  private static final long PICOSECONDS_OF_KHZ = 1_000_000_000L;

  private final Wave wave;
  private final Nic library;
  private final Pointer nic;
  private final RtlMaps mapMemory;
  private final ProgramImage image;
  private final boolean chosenCpu;
  private final OutsideMemory memory;
  private final int seed;
  private boolean isLoaded;

  /** Whether the maps hold what map memory does. */
  private boolean isRead;

  /**
   * Builds the machine's model, if it was not built yet, and loads, with the first packet, an
   * image's first program and the contents of its maps.
   *
   * @param maps what maps hold at first
   * @throws org.weft.isa.InputException when the machine cannot be made
   * @throws org.weft.isa.RefusedException when the hardware has no unit for what a row asks for
   */
  public RtlModel(ProgramImage image, MapTable maps, boolean chosenCpu) {
    this(image, maps, chosenCpu, 0, null);
  }

  /**
   * The same with a seed, and its signals in a file.
   *
   * @param seed of random numbers
   * @param wave where to write signals, or null
   * @throws org.weft.isa.InputException when the machine cannot be made, or the file cannot be
   *     written
   * @throws org.weft.isa.RefusedException when the hardware has no unit for what a row asks for
   */
  public RtlModel(ProgramImage image, MapTable maps, boolean chosenCpu, long seed, Wave wave) {
    MissingUnits.refuse(image);
    this.image = image;
    this.chosenCpu = chosenCpu;
    this.seed = RandomNumbers.seed(seed);
    mapMemory = new RtlMaps(maps, image);
    memory = mapMemory.memory();
    mapMemory.refuse(memory);
    Map<String, ?> own = Map.of(Library.OPTION_OPEN_FLAGS, RTLD_NOW);
    this.wave = wave;
    if (wave != null) {
      WholeFile.write(wave.part().toAbsolutePath(), new byte[0]);
      UnfinishedFiles.begin(wave.part());
    }
    String file = ModelBuild.library(image.machine(), memory, wave != null).toString();
    library = Native.load(file, Nic.class, own);
    nic = library.weft_rtl_open();
    memory(NicOptions.DEFAULT.memoryLatency(), 0);
    if (wave != null) {
      long period = PICOSECONDS_OF_KHZ / image.machine().clockKhz();
      String part = wave.part().toAbsolutePath().toString();
      library.weft_rtl_wave(nic, part, wave.from(), wave.to(), period);
    }
  }

  private void begin() {
    if (!isLoaded) {
      load();
    }
  }

  /** Program and contents of maps; before the first packet, since maps are filled until then. */
  private void load() {
    isLoaded = true;
    mapMemory.refuse(memory);
    library.weft_rtl_begin(nic, chosenCpu ? 1 : 0);
    write(mapMemory.descriptors());
    write(List.of(new RegisterWrite(Register.RANDOM_SEED.offset(), seed)));
    write(LoadedProgram.writes(image));
    mapMemory.fill(this, library, nic);
    library.weft_rtl_start(nic);
  }

  /**
   * Writes to a register while packets run: from a clock on, behind what was to be written before.
   */
  public void schedule(long clock, RegisterWrite write) {
    begin();
    library.weft_rtl_schedule(nic, clock, write.offset(), write.data());
  }

  /** The clocks in which the hardware took the writes that were scheduled, as far as it did. */
  public long[] taken() {
    long[] clocks = new long[library.weft_rtl_taken(nic, new long[0], 0)];
    library.weft_rtl_taken(nic, clocks, clocks.length);
    return clocks;
  }

  /** Reads a register, between runs; takes some clocks. */
  public int read(int offset) {
    begin();
    return readNow(offset);
  }

  int readNow(int offset) {
    return library.weft_rtl_read(nic, offset);
  }

  /** Writes registers, between runs; takes some clocks. */
  public void write(List<RegisterWrite> writes) {
    begin();
    isRead = false;
    library.weft_rtl_write(
        nic,
        writes.size(),
        writes.stream().mapToInt(RegisterWrite::offset).toArray(),
        writes.stream().mapToInt(RegisterWrite::data).toArray());
    refuseBroken();
  }

  private void refuseBroken() {
    String broken = library.weft_rtl_broken(nic);
    if (!broken.isEmpty()) {
      throw new IllegalStateException("hardware: " + broken);
    }
  }

  /** The packet whose first beat comes next has this number; without it, they count on from 0. */
  public void number(long next) {
    begin();
    library.weft_rtl_number(nic, (int) next);
  }

  /** Words of eight bytes of the host's memory, from an address on; zero where none was written. */
  public long[] hostWords(long address, int count) {
    long[] words = new long[count];
    library.weft_rtl_host(nic, address, count, words);
    return words;
  }

  /** From now on outputs take nothing in about a quarter of all clocks, as {@link #takes} says. */
  public void stall(long seed) {
    library.weft_rtl_stall(nic, seed);
  }

  /**
   * What lies behind the memory port.
   *
   * @param latency clocks from a request to its answer, 1 to 10,000
   * @param stalls seed of the clocks in which it takes nothing and answers nothing; 0: there are
   *     none
   */
  public void memory(int latency, long stalls) {
    library.weft_rtl_memory(nic, latency, stalls);
  }

  /** Whether an output takes what leaves in a clock, by the seed of {@link #stall}. */
  public static boolean takes(long seed, int output, long clock) {
    long mixed = (seed ^ clock * 0x9e3779b97f4a7c15L) + output * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 30) * 0x94d049bb133111ebL;
    return seed == 0 || (mixed >>> 61) > 1;
  }

  /** Gives the maps that the model was made with what its map memory holds. */
  public void readMaps() {
    if (isLoaded && !isRead) {
      isRead = true;
      readRings();
      mapMemory.read(library, nic);
    }
  }

  /**
   * Plays the host that reads ring buffers, between runs: when all is stored, records are taken
   * through registers and noted in the maps that the model was made with. The next packet comes in
   * a clock in which the same has its turn as if nothing had been read.
   *
   * @return whether there are ring buffers, and clocks have passed
   */
  public boolean readRings() {
    if (!isLoaded || !mapMemory.hasRings()) {
      return false;
    }
    long begun = now();
    library.weft_rtl_settle(nic);
    mapMemory.readRings(new Bus());
    library.weft_rtl_align(nic, begun);
    refuseBroken();
    return true;
  }

  /** The registers, between runs. */
  private final class Bus implements Registers {
    @Override
    public int read(int offset) {
      return readNow(offset);
    }

    @Override
    public void write(int offset, int value) {
      library.weft_rtl_write(nic, 1, new int[] {offset}, new int[] {value});
    }
  }

  /** From now on rows are watched, see {@link #rows}. */
  public void watchRows() {
    library.weft_rtl_watch(nic);
  }

  /** Rows in their memory stage in the last run, as {@link org.weft.sim.lockstep} has them. */
  public long[] rows() {
    long[] rows = new long[library.weft_rtl_rows(nic, new long[0], 0)];
    library.weft_rtl_rows(nic, rows, rows.length);
    return rows;
  }

  /** Clocks since the beginning. */
  public long now() {
    return library.weft_rtl_now(nic);
  }

  /**
   * Runs packets until all have met their fate, at most so many clocks.
   *
   * @param serial whether each comes in the clock after the one before it has ended
   */
  public Met[] run(List<Offer> packets, boolean serial, long limit) {
    begin();
    isRead = false;
    int count = packets.size();
    long[] given = new long[count * GIVEN];
    int size = packets.stream().mapToInt(p -> p.frame().length).sum();
    byte[] bytes = new byte[size];
    int at = 0;
    for (int i = 0; i < count; i++) {
      Offer p = packets.get(i);
      int length = p.frame().length;
      long damaged = p.damaged() ? 1 : 0;
      long[] fields = {
        p.port(), p.clock(), at, length, p.ifindex(), p.queue(), p.time(), p.cpu(), damaged
      };
      System.arraycopy(fields, 0, given, i * GIVEN, GIVEN);
      System.arraycopy(p.frame(), 0, bytes, at, length);
      at += length;
    }
    long[] met = new long[count * MET];
    byte[] frames = new byte[count * FRAME_BYTES];
    library.weft_rtl_run(nic, count, given, bytes, met, frames, limit, serial ? 1 : 0);
    refuseBroken();
    Met[] results = new Met[count];
    for (int i = 0; i < count; i++) {
      int m = i * MET;
      byte[] frame = new byte[(int) met[m + 5]];
      System.arraycopy(frames, i * FRAME_BYTES, frame, 0, frame.length);
      results[i] =
          new Met(
              met[m],
              met[m + 1],
              met[m + 1] == 0 ? null : Fate.ofCode((int) met[m + 2]).orElseThrow(),
              (int) met[m + 3],
              (int) met[m + 4],
              (int) met[m + 6],
              (int) met[m + 8],
              (int) met[m + 7],
              frame);
    }
    return results;
  }

  /**
   * Runs clocks without looking at what happens: how fast the Verilated model is by itself.
   *
   * @param frame comes over and over, as long as there is room
   */
  public void runBare(byte[] frame, long clocks) {
    begin();
    library.weft_rtl_bare(nic, frame, frame.length, clocks);
  }

  @Override
  public void close() {
    library.weft_rtl_close(nic);
    if (wave != null) {
      try {
        Files.move(wave.part(), wave.file(), StandardCopyOption.REPLACE_EXISTING);
        UnfinishedFiles.end(wave.part());
      } catch (IOException e) {
        throw WholeFile.notWritten(wave.file(), e);
      }
    }
  }
}
