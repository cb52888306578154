package org.weft.sim.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.isa.image.ProgramImage;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.packet.PacketBuffer;

/** A wave says what happened. */
final class WaveTest {
  private static final ProgramImage IMAGE =
      Programs.image("hxdp", "r0 = mov 1", "r4 = load64 map1[0]", "exit DROP");

  /** The values of each signal, by its name, with their times. */
  private static final class Parsed {
    final Map<String, List<String>> changes = new HashMap<>();
    final List<Long> times = new ArrayList<>();

    Parsed(Path file) throws IOException {
      Map<String, String> names = new HashMap<>();
      Deque<String> scopes = new ArrayDeque<>();
      for (String line : Files.readAllLines(file)) {
        String[] words = line.split(" ");
        if (line.startsWith("$scope")) {
          scopes.addLast(words[2]);
        } else if (line.startsWith("$upscope")) {
          scopes.removeLast();
        } else if (line.startsWith("$var")) {
          String name = String.join(".", scopes) + "." + words[4];
          assertEquals(null, names.put(words[3], name), line);
        } else if (line.startsWith("#")) {
          times.add(Long.parseLong(line.substring(1)));
        } else if (!line.startsWith("$")) {
          String name = names.get(words[1]);
          assertFalse(name == null, line);
          changes.computeIfAbsent(name, n -> new ArrayList<>()).add(words[0]);
        }
      }
      assertTrue(scopes.isEmpty());
    }
  }

  /** One packet through a NIC. */
  private static Wave run(Path file, boolean close) throws IOException {
    Deque<Frame> packets = new ArrayDeque<>(List.of(new Frame(new byte[64], 0)));
    Source source =
        new Source() {
          @Override
          public Frame next(int port, long now, boolean hasRoom) {
            return port == 0 ? packets.poll() : null;
          }

          @Override
          public PacketBuffer buffer(Packet packet) {
            return Programs.packet(64);
          }

          @Override
          public void done(Packet packet) {}
        };
    Nic nic = new Nic(IMAGE, new NicOptions(100, true), EngineOptions.DEFAULT, source);
    Wave wave = new Wave(file, nic, IMAGE);
    do {
      nic.step();
      wave.sample();
    } while (!packets.isEmpty() || !nic.isQuiet());
    if (close) {
      wave.close();
    }
    return wave;
  }

  @Test
  void rowsStatesAndFatesFollowEachOther(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("w.vcd");
    run(file, true);
    Parsed wave = new Parsed(file);
    assertEquals(List.of("bz", "b0", "bz", "b1", "bz", "b10", "bz"), rows(wave));
    assertEquals(
        List.of("sfree", "spipeline", "smap", "sready", "spipeline", "sfree"),
        wave.changes.get("nic.core0.context0.state"));
    assertEquals(List.of("b0", "b1"), wave.changes.get("nic.drop"));
    assertEquals(List.of("b0", "b1", "b0"), wave.changes.get("nic.in_flight"));
    List<Long> sorted = wave.times.stream().sorted().distinct().toList();
    assertEquals(sorted, wave.times);
    // 156.25 MHz
    assertTrue(wave.times.stream().allMatch(time -> time % 6400 == 0));
  }

  private static List<String> rows(Parsed wave) {
    return wave.changes.get("nic.core0.row");
  }

  @Test
  void fileIsThereWhenItIsClosedOnly(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("w.vcd");
    Wave wave = run(file, false);
    assertFalse(Files.exists(file));
    wave.abandon();
    try (var left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }
}
