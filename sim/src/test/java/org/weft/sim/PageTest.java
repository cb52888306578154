package org.weft.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The statements of docs/microarchitecture.md and the tests that are named for them. */
final class PageTest {
  private static final List<Path> SOURCES =
      List.of(Path.of("src/test/java"), Path.of("../hw-model/src/test/scala"));

  private static final Pattern STATEMENT = Pattern.compile("(?m)^- \\[([A-Z]\\d+)\\] ");
  private static final Pattern TEST =
      Pattern.compile("(?m)^  (?:void|def) ([a-z]\\d+)[A-Z]\\w*\\(");

  private static Set<String> all(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map((MatchResult found) -> found.group(1).toUpperCase(Locale.ROOT))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void eachStatementHasATestThatBeginsWithItsNumber() throws IOException {
    String page = Files.readString(Path.of("../docs/microarchitecture.md"));
    Set<String> statements = all(STATEMENT, page);
    assertTrue(statements.size() > 50, "only " + statements);
    Set<String> tested = new TreeSet<>();
    for (Path folder : SOURCES) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          tested.addAll(all(TEST, Files.readString(file)));
        }
      }
    }
    statements.removeAll(tested);
    assertEquals(Set.of(), statements, "statements without a test, such as c1RowTakesDepthClocks");
  }
}
