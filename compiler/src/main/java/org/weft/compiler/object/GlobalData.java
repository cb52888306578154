package org.weft.compiler.object;

import java.util.List;
import org.weft.compiler.elf.ElfFile;
import org.weft.compiler.elf.ElfSection;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** Data sections as arrays of one element, as libbpf makes them. */
final class GlobalData {
  private static final int KEY_BYTES = 4;

  private GlobalData() {}

  /** Adds a map for every data section. */
  static void read(ElfFile elf, ObjectMaps maps, Notes notes) {
    for (ElfSection section : elf.sections()) {
      if (!isData(section)) {
        continue;
      }
      if (maps.definitions().size() > ObjectMaps.MOST) {
        throw section.content().error("more than " + ObjectMaps.MOST + " maps");
      }
      if (section.size() < 0 || section.size() > 0xffffffffL) {
        throw section.content().error("larger than 4 GiB");
      }
      maps.addData(
          definition(section.name(), section.size(), Bytes.of(section.content().toArray())),
          section.index());
      if (!elf.relocations(section).isEmpty()) {
        // A program cannot follow a pointer that it reads from a map, so nothing is lost.
        notes.add(() -> "section " + section.name() + ": addresses in data are left as offsets");
      }
    }
  }

  /**
   * The map of a data section. A value has one byte at least, since an empty section can still have
   * an address.
   */
  static MapDefinition definition(String name, long size, Bytes data) {
    boolean constant = name.startsWith(".rodata") || name.equals(".kconfig");
    return new MapDefinition(
        name,
        MapType.ARRAY,
        KEY_BYTES,
        Math.max(size, 1),
        1,
        constant ? MapDefinition.RDONLY_PROG : 0,
        null,
        data,
        List.of());
  }

  private static boolean isData(ElfSection section) {
    String name = section.name();
    return section.isZeroed()
        ? is(name, ".bss")
        : section.isProgramBits() && (is(name, ".data") || is(name, ".rodata"));
  }

  private static boolean is(String name, String family) {
    return name.equals(family) || name.startsWith(family + ".");
  }
}
