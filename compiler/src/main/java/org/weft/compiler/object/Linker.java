package org.weft.compiler.object;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.btf.Btf;
import org.weft.compiler.btf.BtfExt;
import org.weft.compiler.btf.BtfExt.CoreInfo;
import org.weft.compiler.btf.BtfExt.LineInfo;
import org.weft.compiler.elf.ElfFile;
import org.weft.compiler.elf.ElfRelocation;
import org.weft.compiler.elf.ElfSection;
import org.weft.compiler.elf.ElfSymbol;
import org.weft.compiler.elf.Span;

/** What linking needs to know of an object; {@link Linking} links one program. */
final class Linker {
  /**
   * Instructions of all programs of an object together, with the lines and relocations that belong
   * to them; Linux takes a million instructions for one program.
   */
  private static final int MOST_INSTRUCTIONS = 1 << 22;

  /** Source lines and file names are for messages. */
  private static final int LONGEST_TEXT = 200;

  /** What belongs to the code of one section. */
  record SectionTables(
      Span code,
      List<ElfRelocation> relocations,
      List<CoreInfo> coreRelocations,
      List<LineInfo> lines) {}

  private final ElfFile elf;
  private final Btf btf;
  private final BtfExt ext;
  private final FunctionTable functions;
  private final ObjectMaps maps;
  private final Externs externs;
  private final Notes notes;
  private final Map<Integer, SectionTables> tables = new HashMap<>();
  private final Map<Long, String> strings = new HashMap<>();
  private int instructionsLeft = MOST_INSTRUCTIONS;

  /**
   * A linker for the programs of one object.
   *
   * @param btf null when the object has none
   */
  Linker(
      ElfFile elf,
      Btf btf,
      BtfExt ext,
      FunctionTable functions,
      ObjectMaps maps,
      Externs externs,
      Notes notes) {
    this.elf = elf;
    this.btf = btf;
    this.ext = ext;
    this.functions = functions;
    this.maps = maps;
    this.externs = externs;
    this.notes = notes;
  }

  /**
   * The program that begins with a function.
   *
   * @param name the program's name
   */
  Program link(CodeFunction entry, String name) {
    return new Linking(this, entry, name).link();
  }

  ElfFile elf() {
    return elf;
  }

  Btf btf() {
    return btf;
  }

  FunctionTable functions() {
    return functions;
  }

  ObjectMaps maps() {
    return maps;
  }

  Externs externs() {
    return externs;
  }

  Notes notes() {
    return notes;
  }

  /** What belongs to the code of a section. */
  SectionTables tables(ElfSection section) {
    return tables.computeIfAbsent(
        section.index(),
        index ->
            new SectionTables(
                section.content(),
                elf.relocations(section),
                ext.relocations(section.name()),
                ext.lines(section.name())));
  }

  /** A string of BTF, at most a line long, without white space around it. */
  String string(long offset) {
    return strings.computeIfAbsent(
        offset,
        key -> {
          String text = btf.string(offset).strip();
          return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT);
        });
  }

  /** Takes instructions, lines or relocations from what is left for the object. */
  boolean take(int instructions) {
    instructionsLeft -= instructions;
    return instructionsLeft >= 0;
  }

  /**
   * The function that a call goes to: a symbol's, or one of its section's if the symbol stands for
   * it, or null.
   *
   * @param immediate of the call instruction: the distance from the symbol, less one
   */
  CodeFunction callee(ElfSymbol symbol, int immediate) {
    if (symbol.value() < 0 || symbol.value() % CodeFunction.INSTRUCTION_BYTES != 0) {
      return null;
    }
    return functions.at(
        symbol.section(), symbol.value() / CodeFunction.INSTRUCTION_BYTES + immediate + 1);
  }
}
