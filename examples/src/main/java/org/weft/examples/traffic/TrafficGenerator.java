package org.weft.examples.traffic;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Makes traffic, one frame after the other. The same kinds, seed, flows and size give the same
 * frames and times.
 */
public final class TrafficGenerator {
  /** Flows when nothing is said: few, so that maps hit. */
  public static final int DEFAULT_FLOWS = 16;

  private static final int MAX_FLOWS = 1 << 24;
  private static final int MAX_SIZE = 3520;
  private static final long START_NS = 1_700_000_000_000_000_000L;
  private static final int MAX_GAP_NS = 10_000_000;
  private static final long MAX_PAUSE_NS = 60_000_000_000L;

  private static final String USAGE =
      """
      usage: TrafficGenerator KIND[,KIND...] COUNT SEED OUT.pcap [--flows N] [--size BYTES]
        OUT.pcap - writes to standard output; --flows 1 to 16777216, 16 if not given;
        --size fixes the size of frames, 14 to 3520, where their headers fit
        kinds:\
      """;

  private final List<TrafficKind> kinds;
  private final SplittableRandom random;
  private final PacketBuilder packet;
  private long timestampNs = START_NS;

  /**
   * A generator.
   *
   * @param kinds kinds that take turns at random
   * @param flows different conversations, 1 to 16,777,216
   * @param size bytes of a frame where its headers fit, 14 to 3,520; 0 to vary
   */
  public TrafficGenerator(List<TrafficKind> kinds, long seed, int flows, int size) {
    if (kinds.isEmpty() || flows < 1 || flows > MAX_FLOWS || size < 0 || size > MAX_SIZE) {
      throw new IllegalArgumentException("kinds " + kinds + ", flows " + flows + ", size " + size);
    }
    this.kinds = List.copyOf(kinds);
    random = new SplittableRandom(seed);
    packet = new PacketBuilder(random, flows, size);
  }

  /** Traffic of one kind, sizes varying, few flows. */
  public TrafficGenerator(TrafficKind kind, long seed) {
    this(List.of(kind), seed, DEFAULT_FLOWS, 0);
  }

  /** Makes the next frame. */
  public void next() {
    timestampNs += 1 + random.nextInt(MAX_GAP_NS);
    // Now and then all is quiet, so that timers run out.
    if (random.nextInt(128) == 0) {
      timestampNs += random.nextLong(MAX_PAUSE_NS);
    }
    kinds.get(random.nextInt(kinds.size())).make(packet);
  }

  /** The frame, from index 0; valid until the next call of {@link #next}. */
  public byte[] frame() {
    return packet.frame.bytes;
  }

  /** Bytes of the frame. */
  public int length() {
    return packet.frame.length;
  }

  /** When it was sent, in nanoseconds since 1970; later than the one before. */
  public long timestampNs() {
    return timestampNs;
  }

  /** Writes so many frames as a pcap file, and closes it. */
  public void write(long count, OutputStream to) throws IOException {
    try (PcapFile pcap = new PcapFile(to)) {
      for (long i = 0; i < count; i++) {
        next();
        pcap.write(frame(), length(), timestampNs);
      }
    }
  }

  /** Writes a trace: see the usage. */
  public static void main(String[] args) throws IOException {
    try {
      run(List.of(args));
    } catch (IllegalArgumentException e) {
      System.err.println("TrafficGenerator: " + e.getMessage());
      System.err.println(USAGE + " " + List.of(TrafficKind.values()));
      System.exit(2);
    }
  }

  private static void run(List<String> args) throws IOException {
    List<String> positional = new ArrayList<>();
    int flows = DEFAULT_FLOWS;
    int size = 0;
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      if (arg.startsWith("--") && i + 1 == args.size()) {
        throw new IllegalArgumentException(arg);
      }
      switch (arg) {
        case "--flows" -> flows = Integer.parseInt(args.get(++i));
        case "--size" -> size = Integer.parseInt(args.get(++i));
        default -> positional.add(arg);
      }
    }
    if (positional.size() != 4) {
      throw new IllegalArgumentException("arguments");
    }
    List<TrafficKind> kinds = new ArrayList<>();
    for (String name : positional.get(0).split(",", -1)) {
      kinds.add(TrafficKind.valueOf(name.toUpperCase(Locale.ROOT)));
    }
    long count = Long.parseLong(positional.get(1));
    long seed = Long.parseLong(positional.get(2));
    TrafficGenerator generator = new TrafficGenerator(kinds, seed, flows, size);
    String out = positional.get(3);
    generator.write(
        count,
        out.equals("-")
            ? new FileOutputStream(FileDescriptor.out)
            : Files.newOutputStream(Path.of(out)));
  }
}
