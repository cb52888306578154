package org.weft.compiler.object;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.weft.compiler.elf.ElfFile;
import org.weft.compiler.elf.ElfSection;
import org.weft.compiler.elf.ElfSymbol;

/**
 * The functions of an object: code sections split by symbols. Old compilers give symbols no type;
 * there every symbol is a function that does not look like a label of the compiler.
 */
final class FunctionTable {
  private static final Pattern LABEL = Pattern.compile("[.$].*|\\.?L\\w*\\d.*|");

  private final Map<Integer, List<CodeFunction>> bySection = new HashMap<>();
  private final Map<Integer, Map<Integer, CodeFunction>> byStart = new HashMap<>();

  FunctionTable(ElfFile elf) {
    Map<Integer, List<ElfSymbol>> symbols = new HashMap<>();
    for (ElfSymbol symbol : elf.symbols()) {
      symbols.computeIfAbsent(symbol.section(), section -> new ArrayList<>()).add(symbol);
    }
    for (ElfSection section : elf.sections()) {
      if (section.isCode() && section.size() > 0) {
        List<CodeFunction> functions =
            split(section, starts(section, symbols.getOrDefault(section.index(), List.of())));
        bySection.put(section.index(), functions);
        Map<Integer, CodeFunction> starts = new HashMap<>();
        functions.forEach(function -> starts.put(function.start(), function));
        byStart.put(section.index(), starts);
      }
    }
  }

  /** The functions of a section by ascending offset; none for sections without code. */
  List<CodeFunction> in(ElfSection section) {
    return bySection.getOrDefault(section.index(), List.of());
  }

  /** The function that begins at an instruction of a section, or null. */
  CodeFunction at(int section, long start) {
    Map<Integer, CodeFunction> starts = byStart.get(section);
    return starts == null || start != (int) start ? null : starts.get((int) start);
  }

  /** Symbols that begin a function: by ascending offset, the global one first of two at a place. */
  private static List<ElfSymbol> starts(ElfSection section, List<ElfSymbol> symbols) {
    boolean typed = symbols.stream().anyMatch(ElfSymbol::isFunction);
    List<ElfSymbol> starts =
        new ArrayList<>(
            symbols.stream()
                .filter(symbol -> typed ? symbol.isFunction() : isUntypedFunction(symbol))
                .sorted(
                    Comparator.comparingLong(ElfSymbol::value).thenComparing(ElfSymbol::isLocal))
                .toList());
    for (ElfSymbol symbol : starts) {
      if (symbol.value() < 0
          || symbol.value() >= section.size()
          || symbol.value() % CodeFunction.INSTRUCTION_BYTES != 0) {
        throw section
            .content()
            .error(
                "function "
                    + symbol.name()
                    + " at offset "
                    + Long.toUnsignedString(symbol.value())
                    + " of "
                    + section.size()
                    + " bytes");
      }
    }
    return starts;
  }

  private static boolean isUntypedFunction(ElfSymbol symbol) {
    return symbol.isUntyped() && !(symbol.isLocal() && LABEL.matcher(symbol.name()).matches());
  }

  private static List<CodeFunction> split(ElfSection section, List<ElfSymbol> starts) {
    // A length that is no multiple of 8 shows up when the last function is decoded.
    int sectionEnd =
        (int)
            ((section.size() + CodeFunction.INSTRUCTION_BYTES - 1)
                / CodeFunction.INSTRUCTION_BYTES);
    if (starts.isEmpty()) {
      return List.of(new CodeFunction(section, section.name(), 0, sectionEnd, false));
    }
    List<CodeFunction> functions = new ArrayList<>();
    int end = sectionEnd;
    for (int i = starts.size() - 1; i >= 0; i--) {
      ElfSymbol symbol = starts.get(i);
      int start = (int) (symbol.value() / CodeFunction.INSTRUCTION_BYTES);
      if (i > 0 && starts.get(i - 1).value() == symbol.value()) {
        continue;
      }
      functions.add(
          new CodeFunction(
              section, symbol.name(), start, end(symbol, start, end), symbol.isLocal()));
      end = start;
    }
    Collections.reverse(functions);
    return List.copyOf(functions);
  }

  /** The symbol's own size leaves out padding; beyond the next function it is wrong. */
  private static int end(ElfSymbol symbol, int start, int limit) {
    long own = symbol.size() / CodeFunction.INSTRUCTION_BYTES;
    return own > 0 && own < limit - start ? (int) (start + own) : limit;
  }
}
