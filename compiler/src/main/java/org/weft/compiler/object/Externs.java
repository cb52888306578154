package org.weft.compiler.object;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 * the rest is refused. A missing kernel option reads as zero, a missing symbol has address 0. The
 * version, which libbpf always tells, is that of the Linux whose verifier weft follows.
 */
final class Externs {
  static final String KCONFIG = ".kconfig";
  private static final int ALIGNMENT = 8;

  private static final String VERSION = "LINUX_KERNEL_VERSION";

  /** {@code KERNEL_VERSION(6, 18, 0)}. */
  private static final int LINUX = 6 << 16 | 18 << 8;

  /** Offsets in the map of kernel options. */
  private final Map<String, Long> options = new HashMap<>();

  private int kconfigMap = -1;

  /** Adds a map for the version and for weak kernel options, which are zero, if there are any. */
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
    boolean isRead = false;
    long version = -1;
    for (BtfType section : btf.named(BtfKind.DATASEC, KCONFIG)) {
      for (BtfType.SectionVariable item : btf.variables(section)) {
        BtfType variable = btf.type(item.type());
        if (variable.kind() != BtfKind.VAR) {
          throw btf.error("section .kconfig holds " + btf.describe(variable) + ", no variable");
        }
        String name = btf.name(variable);
        options.put(name, size);
        isRead |= weak.getOrDefault(name, false) || name.equals(VERSION);
        version = name.equals(VERSION) ? size : version;
        size += (btf.size(variable.sizeOrType()) + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
      }
    }
    if (size > 0xffffffffL) {
      throw btf.error("section .kconfig is larger than 4 GiB");
    }
    if (isRead) {
      kconfigMap = maps.addHidden(GlobalData.definition(KCONFIG, size, data(version)));
    }
  }

  /** The map's first bytes: those up to the version, which stands in eight of its own. */
  private static Bytes data(long version) {
    if (version < 0) {
      return Bytes.EMPTY;
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) version + Integer.BYTES);
    bytes.order(ByteOrder.LITTLE_ENDIAN).putInt((int) version, LINUX);
    return Bytes.of(bytes.array());
  }

  /** Whether an object may rely on this name. */
  boolean isGiven(String name) {
    return name.equals(VERSION) && isOption(name);
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
