package org.weft.compiler.object;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.btf.Btf;
import org.weft.compiler.btf.BtfExt;
import org.weft.compiler.elf.ElfFile;
import org.weft.compiler.elf.Section;
import org.weft.isa.InputException;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** Loads an object as clang writes it: finds maps and programs and links them. */
public final class ObjectLoader {
  private static final long MAX_FILE_BYTES = 1L << 28;

  private ObjectLoader() {}

  /**
   * Loads a file.
   *
   * @throws InputException when the file cannot be read or is no proper object
   */
  public static XdpObject load(Path path) {
    try {
      if (Files.size(path) > MAX_FILE_BYTES) {
        throw new InputException(path + ": larger than 256 MiB; this is no eBPF object");
      }
      return load(path.toString(), Files.readAllBytes(path));
    } catch (NoSuchFileException e) {
      throw new InputException(path + ": no such file", e);
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Loads an object from memory.
   *
   * @param name the file's name for messages
   * @throws InputException when it is no proper object
   */
  public static XdpObject load(String name, byte[] bytes) {
    try {
      return link(name, ElfFile.parse(bytes));
    } catch (InputException e) {
      throw e.at(name);
    }
  }

  private static XdpObject link(String name, ElfFile elf) {
    List<String> notes = new ArrayList<>();
    Btf btf = null;
    BtfExt ext = null;
    Section types = elf.section(".BTF");
    if (types != null) {
      btf = Btf.parse(types.buffer());
      Section records = elf.section(".BTF.ext");
      ext = records == null ? null : BtfExt.parse(records.buffer(), btf);
    }
    LoadedMaps maps = new LoadedMaps();
    for (Section section : elf.sections()) {
      if (section.name().equals(".maps")) {
        if (btf == null) {
          throw new InputException("section .maps without .BTF; compile with -g");
        }
        new BtfMaps(elf, btf, notes).read(section, maps);
      } else if (section.name().equals("maps") || section.name().startsWith("maps/")) {
        LegacyMaps.read(elf, section, maps, notes);
      }
    }
    for (Section section : elf.sections()) {
      if (isData(section.name())) {
        maps.addData(data(section), section.index());
      }
    }
    List<Program> programs = new Linker(elf, btf, ext, maps, notes).programs();
    return new XdpObject(name, programs, maps.maps(), license(elf), notes);
  }

  private static boolean isData(String name) {
    for (String prefix : new String[] {".data", ".rodata", ".bss"}) {
      if (name.equals(prefix) || name.startsWith(prefix + ".")) {
        return true;
      }
    }
    return false;
  }

  private static MapDefinition data(Section section) {
    byte[] bytes = section.bytes();
    int flags = section.name().startsWith(".rodata") ? MapDefinition.RDONLY_PROG : 0;
    return new MapDefinition(
        section.name(),
        MapType.ARRAY,
        4,
        Math.max(1, bytes.length),
        1,
        flags,
        null,
        Bytes.of(bytes),
        List.of());
  }

  private static String license(ElfFile elf) {
    Section section = elf.section("license");
    if (section == null) {
      return "";
    }
    byte[] bytes = section.bytes();
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }
}
