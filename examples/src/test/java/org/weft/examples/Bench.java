package org.weft.examples;

import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.weft.compiler.object.ObjectLoader;
import org.weft.compiler.object.XdpObject;
import org.weft.examples.traffic.TrafficGenerator;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.XdpAction;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.map.MapContents;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.ref.RefEngine;

/** An example on engine ref, to be given packets one by one. */
final class Bench {
  private final XdpObject object;
  private final Engine engine;
  final PacketBuffer packet = new PacketBuffer();

  /** The example with its maps filled. */
  Bench(String name) throws IOException {
    Example example = new Example(name);
    object = ObjectLoader.load(example.object());
    engine =
        new RefEngine(object, object.program(null), new EngineOptions(8, 0, example.network()));
    List<String> maps = example.maps();
    for (int i = 1; i < maps.size(); i += 2) {
      String[] parts = maps.get(i).split(":", -1);
      if (!parts[2].startsWith("parse")) {
        put(parts[0], parts[1], parts[2]);
      }
    }
  }

  void put(String map, String key, String value) {
    engine.maps().put(object.mapIndex(map), hex(key), hex(value));
  }

  /** Runs the program on the generator's frame. */
  XdpAction run(TrafficGenerator traffic) {
    packet.timestampNs = traffic.timestampNs();
    return run(traffic.frame(), traffic.length());
  }

  XdpAction run(byte[] frame, int length) {
    packet.receive(frame, 0, length);
    packet.number++;
    return XdpAction.of(engine.run(packet));
  }

  /** The packet as it is after the program. */
  byte[] after() {
    return Arrays.copyOfRange(packet.bytes, packet.data, packet.dataEnd);
  }

  MapContents map(String name) {
    return engine.maps().contents(object.mapIndex(name));
  }

  /** The first eight bytes of CPU 0's value under a four-byte key, as a number; 0 for none. */
  long counter(String map, int key) {
    byte[] bytes = {(byte) key, (byte) (key >> 8), (byte) (key >> 16), (byte) (key >> 24)};
    MapContents.Value value = map(map).entries().get(Bytes.of(bytes));
    return value == null ? 0 : Wire.little64(value.bytes().get(0).toArray(), 0);
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }
}
