package org.weft.compiler.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Dominators;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Arithmetic;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;

/**
 * What the values of a graph are called. A copy has the name of what it copies, an instruction on
 * numbers and the numbers themselves have the name of the number; every other value has its own.
 * And which values an instruction of a row gives, by its operation and its operands' names.
 */
public final class Meaning {
  private static final int ABSENT = -1;

  private final Graph graph;
  private final Dominators dominators;
  private final Value[] values;
  private final int[] names;
  private final int[] positions;

  /** By number of a block: the last one above it, or itself, where ways merge. */
  private final Block[] merges;

  private final Map<Long, Integer> numbers = new HashMap<>();
  private final List<Long> numberOf = new ArrayList<>();
  private final Map<Expression, int[]> expressions = new HashMap<>();
  private final Map<Fact, int[]> facts = new HashMap<>();
  private final Map<Block, List<Value>> effects = new HashMap<>();
  private final List<Value> reads = new ArrayList<>();
  private final List<Value> ownStores = new ArrayList<>();

  private record Expression(Operation operation, int a, int b) {}

  /** Names a graph's values. */
  public Meaning(Graph graph) {
    this.graph = graph;
    dominators = new Dominators(graph);
    values = new Value[graph.valueLimit()];
    names = new int[graph.valueLimit()];
    positions = new int[graph.valueLimit()];
    merges = new Block[graph.blockLimit()];
    for (Block block : dominators.order()) {
      boolean merge = block.predecessors().size() != 1;
      merges[block.id()] = merge ? block : merges[block.predecessors().get(0).id()];
      for (Value phi : block.phis()) {
        values[phi.id()] = phi;
        names[phi.id()] = phi.id();
        positions[phi.id()] = -1;
      }
      List<Value> effective = new ArrayList<>();
      for (int i = 0; i < block.values().size(); i++) {
        Value value = block.values().get(i);
        values[value.id()] = value;
        positions[value.id()] = i;
        names[value.id()] = find(value);
        if (!value.operation().isPure()) {
          effective.add(value);
          if (isOwnStack(value)) {
            ownStores.add(value);
          }
        }
      }
      effects.put(block, List.copyOf(effective));
    }
  }

  Graph graph() {
    return graph;
  }

  Dominators dominators() {
    return dominators;
  }

  /** The stores, atomic operations and calls of a block, in order. */
  List<Value> effects(Block block) {
    return effects.get(block);
  }

  /** All loads and reads of facts. */
  List<Value> reads() {
    return reads;
  }

  /** All stores to known places of the program's own stack. */
  List<Value> ownStores() {
    return ownStores;
  }

  /** The value of a name; null for a number. */
  Value value(int name) {
    return name < values.length ? values[name] : null;
  }

  int name(Value value) {
    return value.isConstant() ? name(value.constant()) : names[value.id()];
  }

  int name(long number) {
    return numbers.computeIfAbsent(
        number,
        n -> {
          numberOf.add(n);
          return values.length + numberOf.size() - 1;
        });
  }

  /** Names for messages. */
  String describe(int[] contents) {
    return Arrays.stream(contents)
        .mapToObj(name -> isNumber(name) ? Long.toString(number(name)) : "%" + name)
        .toList()
        .toString();
  }

  boolean isNumber(int name) {
    return name >= values.length;
  }

  long number(int name) {
    return numberOf.get(name - values.length);
  }

  /** Whether one instruction stands before another on every path to that one. */
  boolean isBefore(Value a, Value b) {
    return a.block() == b.block()
        ? positions[a.id()] < positions[b.id()]
        : dominators.dominates(a.block(), b.block());
  }

  /** Whether control comes to a block from another only, and does not pass any merge. */
  boolean isBelow(Block top, Block block) {
    return merges[top.id()] == merges[block.id()] && dominators.dominates(top, block);
  }

  /**
   * Whether anybody may ask for a name from a block on: what is computed neither before it nor
   * before the next merge is computed again by who needs it.
   */
  boolean isNear(int name, Block block) {
    Value value = value(name);
    return value == null
        || dominators.dominates(value.block(), block)
        || isBelow(block, value.block());
  }

