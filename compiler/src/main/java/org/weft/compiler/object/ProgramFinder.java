package org.weft.compiler.object;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.btf.Btf;
import org.weft.compiler.btf.BtfKind;
import org.weft.compiler.btf.BtfType;
import org.weft.compiler.elf.ElfFile;
import org.weft.compiler.elf.ElfRelocation;
import org.weft.compiler.elf.ElfSection;
import org.weft.compiler.elf.Span;

/**
 * Tells XDP programs from other functions. A section whose name begins with {@code xdp} holds
 * programs; so does one of any name, as iproute2 takes them, if BTF says that they take an {@code
 * xdp_md}, but those that replace functions of programs. Static functions that others call are
 * parts of programs.
 */
final class ProgramFinder {
  private static final String REPLACEMENTS = "freplace";
  private static final int MOST_LISTED = 20;
  private static final String TEXT = ".text";
  private static final int LOAD_IMMEDIATE = 0x18;
  private static final int CALL = 0x85;
  private static final int CALL_LOCAL = 1;

  private final Linker linker;
  private final ElfFile elf;
  private final Btf btf;
  private final FunctionTable functions;
  private final Map<String, BtfType> prototypes = new HashMap<>();
  private final Set<CodeFunction> called = new HashSet<>();

  ProgramFinder(Linker linker) {
    this.linker = linker;
    this.elf = linker.elf();
    this.btf = linker.btf();
    this.functions = linker.functions();
    if (btf != null) {
      collectPrototypes();
    }
  }

  private void collectPrototypes() {
    Set<String> names = new HashSet<>();
    elf.sections().forEach(s -> functions.in(s).forEach(function -> names.add(function.name())));
    for (BtfType type : btf.types()) {
      if (type.kind() == BtfKind.FUNC && names.contains(btf.name(type))) {
        prototypes.putIfAbsent(btf.name(type), type);
      }
    }
  }

  /** The functions that are XDP programs, in the order of the file. */
  List<CodeFunction> find(Notes notes) {
    List<ElfSection> sections = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    for (ElfSection section : elf.sections()) {
      if (holdsPrograms(section)) {
        sections.add(section);
        collectCalls(section);
      } else if (section.isCode() && section.size() > 0 && !section.name().equals(TEXT)) {
        leftOut.add(section.name());
      }
    }
    if (!leftOut.isEmpty()) {
      notes.add(() -> "left out, not XDP by name: sections " + listed(leftOut));
    }
    return sections.stream()
        .flatMap(section -> functions.in(section).stream())
        .filter(this::isProgram)
        .toList();
  }

  private static String listed(List<String> names) {
    String some = String.join(", ", names.subList(0, Math.min(names.size(), MOST_LISTED)));
    return names.size() <= MOST_LISTED
        ? some
        : some + " and " + (names.size() - MOST_LISTED) + " more";
  }

  private boolean holdsPrograms(ElfSection section) {
    String name = section.name().startsWith("?") ? section.name().substring(1) : section.name();
    return section.isCode()
        && (name.startsWith("xdp")
            || (!name.equals(TEXT)
                && !name.startsWith(REPLACEMENTS)
                && functions.in(section).stream().anyMatch(this::takesContext)));
  }

  private boolean isProgram(CodeFunction function) {
    boolean known = prototypes.containsKey(function.name());
    return !called.contains(function)
        || (!function.isLocal() && (!known || takesContext(function)));
  }

  /** Whether BTF knows the function as one whose first parameter points to an xdp_md. */
  private boolean takesContext(CodeFunction function) {
    BtfType type = prototypes.get(function.name());
    if (type == null) {
      return false;
    }
    BtfType prototype = btf.resolve(type.sizeOrType());
    if (prototype.kind() != BtfKind.FUNC_PROTO || prototype.elements() == 0) {
      return false;
    }
    BtfType pointer = btf.resolve(btf.parameters(prototype).get(0));
    if (pointer.kind() != BtfKind.PTR) {
      return false;
    }
    BtfType target = btf.resolve(pointer.sizeOrType());
    return target.kind() == BtfKind.STRUCT && btf.name(target).equals("xdp_md");
  }

  /** Calls that make no sense are reported when a program that makes them is linked. */
  private void collectCalls(ElfSection section) {
    Map<Long, ElfRelocation> relocations = new HashMap<>();
    Linker.SectionTables tables = linker.tables(section);
    tables.relocations().forEach(relocation -> relocations.put(relocation.offset(), relocation));
    Span code = section.content();
    for (CodeFunction function : functions.in(section)) {
      for (int i = function.start(); i < function.end(); i++) {
        long at = (long) i * CodeFunction.INSTRUCTION_BYTES;
        if (at + CodeFunction.INSTRUCTION_BYTES > code.length()) {
          return;
        }
        if (code.u8(at) == LOAD_IMMEDIATE) {
          i++;
        } else if (code.u8(at) == CALL) {
          ElfRelocation relocation = relocations.get(at);
          int immediate = code.s32(at + 4);
          CodeFunction callee = null;
          if (relocation != null) {
            callee = linker.callee(relocation.symbol(), immediate);
          } else if (code.u8(at + 1) >> 4 == CALL_LOCAL) {
            callee = functions.at(section.index(), i + immediate + 1L);
          }
          if (callee != null && !callee.equals(function)) {
            called.add(callee);
          }
        }
      }
    }
  }
}
