package org.weft.compiler.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.isa.InputException;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.xdp.HelperFunction;

/** Text to a graph: the inverse of {@link IrPrinter}. Empty lines and comments ({@code ;}) go. */
public final class IrParser {
  private static final String VALUE = "(%\\d+|-?\\d+)";
  private static final String PLACE =
      "(pkt|stk|map|arg)(\\d*)\\[(?:(%\\d+|-?\\d+) ([+-]) (\\d+)|" + VALUE + ")\\]";
  private static final Pattern LINE = Pattern.compile("(?:(%\\d+) = )?(.*?)(?: @(\\d+))?");
  private static final Pattern BLOCK = Pattern.compile("b(\\d+):");
  private static final Pattern PARAMETER = Pattern.compile("parameter r(\\d+)");
  private static final Pattern FACT = Pattern.compile("fact (\\w+)");
  private static final Pattern PHI = Pattern.compile("phi (.*)");
  private static final Pattern LOAD = Pattern.compile("load(\\d+)(s?)(swap)? " + PLACE);
  private static final Pattern STORE =
      Pattern.compile("store(\\d+)(swap)? " + PLACE + " = " + VALUE);
  private static final Pattern ATOMIC =
      Pattern.compile("(atomic_[a-z]+)(\\.32)? " + PLACE + ", " + VALUE + "(?:, " + VALUE + ")?");
  private static final Pattern CALL = Pattern.compile("call (\\w+)\\((.*)\\)");
  private static final Pattern TAIL_CALL = Pattern.compile("tail_call " + VALUE + ", " + VALUE);
  private static final Pattern ALU =
      Pattern.compile("([a-z]+\\d*)(\\.32)? " + VALUE + "(?:, " + VALUE + ")?");
  private static final Pattern GOTO = Pattern.compile("goto b(\\d+)");
  private static final Pattern EXIT = Pattern.compile("exit " + VALUE);
  private static final Pattern BRANCH =
      Pattern.compile(
          "if "
              + VALUE
              + " (\\S+?)(\\.32)? "
              + VALUE
              + " goto b(\\d+) else b(\\d+)(?: likelihood ([\\d.]+))?");

  private final Graph graph;
  private final Map<Integer, Block> blocks = new LinkedHashMap<>();
  private final Map<String, Value> values = new HashMap<>();
  private final Map<Value, String> phis = new LinkedHashMap<>();
  private Matcher match;

  private IrParser(Graph graph) {
    this.graph = graph;
  }

  /**
   * Parses a graph.
   *
   * @throws InputException naming the line
   */
  public static Graph parse(String text) {
    String[] lines = text.split("\n", -1);
    String name = lines[0].startsWith("graph ") ? lines[0].substring(6).strip() : "text";
    IrParser parser = new IrParser(new Graph(name, origin -> name + ", insn " + origin));
    parser.declare(lines);
    Block block = null;
    for (int i = 0; i < lines.length; i++) {
      try {
        block = parser.line(clean(lines[i]), block);
      } catch (InputException e) {
        throw e.at("line " + (i + 1));
      }
    }
    parser.finish();
    return parser.graph;
  }

  private static String clean(String line) {
    int comment = line.indexOf(';');
    return (comment < 0 ? line : line.substring(0, comment)).strip();
  }

  /** Makes blocks and values, so that lines may name what comes later. */
  private void declare(String... lines) {
    for (String line : lines) {
      String text = clean(line);
      Matcher block = BLOCK.matcher(text);
      if (block.matches()) {
        int id = Integer.parseInt(block.group(1));
        blocks.put(id, graph.newBlock(id));
      }
      Matcher value = LINE.matcher(text);
      if (value.matches() && value.group(1) != null) {
        int origin = value.group(3) == null ? Value.NO_ORIGIN : Integer.parseInt(value.group(3));
        int id = Integer.parseInt(value.group(1).substring(1));
        Operation none = new Operation.Phi();
        values.put(value.group(1), graph.value(id, none, List.of(), origin));
      }
    }
  }

  private Block line(String text, Block block) {
    if (text.isEmpty() || text.startsWith("graph ")) {
      return block;
    }
    Matcher label = BLOCK.matcher(text);
    if (label.matches()) {
      return blocks.get(Integer.parseInt(label.group(1)));
    }
    Matcher line = LINE.matcher(text);
    if (block == null || !line.matches()) {
      throw new InputException("no block: " + text);
    }
    int origin = line.group(3) == null ? Value.NO_ORIGIN : Integer.parseInt(line.group(3));
    String body = line.group(2);
    Terminator terminator = terminator(body, origin);
    if (terminator != null) {
      block.leave(terminator);
      return block;
    }
    Value value = values.get(line.group(1));
    if (value == null) {
      value = graph.value(new Operation.Phi(), List.of(), origin);
    }
    instruction(body, value);
    block.add(value);
    return block;
  }

  private boolean is(Pattern pattern, String text) {
    match = pattern.matcher(text);
    return match.matches();
  }

  private Terminator terminator(String text, int origin) {
    if (is(GOTO, text)) {
      return new Terminator.Goto(block(1));
    } else if (is(EXIT, text)) {
      return new Terminator.Exit(value(1), origin);
    } else if (is(BRANCH, text)) {
      double likelihood =
          match.group(7) == null ? Terminator.Branch.UNKNOWN : Double.parseDouble(match.group(7));
      return new Terminator.Branch(
          condition(match.group(2)),
          match.group(3) != null,
          value(1),
          value(4),
          block(5),
          block(6),
          likelihood,
          origin);
    }
    return null;
  }

