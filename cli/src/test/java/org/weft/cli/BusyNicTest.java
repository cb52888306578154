package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs whose packets do not depend on each other's order do the same with all contexts of a NIC
 * busy as one packet at a time.
 */
class BusyNicTest {
  private static final ObjectMapper JSON = new ObjectMapper();

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
      ObjectNode node = (ObjectNode) JSON.readTree(line);
      if (node.has("n")) {
        node.remove(List.of("cycles", "rows"));
        results.put(String.format("packet %06d", node.remove("n").asInt()), node.toString());
      } else if (node.has("map") && !node.get("map").asText().equals("scratch")) {
        results.put("map " + node.get("map").asText(), entries(node.get("entries")).toString());
      }
    }
    assertTrue(results.size() > 10);
    return results;
  }

  /** Values of all CPUs added up, eight bytes a number: the NIC chooses the CPU. */
  private static TreeMap<String, String> entries(JsonNode entries) {
    TreeMap<String, String> sums = new TreeMap<>();
    entries.properties().forEach(entry -> sums.put(entry.getKey(), sum(entry.getValue())));
    return sums;
  }

  private static String sum(JsonNode value) {
    if (!value.isArray()) {
      return value.asText();
    }
    String all = value.get(0).asText();
    StringBuilder sums = new StringBuilder();
    for (int at = 0; at < all.length(); at += 16) {
      BigInteger sum = BigInteger.ZERO;
      for (JsonNode one : value) {
        String text = one.asText();
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
