package org.weft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.examples.traffic.TrafficKind;

/** {@code weft verify} finds no difference on any example with any kind of traffic. */
final class EnginesAgreeTest {
  private static final int PACKETS = 100;

  @TempDir static Path folder;

  static Stream<Arguments> examplesAndTraffic() {
    return Example.all().stream()
        .flatMap(e -> Stream.of(TrafficKind.values()).map(kind -> Arguments.of(e, kind)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("examplesAndTraffic")
  void kernelAndRef(Example example, TrafficKind kind) throws IOException {
    Example.Printed printed = verify(example, kind, "kernel,ref");
    assumeFalse(printed.kernelLeftOut(), printed::err);
    assertEquals(0, printed.status(), () -> printed.out() + printed.err());
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("examplesAndTraffic")
  void refRowsAndSim(Example example, TrafficKind kind) throws IOException {
    Example.Printed printed = verify(example, kind, "ref,rows,sim");
    assertEquals(0, printed.status(), () -> printed.out() + printed.err());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("org.weft.examples.Example#all")
  void onTheirOwnTraces(Example example) throws IOException {
    Example.Printed printed =
        example.weft("verify", example.object(), example.file("traffic.pcap"));
    assertEquals(0, printed.status(), () -> printed.out() + printed.err());
  }

  /** Packet by packet, clocks included. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("org.weft.examples.Example#all")
  void simAndRtl(Example example) throws IOException {
    Example.Printed printed =
        example.weft(
            "verify",
            example.object(),
            example.file("traffic.pcap"),
            "--engines",
            "sim,rtl",
            "-m",
            "hxdp");
    assertEquals(0, printed.status(), () -> printed.out() + printed.err());
  }

  /** On another interface, queue and CPU than the ones that are taken when nothing is said. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("org.weft.examples.Example#all")
  void elsewhere(Example example) throws IOException {
    Path trace = Example.trace(folder, TrafficKind.MIX, PACKETS);
    String cpu = Runtime.getRuntime().availableProcessors() > 1 ? "1" : "0";
    Example.Printed printed =
        example.weft(
            "verify", example.object(), trace, "--ifindex", "3", "--queue", "5", "--cpu", cpu);
    assertEquals(0, printed.status(), () -> printed.out() + printed.err());
  }

  private static Example.Printed verify(Example example, TrafficKind kind, String engines)
      throws IOException {
    Path trace = Example.trace(folder, kind, PACKETS);
    return example.weft("verify", example.object(), trace, "--engines", engines);
  }
}
