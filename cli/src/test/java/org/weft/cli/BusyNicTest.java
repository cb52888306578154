package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs whose packets do not depend on each other's order do the same with all contexts of a NIC
 * busy as one packet at a time.
 */
class BusyNicTest {
  private static final Pattern NUMBER = Pattern.compile("\\{\"n\":([0-9]+),");
  private static final Pattern MAP = Pattern.compile("\\{\"map\":\"([^\"]*)\",.*\"entries\":(.*)");
  private static final Pattern ENTRY = Pattern.compile("\"([0-9a-f]+)\":(\\[[^]]*]|\"[^\"]*\")");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "adjust-tail",
        "checksum-loop",
        "count-protocol-drop",
        "count-protocol-tx",
        "drop",
        "iptunnel",
        "metadata",
        "redirect-map",
        "router-ipv4",
        "rxq",
        "subprog",
        "tail-call",
        "tx",
        "vlan"
      })
  void simEqualsRows(String example) throws IOException {
    assertEquals(results(example, "rows"), results(example, "sim"));
  }

  /** By packet and map; times, and what the last packet of a CPU left behind, are left out. */
  private static TreeMap<String, String> results(String example, String engine) throws IOException {
    List<String> args =
        new ArrayList<>(
            List.of(
                "run", Weft.object(example), "--pcap", Weft.trace(example), "--engine", engine));
    args.addAll(List.of("--json", "--maps"));
    Path maps = Path.of(Weft.example(example, "maps"));
    if (Files.exists(maps)) {
      for (String line : Files.readAllLines(maps)) {
        if (!line.startsWith("#") && !line.isBlank()) {
          args.addAll(List.of("--map", line.strip()));
        }
      }
    }
    Weft weft = Weft.run(args.toArray(String[]::new));
    assertEquals(0, weft.status(), weft.err());
    TreeMap<String, String> results = new TreeMap<>();
    for (String line : weft.lines()) {
      Matcher packet = NUMBER.matcher(line);
      Matcher map = MAP.matcher(line);
      if (packet.lookingAt()) {
        String rest = line.substring(packet.end()).replaceAll(",\"(cycles|rows)\":[0-9]+", "");
        results.put(String.format("packet %06d", Integer.parseInt(packet.group(1))), rest);
      } else if (map.lookingAt() && !map.group(1).equals("scratch")) {
        results.put("map " + map.group(1), entries(map.group(2)).toString());
      }
    }
    assertTrue(results.size() > 10);
    return results;
  }

  /** Values of all CPUs added up, eight bytes a number: the NIC chooses the CPU. */
  private static TreeMap<String, String> entries(String text) {
    TreeMap<String, String> sums = new TreeMap<>();
    Matcher entry = ENTRY.matcher(text);
    while (entry.find()) {
      sums.put(entry.group(1), sum(entry.group(2)));
    }
    return sums;
  }

  private static String sum(String value) {
    if (!value.startsWith("[")) {
      return value;
    }
    String[] copies = value.replaceAll("[^0-9a-f,]", "").split(",", -1);
    String all = copies[0];
    StringBuilder sums = new StringBuilder();
    for (int at = 0; at < all.length(); at += 16) {
      BigInteger sum = BigInteger.ZERO;
      for (String text : copies) {
        String word = text.substring(at, Math.min(at + 16, text.length()));
        StringBuilder reversed = new StringBuilder();
        for (int i = word.length() - 2; i >= 0; i -= 2) {
          reversed.append(word, i, i + 2);
        }
        sum = sum.add(new BigInteger(reversed.toString(), 16));
      }
      sums.append(sum).append(' ');
    }
    return sums.toString();
  }
}
