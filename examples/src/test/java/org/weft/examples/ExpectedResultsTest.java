package org.weft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every example on its trace gives what its {@code expected.json} says. With {@code
 * -Dweft.rewrite=true} the files are written anew; look at the difference before keeping them.
 */
final class ExpectedResultsTest {
  static Stream<Arguments> examplesAndEngines() {
    return Example.all().stream()
        .flatMap(e -> Stream.of("ref", "rows").map(engine -> Arguments.of(e, engine)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("examplesAndEngines")
  void givesWhatIsExpected(Example example, String engine) throws IOException {
    Path file = example.file("expected.json");
    List<String> results = example.results(example.object(), example.file("traffic.pcap"), engine);
    if (Boolean.getBoolean("weft.rewrite")) {
      Files.write(file, results);
    }
    assertEquals(String.join("\n", Files.readAllLines(file)), String.join("\n", results));
  }

  @Test
  void thereAreExamples() {
    assertFalse(Example.all().isEmpty());
  }
}
