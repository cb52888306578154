package org.weft.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.weft.compiler.object.ObjectLoader;
import org.weft.sim.network.Network;
import org.weft.sim.network.NetworkFile;

/** An example that comes with the command: an object, its packets, what its maps hold. */
record BuiltIn(String name) {
  /** The examples; their files are resources. */
  static final List<String> NAMES =
      List.of(
          "adjust-tail",
          "checksum-loop",
          "count-protocol-drop",
          "count-protocol-tx",
          "drop",
          "fib-router",
          "firewall",
          "iptunnel",
          "load-balancer",
          "metadata",
          "ping",
          "policer",
          "redirect-map",
          "router-ipv4",
          "rxq",
          "sampler",
          "subprog",
          "syn-limiter",
          "tail-call",
          "tx",
          "vlan");

  static List<BuiltIn> all() {
    return NAMES.stream().map(BuiltIn::new).toList();
  }

  private byte[] file(String file) {
    String path = "/examples/" + name + "/" + file;
    try (InputStream in = BuiltIn.class.getResourceAsStream(path)) {
      return in == null ? new byte[0] : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The object. */
  Input input() {
    String file = name + ".o";
    return new Input(file, ObjectLoader.load(file, file(file)), null);
  }

  /** The packets, as a pcap file. */
  byte[] packets() {
    return file("traffic.pcap");
  }

  /** Its interfaces, routes and neighbours. */
  Network network() {
    String text = new String(file("fib"), StandardCharsets.UTF_8);
    return NetworkFile.parse(name + "/fib", text.lines().toList());
  }

  /** What its maps hold. */
  List<MapArgument> maps() {
    return new String(file("maps"), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(String::strip)
        .map(MapArgument::parse)
        .toList();
  }
}
