package org.weft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.examples.traffic.TrafficGenerator;
import org.weft.examples.traffic.TrafficKind;
import org.weft.isa.image.ImageFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.Aspect;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.lockstep.LockStep;
import org.weft.sim.map.MapStore;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.rtl.RtlModel;

/**
 * The hardware does in each clock what engine sim does with the examples: many packets under way at
 * once, on one core and on two.
 */
final class HardwareTest {
  private static final int PACKETS = 300;

  /** Clocks between two packets of a port, for each core fewer. */
  private static final int GAP = 40;

  private static final List<TrafficKind> KINDS =
      List.of(
          TrafficKind.UDP,
          TrafficKind.TCP,
          TrafficKind.SYN_FLOOD,
          TrafficKind.VLAN,
          TrafficKind.IPV4_OPTIONS,
          TrafficKind.IPV6,
          TrafficKind.ICMP,
          TrafficKind.FULL_SIZE,
          TrafficKind.RUNTS,
          TrafficKind.MIX);

  /** {@code hxdp} with memories that hold the examples' maps. */
  private static final String LARGE =
      """
      preset = hxdp
      name = large
      map_kbytes = 4096
      table_slots = 131072
      """;

  private static final String TWO =
      """
      preset = nic100
      name = two
      cores = 2
      lanes = 2
      cpus = 4
      bank_bytes = 2
      bus_bytes = 32
      """;

  /** Examples whose maps do not fit {@code hxdp}: they lie behind the memory port there. */
  private static final List<String> OUTSIDE = List.of("firewall", "load-balancer", "syn-limiter");

  @TempDir static Path folder;

  static Stream<Arguments> examplesOnMachines() throws IOException {
    return Stream.concat(
        examplesOn(machine("large", LARGE), machine("two", TWO)),
        Example.all().stream()
            .filter(example -> OUTSIDE.contains(example.name()))
            .map(example -> Arguments.of(example, "hxdp")));
  }

  /** {@code -Dweft.hardware.machine=NAME or FILE} */
  static Stream<Arguments> examplesOnChosenMachine() {
    return examplesOn(System.getProperty("weft.hardware.machine", "nic100"));
  }

  private static Stream<Arguments> examplesOn(String... machines) {
    return Example.all().stream()
        .flatMap(example -> Stream.of(machines).map(machine -> Arguments.of(example, machine)));
  }

  private static String machine(String name, String text) throws IOException {
    Path file = folder.resolve(name + ".machine");
    Files.writeString(file, text);
    return file.toString();
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("examplesOnChosenMachine")
  @Tag("campaign")
  void sameClocksOnChosenMachine(Example example, String machine) throws IOException {
    sameClocks(example, machine);
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("examplesOnMachines")
  void sameClocks(Example example, String machine) throws IOException {
    ProgramImage image = image(example, machine);
    List<String> maps = example.maps();
    for (TrafficKind kind : KINDS) {
      LockStep.Setting setting =
          new LockStep.Setting(
              image,
              new EngineOptions(
                  image.machine().cpus(), EngineOptions.DEFAULT.seed(), example.network()),
              new NicOptions(NicOptions.DEFAULT.memoryLatency(), true),
              0,
              table -> fill(table, maps));
      try (LockStep lockStep = new LockStep(setting, null)) {
        assertTrue(lockStep.run(offers(kind, image.machine())), () -> kind + text(lockStep));
        lockStep.finish();
        assertFalse(lockStep.found().differs(), () -> kind + text(lockStep));
        assertEquals(PACKETS, lockStep.found().tally(Aspect.PACKETS).equalCount());
      }
    }
  }

  private static String text(LockStep lockStep) {
    StringBuilder text = new StringBuilder();
    for (Aspect aspect : Aspect.values()) {
      lockStep.found().tally(aspect).firstDifferences().forEach(d -> text.append("\n").append(d));
    }
    return text.toString();
  }

  private static ProgramImage image(Example example, String machine) throws IOException {
    Path image = folder.resolve(example.name() + ".image");
    Example.Printed printed =
        Example.weft(
            List.of("compile", example.object().toString(), "-m", machine, "-o", image.toString()));
    assertEquals(0, printed.status(), printed::err);
    return ImageFile.read(image);
  }

  /** Frames in random clocks, of random CPUs, on all ports. */
  private static List<RtlModel.Offer> offers(TrafficKind kind, MachineSpec machine) {
    TrafficGenerator traffic = new TrafficGenerator(kind, 7);
    Random random = new Random(kind.ordinal());
    long[] clock = new long[machine.ports()];
    List<RtlModel.Offer> offers = new ArrayList<>();
    for (int i = 0; i < PACKETS; i++) {
      traffic.next();
      byte[] frame = Arrays.copyOf(traffic.frame(), traffic.length());
      int port = random.nextInt(machine.ports());
      clock[port] += random.nextInt(GAP / machine.cores());
      int cpu = random.nextInt(machine.cpus());
      offers.add(
          new RtlModel.Offer(port, clock[port], frame, port + 1, 0, traffic.timestampNs(), cpu));
    }
    return offers;
  }

  /** What {@code --map} does. */
  private static void fill(MapStore table, List<String> arguments) {
    for (int i = 1; i < arguments.size(); i += 2) {
      String[] parts = arguments.get(i).split(":", -1);
      List<MapDefinition> definitions = table.definitions();
      int map = 0;
      while (!definitions.get(map).name().equals(parts[0])) {
        map++;
      }
      byte[] key = HexFormat.of().parseHex(parts[1]);
      MapType type = definitions.get(map).type();
      if (type.isMapOfMaps() || type == MapType.PROG_ARRAY) {
        table.putReference(map, key, parts[2]);
      } else {
        table.put(map, key, HexFormat.of().parseHex(parts[2]));
      }
    }
  }
}
