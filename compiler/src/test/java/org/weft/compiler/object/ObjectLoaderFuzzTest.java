package org.weft.compiler.object;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.compiler.btf.BtfBuilder;
import org.weft.compiler.elf.ElfBuilder;
import org.weft.compiler.elf.ElfRelocation;
import org.weft.compiler.elf.Words;
import org.weft.isa.InputException;

/**
 * Whatever the bytes: an object, or one line. Replay one input with the seed and number that the
 * failure prints; {@code -Dfuzz.inputs=N} makes the run longer.
 */
class ObjectLoaderFuzzTest {
  private static final int INPUTS = Integer.getInteger("fuzz.inputs", 4_000);
  private static final Duration LONGEST = Duration.ofSeconds(5);

  /** An object with everything that the loader reads. */
  private static byte[] rich() {
    ObjectBuilder object = new ObjectBuilder();
    ElfBuilder elf = object.elf;
    BtfBuilder btf = object.btf;
    int text = elf.code(".text", "r0 = 1; call pc-1; exit; r0 = 2; exit");
    int part = elf.symbol("part", ElfBuilder.FUNC, ElfBuilder.LOCAL, text, 0, 24);
    int leaf = elf.function("leaf", text, 3);
    elf.call(text, 1, leaf);
    int xdp =
        elf.code(
            "xdp",
            "r1 = *(u32 *)(r1 + 0); r1 = 0 ll; r2 = 0 ll; r3 = 0 ll;"
                + " r4 = 0 ll; call pc-1; exit; r0 = 2; exit");
    int main = elf.function("main", xdp, 0);
    elf.function("second", xdp, 11);
    int rodata = elf.data(".rodata", new byte[16]);
    int maps = elf.data(".maps", new byte[64]);
    int inner = btf.map("type", 2L, "key_size", 4L, "value_size", 8L, "max_entries", 4L);
    int outer = btf.map("type", 12L, "key_size", 4L, "max_entries", 4L, "values", inner);
    int m0 = elf.object("m0", maps, 0, 32);
    int m1 = elf.object("m1", maps, 32, 32);
    btf.section(".maps", btf.variable("m0", inner), 0, 32, btf.variable("m1", outer), 32, 32);
    elf.relocate(maps, 56, ElfRelocation.DATA_64, m0);
    byte[] old = new Words().u32(2, 4, 8, 4, 0).toArray();
    elf.load(xdp, 1, m1).load(xdp, 3, elf.object("constant", rodata, 8, 8));
    elf.load(xdp, 5, elf.object("old", elf.data("maps", old), 0, 20));
    elf.load(xdp, 7, elf.object("zero", elf.zeros(".bss", 32), 8, 8));
    elf.call(xdp, 9, part).license("GPL");
    int context = btf.struct("xdp_md", 8, "data", btf.integer("u32", 4), 4);
    btf.relocation("xdp", 0, context, "0:0", 0).line("xdp", 0, "a.c", 3, "x");
    btf.function("xdp", 0, btf.function("main", btf.prototype(btf.pointer(context))));
    assertTrue(main > 0);
    return object.build();
  }

  @ParameterizedTest
  @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @CsvSource({"truncated", "bits", "bytes", "words", "headers", "random", "spliced"})
  void malformedObjectsGiveOneLine(String damage) {
    byte[] good = rich();
    assertEquals(2, ObjectLoader.load("f", good).programs().size());
    int loaded = 0;
    for (int i = 0; i < INPUTS; i++) {
      byte[] bad = damaged(damage, good, new Random(i));
      String replay = damage + ", seed " + i;
      try {
        Assertions.assertTimeout(LONGEST, () -> ObjectLoader.load("f", bad), replay);
        loaded++;
      } catch (InputException e) {
        String message = e.getMessage();
        assertTrue(message.startsWith("f: ") && message.lines().count() == 1, replay + message);
      } catch (RuntimeException e) {
        throw new AssertionError(replay, e);
      }
    }
    assertTrue(loaded < INPUTS, "nothing was refused");
  }

  private static byte[] damaged(String damage, byte[] good, Random random) {
    byte[] bad = good.clone();
    int changes = 1 + random.nextInt(6);
    switch (damage) {
      case "truncated" -> {
        return Arrays.copyOf(bad, random.nextInt(bad.length));
      }
      case "random" -> {
        random.nextBytes(bad);
        System.arraycopy(good, 0, bad, 0, Math.min(bad.length, 64 * random.nextInt(3)));
      }
      case "spliced" -> {
        int length = random.nextInt(100);
        int from = random.nextInt(bad.length - length);
        System.arraycopy(good, from, bad, random.nextInt(bad.length - length), length);
      }
      default -> {
        for (int i = 0; i < changes; i++) {
          change(damage, bad, random);
        }
      }
    }
    return bad;
  }

  private static void change(String damage, byte[] bad, Random random) {
    int headers = ElfBuilder.headerOf(bad, 0);
    int at = random.nextInt(bad.length);
    switch (damage) {
      case "bits" -> bad[at] ^= (byte) (1 << random.nextInt(8));
      case "bytes" -> bad[at] = (byte) random.nextInt();
      case "words" -> {
        int[] values = {-1, 0, Integer.MAX_VALUE, bad.length, random.nextInt(200)};
        int value = values[random.nextInt(values.length)];
        byte[] word = new Words().u32(value).toArray();
        System.arraycopy(word, 0, bad, Math.min(at & ~3, bad.length - 4), 4);
      }
      case "headers" -> {
        int header = headers + random.nextInt(Math.max(1, bad.length - Math.max(headers, 0)));
        int place = random.nextInt(4) == 0 ? random.nextInt(64) : header;
        bad[Math.floorMod(place, bad.length)] = (byte) (random.nextInt(4) * 85);
      }
      default -> throw new IllegalArgumentException(damage);
    }
  }
}
