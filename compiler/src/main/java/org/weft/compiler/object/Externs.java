package org.weft.compiler.object;

import java.util.HashMap;
import java.util.Map;
import org.weft.compiler.btf.Btf;
import org.weft.compiler.btf.BtfKind;
import org.weft.compiler.btf.BtfType;
import org.weft.compiler.elf.ElfFile;
import org.weft.compiler.elf.ElfSymbol;
import org.weft.isa.xdp.Bytes;

/**
 * What an object expects from the kernel. weft is no kernel: what may be missing (weak) is missing,
 * the rest is refused. A missing kernel option reads as zero, a missing symbol has address 0.
 */
final class Externs {
  static final String KCONFIG = ".kconfig";
  private static final int ALIGNMENT = 8;

  /** Offsets in the map of kernel options. */
  private final Map<String, Long> options = new HashMap<>();

  private int kconfigMap = -1;

  /** Adds a map of zeros for weak kernel options, if there are any. */
  Externs(ElfFile elf, Btf btf, ObjectMaps maps) {
    if (btf == null) {
      return;
    }
    Map<String, Boolean> weak = new HashMap<>();
    for (ElfSymbol symbol : elf.symbols()) {
      if (symbol.isUndefined()) {
        weak.put(symbol.name(), symbol.isWeak());
      }
    }
    long size = 0;
    boolean anyWeak = false;
    for (BtfType section : btf.named(BtfKind.DATASEC, KCONFIG)) {
      for (BtfType.SectionVariable item : btf.variables(section)) {
        BtfType variable = btf.type(item.type());
        if (variable.kind() != BtfKind.VAR) {
          throw btf.error("section .kconfig holds " + btf.describe(variable) + ", no variable");
        }
        String name = btf.name(variable);
        options.put(name, size);
        anyWeak |= weak.getOrDefault(name, false);
        size += (btf.size(variable.sizeOrType()) + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
      }
    }
    if (size > 0xffffffffL) {
      throw btf.error("section .kconfig is larger than 4 GiB");
    }
    if (anyWeak) {
      kconfigMap = maps.addHidden(GlobalData.definition(KCONFIG, size, Bytes.EMPTY));
    }
  }

  /** Whether this name is a kernel option. */
  boolean isOption(String name) {
    return options.containsKey(name);
  }

  /** Index of the map of kernel options, or -1. */
  int kconfigMap() {
    return kconfigMap;
  }

  /** Offset of a kernel option in the map. */
  long offset(String name) {
    return options.get(name);
  }
}
