package org.weft.bitstream.ice40;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.bitstream.step.Steps;
import org.weft.bitstream.step.Tools;
import org.weft.isa.RefusedException;

class PlacementTest {
  @TempDir private Path folder;
  private final List<String> said = new ArrayList<>();
  private Path part;

  private final class Listener implements Steps.Watcher {
    @Override
    public void begins(String step) {}

    @Override
    public void ends(String step, boolean isUnchanged) {}

    @Override
    public void says(String line) {
      said.add(line);
    }
  }

  /** A router that finds its way from seed 4 on. */
  @BeforeEach
  void router() throws IOException {
    part = Files.createDirectory(folder.resolve("part"));
    Path tool = folder.resolve("router");
    Files.writeString(
        tool,
        """
        #!/bin/sh
        echo "Info:       1000 |        0        999 |    0   999 |     14024|       0.53       0.53|"
        [ "$1" -ge 4 ] && exit 0
        echo "Info:     201000 |   193169       6737 | 1000     0 |     14659|       0.11     152.57|"
        exec sleep 60
        """);
    assertTrue(tool.toFile().setExecutable(true));
  }

  private void place(int seed) throws IOException {
    Tools tools = new Tools(folder.toString());
    Steps.Watcher watcher = new Listener();
    new Placement(tools, s -> List.of("router", String.valueOf(s)), seed, "seed", watcher)
        .run(folder, part, folder.resolve("log"));
  }

  @Test
  void theNextSeedIsTriedWhereTheRouterComesToNoEnd() throws IOException {
    place(2);
    assertEquals("4\n", Files.readString(part.resolve("seed")));
    String tried =
        "nextpnr-ice40 finds no way for all signals from seed %d within 50000 routes;"
            + " the next seed is tried";
    assertEquals(List.of(tried.formatted(2), tried.formatted(3)), said);
    place(7);
    assertEquals("7\n", Files.readString(part.resolve("seed")));
    assertEquals(2, said.size());
  }

  @Test
  void whereNoneComesToAnEndThatIsSaidWithTheSeeds() {
    RefusedException e = assertThrows(RefusedException.class, () -> place(-10));
    assertTrue(e.getMessage().contains("seeds -10 to -5"), e.getMessage());
  }
}
