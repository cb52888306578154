package org.weft.sim.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Random;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.HelperFunction;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.map.MapTable;
import org.weft.sim.packet.PacketBuffer;

/** Rows as code for the JVM do what rows are defined to do. */
final class RandomRowsTest {
  private static final int IMAGES = 1500;
  private static final int PACKETS = 3;
  private static final long SEED = 4_711;

  @Test
  void compiledRowsDoWhatRowsAreDefinedToDo() {
    agree(SEED, IMAGES);
  }

  /** The images of these seeds stored to a program array, and made tail calls through it. */
  @Test
  void entriesThatRowsMadeAreNoPrograms() {
    agree(933_441, 1);
  }

  /** {@code -Dweft.random.programs=N -Dweft.random.seed=S} */
  @Test
  @Tag("campaign")
  void manyCompiledRowsDoWhatRowsAreDefinedToDo() {
    long seed = Long.getLong("weft.random.seed", System.nanoTime());
    agree(seed, Integer.getInteger("weft.random.programs", 10_000));
  }

  static void agree(long seed, int images) {
    for (int i = 0; i < images; i++) {
      long each = seed + i;
      try {
        agree(each);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + each + ": " + e, e);
      }
    }
  }

  private static void agree(long seed) {
    Random random = new Random(seed);
    ProgramImage image =
        RandomRows.image(random, machine(random, 1 + random.nextInt(8)), 4 + random.nextInt(30));
    EngineOptions options = new EngineOptions(1, seed);
    RowsEngine engine = new RowsEngine(image, options);
    NaiveRows naive = new NaiveRows(image, options);
    for (int number = 0; number < PACKETS; number++) {
      byte[] frame = new byte[40 + random.nextInt(40)];
      random.nextBytes(frame);
      PacketBuffer one = packet(frame, number);
      PacketBuffer two = packet(frame, number);
      String expected = outcome(naive::run, one);
      String returned = outcome(engine::run, two);
      String at = "seed " + seed + ", packet " + number + ": ";
      String defined = show(expected, naive.rows, one, naive.maps);
      String compiled = show(returned, engine.rowsExecuted(), two, engine.maps());
      if (!defined.equals(compiled)) {
        StringBuilder text = new StringBuilder(at).append('\n');
        for (int row = 0; row < image.rows().size(); row++) {
          text.append(row).append(": ").append(image.rows().get(row)).append('\n');
        }
        assertEquals(defined, compiled, text::toString);
      }
    }
  }

  /** What a program returns, or that it cannot go on. */
  private static String outcome(ToIntFunction<PacketBuffer> engine, PacketBuffer packet) {
    try {
      return "returned " + engine.applyAsInt(packet);
    } catch (ProgramFault e) {
      return "failed";
    }
  }

  private static PacketBuffer packet(byte[] frame, int number) {
    PacketBuffer packet = new PacketBuffer();
    packet.receive(frame, 0, frame.length);
    packet.number = number;
    return packet;
  }

  private static String show(String outcome, long rows, PacketBuffer packet, MapTable maps) {
    return String.format(
        "%s after %d rows, data %d, meta %s, packet %s, redirect %d, maps %s %s",
        outcome,
        rows,
        packet.data,
        HexFormat.of().formatHex(packet.bytes, packet.dataMeta, packet.data),
        HexFormat.of().formatHex(packet.bytes, packet.data, packet.dataEnd),
        packet.redirectIfindex,
        maps.contents(0).entries(),
        maps.contents(1).entries());
  }

  private static MachineSpec machine(Random random, int lanes) {
    return new MachineSpec(
        "random",
        1,
        4,
        4,
        4,
        lanes,
        32,
        1 + random.nextInt(3),
        1 + random.nextInt(3),
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        1,
        1,
        8192,
        1,
        1536,
        256,
        512,
        1,
        MachineSpec.Dispatch.ROUND_ROBIN,
        32,
        100_000,
        1,
        4,
        4,
        512,
        1,
        1024,
        EnumSet.allOf(HelperFunction.class));
  }
}
