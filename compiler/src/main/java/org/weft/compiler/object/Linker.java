package org.weft.compiler.object;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.compiler.btf.Btf;
import org.weft.compiler.btf.BtfExt;
import org.weft.compiler.ebpf.Decoder;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.StructureCheck;
import org.weft.compiler.elf.ElfFile;
import org.weft.compiler.elf.Relocation;
import org.weft.compiler.elf.Section;
import org.weft.compiler.elf.Symbol;
import org.weft.isa.InputException;

/** Puts programs together from the functions they reach, and resolves what their code refers to. */
final class Linker {
  /** A function: instructions {@code start} (inclusive) to {@code end} of a section. */
  private record Function(Section section, String name, int start, int end, boolean isLocal) {}

  private final ElfFile elf;
  private final LoadedMaps maps;
  private final List<String> notes;
  private final CoreRelocations core;
  private final Map<Integer, List<Function>> functions = new LinkedHashMap<>();
  private final Map<Integer, Map<Integer, Symbol>> relocations = new HashMap<>();
  private final Map<String, TreeMap<Integer, BtfExt.Line>> lines = new HashMap<>();
  private final Map<String, TreeMap<Integer, List<BtfExt.CoreRelocation>>> coreRelocations =
      new HashMap<>();

  Linker(ElfFile elf, Btf btf, BtfExt ext, LoadedMaps maps, List<String> notes) {
    this.elf = elf;
    this.maps = maps;
    this.notes = notes;
    core = new CoreRelocations(btf);
    for (Section section : elf.sections()) {
      if (section.isCode()) {
        functions.put(section.index(), functionsOf(section));
        Map<Integer, Symbol> byIndex = new HashMap<>();
        for (Relocation relocation : elf.relocations(section)) {
          byIndex.put((int) (relocation.offset() / 8), relocation.symbol());
        }
        relocations.put(section.index(), byIndex);
      }
    }
    if (ext != null) {
      for (BtfExt.Line line : ext.lines()) {
        lines
            .computeIfAbsent(line.section(), s -> new TreeMap<>())
            .put((int) (line.offset() / 8), line);
      }
      for (BtfExt.CoreRelocation relocation : ext.relocations()) {
        coreRelocations
            .computeIfAbsent(relocation.section(), s -> new TreeMap<>())
            .computeIfAbsent((int) (relocation.offset() / 8), i -> new ArrayList<>())
            .add(relocation);
      }
    }
  }

  /** All XDP programs: the global functions of sections whose name begins with xdp. */
  List<Program> programs() {
    List<Program> programs = new ArrayList<>();
    for (List<Function> list : functions.values()) {
      for (Function function : list) {
        String section = function.section().name();
        if (section.equals(".text") || function.isLocal()) {
          continue;
        }
        if (section.startsWith("xdp")) {
          programs.add(link(function));
        } else {
          notes.add("section " + section + ": " + function.name() + " is no XDP program; left out");
        }
      }
    }
    return programs;
  }

  private List<Function> functionsOf(Section section) {
    List<Symbol> symbols = symbolsOf(section, true);
    if (symbols.isEmpty()) {
      symbols = symbolsOf(section, false);
    }
    if (section.size() % 8 != 0) {
      throw new InputException(
          "section "
              + section.name()
              + ": "
              + section.size()
              + " bytes are not whole instructions");
    }
    int end = (int) (section.size() / 8);
    List<Function> list = new ArrayList<>();
    if (symbols.isEmpty()) {
      list.add(new Function(section, section.name(), 0, end, false));
      return list;
    }
    symbols.sort(Comparator.comparingLong(Symbol::value));
    for (int i = 0; i < symbols.size(); i++) {
      Symbol symbol = symbols.get(i);
      int next = i + 1 < symbols.size() ? (int) (symbols.get(i + 1).value() / 8) : end;
      int start = (int) (symbol.value() / 8);
      int stop = symbol.size() > 0 ? (int) ((symbol.value() + symbol.size()) / 8) : next;
      if (symbol.value() % 8 != 0 || symbol.size() % 8 != 0) {
        throw new InputException(
            "section " + section.name() + ": function " + symbol.name() + " is not aligned");
      }
      list.add(new Function(section, symbol.name(), start, stop, symbol.isLocal()));
    }
    return list;
  }

  private List<Symbol> symbolsOf(Section section, boolean typed) {
    List<Symbol> symbols = new ArrayList<>();
    for (Symbol symbol : elf.symbols()) {
      if (symbol.section() != section.index()) {
        continue;
      }
      boolean untyped = symbol.isUntyped() && !symbol.isLocal() && !symbol.name().isEmpty();
      if (typed ? symbol.isFunction() : untyped) {
        symbols.add(symbol);
      }
    }
    return symbols;
  }

