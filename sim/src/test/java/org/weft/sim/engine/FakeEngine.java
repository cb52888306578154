package org.weft.sim.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.ToIntFunction;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.MapContents;
import org.weft.sim.map.MapStore;
import org.weft.sim.packet.PacketBuffer;

/** An engine that does what a test says. */
final class FakeEngine implements Engine, MapStore {
  private final String name;
  private final ToIntFunction<PacketBuffer> program;
  private final List<MapContents> maps = new ArrayList<>();
  private boolean foreign;
  private int shortest;

  FakeEngine(String name, ToIntFunction<PacketBuffer> program) {
    this.name = name;
    this.program = program;
  }

  /** Like the kernel: refuses frames under 14 bytes. */
  FakeEngine foreign() {
    foreign = true;
    shortest = 14;
    return this;
  }

  FakeEngine map(String name, MapType type, boolean evicted) {
    MapDefinition definition = MapDefinition.of(name, type, 4, 8, 16, 0);
    maps.add(new MapContents(definition, MapContents.newEntries(), evicted));
    return this;
  }

  /** Adds an entry to the last map, one value for each CPU. */
  FakeEngine entry(int key, long... values) {
    SortedMap<Bytes, MapContents.Value> entries = maps.get(maps.size() - 1).entries();
    List<Bytes> bytes = new ArrayList<>();
    for (long value : values) {
      byte[] little = new byte[8];
      for (int i = 0; i < 8; i++) {
        little[i] = (byte) (value >>> 8 * i);
      }
      bytes.add(Bytes.of(little));
    }
    entries.put(
        Bytes.of((byte) key, (byte) 0, (byte) 0, (byte) 0), new MapContents.Value(bytes, null));
    return this;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int run(PacketBuffer packet) {
    return program.applyAsInt(packet);
  }

  @Override
  public boolean isForeign() {
    return foreign;
  }

  @Override
  public Optional<String> refuses(PacketBuffer packet) {
    return packet.length() < shortest ? Optional.of("too short") : Optional.empty();
  }

  @Override
  public MapStore maps() {
    return this;
  }

  @Override
  public List<MapDefinition> definitions() {
    return maps.stream().map(MapContents::definition).toList();
  }

  @Override
  public void put(int map, byte[] key, byte[] value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int putReference(int map, byte[] key, String target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MapContents contents(int map) {
    return maps.get(map);
  }
}
