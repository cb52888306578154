package org.weft.compiler.object;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.weft.compiler.btf.Btf;
import org.weft.compiler.btf.BtfExt;
import org.weft.compiler.elf.ElfFile;
import org.weft.compiler.elf.ElfSection;
import org.weft.compiler.elf.Span;
import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapDefinition.Reference;

/**
 * Loads XDP objects as clang writes them: what libbpf does up to the system call, without a kernel.
 */
public final class ObjectLoader {
  /** The largest file that is read; real objects have a few megabytes at most. */
  private static final int MOST_BYTES = 32 << 20;

  private ObjectLoader() {}

  /**
   * Loads a file.
   *
   * @throws InputException as the other method does, and when the file cannot be read
   */
  public static XdpObject load(Path file) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MOST_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": no such file", e);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
    }
    if (bytes.length > MOST_BYTES) {
      throw new InputException(file + ": larger than 32 MiB, which no object is");
    }
    return load(file.toString(), bytes);
  }

  /**
   * Loads the bytes of a file.
   *
   * @param name the file's name, for messages
   * @throws InputException {@code file: section: cause} when it is no BPF object, or malformed, or
   *     when none of its XDP programs can be linked
   */
  public static XdpObject load(String name, byte[] bytes) {
    ElfFile elf = ElfFile.read(name, bytes);
    Notes notes = new Notes();
    Btf btf = elf.section(".BTF").map(section -> Btf.read(section.content())).orElse(null);
    BtfExt ext =
        btf == null
            ? BtfExt.empty()
            : elf.section(".BTF.ext")
                .map(section -> BtfExt.read(section.content(), btf))
                .orElseGet(BtfExt::empty);
    FunctionTable functions = new FunctionTable(elf);
    ObjectMaps maps = new ObjectMaps();
    LegacyMaps.read(elf, maps, notes);
    BtfMaps.read(elf, btf, functions, maps, notes);
    GlobalData.read(elf, maps, notes);
    Externs externs = new Externs(elf, btf, maps);
    Linker linker = new Linker(elf, btf, ext, functions, maps, externs, notes);
    List<Program> programs = link(linker, new ProgramFinder(linker).find(notes), notes);
    return new XdpObject(
        name, programs, resolved(maps.definitions(), programs, notes), license(elf), notes.lines());
  }

  /** Links programs; one that cannot be linked is left out when there are others that can. */
  private static List<Program> link(Linker linker, List<CodeFunction> functions, Notes notes) {
    List<Program> programs = new ArrayList<>();
    InputException first = null;
    Set<String> names = new HashSet<>();
    for (CodeFunction function : functions) {
      if (!names.add(function.name())) {
        throw function
            .section()
            .content()
            .error("a second program named " + function.name() + "; names must differ");
      }
      try {
        programs.add(linker.link(function, function.name()));
      } catch (InputException e) {
        first = first == null ? e : first;
        notes.add(() -> XdpObject.leftOut(function.name()) + e.getMessage());
      }
    }
    if (programs.isEmpty() && first != null) {
      throw first;
    }
    return programs;
  }

  /** The maps without initial values that name programs which are not XDP. */
  private static List<MapDefinition> resolved(
      List<MapDefinition> maps, List<Program> programs, Notes notes) {
    Set<String> names = new HashSet<>();
    programs.forEach(program -> names.add(program.name()));
    maps.forEach(map -> names.add(map.name()));
    List<MapDefinition> result = new ArrayList<>();
    for (MapDefinition map : maps) {
      List<Reference> kept = new ArrayList<>();
      for (Reference reference : map.references()) {
        if (names.contains(reference.target())) {
          kept.add(reference);
        } else {
          notes.add(
              () ->
                  "map "
                      + map.name()
                      + ": initial value "
                      + reference.target()
                      + " is no XDP program and is left out");
        }
      }
      result.add(kept.size() == map.references().size() ? map : map.withReferences(kept));
    }
    return result;
  }

  private static String license(ElfFile elf) {
    ElfSection section = elf.section("license").orElse(null);
    if (section == null) {
      return "";
    }
    Span content = section.content();
    return content.length() == 0 ? "" : content.textCut(0);
  }
}
