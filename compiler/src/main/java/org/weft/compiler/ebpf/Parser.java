package org.weft.compiler.ebpf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.isa.InputException;

/**
 * Text to instructions: the inverse of {@link Printer}. One instruction a line; a leading index
 * ({@code 12:}), a trailing comment ({@code ;}, {@code #}), a label that llvm-objdump adds ({@code
 * <LBB0_2>}) and empty lines are skipped; numbers are decimal or {@code 0x}.
 */
public final class Parser {
  private static final String NUMBER = "(-?(?:0x[0-9a-f]+|\\d+))";
  private static final String ADDRESS = "\\(r(\\d+) ([+-]) (0x[0-9a-f]+|\\d+)\\)";
  private static final String SWAPPED = ADDRESS.substring(0, ADDRESS.length() - 2);

  private static final Pattern INDEX = Pattern.compile("^\\d+:\\s*");
  private static final Pattern NEG = Pattern.compile("([rw])(\\d+) = -[rw](\\d+)");
  private static final Pattern EXTEND =
      Pattern.compile("([rw])(\\d+) = \\(s(8|16|32)\\)[rw](\\d+)");
  private static final Pattern SWAP = Pattern.compile("r(\\d+) = (le|be|bswap)(16|32|64) r(\\d+)");
  private static final Pattern WIDE = Pattern.compile("r(\\d+) = " + NUMBER + " ll");
  private static final Pattern WIDE_KIND =
      Pattern.compile(
          "r(\\d+) = (map_fd|map_fd_value|variable|code|map|map_value)\\[(-?\\d+)\\]([+-]\\d+)? ll");
  private static final Pattern LOAD =
      Pattern.compile("[rw](\\d+) = \\*\\(([us])(8|16|32|64) \\*\\)" + ADDRESS);
  private static final Pattern STORE =
      Pattern.compile("\\*\\(u(8|16|32|64) \\*\\)" + ADDRESS + " = (?:[rw](\\d+)|" + NUMBER + ")");
  private static final Pattern LOCK =
      Pattern.compile("lock \\*\\(u(32|64) \\*\\)" + ADDRESS + " (\\S+) [rw](\\d+)");
  private static final Pattern FETCH =
      Pattern.compile(
          "[rw](\\d+) = atomic_fetch_(add|or|and|xor)\\(\\(u(32|64) \\*\\)"
              + ADDRESS
              + ", [rw](\\d+)\\)");
  private static final Pattern XCHG =
      Pattern.compile("[rw](\\d+) = xchg(_64|32_32)" + SWAPPED + ", [rw](\\d+)\\)");
  private static final Pattern CMPXCHG =
      Pattern.compile("[rw]0 = cmpxchg(_64|32_32)" + SWAPPED + ", [rw]0, [rw](\\d+)\\)");
  private static final Pattern GOTO = Pattern.compile("goto(l?) ([+-](?:0x[0-9a-f]+|\\d+))");
  private static final Pattern IF =
      Pattern.compile(
          "if ([rw])(\\d+) (\\S+) (?:[rw](\\d+)|" + NUMBER + ") goto ([+-](?:0x[0-9a-f]+|\\d+))");
  private static final Pattern ALU =
      Pattern.compile("([rw])(\\d+) (\\S*=) (?:([rw])(\\d+)|" + NUMBER + ")");
  private static final Pattern CALL = Pattern.compile("call " + NUMBER);
  private static final Pattern CALL_LOCAL = Pattern.compile("call pc([+-]\\d+)");
  private static final Pattern CALL_KERNEL = Pattern.compile("call kfunc (\\d+)");

  private final String text;
  private final int line;
  private Matcher match;

  private Parser(String text, int line) {
    this.text = text;
    this.line = line;
  }

