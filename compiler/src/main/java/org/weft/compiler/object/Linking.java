package org.weft.compiler.object;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.compiler.btf.BtfExt.CoreInfo;
import org.weft.compiler.btf.BtfExt.LineInfo;
import org.weft.compiler.ebpf.Decoder;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.StructureCheck;
import org.weft.compiler.elf.ElfRelocation;
import org.weft.compiler.elf.ElfSection;
import org.weft.compiler.elf.ElfSymbol;
import org.weft.compiler.elf.Span;
import org.weft.isa.InputException;
import org.weft.isa.UnsupportedException;

/**
 * Links one program: its function first, then every function it calls, each after the first call of
 * it that is met, as libbpf does. So instructions have the indexes that the kernel's messages have.
 */
final class Linking {
  /** Functions that clang calls of its own accord. */
  private static final Set<String> LIBRARY =
      Set.of("memcmp", "bcmp", "memcpy", "memmove", "memset", "strlen");

  private static final int BYTES = CodeFunction.INSTRUCTION_BYTES;
  private static final int LOAD_IMMEDIATE = 0x18;
  private static final int CALL = 0x85;
  private static final int CALL_LOCAL = 1;
  private static final int CALL_KERNEL = 2;
  private static final Pattern INSN = Pattern.compile("insn (\\d+): (.*)");

  /** A function in the program, and how far it is linked. */
  private static final class Placed {
    final CodeFunction function;
    final int base;
    int next;
    int relocation;

    Placed(CodeFunction function, int base) {
      this.function = function;
      this.base = base;
    }
  }