  private void instruction(String text, Value value) {
    if (is(PHI, text)) {
      phis.put(value, match.group(1));
    } else if (is(PARAMETER, text)) {
      value.become(new Operation.Parameter(integer(1)), List.of());
    } else if (is(FACT, text)) {
      value.become(new Operation.ReadFact(fact(match.group(1))), List.of());
    } else if (is(LOAD, text)) {
      Operation load =
          new Operation.Load(
              region(4),
              map(5),
              offset(6),
              integer(1) / 8,
              !match.group(2).isEmpty(),
              match.group(3) != null);
      value.become(load, List.of(base(6)));
    } else if (is(STORE, text)) {
      Operation store =
          new Operation.Store(region(3), map(4), offset(5), integer(1) / 8, match.group(2) != null);
      value.become(store, List.of(base(5), value(9)));
    } else if (is(ATOMIC, text)) {
      atomic(value);
    } else if (is(CALL, text)) {
      call(value);
    } else if (is(TAIL_CALL, text)) {
      value.become(new Operation.TailCall(), List.of(value(1), value(2)));
    } else if (is(ALU, text)) {
      alu(value);
    } else {
      throw new InputException("no instruction: " + text);
    }
  }

  private void alu(Value value) {
    Opcode opcode = Opcode.ofMnemonic(match.group(1));
    boolean two = match.group(4) != null;
    Opcode.Format wanted = two ? Opcode.Format.BINARY : Opcode.Format.UNARY;
    if (opcode == null || opcode.format() != wanted) {
      throw new InputException("no instruction: " + match.group());
    }
    value.become(
        new Operation.Alu(opcode, match.group(2) != null),
        two ? List.of(value(3), value(4)) : List.of(value(3)));
  }

  private void atomic(Value value) {
    Opcode opcode = Opcode.ofMnemonic(match.group(1));
    if (opcode == null) {
      throw new InputException("no instruction: " + match.group());
    }
    List<Value> operands = new ArrayList<>(List.of(base(5), value(9)));
    if (match.group(10) != null) {
      operands.add(value(10));
    }
    boolean fetch = values.containsValue(value);
    value.become(
        new Operation.Atomic(opcode, match.group(2) != null, fetch, region(3), map(4), offset(5)),
        operands);
  }

  private void call(Value value) {
    HelperFunction helper = null;
    for (HelperFunction candidate : HelperFunction.values()) {
      if (candidate.name().toLowerCase(Locale.ROOT).equals(match.group(1))) {
        helper = candidate;
      }
    }
    if (helper == null) {
      throw new InputException("no helper " + match.group(1));
    }
    List<Value> operands = new ArrayList<>();
    List<Region> regions = new ArrayList<>();
    String inner = match.group(2);
    for (String argument : inner.isEmpty() ? new String[0] : inner.split(", ", -1)) {
      String[] parts = argument.split(" ", -1);
      if (parts.length == 2) {
        regions.add(Region.ofLabel(parts[0]));
      }
      operands.add(value(parts[parts.length - 1]));
    }
    value.become(new Operation.Call(helper, regions), operands);
  }

  /** Phis take the order of predecessors that their text gives. */
  private void finish() {
    for (Map.Entry<Value, String> entry : phis.entrySet()) {
      Value phi = entry.getKey();
      List<Block> order = new ArrayList<>();
      List<Value> operands = new ArrayList<>();
      for (String part : entry.getValue().split(", ", -1)) {
        String[] pair = part.split(": ", -1);
        order.add(blocks.get(Integer.parseInt(pair[0].substring(1))));
        operands.add(value(pair[1]));
      }
      phi.block().orderPredecessors(order);
      operands.forEach(phi::addOperand);
    }
  }

  private Value base(int group) {
    String based = match.group(group);
    String alone = match.group(group + 3);
    if (based != null) {
      return value(based);
    }
    return alone.startsWith("%") ? value(alone) : graph.constant(0);
  }

  private int offset(int group) {
    String alone = match.group(group + 3);
    if (alone != null) {
      return alone.startsWith("%") ? 0 : Integer.parseInt(alone);
    }
    int magnitude = Integer.parseInt(match.group(group + 2));
    return match.group(group + 1).equals("-") ? -magnitude : magnitude;
  }

  private int map(int group) {
    return match.group(group).isEmpty() ? 0 : integer(group);
  }

  private Region region(int group) {
    return Region.ofLabel(match.group(group));
  }

  private int integer(int group) {
    return Integer.parseInt(match.group(group));
  }

  private Value value(int group) {
    return value(match.group(group));
  }

  private Value value(String text) {
    if (!text.startsWith("%")) {
      return graph.constant(Long.parseLong(text));
    }
    Value value = values.get(text);
    if (value == null) {
      throw new InputException("no value " + text);
    }
    return value;
  }

  private Block block(int group) {
    Block block = blocks.get(integer(group));
    if (block == null) {
      throw new InputException("no block b" + match.group(group));
    }
    return block;
  }

  private static Condition condition(String symbol) {
    for (Condition condition : Condition.values()) {
      if (condition.symbol().equals(symbol)) {
        return condition;
      }
    }
    throw new InputException("no condition " + symbol);
  }

  private static Fact fact(String name) {
    for (Fact fact : Fact.values()) {
      if (fact.name().toLowerCase(Locale.ROOT).equals(name)) {
        return fact;
      }
    }
    throw new InputException("no fact " + name);
  }
}