  /**
   * Parses a program.
   *
   * @throws InputException naming the line that is no instruction
   */
  public static List<Instruction> parse(String program) {
    List<Instruction> code = new ArrayList<>();
    String[] lines = program.split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      String text = strip(lines[i]);
      if (text.isEmpty()) {
        continue;
      }
      Instruction instruction = new Parser(text, i + 1).instruction();
      code.add(instruction);
      if (instruction instanceof Instruction.LoadImmediate) {
        code.add(Instruction.WideTail.WIDE_TAIL);
      }
    }
    return code;
  }

  private static String strip(String line) {
    String text = line;
    for (String mark : new String[] {";", "#", "<"}) {
      int at = text.indexOf(mark.equals("<") ? " <LBB" : mark);
      if (at >= 0) {
        text = text.substring(0, at);
      }
    }
    return INDEX.matcher(text.strip()).replaceFirst("").strip().toLowerCase(Locale.ROOT);
  }

  private boolean is(Pattern pattern) {
    match = pattern.matcher(text);
    return match.matches();
  }

  private Instruction instruction() {
    if (text.equals("exit")) {
      return new Instruction.Exit();
    } else if (is(NEG)) {
      if (!match.group(2).equals(match.group(3))) {
        throw error("negation reads and writes the same register");
      }
      return new Instruction.Alu(AluOp.NEG, is64(1), register(2), Operand.constant(0));
    } else if (is(EXTEND)) {
      AluOp op = AluOp.valueOf("MOVSX" + match.group(3));
      return new Instruction.Alu(op, is64(1), register(2), Operand.register(register(4)));
    } else if (is(SWAP)) {
      SwapKind kind = SwapKind.valueOf(match.group(2).toUpperCase(Locale.ROOT));
      return new Instruction.Swap(kind, register(1), Integer.parseInt(match.group(3)));
    } else if (is(WIDE)) {
      return new Instruction.LoadImmediate(register(1), ImmediateKind.NUMBER, number(2));
    } else if (is(WIDE_KIND)) {
      return wideKind();
    } else if (is(LOAD)) {
      return new Instruction.Load(
          register(1), register(4), offset(5), bytes(3), match.group(2).equals("s"));
    } else if (is(STORE)) {
      return new Instruction.Store(register(2), offset(3), bytes(1), operand(5, 6));
    } else if (is(LOCK)) {
      AtomicOp op = AtomicOp.valueOf(aluOp(match.group(5)).name());
      return atomic(op, false, match.group(1), 2, 6);
    } else if (is(FETCH)) {
      AtomicOp op = AtomicOp.valueOf(match.group(2).toUpperCase(Locale.ROOT));
      return atomic(op, true, match.group(3), 4, 7);
    } else if (is(XCHG)) {
      return atomic(AtomicOp.XCHG, true, match.group(2), 3, 6);
    } else if (is(CMPXCHG)) {
      return atomic(AtomicOp.CMPXCHG, true, match.group(1), 2, 5);
    } else if (is(GOTO)) {
      boolean isLong = !match.group(1).isEmpty();
      return new Instruction.Jump(
          JumpOp.JA, !isLong, 0, Operand.constant(0), signed(2, isLong ? 32 : 16));
    } else if (is(IF)) {
      return new Instruction.Jump(
          jumpOp(match.group(3)), is64(1), register(2), operand(4, 5), signed(6, 16));
    } else if (is(CALL_LOCAL)) {
      return new Instruction.CallLocal(signed(1, 32));
    } else if (is(CALL_KERNEL)) {
      return new Instruction.CallKernel(signed(1, 32));
    } else if (is(CALL)) {
      return new Instruction.CallHelper(signed(1, 32));
    } else if (is(ALU)) {
      return new Instruction.Alu(aluOp(match.group(3)), is64(1), register(2), operand(5, 6));
    }
    throw error("no instruction");
  }

  private Instruction wideKind() {
    ImmediateKind kind =
        switch (match.group(2)) {
          case "map_fd" -> ImmediateKind.MAP_FD;
          case "map_fd_value" -> ImmediateKind.MAP_FD_VALUE;
          case "variable" -> ImmediateKind.VARIABLE;
          case "code" -> ImmediateKind.CODE;
          case "map" -> ImmediateKind.MAP_INDEX;
          default -> ImmediateKind.MAP_INDEX_VALUE;
        };
    long high = match.group(4) == null ? 0 : signed(4, 32);
    return new Instruction.LoadImmediate(
        register(1), kind, (signed(3, 32) & 0xffffffffL) | high << 32);
  }

  private Instruction atomic(AtomicOp op, boolean fetch, String width, int base, int src) {
    boolean is64 = width.endsWith("64");
    return new Instruction.Atomic(op, fetch, is64, register(base), offset(base + 1), register(src));
  }

  private AluOp aluOp(String symbol) {
    for (AluOp op : AluOp.values()) {
      if (symbol.equals(Printer.symbol(op))) {
        return op;
      }
    }
    throw error("unknown operator " + symbol);
  }

  private JumpOp jumpOp(String symbol) {
    for (JumpOp op : JumpOp.values()) {
      if (symbol.equals(Printer.symbol(op))) {
        return op;
      }
    }
    throw error("unknown comparison " + symbol);
  }

  private boolean is64(int group) {
    return match.group(group).equals("r");
  }

  private int bytes(int group) {
    return Integer.parseInt(match.group(group)) / 8;
  }

  private int register(int group) {
    String digits = match.group(group);
    if (digits.length() > 2 || Integer.parseInt(digits) > 10) {
      throw error("register r" + digits + " does not exist; the last is r10");
    }
    return Integer.parseInt(digits);
  }

  private Operand operand(int registerGroup, int numberGroup) {
    return match.group(registerGroup) != null
        ? Operand.register(register(registerGroup))
        : Operand.constant(signed(numberGroup, 32));
  }

  private int offset(int signGroup) {
    long magnitude = number(signGroup + 1);
    return range(match.group(signGroup).equals("-") ? -magnitude : magnitude, 16);
  }

  private int signed(int group, int bits) {
    long value = number(group);
    return bits == 32 && value == (value & 0xffffffffL) ? (int) value : range(value, bits);
  }

  private int range(long value, int bits) {
    long limit = 1L << (bits - 1);
    if (value < -limit || value >= limit) {
      throw error(value + " does not fit " + bits + " bits");
    }
    return (int) value;
  }

  private long number(int group) {
    String digits = match.group(group);
    boolean negative = digits.startsWith("-");
    String magnitude = negative || digits.startsWith("+") ? digits.substring(1) : digits;
    try {
      long value =
          magnitude.startsWith("0x")
              ? Long.parseUnsignedLong(magnitude.substring(2), 16)
              : Long.parseUnsignedLong(magnitude);
      return negative ? -value : value;
    } catch (NumberFormatException e) {
      throw error(digits + " does not fit 64 bits");
    }
  }

  private InputException error(String cause) {
    return new InputException("line " + line + ": " + cause + ": " + text);
  }
}