  private final Linker linker;
  private final CodeFunction entry;
  private final String name;
  private final Map<CodeFunction, Integer> bases = new HashMap<>();
  private final List<Program.Function> functions = new ArrayList<>();
  private final List<Program.SourceLine> lines = new ArrayList<>();
  private final Deque<Placed> open = new ArrayDeque<>();
  private ByteBuffer code = ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);

  Linking(Linker linker, CodeFunction entry, String name) {
    this.linker = linker;
    this.entry = entry;
    this.name = name;
  }

  Program link() {
    append(entry, 0);
    while (!open.isEmpty()) {
      Placed placed = open.peek();
      if (placed.next >= placed.function.end() - placed.function.start()) {
        open.pop();
        checkAllApplied(placed);
      } else {
        step(placed);
      }
    }
    List<Instruction> instructions = checked(Arrays.copyOf(code.array(), code.limit()));
    return new Program(name, entry.section().name(), instructions, functions, lines);
  }

  private List<Instruction> checked(byte[] bytes) {
    try {
      List<Instruction> instructions = Decoder.decode(bytes);
      StructureCheck.check(instructions);
      return instructions;
    } catch (InputException e) {
      Matcher message = INSN.matcher(e.getMessage());
      throw message.matches()
          ? error(Integer.parseInt(message.group(1)), message.group(2))
          : e.at(sectionPlace());
    }
  }

  /** Puts a function behind the code that there is; caller is the instruction that calls it. */
  private int append(CodeFunction function, int caller) {
    int base = code.limit() / BYTES;
    take(function.end() - function.start(), caller);
    Span section = linker.tables(function.section()).code();
    int from = function.start() * BYTES;
    int length = Math.min(function.end() * BYTES, section.length()) - from;
    if (length % BYTES != 0) {
      throw function.section().content().error("its length is no multiple of 8");
    }
    grow(length);
    section.copy(from, code.array(), base * BYTES, length);
    bases.put(function, base);
    functions.add(new Program.Function(base, function.name()));
    addLines(function, base);
    applyCore(function, base);
    Placed placed = new Placed(function, base);
    placed.relocation =
        first(linker.tables(function.section()).relocations(), ElfRelocation::offset, from);
    open.push(placed);
    return base;
  }

  private void take(int instructions, int index) {
    if (!linker.take(instructions)) {
      throw error(index, "the object's programs have too many instructions together");
    }
  }

  private void grow(int bytes) {
    int length = code.limit() + bytes;
    if (length > code.capacity()) {
      byte[] larger = Arrays.copyOf(code.array(), Math.max(length, 2 * code.capacity()));
      code = ByteBuffer.wrap(larger).order(ByteOrder.LITTLE_ENDIAN);
    }
    code.limit(length);
  }

  private void addLines(CodeFunction function, int base) {
    List<LineInfo> all = linker.tables(function.section()).lines();
    int last = -1;
    for (int i = first(all, LineInfo::offset, (long) function.start() * BYTES);
        i < all.size() && all.get(i).offset() < (long) function.end() * BYTES;
        i++) {
      take(1, base);
      LineInfo line = all.get(i);
      int index = base + (int) (line.offset() / BYTES) - function.start();
      if (index > last) {
        lines.add(
            new Program.SourceLine(
                index, linker.string(line.file()), line.line(), linker.string(line.text())));
        last = index;
      }
    }
  }

  private void applyCore(CodeFunction function, int base) {
    List<CoreInfo> all = linker.tables(function.section()).coreRelocations();
    CoreRelocator relocator = new CoreRelocator(linker.btf(), linker.notes());
    for (int i = first(all, CoreInfo::offset, (long) function.start() * BYTES);
        i < all.size() && all.get(i).offset() < (long) function.end() * BYTES;
        i++) {
      take(1, base);
      int index = base + (int) (all.get(i).offset() / BYTES) - function.start();
      try {
        relocator.apply(all.get(i), code, index, () -> place(index));
      } catch (InputException e) {
        throw error(index, e.getMessage());
      }
    }
  }

  /** Index of the first record at an offset or behind it. */
  private static <T> int first(List<T> sorted, ToLongFunction<T> offset, long from) {
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (offset.applyAsLong(sorted.get(middle)) < from) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Links one instruction. */
  private void step(Placed placed) {
    int index = placed.base + placed.next;
    int at = index * BYTES;
    int opcode = Byte.toUnsignedInt(code.get(at));
    ElfRelocation relocation = relocationOf(placed);
    int left = placed.function.end() - placed.function.start() - placed.next;
    int words = opcode == LOAD_IMMEDIATE && left > 1 ? 2 : 1;
    placed.next += words;
    if (relocation != null) {
      if (words == 2 && relocation.type() == ElfRelocation.IMMEDIATE_64) {
        linkImmediate(relocation.symbol(), index);
      } else if (opcode == CALL && relocation.type() == ElfRelocation.CALL) {
        linkCall(relocation.symbol(), index);
      } else {
        throw error(
            index, String.format("relocation %s of opcode 0x%02x", relocation.typeName(), opcode));
      }
    } else if (opcode == CALL && code.get(at + 1) >> 4 == CALL_LOCAL) {
      long target =
          (long) placed.function.start() + (index - placed.base) + code.getInt(at + 4) + 1;
      CodeFunction callee = linker.functions().at(placed.function.section().index(), target);
      if (callee == null) {
        throw error(index, "call of insn " + target + " of the section, where no function begins");
      }
      call(callee, index);
    }
  }

  /** The relocation at the next instruction, or null. */
  private ElfRelocation relocationOf(Placed placed) {
    List<ElfRelocation> all = linker.tables(placed.function.section()).relocations();
    long offset = (long) (placed.function.start() + placed.next) * BYTES;
    if (placed.relocation == all.size() || all.get(placed.relocation).offset() != offset) {
      return null;
    }
    return all.get(placed.relocation++);
  }

  /** Relocations between instructions, or two at one, are passed over by {@link #step}. */
  private void checkAllApplied(Placed placed) {
    List<ElfRelocation> all = linker.tables(placed.function.section()).relocations();
    if (placed.relocation < all.size()) {
      long offset = all.get(placed.relocation).offset();
      long inside = offset - (long) placed.function.start() * BYTES;
      if (inside >= 0 && offset < (long) placed.function.end() * BYTES) {
        throw error(
            placed.base + (int) (inside / BYTES),
            "a relocation at byte " + offset + " of the section fits no instruction");
      }
    }
  }

  private void linkCall(ElfSymbol symbol, int index) {
    if (symbol.isUndefined()) {
      if (!symbol.isWeak()) {
        throw unsupported(
            index,
            "call of "
                + symbol.name()
                + ", which is defined nowhere; "
                + (LIBRARY.contains(symbol.name())
                    ? "clang calls it where it does not write it out: use a loop or compare words"
                    : "kernel functions are not supported"));
      }
      // As libbpf does: only reaching the call is an error.
      linker
          .notes()
          .add(() -> place(index) + ": " + symbol.name() + " is taken as not in this kernel");
      code.put(index * BYTES + 1, (byte) (CALL_KERNEL << 4)).putInt(index * BYTES + 4, 0);
      return;
    }
    CodeFunction callee = linker.callee(symbol, code.getInt(index * BYTES + 4));
    if (callee == null) {
      throw error(index, "call of " + symbol.name() + ", where no function begins");
    }
    call(callee, index);
  }

  private void call(CodeFunction callee, int index) {
    Integer known = bases.get(callee);
    int base = known != null ? known : append(callee, index);
    code.put(index * BYTES + 1, (byte) (CALL_LOCAL << 4))
        .putInt(index * BYTES + 4, base - index - 1);
  }

  /** The address of a function, which helpers call: counted from the next instruction. */
  private void callback(ElfSymbol symbol, long offset, int index) {
    CodeFunction function =
        offset % BYTES == 0 ? linker.functions().at(symbol.section(), offset / BYTES) : null;
    if (function == null) {
      throw error(
          index,
          "address of offset " + offset + " of " + sectionName(symbol) + ", where no function is");
    }
    Integer known = bases.get(function);
    int base = known != null ? known : append(function, index);
    immediate(index, ImmediateKind.CODE, base - index - 1, 0);
  }

  private void linkImmediate(ElfSymbol symbol, int index) {
    int section = symbol.section();
    // The sum is an offset in the section; wrapping is how negative addends are written.
    int addend = code.getInt(index * BYTES + 4);
    long offset = symbol.value() + addend;
    if (symbol.isUndefined()) {
      linkExtern(symbol, index);
    } else if (symbol.isCommon()) {
      throw error(index, symbol.name() + " is a tentative definition; compile with -fno-common");
    } else if (linker.maps().isMapSection(section)) {
      int map = linker.maps().at(section, offset);
      if (map < 0) {
        throw error(index, "no map begins at offset " + offset + " of " + sectionName(symbol));
      }
      immediate(index, ImmediateKind.MAP_INDEX, map, 0);
    } else if (linker.maps().dataOf(section) >= 0) {
      int map = linker.maps().dataOf(section);
      long size = linker.maps().definitions().get(map).valueSize();
      if (offset < 0 || offset >= size) {
        throw error(
            index,
            symbol.name() + ": offset " + offset + " in " + sectionName(symbol) + " of " + size);
      }
      immediate(index, ImmediateKind.MAP_INDEX_VALUE, map, (int) offset);
    } else if (section < linker.elf().sections().size()
        && linker.elf().sections().get(section).isCode()) {
      callback(symbol, offset, index);
    } else {
      throw error(
          index,
          symbol.name() + " lies in section " + sectionName(symbol) + ", which holds no data");
    }
  }

  private void linkExtern(ElfSymbol symbol, int index) {
    boolean option = linker.externs().isOption(symbol.name());
    if (!symbol.isWeak() && !linker.externs().isGiven(symbol.name())) {
      throw error(
          index,
          (option ? "kernel option " : "symbol ")
              + symbol.name()
              + " is defined nowhere; declare it __weak if the program can do without");
    }
    if (option) {
      immediate(
          index,
          ImmediateKind.MAP_INDEX_VALUE,
          linker.externs().kconfigMap(),
          (int) linker.externs().offset(symbol.name()));
    } else {
      immediate(index, ImmediateKind.NUMBER, 0, 0);
    }
  }

  private String sectionName(ElfSymbol symbol) {
    List<ElfSection> sections = linker.elf().sections();
    return symbol.section() < sections.size()
        ? sections.get(symbol.section()).name()
        : "number " + symbol.section();
  }

  private void immediate(int index, ImmediateKind kind, int low, int high) {
    int at = index * BYTES;
    code.put(at + 1, (byte) (kind.ordinal() << 4 | (code.get(at + 1) & 15)));
    code.putInt(at + 4, low).putInt(at + BYTES + 4, high);
  }

  private String place(int index) {
    int line = first(lines, Program.SourceLine::index, index + 1L) - 1;
    List<Program.SourceLine> at = line < 0 ? List.of() : lines.subList(line, line + 1);
    return new Program(name, entry.section().name(), List.of(), List.of(), at).place(index);
  }

  private String sectionPlace() {
    return linker.elf().name() + ": section " + entry.section().name();
  }

  private UnsupportedException unsupported(int index, String cause) {
    return new UnsupportedException(sectionPlace() + ": " + place(index) + ": " + cause);
  }

  private InputException error(int index, String cause) {
    return new InputException(sectionPlace() + ": " + place(index) + ": " + cause);
  }
}
