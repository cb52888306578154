package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugin protocol of bpf_conformance. */
class ExecCommandTest {
  @TempDir Path directory;

  private static final String EXIT = "95 00 00 00 00 00 00 00";

  private static Weft exec(String program, String... args) {
    List<String> all = new ArrayList<>(List.of("exec"));
    all.addAll(List.of(args));
    return Weft.withInput(program.getBytes(StandardCharsets.US_ASCII), all.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ref", "rows", "sim"})
  void memoryIsOneArgumentSplitAnywhereBetweenBytes(String engine) {
    // r0 = *(u32 *)(r1 + 0); exit
    String program = "61 10 00 00 00 00 00 00\n" + EXIT + " \n";
    for (String memory : List.of("aa bb cc dd", "aa  bb  cc  dd  ", "aabbccdd", "aa\tbb\ncc dd")) {
      Weft weft = exec(program, memory, "--engine", engine);
      assertEquals(new Weft(0, "ddccbbaa\n", ""), weft);
      assertEquals(weft, exec(program, "--engine", engine, memory));
    }
  }

  @ParameterizedTest
  @CsvSource({
    // r0 = r2; exit
    "bf 20 00 00 00 00 00 00, aa bb cc, 3",
    // r0 = -1; exit
    "b7 00 00 00 ff ff ff ff, , ffffffffffffffff",
    // *(u64 *)(r10 - 512) = 7; r0 = *(u64 *)(r10 - 512); exit
    "7a 0a 00 fe 07 00 00 00 79 a0 00 fe 00 00 00 00, , 7",
  })
  void registersAreSetAsTheProtocolSays(String code, String memory, String want) {
    for (String engine : List.of("ref", "rows", "sim")) {
      Weft weft =
          memory == null
              ? exec(code + EXIT, "--engine", engine)
              : exec(code + EXIT, "--engine", engine, memory);
      assertEquals(new Weft(0, want + "\n", ""), weft, engine);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // *(u64 *)(r10 - 8) = 5; r1 = 7; r1 = atomic_fetch_add(r10 - 8, r1);
    // r0 = *(u64 *)(r10 - 8); r0 <<= 8; r0 |= r1; exit
    "7a 0a f8 ff 05 00 00 00 b7 01 00 00 07 00 00 00 db 1a f8 ff 01 00 00 00 79 a0 f8 ff 00 00 00 00"
        + "67 00 00 00 08 00 00 00 4f 10 00 00 00 00 00 00, c05",
    // the same with r0 = 5 and atomic_cmpxchg: what was there is in r0, and 7 in its place
    "7a 0a f8 ff 05 00 00 00 b7 01 00 00 07 00 00 00 b7 00 00 00 05 00 00 00 db 1a f8 ff f1 00 00 00"
        + "79 a1 f8 ff 00 00 00 00 67 01 00 00 08 00 00 00 4f 10 00 00 00 00 00 00, 705",
    // with r0 = 6 it stays as it was
    "7a 0a f8 ff 05 00 00 00 b7 01 00 00 07 00 00 00 b7 00 00 00 06 00 00 00 db 1a f8 ff f1 00 00 00"
        + "79 a1 f8 ff 00 00 00 00 67 01 00 00 08 00 00 00 4f 10 00 00 00 00 00 00, 505",
    // atomic_cmpxchg of 32 bits compares the lower half of r0
    "62 0a f8 ff 05 00 00 00 62 0a fc ff ff ff ff ff b7 01 00 00 07 00 00 00"
        + "18 00 00 00 05 00 00 00 00 00 00 00 01 00 00 00 c3 1a f8 ff f1 00 00 00"
        + "79 a1 f8 ff 00 00 00 00 0f 10 00 00 00 00 00 00, ffffffff0000000c",
  })
  void atomicsOfTheStackWorkWithoutAUnit(String code, String want) throws IOException {
    Path machine = directory.resolve("plain.machine");
    Files.writeString(machine, "preset = nic100\nname = plain\natomics = 0\n");
    assertEquals(new Weft(0, want + "\n", ""), exec(code + EXIT, "--engine", "ref"));
    for (String engine : List.of("rows", "sim")) {
      Weft weft = exec(code + EXIT, "--engine", engine, "-m", machine.toString());
      assertEquals(new Weft(0, want + "\n", ""), weft, engine);
    }
  }

  /** No verifier has said that the number is never reached. */
  @Test
  void aNumberOnOneOfSeveralPathsIsNoPointer() {
    // r3 = 0; r4 = *(u8 *)(r1 + 0); *(u64 *)(r10 - 8) = 7; if r4 == 0 goto 8; r3 = r1;
    // if r4 == 1 goto 8; r3 = r10; r3 += -8; 8: r0 = *(u8 *)(r3 + 0); exit
    String code =
        "b7 03 00 00 00 00 00 00 71 14 00 00 00 00 00 00 7a 0a f8 ff 07 00 00 00"
            + "15 04 04 00 00 00 00 00 bf 13 00 00 00 00 00 00 15 04 02 00 01 00 00 00"
            + "bf a3 00 00 00 00 00 00 07 03 00 00 f8 ff ff ff 71 30 00 00 00 00 00 00";
    Weft weft = exec(code + EXIT, "--engine", "rows", "02");
    assertEquals(1, weft.status(), weft.toString());
    assertTrue(weft.err().contains("insn 8: accesses memory through a number"), weft.err());
  }

  @Test
  void memoryThatNoPacketHoldsIsRefused() {
    Weft weft = exec(EXIT, "--engine", "sim", "-m", "tiny", "00".repeat(2000));
    assertEquals(2, weft.status());
    assertEquals(1, weft.err().lines().count());
    assertTrue(
        weft.err().startsWith("weft: memory of 2000 bytes: a packet of machine tiny holds "));
  }

  @ParameterizedTest
  @CsvSource({
    "'', insn 0",
    "'95', ",
    "'ff 00 00 00 00 00 00 00', insn 0",
    "'05 00 05 00 00 00 00 00', insn 0",
    "'9', odd",
    "'zz', character 1 is no hexadecimal digit",
  })
  void invalidProgramsAreRefused(String program, String part) {
    for (String engine : List.of("ref", "rows")) {
      Weft weft = exec(program, "--engine", engine);
      assertEquals(2, weft.status(), weft.toString());
      assertEquals("", weft.out());
      assertEquals(1, weft.err().lines().count(), weft.err());
      assertTrue(part == null || weft.err().contains(part), weft.err());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ref", "rows"})
  void anEndlessLoopEnds(String engine) {
    Weft weft = exec("05 00 ff ff 00 00 00 00", "--engine", engine);
    assertEquals(1, weft.status());
    assertTrue(weft.err().contains("bound the loop"), weft.err());
  }

  @Test
  void otherEnginesAndArgumentsAreRefused() {
    assertEquals(2, exec(EXIT, "--engine", "kernel").status());
    assertEquals(2, exec(EXIT, "aa", "bb").status());
    assertEquals(2, exec(EXIT, "a").status());
  }
}
