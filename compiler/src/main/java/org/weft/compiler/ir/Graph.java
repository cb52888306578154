package org.weft.compiler.ir;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** A program: its blocks, the entry first. */
public final class Graph {
  private final String name;
  private final IntFunction<String> places;
  private List<Block> blocks = new ArrayList<>();
  private final Map<Long, Value> constants = new LinkedHashMap<>();
  private int stackFloor;
  private int pointedFloor;
  private int nextValue;
  private int nextBlock;

  /**
   * An empty graph.
   *
   * @param name the program's name
   * @param places says for messages where an eBPF instruction is
   */
  public Graph(String name, IntFunction<String> places) {
    this.name = name;
    this.places = places;
  }

  /** Where an eBPF instruction is, for messages. */
  public String place(int origin) {
    return origin < 0 ? "program " + name : places.apply(origin);
  }

  /** The program's name. */
  public String name() {
    return name;
  }

  /** The lowest stack address that the program uses: what lies below is free for the compiler. */
  public int stackFloor() {
    return stackFloor;
  }

  /** Sets the lowest stack address that the program uses. */
  public void setStackFloor(int address) {
    stackFloor = address;
  }

  /** The lowest stack address of all accesses whose address is not a constant. */
  public int pointedFloor() {
    return pointedFloor;
  }

  /** Sets the lowest stack address of accesses whose address is not a constant. */
  public void setPointedFloor(int address) {
    pointedFloor = address;
  }

  /** The blocks, the entry first. */
  public List<Block> blocks() {
    return blocks;
  }

  /** Instructions that become slots: without phis, with branches. */
  public int size() {
    return blocks.stream().mapToInt(Block::size).sum();
  }

  /** Where the program begins. */
  public Block entry() {
    return blocks.get(0);
  }

  /** Appends an empty block. */
  public Block newBlock() {
    return newBlock(nextBlock);
  }

  Block newBlock(int id) {
    Block block = new Block(id);
    nextBlock = Math.max(nextBlock, id + 1);
    blocks.add(block);
    return block;
  }

  /** Keeps these blocks, in this order. */
  public void setBlocks(List<Block> kept) {
    blocks = new ArrayList<>(kept);
  }

  /** The one value that is this number. */
  public Value constant(long number) {
    return constants.computeIfAbsent(
        number, n -> new Value(nextValue++, new Operation.Constant(n), List.of(), Value.NO_ORIGIN));
  }

  /** A new instruction, not yet in a block. */
  public Value value(Operation operation, List<Value> operands, int origin) {
    return value(nextValue, operation, operands, origin);
  }

  Value value(int id, Operation operation, List<Value> operands, int origin) {
    nextValue = Math.max(nextValue, id + 1);
    return new Value(id, operation, operands, origin);
  }

  /** All ids of values are below this number. */
  public int valueLimit() {
    return nextValue;
  }

  /** All ids of blocks are below this number. */
  public int blockLimit() {
    return nextBlock;
  }

  @Override
  public String toString() {
    return IrPrinter.print(this);
  }
}
