package org.weft.sim.validate;

import java.util.BitSet;
import java.util.List;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.map.MapTable;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.ref.RefEngine;

/** Runs scenarios in {@code ref}, each with maps of its own, under the eyes of a recorder. */
final class Subject {
  /** Arrays of more bytes are cleared entry by entry, not as a whole, for each run. */
  private static final long LARGE_BYTES = 1 << 14;

  private final RefEngine engine;
  private final MapTable maps;
  private final int cpus;
  private final Recorder recorder;
  private final PacketBuffer packet = new PacketBuffer();
  private final BitSet large = new BitSet();
  private Scenario last;
  private String fault;

  Subject(XdpObject object, Program program, EngineOptions options, Recorder recorder) {
    this.recorder = recorder;
    engine = new RefEngine(object, program, options, recorder);
    maps = engine.maps();
    cpus = options.cpus();
    List<MapDefinition> definitions = object.maps();
    for (int i = 0; i < definitions.size(); i++) {
      large.set(i, isLarge(definitions.get(i), maps.map(i).values().length));
    }
  }

  /** Such as programs reach through calls only, so that the recorder knows what they touch. */
  private static boolean isLarge(MapDefinition map, int bytes) {
    boolean values = map.type() == MapType.ARRAY || map.type() == MapType.PERCPU_ARRAY;
    return values && !map.isGlobalData() && bytes > LARGE_BYTES;
  }

  /** Runs a scenario; the recorder then holds what happened. */
  void run(Scenario scenario) {
    clear();
    last = scenario;
    scenario.fill(maps);
    scenario.receive(packet, cpus);
    recorder.begin();
    fault = null;
    try {
      engine.run(packet);
    } catch (ProgramFault e) {
      fault = e.getMessage();
    }
  }

  private void clear() {
    if (recorder.hasLostCalls()) {
      maps.reset(new BitSet());
      return;
    }
    if (last != null) {
      for (MapEntry entry : last.entries) {
        clear(entry.map(), entry.key());
      }
      for (Recorder.Call call : recorder.calls()) {
        clear(call.map(), call.key().toArray());
      }
    }
    maps.reset(large);
  }

  private void clear(int map, byte[] key) {
    if (large.get(map) && key.length == maps.map(map).keyBytes()) {
      maps.clear(map, key);
    }
  }

  /** What the program did wrong in the last run, or null. */
  String fault() {
    return fault;
  }

  /** Definitions of the maps, with the inner maps that the last run had. */
  MapTable maps() {
    return maps;
  }
}
