package org.weft.sim.callback;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.Bytes;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.kernel.KernelEngine;
import org.weft.sim.kernel.KernelOptions;
import org.weft.sim.map.MapContents;
import org.weft.sim.nic.NicEngine;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.ref.RefEngine;
import org.weft.sim.rows.RowsEngine;

/** The same program in all engines: the kernel where there is one, ref, and rows and sim. */
final class AllEngines implements AutoCloseable {
  private final List<Engine> engines = new ArrayList<>();
  private static final int PASS = 2;

  private int number;

  AllEngines(XdpObject object) {
    this(object, List.of("nic100", "tiny"));
  }

  AllEngines(XdpObject object, List<String> machines) {
    Program main = object.programs().get(0);
    EngineOptions options = new EngineOptions(1, 7);
    engines.add(new RefEngine(object, main, options));
    if (KernelEngine.unavailable().isEmpty()) {
      engines.add(KernelEngine.open(object, main, options, KernelOptions.DEFAULT));
    }
    for (String machine : machines) {
      ProgramImage image = Compiler.compile(object, main, MachineSpec.preset(machine));
      engines.add(new RowsEngine(image, options));
      engines.add(new NicEngine(image, options, 100));
    }
  }

  /** Puts an entry into the first map. */
  void put(String key, String value) {
    HexFormat hex = HexFormat.of();
    engines.forEach(engine -> engine.maps().put(0, hex.parseHex(key), hex.parseHex(value)));
  }

  /**
   * Runs a packet of these bytes everywhere, compares, and gives what it returned. Metadata leaves
   * with what is passed only.
   */
  int run(byte... frame) {
    Integer expected = null;
    String bytes = null;
    for (Engine engine : engines) {
      PacketBuffer packet = new PacketBuffer();
      packet.number = number;
      packet.receive(frame, 0, frame.length);
      int result = engine.run(packet);
      String left =
          HexFormat.of()
              .formatHex(
                  packet.bytes, result == PASS ? packet.dataMeta : packet.data, packet.dataEnd);
      if (expected != null) {
        assertEquals(expected, result, engine.name());
        assertEquals(bytes, left, engine.name());
      }
      expected = result;
      bytes = left;
    }
    number++;
    return expected;
  }

  /** Compares the first map everywhere; the value of a key, or null. */
  String value(String key) {
    return value(0, key);
  }

  /** The same of any map. */
  String value(int map, String key) {
    Bytes bytes = Bytes.of(HexFormat.of().parseHex(key));
    String found = null;
    for (Engine engine : engines) {
      MapContents.Value value = engine.maps().contents(map).entries().get(bytes);
      String text = value == null ? "none" : value.bytes().get(0).toString();
      if (found != null) {
        assertEquals(found, text, engine.name());
      }
      found = text;
    }
    return found;
  }

  @Override
  public void close() {
    engines.forEach(Engine::close);
  }
}
