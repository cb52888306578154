package org.weft.sim.validate;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.weft.sim.packet.PacketBuffer;

/** Changes scenarios at random. */
final class Mutator {
  private static final int MAX_CHANGES = 6;

  /** Most changes are made where headers are. */
  private static final int HEADER_BYTES = 80;

  private static final int[] LENGTHS = {
    0, 13, 14, 15, 34, 54, 60, 64, 128, 600, 601, 1514, PacketBuffer.MAX_PACKET_BYTES
  };
  private static final long[] NUMBERS = {
    0, 1, 2, -1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffffL, 0x80000000L
  };
  private static final long SECOND = 1_000_000_000L;

  private final SplittableRandom random;
  private final Entries entries;
  private final long[] constants;
  private final List<byte[]> seeds;

  /**
   * A source of changes.
   *
   * @param constants numbers that stand in the program
   * @param seeds frames, parts of which are mixed in
   */
  Mutator(SplittableRandom random, Entries entries, long[] constants, List<byte[]> seeds) {
    this.random = random;
    this.entries = entries;
    this.constants = constants;
    this.seeds = seeds;
  }

  /** A changed scenario; parts of it come from another one. */
  Scenario mutate(Search.Kept kept, Search.Kept other) {
    Scenario changed = kept.scenario().copy();
    int changes = 1 + random.nextInt(MAX_CHANGES);
    for (int i = 0; i < changes; i++) {
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3 -> bytes(frameOf(changed), true);
        case 4 -> length(changed);
        case 5 -> splice(changed, other.scenario().frame);
        case 6 -> splice(changed, seeds.get(random.nextInt(seeds.size())));
        case 7 -> context(changed);
        case 8, 9 -> entry(changed, kept.calls());
        case 10 -> values(changed);
        default -> randomize(changed);
      }
    }
    if (random.nextInt(3) == 0) {
      Checksums.complete(changed.frame);
    }
    return changed;
  }

  private static byte[] frameOf(Scenario scenario) {
    return scenario.frame;
  }

  private int at(int length, boolean nearStart) {
    int limit = nearStart && random.nextInt(8) != 0 ? Math.min(length, HEADER_BYTES) : length;
    return random.nextInt(limit);
  }

  private void bytes(byte[] bytes, boolean nearStart) {
    if (bytes.length == 0) {
      return;
    }
    int at = at(bytes.length, nearStart);
    switch (random.nextInt(5)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt();
      case 2 -> bytes[at] += (byte) (random.nextInt(17) - 8);
      case 3 -> write(bytes, at, NUMBERS[random.nextInt(NUMBERS.length)]);
      default -> write(bytes, at, constant());
    }
  }

  private long constant() {
    return constants.length == 0 ? 0 : constants[random.nextInt(constants.length)];
  }

  private void write(byte[] bytes, int at, long value) {
    int width = 1 << random.nextInt(4);
    if (at + width <= bytes.length) {
      Substitution.write(bytes, at, value, width, random.nextBoolean());
    }
  }

  private void length(Scenario scenario) {
    int length = scenario.frame.length;
    switch (random.nextInt(3)) {
      case 0 -> scenario.resize(LENGTHS[random.nextInt(LENGTHS.length)]);
      case 1 -> scenario.resize(length + random.nextInt(33) - 16);
      default -> scenario.resize(random.nextInt(length + 1));
    }
  }

  /** Goes on with another frame's bytes, at the same place or moved. */
  private void splice(Scenario scenario, byte[] other) {
    if (other.length == 0) {
      return;
    }
    int cut = at(Math.max(1, scenario.frame.length), true);
    int from = random.nextBoolean() ? Math.min(cut, other.length) : at(other.length, true);
    int length = Math.min(cut + other.length - from, PacketBuffer.MAX_PACKET_BYTES);
    byte[] spliced = Arrays.copyOf(scenario.frame, length);
    System.arraycopy(other, from, spliced, cut, length - cut);
    scenario.frame = spliced;
  }

  private void context(Scenario scenario) {
    switch (random.nextInt(6)) {
      case 0 -> scenario.set(Scenario.IFINDEX, random.nextInt(10));
      case 1 -> scenario.set(Scenario.QUEUE, random.nextInt(70));
      case 2 -> scenario.set(Scenario.CPU, random.nextInt(8));
      case 3 -> scenario.resizeMetadata(metadataBytes());
      case 4 -> scenario.setTime(scenario.time() + (random.nextInt(41) - 20) * SECOND);
      default -> scenario.set(Scenario.NUMBER, random.nextInt(1 << 16));
    }
  }

  private int metadataBytes() {
    return random.nextInt(3) == 0 ? 0 : random.nextInt(Scenario.MAX_METADATA_BYTES + 4);
  }

  /** Adds, changes or takes away the entry that a call of the last run was about. */
  private void entry(Scenario scenario, List<Recorder.Call> calls) {
    if (calls.isEmpty()) {
      return;
    }
    Recorder.Call call = calls.get(random.nextInt(calls.size()));
    if (!entries.isChangeable(call.map())) {
      return;
    }
    byte[] key = call.key().toArray();
    int at = scenario.find(call.map(), key);
    if (at >= 0 && random.nextInt(4) == 0) {
      scenario.entries.remove(at);
      return;
    }
    if (random.nextInt(8) == 0) {
      bytes(key, false);
    }
    scenario.put(entries.any(call.map(), key));
  }

  private void values(Scenario scenario) {
    if (!scenario.entries.isEmpty()) {
      MapEntry entry = scenario.entries.get(random.nextInt(scenario.entries.size()));
      bytes(random.nextInt(8) == 0 ? entry.key() : entry.value(), false);
    }
  }

  /** Makes a stretch random, so that what is copied from it can be told apart. */
  private void randomize(Scenario scenario) {
    byte[] frame = scenario.frame;
    if (frame.length > 0) {
      int from = at(frame.length, true);
      int end = Math.min(frame.length, from + 1 + random.nextInt(32));
      for (int i = from; i < end; i++) {
        frame[i] = (byte) random.nextInt();
      }
    }
  }
}