  private Program link(Function main) {
    List<Function> reached = new ArrayList<>(List.of(main));
    Map<Function, Integer> starts = new HashMap<>(Map.of(main, 0));
    List<Instruction> code = new ArrayList<>();
    List<Program.Function> table = new ArrayList<>();
    List<Program.SourceLine> sources = new ArrayList<>();
    record Call(int index, Function callee) {}
    List<Call> calls = new ArrayList<>();
    for (int next = 0; next < reached.size(); next++) {
      Function function = reached.get(next);
      int base = code.size();
      starts.put(function, base);
      table.add(new Program.Function(base, function.name()));
      addLines(function, base, sources);
      List<Instruction> body = decode(function);
      try {
        for (int i = 0; i < body.size(); i++) {
          Instruction instruction = body.get(i);
          Symbol symbol = relocations.get(function.section().index()).get(function.start() + i);
          if (instruction instanceof Instruction.CallLocal call) {
            Function callee = callee(function, i, call, symbol);
            if (!reached.contains(callee)) {
              reached.add(callee);
            }
            calls.add(new Call(base + i, callee));
          } else if (symbol != null) {
            body.set(i, resolve(instruction, i, symbol));
          }
        }
        relocateCore(function, body);
      } catch (InputException e) {
        throw e.at("section " + function.section().name() + ", function " + function.name());
      }
      code.addAll(body);
    }
    for (Call call : calls) {
      int offset = starts.get(call.callee()) - call.index() - 1;
      code.set(call.index(), new Instruction.CallLocal(offset));
    }
    try {
      StructureCheck.check(code);
    } catch (InputException e) {
      throw e.at("section " + main.section().name() + ", program " + main.name());
    }
    return new Program(main.name(), main.section().name(), code, table, sources);
  }

  private List<Instruction> decode(Function function) {
    ByteBuffer data = function.section().buffer();
    byte[] bytes = new byte[8 * Math.max(0, function.end() - function.start())];
    data.position(8 * function.start());
    data.get(bytes);
    try {
      return Decoder.decode(bytes);
    } catch (InputException e) {
      throw e.at("section " + function.section().name() + ", function " + function.name());
    }
  }

  private void addLines(Function function, int base, List<Program.SourceLine> sources) {
    TreeMap<Integer, BtfExt.Line> table = lines.get(function.section().name());
    if (table == null) {
      return;
    }
    for (BtfExt.Line line : table.subMap(function.start(), function.end()).values()) {
      int index = base + (int) (line.offset() / 8) - function.start();
      sources.add(new Program.SourceLine(index, line.file(), line.line(), line.text()));
    }
  }

  private void relocateCore(Function function, List<Instruction> body) {
    TreeMap<Integer, List<BtfExt.CoreRelocation>> table =
        coreRelocations.get(function.section().name());
    if (table == null) {
      return;
    }
    for (List<BtfExt.CoreRelocation> list :
        table.subMap(function.start(), function.end()).values()) {
      for (BtfExt.CoreRelocation relocation : list) {
        core.apply(relocation, body, (int) (relocation.offset() / 8) - function.start());
      }
    }
  }

  private Function callee(Function caller, int index, Instruction.CallLocal call, Symbol symbol) {
    int section = symbol == null ? caller.section().index() : symbol.section();
    long start = symbol == null ? caller.start() + index : symbol.value() / 8;
    long target = start + 1L + call.offset();
    if (symbol != null && symbol.section() == 0) {
      throw new InputException(
          "insn " + index + ": calls " + symbol.name() + ", which the object does not define");
    }
    for (Function function : functions.getOrDefault(section, List.of())) {
      if (function.start() == target) {
        return function;
      }
    }
    throw new InputException(
        "insn "
            + index
            + ": calls instruction "
            + target
            + " of section "
            + elf.sections().get(section).name()
            + ", where no function begins");
  }

  private Instruction resolve(Instruction instruction, int index, Symbol symbol) {
    String where = "insn " + index + ": ";
    if (instruction instanceof Instruction.CallKernel
        || instruction instanceof Instruction.CallHelper) {
      throw new InputException(
          where + "calls kernel function " + symbol.name() + "; weft runs helper functions only");
    }
    if (!(instruction instanceof Instruction.LoadImmediate load)) {
      throw new InputException(
          where + "relocation against " + symbol.name() + " of an instruction that takes none");
    }
    if (symbol.section() == 0) {
      if (symbol.isWeak()) {
        return new Instruction.LoadImmediate(load.dst(), ImmediateKind.NUMBER, 0);
      }
      throw new InputException(
          where
              + "refers to "
              + symbol.name()
              + ", which the object does not define; kernel"
              + " configuration and kernel symbols do not exist on a NIC");
    }
    long offset = symbol.isSection() ? symbol.value() + load.low() : symbol.value();
    int map = maps.at(symbol.section(), offset);
    if (map >= 0) {
      return new Instruction.LoadImmediate(load.dst(), ImmediateKind.MAP_INDEX, map);
    }
    int data = maps.ofData(symbol.section());
    if (data >= 0) {
      long address = symbol.value() + load.low();
      return new Instruction.LoadImmediate(
          load.dst(), ImmediateKind.MAP_INDEX_VALUE, data | address << 32);
    }
    if (functions.containsKey(symbol.section())) {
      throw new InputException(
          where + "takes the address of a function; callbacks are not supported");
    }
    throw new InputException(
        where
            + "refers to "
            + symbol.name()
            + " in section "
            + elf.sections().get(symbol.section()).name()
            + ", which holds neither maps nor data");
  }
}
