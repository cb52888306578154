package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.bitstream.vivado.Card;
import org.weft.bitstream.vivado.Written;
import org.weft.isa.machine.MachineSpec;

/**
 * Projects of all boards, shells, presets and examples: each is made and passes all checks, or is
 * refused in one line. What differs from hardware that the tools have read in the digits of initial
 * contents alone, they do not read again; the contents are compared. {@code
 * -Dweft.vivado.cards=U50_CORUNDUM,...} and {@code -Dweft.vivado.presets=tiny,...} leave some out.
 */
@Tag("campaign")
class VivadoCampaignTest {
  @TempDir Path folder;

  private static List<String> chosen(String property, Stream<String> all) {
    String text = System.getProperty(property);
    return text == null ? all.toList() : List.of(text.split(","));
  }

  private static List<String> examples() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("..", "examples"))) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> Files.exists(Path.of(Weft.object(name))))
          .sorted()
          .toList();
    }
  }

  @Test
  void everyProjectIsMadeOrRefusedInOneLine() throws Exception {
    Path vivado = Written.vivado(folder.resolve("bin"));
    Stream<String> cards = Stream.of(Card.values()).map(Card::name);
    for (String name : chosen("weft.vivado.cards", cards)) {
      for (String preset : chosen("weft.vivado.presets", MachineSpec.PRESETS.stream())) {
        all(Card.valueOf(name), preset, vivado);
      }
    }
  }

  private void all(Card card, String preset, Path vivado) throws Exception {
    Path bare = folder.resolve(card + "-" + preset);
    Weft weft = project(card, preset, bare);
    assertEquals(0, weft.status(), weft.err());
    Written written = new Written(card, MachineSpec.preset(preset), bare);
    Set<String> read = new HashSet<>();
    written.requireReadable(read);
    Path shell = written.checkout();
    requireBuilt(written, shell, vivado);
    List<String> made = new ArrayList<>();
    List<String> baked = new ArrayList<>();
    for (String example : examples()) {
      Path out = folder.resolve(card + "-" + preset + "-" + example);
      weft = project(card, preset, out, Weft.object(example));
      if (weft.status() == 0) {
        Written with = new Written(card, MachineSpec.preset(preset), out);
        boolean isNew = with.requireReadable(read);
        boolean isThere = with.requireContents();
        // Without a program in it, it is the hardware that was read before.
        assertTrue(isThere || !isNew, example);
        requireBuilt(with, shell, vivado);
        (isThere ? baked : made).add(example);
        remove(out);
      } else {
        assertEquals(1, weft.status(), weft.err());
        assertEquals(1, weft.err().lines().count(), weft.err());
        System.out.print(card + " " + preset + " " + weft.err());
      }
    }
    System.out.printf(
        "%s %s: made without a program; in memory %s; loaded later %s; %d read by the tools%n",
        card, preset, String.join(" ", baked), String.join(" ", made), read.size());
  }

  private static void remove(Path out) throws IOException {
    try (Stream<Path> all = Files.walk(out)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static void requireBuilt(Written written, Path shell, Path vivado) throws Exception {
    Written.Said said = written.build(shell, vivado, Map.of());
    assertEquals(0, said.status(), said.text());
    assertTrue(said.text().endsWith("results/weft.bit\n"), said.text());
  }

  private static Weft project(Card card, String preset, Path out, String... program) {
    List<String> all =
        new ArrayList<>(
            List.of("bitstream", "--board", card.board().text(), "--no-fit", "-m", preset));
    all.addAll(List.of("--shell", card.shell().text(), "-o", out.toString()));
    all.addAll(List.of(program));
    return Weft.run(all.toArray(String[]::new));
  }
}
