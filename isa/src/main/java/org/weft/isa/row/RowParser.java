package org.weft.isa.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.isa.InputException;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.XdpAction;

/**
 * Text to rows: the inverse of {@link RowPrinter}. A leading row number ({@code 12:}), a trailing
 * comment ({@code ;}), labels (lines that end in a colon) and empty lines are skipped.
 */
public final class RowParser {
  private static final String PLACE =
      "(pkt|stk|map|arg|reg)(\\d*)\\[(?:r(\\d+)(?: ([+-]) (\\d+))?|(-?\\d+))\\]";
  private static final String OPERAND = "(r\\d+|-?\\d+)";

  private static final Pattern NUMBER = Pattern.compile("^\\d+:\\s*");
  private static final Pattern ALU =
      Pattern.compile("r(\\d+) = ([a-z]+\\d*)(\\.32)? (?:([a-z]\\w*), )?" + OPERAND);
  private static final Pattern LOAD = Pattern.compile("r(\\d+) = load(\\d+)(s?)(swap)? " + PLACE);
  private static final Pattern STORE =
      Pattern.compile("store(\\d+)(swap)? " + PLACE + " = " + OPERAND);
  private static final Pattern FACT = Pattern.compile("r(\\d+) = fact (\\w+)");
  private static final Pattern ATOMIC =
      Pattern.compile(
          "(?:r(\\d+) = )?(atomic_[a-z]+)(\\.32)? " + PLACE + ", (r\\d+|\\d+)(?:, r(\\d+))?");
  private static final Pattern CALL = Pattern.compile("r(\\d+) = call (\\w+)\\((.*)\\)");
  private static final Pattern TAIL_CALL = Pattern.compile("tail_call r(\\d+), r(\\d+)");
  private static final Pattern CONTROL =
      Pattern.compile("(goto|exit) (\\w+)(?: if (\\w+)(\\.32)? (\\S+) " + OPERAND + ")?");

  private final String text;
  private Matcher match;

  private RowParser(String text) {
    this.text = text;
  }