  private int find(Value value) {
    Operation operation = value.operation();
    if (operation instanceof Operation.Alu alu) {
      int a = value.size() == 1 ? ABSENT : name(value.operand(0));
      int b = name(value.operand(value.size() - 1));
      if (alu.opcode() == Opcode.MOV && !alu.is32()) {
        return b;
      }
      if (isNumber(b) && (a == ABSENT || isNumber(a))) {
        return apply(alu.opcode(), alu.is32(), a, b);
      }
      note(new Expression(alu, narrow(a, alu.is32()), narrow(b, alu.is32())), value);
    } else if (operation instanceof Operation.Load) {
      note(new Expression(operation, name(value.operand(0)), ABSENT), value);
      reads.add(value);
    } else if (operation instanceof Operation.ReadFact fact) {
      facts.merge(fact.fact(), new int[] {value.id()}, Contents::addAll);
      reads.add(value);
    }
    return value.id();
  }

  private void note(Expression expression, Value value) {
    expressions.merge(expression, new int[] {value.id()}, Contents::addAll);
  }

  private int apply(Opcode opcode, boolean is32, int a, int b) {
    return name(Arithmetic.apply(opcode, is32, a == ABSENT ? 0 : number(a), number(b)));
  }

  /** Numbers that an instruction of 32 bits cannot tell apart have one name. */
  private int narrow(int name, boolean is32) {
    return is32 && name != ABSENT && isNumber(name) ? name((long) (int) number(name)) : name;
  }

  /**
   * Whether something is the value, as far as this many low bits of numbers go.
   *
   * @param bits 1 to 64
   */
  boolean is(int[] contents, Value value, int bits) {
    int name = name(value);
    if (Contents.contains(contents, name)) {
      return true;
    }
    if (!isNumber(name) || bits == 64) {
      return false;
    }
    for (int other : contents) {
      if (isNumber(other) && (number(other) ^ number(name)) << 64 - bits == 0) {
        return true;
      }
    }
    return false;
  }

  /** What arithmetic gives on operands that hold this. */
  int[] compute(Opcode opcode, boolean is32, int[] left, int[] right) {
    boolean unary = opcode.format() == Opcode.Format.UNARY;
    if (opcode == Opcode.MOV && !is32) {
      return right;
    }
    int[] found = Contents.NONE;
    Operation operation = new Operation.Alu(opcode, is32);
    for (int b : right) {
      for (int a : unary ? new int[] {ABSENT} : left) {
        if (isNumber(b) && (unary || isNumber(a))) {
          found = Contents.add(found, apply(opcode, is32, a, b));
        }
        Expression expression = new Expression(operation, narrow(a, is32), narrow(b, is32));
        found = Contents.addAll(found, expressions.getOrDefault(expression, Contents.NONE));
      }
    }
    return found;
  }

  /** The loads that a slot may be, when memory is what it is at their place. */
  int[] loads(Slot.Load slot, int[] base) {
    Operation operation =
        new Operation.Load(
            slot.region(), slot.map(), slot.offset(), slot.bytes(), slot.signed(), slot.swapped());
    int[] found = Contents.NONE;
    for (int name : base) {
      Expression expression = new Expression(operation, name, ABSENT);
      found = Contents.addAll(found, expressions.getOrDefault(expression, Contents.NONE));
    }
    return found;
  }

  /** The reads of a fact. */
  int[] facts(Fact fact) {
    return facts.getOrDefault(fact, Contents.NONE);
  }

  /** Whether a store goes to a known place of the program's own stack. */
  public boolean isOwnStack(Value effect) {
    return effect.operation() instanceof Operation.Store store
        && store.region() == Region.STACK
        && isNumber(name(effect.operand(0)))
        && stackPlace(effect) >= graph.stackFloor();
  }

  /** The first byte of the stack that an access to a known place goes to. */
  public int stackPlace(Value access) {
    return (short) (number(name(access.operand(0))) + access.operation().offset());
  }
}
