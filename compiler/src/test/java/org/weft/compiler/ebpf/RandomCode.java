package org.weft.compiler.ebpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.weft.isa.InputException;
import org.weft.isa.xdp.Bytes;

/** Instructions for round trips: every opcode with many random fields, of which most matter. */
final class RandomCode {
  static final long SEED = 9669;
  private static final int PER_OPCODE = 1000;
  private static final int[] OFFSETS = {0, 0, 0, 0, 1, 8, 16, 32, -1, 32767, -32768};
  private static final int[] IMMEDIATES = {
    0, 0, 0, 0, 1, 16, 32, 64, -1, 0x40, 0x41, 0x50, 0x51, 0xa0, 0xa1, 0xe0, 0xe1, 0xf0, 0xf1
  };

  /** Bytes, and what they decode to. */
  record Sample(Bytes bytes, List<Instruction> instructions) {}

  private static final List<Sample> DECODABLE = generate();

  private RandomCode() {}

  /** Some samples of every instruction; the same in every run. */
  static List<Sample> decodable() {
    return DECODABLE;
  }

  private static List<Sample> generate() {
    Random random = new Random(SEED);
    List<Sample> samples = new ArrayList<>();
    for (int opcode = 0; opcode < 256; opcode++) {
      for (int i = 0; i < PER_OPCODE; i++) {
        byte[] bytes = bytes(random, opcode);
        try {
          samples.add(new Sample(Bytes.of(bytes), Decoder.decode(bytes)));
        } catch (InputException e) {
          if (!e.getMessage().matches("insn 0: .+")) {
            throw new AssertionError("seed " + SEED + ", not one line with its place", e);
          }
        }
      }
    }
    return samples;
  }

  private static byte[] bytes(Random random, int opcode) {
    int size = opcode == 0x18 ? 16 : 8;
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) opcode);
    bytes.put((byte) (register(random) << 4 | register(random)));
    bytes.putShort((short) (random.nextInt(4) == 0 ? random.nextInt() : pick(random, OFFSETS)));
    bytes.putInt(random.nextInt(4) == 0 ? random.nextInt() : pick(random, IMMEDIATES));
    if (size == 16 && random.nextInt(4) == 0) {
      bytes.putInt(8 + random.nextInt(2) * 4, random.nextInt());
    }
    return bytes.array();
  }

  private static int register(Random random) {
    return random.nextInt(3) == 0 ? 0 : random.nextInt(12);
  }

  private static int pick(Random random, int[] from) {
    return from[random.nextInt(from.length)];
  }
}
