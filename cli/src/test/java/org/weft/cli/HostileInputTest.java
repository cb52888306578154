package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever bytes come in: one line and status 1 or 2, or a result; never a defect. {@code
 * -Dweft.cases=30000} tries more.
 */
class HostileInputTest {
  private static final long SEED = 20_241_031;
  private static final int CASES = Integer.getInteger("weft.cases", 1500);

  @TempDir Path directory;

  private static void check(Weft weft, String what, int number) {
    String where = what + ", seed " + SEED + ", case " + number + ": " + weft.err();
    assertTrue(weft.status() >= 0 && weft.status() <= 2, where);
    long notes = weft.err().lines().filter(line -> line.startsWith("weft: note: ")).count();
    long lines = weft.err().lines().count();
    assertTrue(weft.status() == 0 ? lines == notes : lines == 1 && notes == 0, where);
  }

  /** Cut off, bits flipped, bytes and words overwritten, or nothing but noise. */
  private static byte[] damage(byte[] whole, Random random) {
    if (random.nextInt(20) == 0) {
      byte[] noise = new byte[random.nextInt(300)];
      random.nextBytes(noise);
      return noise;
    }
    byte[] bytes =
        random.nextInt(8) == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
    for (int left = random.nextInt(8); left >= 0 && bytes.length > 4; left--) {
      int at = random.nextInt(bytes.length - 4);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> Arrays.fill(bytes, at, at + 4, (byte) (random.nextBoolean() ? 0xff : 0));
        default -> System.arraycopy(bytes, random.nextInt(bytes.length - 4), bytes, at, 4);
      }
    }
    return bytes;
  }

  @Test
  void objects() throws IOException {
    Random random = new Random(SEED);
    List<String> names =
        List.of("firewall", "tail-call", "subprog", "router-ipv4", "load-balancer");
    String trace = new TraceFile().packet(64, 64).write(directory.resolve("t.pcap"));
    for (int i = 0; i < CASES; i++) {
      byte[] whole = Files.readAllBytes(Path.of(Weft.object(names.get(i % names.size()))));
      Path file = Files.write(directory.resolve("x.o"), damage(whole, random));
      check(Weft.run("disasm", file.toString()), "object", i);
      if (i % 4 == 0) {
        check(Weft.run("run", file.toString(), "--pcap", trace), "object to run", i);
      }
    }
  }

  @Test
  void images() throws IOException {
    Random random = new Random(SEED);
    Path image = directory.resolve("x.weft");
    Weft.run("compile", Weft.object("firewall"), "-o", image.toString());
    byte[] whole = Files.readAllBytes(image);
    for (int i = 0; i < CASES; i++) {
      Path file = Files.write(directory.resolve("y.weft"), damage(whole, random));
      check(Weft.run("disasm", file.toString()), "image", i);
    }
  }

  @Test
  void traces() throws IOException {
    Random random = new Random(SEED);
    byte[] whole = Files.readAllBytes(Path.of(Weft.trace("firewall")));
    for (int i = 0; i < CASES; i++) {
      Path file = Files.write(directory.resolve("x.pcap"), damage(whole, random));
      String[] args = {"run", Weft.object("drop"), "--pcap", file.toString(), "--json"};
      check(Weft.run(args), "trace", i);
    }
  }

  @Test
  void mapArguments() {
    Random random = new Random(SEED);
    String[] starts = {"flows:", "outcomes:00000000:", "outcomes:", "", "x:"};
    for (int i = 0; i < CASES / 10; i++) {
      StringBuilder text = new StringBuilder(starts[random.nextInt(starts.length)]);
      for (int left = random.nextInt(40); left > 0; left--) {
        int kind = random.nextInt(10);
        text.append(
            kind == 0
                ? (char) random.nextInt(0x300)
                : kind == 1 ? ':' : "0123456789abcdef".charAt(random.nextInt(16)));
      }
      String object = Weft.object("firewall");
      check(
          Weft.run("run", object, "--pcap", Weft.trace("drop"), "--map=" + text, "--limit", "1"),
          "--map " + text,
          i);
    }
  }

  @Test
  void programs() {
    Random random = new Random(SEED);
    // Opcodes of all classes, so that many programs are nearly valid.
    int[] opcodes = {
      0xb7, 0xbf, 0x07, 0x0f, 0x61, 0x79, 0x63, 0x7b, 0x15, 0x1d, 0x55, 0x18, 0x85, 0x95, 0xdb, 0xd4
    };
    for (int i = 0; i < CASES / 3; i++) {
      StringBuilder hex = new StringBuilder();
      for (int left = random.nextInt(12); left >= 0; left--) {
        int opcode = random.nextInt(5) == 0 ? random.nextInt(256) : opcodes[random.nextInt(16)];
        int registers = random.nextInt(11) << 4 | random.nextInt(11);
        int small = random.nextInt(8) - 2;
        hex.append("%02x%02x%02x%02x".formatted(opcode, registers, small & 255, small >> 8 & 255));
        hex.append("%02x000000 ".formatted(random.nextInt(16)));
      }
      byte[] input = (hex + "9500000000000000").getBytes(StandardCharsets.US_ASCII);
      String engine = random.nextBoolean() ? "ref" : "rows";
      check(Weft.withInput(input, "exec", "--engine", engine, "00112233"), "program " + hex, i);
    }
  }
}
