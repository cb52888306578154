package org.weft.compiler.object;

import org.weft.compiler.btf.BtfBuilder;
import org.weft.compiler.elf.ElfBuilder;

/** An object of sections and types in the making. */
final class ObjectBuilder {
  final ElfBuilder elf = new ElfBuilder();
  final BtfBuilder btf = new BtfBuilder();

  /** Adds the function that takes an xdp_md to BTF; gives the number of its FUNC. */
  int xdpFunction(String name) {
    return btf.function(name, btf.prototype(btf.pointer(btf.struct("xdp_md", 0))));
  }

  /** The file with its types. */
  byte[] build() {
    byte[] ext = btf.buildExt();
    elf.data(".BTF", btf.build());
    elf.data(".BTF.ext", ext);
    return elf.build();
  }

  /** Loads the file with its types. */
  XdpObject load() {
    return ObjectLoader.load("a.o", build());
  }

  /** Loads the file without types. */
  XdpObject loadBare() {
    return ObjectLoader.load("a.o", elf.build());
  }
}
