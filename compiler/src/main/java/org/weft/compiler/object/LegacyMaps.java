package org.weft.compiler.object;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.weft.compiler.elf.ElfFile;
import org.weft.compiler.elf.ElfSection;
import org.weft.compiler.elf.ElfSymbol;
import org.weft.compiler.elf.Span;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapDefinition.Reference;
import org.weft.isa.xdp.MapType;

/**
 * Maps that stand as structures in a section {@code maps} or {@code maps/NAME}, as before BTF. Each
 * symbol begins one; it reaches to the next one.
 *
 * <pre>
 *     0    4        8          12          16
 *     type key_size value_size max_entries flags          20 bytes: libbpf before 1.0
 *    20 inner_map_idx  24 numa_node                       28 bytes: the kernel's samples
 *    20 id  24 pinning  28 inner_id  32 inner_idx         36 bytes: iproute2
 * </pre>
 */
final class LegacyMaps {
  private static final int LEAST_BYTES = 20;
  private static final int IPROUTE_BYTES = 36;
  private static final int HANDLE_BYTES = 4;
  private static final int NO_MAP = -1;

  /** One definition in the file. */
  private record Entry(String name, ElfSection section, long offset, Span bytes) {
    int word(int offset) {
      return bytes.length() >= offset + 4 ? bytes.s32(offset) : 0;
    }

    boolean isIproute() {
      return bytes.length() == IPROUTE_BYTES;
    }

    boolean isMapOfMaps() {
      MapType type = MapType.of(word(0));
      return type != null && type.isMapOfMaps();
    }
  }

  private final List<Entry> entries = new ArrayList<>();

  private LegacyMaps() {}

  /** Adds the maps of all legacy sections. */
  static void read(ElfFile elf, ObjectMaps maps, Notes notes) {
    LegacyMaps legacy = new LegacyMaps();
    for (ElfSection section : elf.sections()) {
      boolean named = section.name().equals("maps") || section.name().startsWith("maps/");
      if (named && section.isProgramBits() && section.size() > 0) {
        maps.addMapSection(section.index());
        legacy.collect(elf, section);
      }
    }
    for (Entry entry : legacy.entries) {
      if (entry.isIproute() && entry.word(24) != 0) {
        notes.add(() -> "pinning of maps is ignored");
      }
      maps.add(
          legacy.definition(entry, legacy.inner(entry)),
          new ObjectMaps.Place(entry.section().index(), entry.offset()));
    }
  }

  private void collect(ElfFile elf, ElfSection section) {
    if (entries.size() >= ObjectMaps.MOST) {
      throw section.content().error("more than " + ObjectMaps.MOST + " maps");
    }
    TreeMap<Long, ElfSymbol> starts = new TreeMap<>();
    for (ElfSymbol symbol : elf.symbols()) {
      if (symbol.section() == section.index() && !symbol.isSection() && !symbol.isFile()) {
        starts.putIfAbsent(symbol.value(), symbol);
      }
    }
    if (starts.size() > ObjectMaps.MOST) {
      throw section.content().error("more than " + ObjectMaps.MOST + " maps");
    }
    long end = section.size();
    List<Entry> found = new ArrayList<>();
    for (ElfSymbol symbol : starts.descendingMap().values()) {
      Span bytes =
          section
              .content()
              .part(symbol.value(), end - symbol.value(), "definition of map " + symbol.name());
      if (bytes.length() < LEAST_BYTES) {
        throw bytes.error(
            "map "
                + symbol.name()
                + ": a definition of "
                + bytes.length()
                + " bytes; the shortest has "
                + LEAST_BYTES);
      }
      found.add(0, new Entry(symbol.name(), section, symbol.value(), bytes));
      end = symbol.value();
    }
    entries.addAll(found);
  }

  private MapDefinition definition(Entry entry, MapDefinition inner) {
    MapType type = MapType.of(entry.word(0));
    if (type == null) {
      throw entry
          .bytes()
          .error("map " + entry.name() + ": unknown type " + Integer.toUnsignedLong(entry.word(0)));
    }
    return new MapDefinition(
        entry.name(),
        type,
        Integer.toUnsignedLong(entry.word(4)),
        // The kernel wants the size of a handle; the samples leave it out.
        type.isMapOfMaps() ? HANDLE_BYTES : Integer.toUnsignedLong(entry.word(8)),
        Integer.toUnsignedLong(entry.word(12)),
        entry.word(16),
        inner,
        Bytes.EMPTY,
        entry.isMapOfMaps() && entry.isIproute() ? members(entry) : List.of());
  }

  /** The map whose like are the values of a map of maps, or null. */
  private MapDefinition inner(Entry outer) {
    if (!outer.isMapOfMaps()) {
      return null;
    }
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      boolean chosen =
          outer.isIproute()
              ? outer.word(28) != 0 && entry.isIproute() && entry.word(20) == outer.word(28)
              : outer.word(20) == i;
      if (chosen && !entry.isMapOfMaps()) {
        return definition(entry, null);
      }
    }
    throw outer
        .bytes()
        .error(
            "map "
                + outer.name()
                + ": no inner map of "
                + (outer.isIproute() ? "id " + outer.word(28) : "index " + outer.word(20)));
  }

  /** iproute2 puts a map with id and inner_idx into the map of maps that has its id as inner_id. */
  private List<Reference> members(Entry outer) {
    List<Reference> references = new ArrayList<>();
    for (Entry entry : entries) {
      if (entry.isIproute() && entry.word(20) == outer.word(28) && entry.word(32) != NO_MAP) {
        references.add(new Reference(entry.word(32), entry.name()));
      }
    }
    return references;
  }
}