  /**
   * Parses a listing.
   *
   * @throws InputException naming line and slot
   */
  public static List<Row> parse(String listing) {
    List<Row> rows = new ArrayList<>();
    String[] lines = listing.split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      int comment = lines[i].indexOf(';');
      String line = (comment < 0 ? lines[i] : lines[i].substring(0, comment)).strip();
      line = NUMBER.matcher(line).replaceFirst("");
      if (line.isEmpty() || line.endsWith(":")) {
        continue;
      }
      List<Slot> slots = new ArrayList<>();
      for (String slot : line.split("\\|", -1)) {
        try {
          slots.add(new RowParser(slot.strip()).slot());
        } catch (InputException e) {
          throw e.at("line " + (i + 1) + ", slot " + slots.size());
        }
      }
      rows.add(new Row(slots));
    }
    return rows;
  }

  private boolean is(Pattern pattern) {
    match = pattern.matcher(text);
    return match.matches();
  }

  private Slot slot() {
    if (text.equals("nop")) {
      return Slot.Nop.NOP;
    } else if (is(LOAD)) {
      return new Slot.Load(
          register(1),
          region(5),
          map(6, 0xffff),
          base(7),
          offset(8),
          bytes(2),
          !match.group(3).isEmpty(),
          match.group(4) != null);
    } else if (is(STORE)) {
      Operand value = operand(9);
      if (!value.isRegister()) {
        range(value.value(), 16);
      }
      int map = map(4, value.isRegister() ? 0xffff : 0);
      boolean swapped = match.group(2) != null;
      return new Slot.Store(region(3), map, base(5), offset(6), bytes(1), swapped, value);
    } else if (is(FACT)) {
      return new Slot.ReadFact(register(1), fact(match.group(2)));
    } else if (is(ATOMIC)) {
      return atomic();
    } else if (is(CALL)) {
      return call();
    } else if (is(TAIL_CALL)) {
      return new Slot.TailCall(register(1), register(2));
    } else if (is(CONTROL)) {
      return control();
    } else if (is(ALU)) {
      return alu();
    }
    throw error("no instruction");
  }

  private Slot alu() {
    Opcode opcode = Opcode.ofMnemonic(match.group(2));
    boolean binary = opcode != null && opcode.format() == Opcode.Format.BINARY;
    boolean unary = opcode != null && opcode.format() == Opcode.Format.UNARY;
    if (!binary && !unary || binary != (match.group(4) != null)) {
      throw error("no instruction");
    }
    boolean is32 = match.group(3) != null;
    Operand b = operand(5);
    return new Slot.Alu(opcode, is32, register(1), binary ? left(match.group(4), b) : 0, b);
  }

  private Slot atomic() {
    Opcode opcode = Opcode.ofMnemonic(match.group(2));
    if (opcode == null || (opcode == Opcode.ATOMIC_CMPXCHG) != (match.group(11) != null)) {
      throw error("no instruction");
    }
    boolean fetch = match.group(1) != null;
    return new Slot.Atomic(
        opcode,
        match.group(3) != null,
        fetch,
        fetch ? register(1) : 0,
        region(4),
        map(5, 0x7ff),
        base(6),
        offset(7),
        atomicOperand(match.group(10)),
        match.group(11) == null ? 0 : register(11));
  }

  private Slot call() {
    HelperFunction helper = null;
    for (HelperFunction candidate : HelperFunction.values()) {
      if (candidate.name().toLowerCase(Locale.ROOT).equals(match.group(2))) {
        helper = candidate;
      }
    }
    String inner = match.group(3).strip();
    String[] parts = inner.isEmpty() ? new String[0] : inner.split(",", -1);
    if (helper == null
        || helper == HelperFunction.TAIL_CALL
        || parts.length != helper.args().size()) {
      throw error("no such helper, or another number of arguments");
    }
    List<Integer> arguments = new ArrayList<>();
    List<Region> regions = new ArrayList<>();
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i].strip();
      HelperFunction.Arg arg = helper.args().get(i);
      if (arg == HelperFunction.Arg.CONTEXT) {
        arguments.add(0);
        continue;
      }
      if (arg.isMemory()) {
        Region region = part.length() < 4 ? null : Region.ofLabel(part.substring(0, 3));
        if (region == null) {
          throw error("argument " + (i + 1) + " lacks its region");
        }
        regions.add(region);
        part = part.substring(3).strip();
      }
      arguments.add(argument(part, arg, regions, i + 1));
    }
    return new Slot.Call(register(1), helper, arguments, regions);
  }

  private int argument(String text, HelperFunction.Arg arg, List<Region> regions, int number) {
    boolean address = arg.isMemory() && regions.size() == 1 && regions.get(0) == Region.STACK;
    if (text.matches("r\\d{1,2}")) {
      return register(text.substring(1));
    } else if (arg == HelperFunction.Arg.MAP && text.matches("map\\d{1,3}")) {
      int map = integer(text.substring(3));
      if (map >= 1 && map <= Slot.Call.MAX_MAP) {
        return Slot.FIRST_CONSTANT + map;
      }
    } else if (address && text.matches("\\d{1,3}")) {
      int at = integer(text);
      if (at % 4 == 0 && at <= Slot.Call.MAX_ADDRESS) {
        return Slot.FIRST_CONSTANT + at;
      }
    }
    throw error("argument " + number + " is no register, map or stack address that fits");
  }

  private Slot control() {
    Condition condition = Condition.ALWAYS;
    boolean conditional = match.group(3) != null;
    if (conditional) {
      condition = null;
      for (Condition candidate : Condition.values()) {
        if (candidate.symbol().equals(match.group(5))) {
          condition = candidate;
        }
      }
      if (condition == null) {
        throw error("unknown comparison " + match.group(5));
      }
    }
    String left = conditional ? match.group(3) : "r0";
    boolean half = left.matches("w\\d{1,2}");
    boolean is32 = half || conditional && match.group(4) != null;
    Operand b = conditional ? operand(6) : Operand.constant(0);
    int a = left(half ? "r" + left.substring(1) : left, b);
    if (match.group(1).equals("goto")) {
      int target = integer(match.group(2));
      if (target < 0 || target > 8191) {
        throw error("row " + target + " is not 0 to 8191");
      }
      return new Slot.Branch(Opcode.branch(condition), is32, a, b, target);
    }
    return new Slot.Exit(Opcode.exit(condition), is32, a, b, verdict(match.group(2)));
  }

  /** A first operand: a register or fact. */
  private int left(String name, Operand b) {
    if (name.matches("r\\d{1,2}")) {
      return register(name.substring(1));
    }
    if (b.isRegister()) {
      throw error("the other operand of a fact is a constant");
    }
    return Slot.FIRST_FACT + fact(name).ordinal();
  }

  private int atomicOperand(String name) {
    if (name.startsWith("r")) {
      return register(name.substring(1));
    }
    int constant = integer(name);
    if (constant < 0 || constant > 31) {
      throw error("constant " + constant + " is not 0 to 31; use a register");
    }
    return Slot.FIRST_CONSTANT + constant;
  }

  private Operand verdict(String name) {
    for (XdpAction action : XdpAction.values()) {
      if (action.name().equals(name)) {
        return Operand.constant(action.ordinal());
      }
    }
    if (name.matches("r\\d{1,2}")) {
      return Operand.register(register(name.substring(1)));
    }
    int value = integer(name);
    if (value < 0 || value > 127) {
      throw error("verdict " + value + " is not 0 to 127; use a register");
    }
    return Operand.constant(value);
  }

  private Fact fact(String name) {
    for (Fact fact : Fact.values()) {
      if (fact.name().toLowerCase(Locale.ROOT).equals(name)) {
        return fact;
      }
    }
    throw error("unknown fact " + name);
  }

  private Region region(int group) {
    return Region.ofLabel(match.group(group));
  }

  private int map(int group, int most) {
    String digits = match.group(group);
    int map = digits.isEmpty() ? 0 : integer(digits);
    if (map < 0 || map > most || map > 0 && !match.group(group - 1).equals("map")) {
      throw error("map " + map + " in an instruction");
    }
    return map;
  }

  private int base(int group) {
    return match.group(group) == null ? Slot.NO_BASE : register(group);
  }

  /** The offset whose sign is in this group: behind a base, or alone two groups on. */
  private int offset(int group) {
    String alone = match.group(group + 2);
    if (alone != null) {
      return range(integer(alone), 16);
    }
    String digits = match.group(group + 1);
    int magnitude = digits == null ? 0 : integer(digits);
    return range("-".equals(match.group(group)) ? -magnitude : magnitude, 16);
  }

  private int bytes(int group) {
    int bits = integer(match.group(group));
    if (bits < 8 || bits > 64 || bits % 8 != 0) {
      throw error("an access of " + bits + " bits");
    }
    return bits / 8;
  }

  private Operand operand(int group) {
    String operand = match.group(group);
    return operand.startsWith("r")
        ? Operand.register(register(operand.substring(1)))
        : Operand.constant(integer(operand));
  }

  private int register(int group) {
    return register(match.group(group));
  }

  private int register(String digits) {
    int number = integer(digits);
    if (number < 0 || number > 31) {
      throw error("register r" + number + " does not exist; the last is r31");
    }
    return number;
  }

  private int range(int value, int bits) {
    int limit = 1 << (bits - 1);
    if (value < -limit || value >= limit) {
      throw error(value + " does not fit " + bits + " bits");
    }
    return value;
  }

  private int integer(String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw error(digits + " is no number of 32 bits");
    }
  }

  private InputException error(String cause) {
    return new InputException(cause + ": " + text);
  }
}
