package org.weft.compiler.object;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.elf.ElfFile;
import org.weft.compiler.elf.Section;
import org.weft.compiler.elf.Symbol;
import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * Maps defined as plain structures in section {@code maps}.
 *
 * <pre>
 * all:      type u32 | key size | value size | max entries | flags
 * 28 bytes: ... | index of the inner map's definition | NUMA node       (the kernel's old samples)
 * 36 bytes: ... | id | pinning | id of the inner map | index in it      (iproute2, bpf_elf_map)
 * </pre>
 */
final class LegacyMaps {
  private static final int COMMON_BYTES = 20;
  private static final int SAMPLES_BYTES = 28;
  private static final int IPROUTE2_BYTES = 36;

  private LegacyMaps() {}

  static MapType mapType(long number) {
    MapType type = number >= 0 && number < 1024 ? MapType.of((int) number) : null;
    if (type == null) {
      throw new InputException("map type " + number + " is unknown; weft knows types 1 to 33");
    }
    return type;
  }

  static void read(ElfFile elf, Section section, LoadedMaps into, List<String> notes) {
    List<Symbol> symbols = new ArrayList<>();
    for (Symbol symbol : elf.symbols()) {
      if (symbol.section() == section.index() && !symbol.isSection() && !symbol.name().isEmpty()) {
        symbols.add(symbol);
      }
    }
    if (symbols.isEmpty()) {
      return;
    }
    symbols.sort(Comparator.comparingLong(Symbol::value));
    long size = section.size() / symbols.size();
    if (size < COMMON_BYTES || section.size() % symbols.size() != 0) {
      throw new InputException(
          "section "
              + section.name()
              + ": "
              + section.size()
              + " bytes for "
              + symbols.size()
              + " maps; every definition must have the same size, at least 20 bytes");
    }
    if (size != COMMON_BYTES && size != SAMPLES_BYTES && size != IPROUTE2_BYTES) {
      notes.add(
          "section "
              + section.name()
              + ": of map definitions of "
              + size
              + " bytes only the first 20"
              + " count");
    }
    List<MapDefinition> plain = new ArrayList<>();
    Map<Integer, MapDefinition> byId = new HashMap<>();
    ByteBuffer data = section.buffer();
    for (Symbol symbol : symbols) {
      int at = at(symbol, section, size);
      MapDefinition map = definition(data, at, symbol.name());
      plain.add(map);
      if (size == IPROUTE2_BYTES) {
        byId.put(data.getInt(at + 20), map);
        if (data.getInt(at + 24) != 0) {
          notes.add("map " + symbol.name() + ": pinning is ignored; maps last for one run");
        }
      }
    }
    for (int i = 0; i < plain.size(); i++) {
      MapDefinition map = plain.get(i);
      int at = at(symbols.get(i), section, size);
      if (map.type().isMapOfMaps()) {
        map = withInner(map, inner(data, at, size, plain, byId));
      }
      into.add(map, section.index(), at);
    }
  }

  private static int at(Symbol symbol, Section section, long size) {
    if (symbol.value() + size > section.size()) {
      throw new InputException("map " + symbol.name() + ": its definition is cut off");
    }
    return (int) symbol.value();
  }

  private static MapDefinition definition(ByteBuffer data, int at, String name) {
    try {
      return MapDefinition.of(
          name,
          mapType(Integer.toUnsignedLong(data.getInt(at))),
          Integer.toUnsignedLong(data.getInt(at + 4)),
          Integer.toUnsignedLong(data.getInt(at + 8)),
          Integer.toUnsignedLong(data.getInt(at + 12)),
          data.getInt(at + 16));
    } catch (InputException e) {
      throw e.at("map " + name);
    }
  }

  private static MapDefinition inner(
      ByteBuffer data,
      int at,
      long size,
      List<MapDefinition> maps,
      Map<Integer, MapDefinition> ids) {
    if (size == SAMPLES_BYTES) {
      int index = data.getInt(at + 20);
      return index >= 0 && index < maps.size() ? maps.get(index) : null;
    }
    return size == IPROUTE2_BYTES ? ids.get(data.getInt(at + 28)) : null;
  }

  private static MapDefinition withInner(MapDefinition map, MapDefinition inner) {
    return new MapDefinition(
        map.name(),
        map.type(),
        map.keySize(),
        map.valueSize(),
        map.maxEntries(),
        map.flags(),
        inner,
        map.data(),
        map.references());
  }
}
