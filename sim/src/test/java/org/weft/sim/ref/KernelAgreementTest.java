package org.weft.sim.ref;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.AtomicOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.compiler.ebpf.SwapKind;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** Random programs and map operations in {@code ref} and in the running kernel. */
class KernelAgreementTest {
  private static final int[] SCALARS = {0, 1, 2, 3, 4, 5, 9};
  private static final int[] NUMBERS = {
    0, 1, -1, 2, 31, 32, 63, 64, 255, 256, 0xffff, 0x10000, -128, -32768, 0x7fffffff, 0x80000000
  };

  /** Loads the packet into r7, leaves when it is shorter than 128 bytes. */
  private static final String PROLOGUE =
      """
      r6 = r1
      r7 = *(u32 *)(r6 + 0)
      r8 = *(u32 *)(r6 + 4)
      r2 = r7
      r2 += 128
      if r2 <= r8 goto +2
      r0 = 7
      exit
      """;

  @Test
  void instructions() {
    for (int seed = 1; seed <= 150; seed++) {
      Random random = new Random(seed);
      try (KernelPair pair = new KernelPair("seed " + seed, List.of(), program(random))) {
        for (int i = 0; i < 20; i++) {
          byte[] frame = new byte[128];
          random.nextBytes(frame);
          for (int at = 0; at < 128; at += 8) {
            if (random.nextBoolean()) {
              long number = NUMBERS[random.nextInt(NUMBERS.length)];
              number = random.nextBoolean() ? number & 0xffffffffL : number << random.nextInt(33);
              for (int b = 0; b < 8; b++) {
                frame[at + b] = (byte) (number >>> 8 * b);
              }
            }
          }
          pair.run(frame);
        }
      }
    }
  }

  /** Registers and stack from the packet, random instructions, registers and stack to it. */
  private static List<Instruction> program(Random random) {
    StringBuilder before = new StringBuilder(PROLOGUE);
    for (int i = 0; i < 16; i++) {
      before.append(
          "r1 = *(u64 *)(r7 + %d)\n*(u64 *)(r10 - %d) = r1\n".formatted(8 * i, 8 + 8 * i));
    }
    StringBuilder after = new StringBuilder();
    for (int i = 0; i < SCALARS.length; i++) {
      before.append("r%d = *(u64 *)(r10 - %d)\n".formatted(SCALARS[i], 8 + 8 * i));
      after.append("*(u64 *)(r7 + %d) = r%d\n".formatted(8 * i, SCALARS[i]));
    }
    for (int i = SCALARS.length; i < 16; i++) {
      after.append("r1 = *(u64 *)(r10 - %d)\n*(u64 *)(r7 + %d) = r1\n".formatted(8 + 8 * i, 8 * i));
    }
    List<Instruction> code = Objects.code(before.toString());
    int length = 1 + random.nextInt(40);
    for (int left = length; left > 0; left--) {
      code.add(instruction(random, Math.min(4, left - 1)));
    }
    code.addAll(Objects.code(after + "exit"));
    return code;
  }

  private static int scalar(Random random) {
    return SCALARS[random.nextInt(SCALARS.length)];
  }

  private static Instruction instruction(Random random, int room) {
    int dst = scalar(random);
    Operand src =
        random.nextInt(3) == 0
            ? Operand.constant(NUMBERS[random.nextInt(NUMBERS.length)])
            : Operand.register(scalar(random));
    boolean is64 = random.nextBoolean();
    int bytes = 1 << random.nextInt(4);
    int slot = -8 * (1 + random.nextInt(16));
    return switch (random.nextInt(10)) {
      case 0 ->
          new Instruction.Swap(SwapKind.values()[random.nextInt(3)], dst, 16 << random.nextInt(3));
      case 1 -> new Instruction.Store(10, slot, bytes, src);
      case 2 -> new Instruction.Load(dst, 10, slot, bytes, bytes < 8 && is64);
      case 3 -> {
        AtomicOp op = AtomicOp.values()[random.nextInt(AtomicOp.values().length)];
        boolean fetch = op.ordinal() >= AtomicOp.XCHG.ordinal() || random.nextBoolean();
        yield new Instruction.Atomic(op, fetch, is64, 10, slot, dst);
      }
      case 4, 5 -> {
        JumpOp op = JumpOp.values()[1 + random.nextInt(JumpOp.values().length - 1)];
        yield new Instruction.Jump(op, is64, dst, src, random.nextInt(room + 1));
      }
      default -> arithmetic(random, dst, src, is64);
    };
  }

