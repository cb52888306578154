package org.weft.isa.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.InputException;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.RowParser;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

class ImageFileTest {
  private static final int BODY = 8 + 4 + 64;

  private static ProgramImage image(String rows) {
    MapDefinition inner = MapDefinition.of("inner", MapType.ARRAY, 4, 8, 3, 0);
    return new ProgramImage(
        MachineSpec.preset("hxdp"),
        RowParser.parse(rows),
        List.of(
            MapDefinition.of("flows", MapType.HASH, 16, 8, 1024, 0),
            new MapDefinition(
                ".data", MapType.ARRAY, 4, 3, 1, 0, null, Bytes.of((byte) 1, (byte) 2), List.of()),
            new MapDefinition(
                "outer",
                MapType.ARRAY_OF_MAPS,
                4,
                4,
                2,
                0,
                inner,
                Bytes.EMPTY,
                List.of(new MapDefinition.Reference(1, "flows")))),
        List.of(new ProgramImage.Entry("main", 0), new ProgramImage.Entry("other", 1)),
        List.of(new ProgramImage.Origin(0, 1, 0, 7, "prog.c", 12)));
  }

  private static ProgramImage sample() {
    return image("nop | r1 = mov 5 | nop | nop\nexit PASS | nop | nop | nop\n");
  }

  @Test
  void writtenImageReadsBackEqual(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("a.weft");
    ImageFile.write(sample(), file);
    assertEquals(sample(), ImageFile.read(file));
    assertArrayEquals(ImageFile.bytes(sample()), Files.readAllBytes(file));
    try (var files = Files.list(directory)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void failedWriteLeavesNothing(@TempDir Path directory) {
    Path file = directory.resolve("missing").resolve("a.weft");
    assertThrows(InputException.class, () -> ImageFile.write(sample(), file));
    assertFalse(Files.exists(file));
  }

  @Test
  void deviceIsWrittenInPlaceAndStaysOne() {
    Path device = Path.of("/dev/full");
    assumeTrue(Files.exists(device) && !Files.isRegularFile(device), "no /dev/full here");
    assertThrows(InputException.class, () -> ImageFile.write(sample(), device));
    assertFalse(Files.isRegularFile(device));
  }

  @Test
  void anyFlippedBitIsNoticed() {
    byte[] file = ImageFile.bytes(sample());
    for (int bit = 0; bit < 8 * file.length; bit++) {
      byte[] damaged = file.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThrows(InputException.class, () -> ImageFile.read("x", damaged));
    }
  }

  @Test
  void anyCutIsNoticed() {
    byte[] file = ImageFile.bytes(sample());
    for (int length = 0; length < file.length; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThrows(InputException.class, () -> ImageFile.read("x", cut));
    }
  }

  /** With a right checksum damage reaches the checks of the content. */
  @Test
  void damageWithARightChecksumGivesAnImageOrOneClearLine() throws Exception {
    byte[] file = ImageFile.bytes(sample());
    Random random = new Random(3);
    for (int i = 0; i < 30_000; i++) {
      byte[] damaged = file.clone();
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        damaged[BODY + random.nextInt(file.length - BODY)] = (byte) random.nextInt();
      }
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(damaged, BODY, damaged.length - BODY);
      System.arraycopy(digest.digest(), 0, damaged, BODY - 32, 32);
      try {
        ImageFile.read("x", damaged);
      } catch (InputException e) {
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
      }
    }
  }

  @Test
  void imageForAnotherMachineIsRefused() throws Exception {
    byte[] file = ImageFile.bytes(sample());
    byte[] other = MachineFile.hash(MachineSpec.preset("nic100"));
    System.arraycopy(other, 0, file, 12, other.length);
    InputException e = assertThrows(InputException.class, () -> ImageFile.read("x", file));
    assertTrue(e.getMessage().contains("machine"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          r0 = mov 1 | nop | nop | nop; does not leave
          r1 = mov 1 | nop; writes r1
          goto 9; goes to row 9
          r0 = lsh r1, 2 | r1 = lsh r1, 2 | exit PASS; more shifts
          r0 = load8 pkt[0] | r1 = load8 pkt[1] | r2 = load8 stk[0] | exit PASS; memory ports
          r0 = load8 map[r1] | store8 map[r2] = 0 | exit PASS; map values
          goto 0 | goto 0 | exit PASS; too many branches
          r0 = call ktime_get_ns() | r1 = call ktime_get_ns() | exit PASS; more than one call
          r0 = lsh r1, 2 | r1 = mul r1, 3 | exit PASS; ways to their units
          r0 = call xdp_adjust_head(ctx, r1) | r1 = load8 pkt[0] | exit PASS; moves the packet
          r0 = swap64.32 r1 | exit PASS; no 32-bit form
          tail_call r1, r2 | exit PASS; not the last effect
          r0 = call ringbuf_output(map1, stk 0, r2, r3) | exit PASS; bpf_ringbuf_output is no unit
          store8 stk[0] = 1 | goto 0 if r1 == 0 | r2 = call map_delete_elem(r1, stk r3) | exit PASS; before a branch
          """)
  void rowsThatBreakARuleAreRefused(String rows, String cause) {
    InputException e = assertThrows(InputException.class, () -> ImageCheck.check(image(rows)));
    assertTrue(e.getMessage().contains(cause), e.getMessage());
  }
}