  private static Instruction arithmetic(Random random, int dst, Operand src, boolean is64) {
    AluOp op = AluOp.values()[random.nextInt(AluOp.values().length)];
    return switch (op) {
      case NEG -> new Instruction.Alu(op, is64, dst, Operand.constant(0));
      case MOVSX8, MOVSX16, MOVSX32 ->
          new Instruction.Alu(
              op, is64 || op == AluOp.MOVSX32, dst, src.isRegister() ? src : Operand.register(dst));
      // A constant divisor of 0, or a constant shift beyond the width, is no program for Linux.
      case DIV, MOD, SDIV, SMOD ->
          new Instruction.Alu(op, is64, dst, src.isRegister() || src.value() != 0 ? src : two());
      case LSH, RSH, ARSH ->
          new Instruction.Alu(
              op, is64, dst, src.isRegister() ? src : Operand.constant(src.value() & 31));
      default -> new Instruction.Alu(op, is64, dst, src);
    };
  }

  private static Operand two() {
    return Operand.constant(2);
  }

  @ParameterizedTest
  @CsvSource({
    "ARRAY, 4, 12, 5, 0",
    "PERCPU_ARRAY, 4, 8, 5, 0",
    "HASH, 3, 12, 5, 0",
    "HASH, 16, 8, 5, 1",
    "PERCPU_HASH, 8, 8, 5, 0",
    "PERCPU_HASH, 8, 8, 5, 1",
    "LRU_HASH, 8, 8, 300, 0",
    "LRU_PERCPU_HASH, 4, 8, 300, 0",
    "LPM_TRIE, 6, 8, 5, 1",
  })
  void mapOperations(MapType type, int keyBytes, int valueBytes, int entries, int flags) {
    List<MapDefinition> maps =
        List.of(MapDefinition.of("m", type, keyBytes, valueBytes, entries, flags));
    try (KernelPair pair = new KernelPair("" + type, maps, operations(valueBytes))) {
      Random random = new Random(11);
      List<byte[]> keys = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        byte[] key = new byte[keyBytes];
        random.nextBytes(key);
        if (type.isIndexed() || type == MapType.LPM_TRIE) {
          key[0] = (byte) (type.isIndexed() ? i : random.nextInt(20));
          key[1] = 0;
          key[2] = 0;
          key[3] = 0;
        }
        keys.add(key);
      }
      for (int i = 0; i < 2000; i++) {
        byte[] frame = new byte[128];
        random.nextBytes(frame);
        frame[0] = (byte) random.nextInt(4);
        for (int at = 8; at < 16; at++) {
          frame[at] = 0;
        }
        frame[8] = (byte) (random.nextInt(6) == 0 ? random.nextInt(10) : random.nextInt(3));
        frame[15] = (byte) (random.nextInt(50) == 0 ? 0x80 : 0);
        System.arraycopy(keys.get(random.nextInt(8)), 0, frame, 32, keyBytes);
        pair.run(frame);
      }
      pair.compareMap();
    }
  }

  /**
   * By byte 0 of the packet: 0 looks up and copies the value, 1 updates, 2 deletes, 3 looks up,
   * updates and copies what is then at the address. Flags at 8, key at 32, value at 64; the result
   * goes to 16, what was found to 96.
   */
  private static List<Instruction> operations(int valueBytes) {
    String key = "map 10\nr2 = r7\nr2 += 32\n";
    String update =
        key + "r3 = r7\nr3 += 64\nr4 = *(u64 *)(r7 + 8)\ncall 2\n*(u64 *)(r7 + 16) = r0\n";
    StringBuilder copy = new StringBuilder();
    for (int at = 0; at < valueBytes; at += 4) {
      copy.append("r1 = *(u32 *)(r9 + %d)\n*(u32 *)(r7 + %d) = r1\n".formatted(at, 96 + at));
    }
    String copied = copy.toString();
    String leave = "r0 = 2\nexit\n";
    String found = key + "call 1\nr9 = r0\n";
    String skip = "if r9 == 0 goto +%d\n";
    List<Instruction> code = Objects.code(PROLOGUE);
    String[] cases = {
      found + skip.formatted(size(copied)) + copied,
      update,
      key + "call 3\n*(u64 *)(r7 + 16) = r0\n",
      found + skip.formatted(size(update + copied)) + update + copied,
    };
    for (int i = 0; i < cases.length; i++) {
      String body = cases[i] + leave;
      code.addAll(
          Objects.code("r1 = *(u8 *)(r7 + 0)\nif r1 != %d goto +%d".formatted(i, size(body))));
      code.addAll(Objects.code(body));
    }
    code.addAll(Objects.code(leave));
    return code;
  }

  private static int size(String text) {
    return Objects.code(text).size();
  }
}
