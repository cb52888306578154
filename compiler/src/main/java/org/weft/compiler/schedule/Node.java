package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.row.Unit;
import org.weft.isa.xdp.HelperFunction;

/** An instruction of a trace, with virtual registers, and what it has to wait for. */
final class Node {
  /** Makes the slot once registers are known. */
  interface Maker {
    Slot make(int dst, int... uses);
  }

  /**
   * That one node waits for another.
   *
   * @param to the node that waits
   * @param rows rows between the two: 0 or 1
   * @param ordered in the same row, whether it must stand in a later slot
   */
  record Edge(Node to, int rows, boolean ordered) {}

  private int index;
  private final int copy;
  private final Maker maker;
  private final Vreg def;
  private final List<Vreg> uses;
  private final int origin;
  private final Slot template;
  private int map;
  private BitSet stackRead = new BitSet();
  private final List<Edge> followers = new ArrayList<>();
  private int waiting;
  private int earliest;
  private double priority;
  private int row = -1;

  Node(int index, Maker maker, Vreg def, List<Vreg> uses, int origin) {
    this(index, 0, maker, def, uses, origin);
  }

  /** A node that spilling adds: of one index there may be several. */
  Node(int index, int copy, Maker maker, Vreg def, List<Vreg> uses, int origin) {
    this.index = index;
    this.copy = copy;
    this.maker = maker;
    this.def = def;
    this.uses = new ArrayList<>(uses);
    this.origin = origin;
    template = maker.make(0, new int[uses.size()]);
  }

  /** Place in the trace's original order. */
  int index() {
    return index;
  }

  void setIndex(int value) {
    index = value;
  }

  /** Tells nodes of one index apart; 0 for that of the trace. */
  int copy() {
    return copy;
  }

  /** The register written, or null. */
  Vreg def() {
    return def;
  }

  List<Vreg> uses() {
    return Collections.unmodifiableList(uses);
  }

  /** How often it reads a register. */
  int countOf(Vreg vreg) {
    return Collections.frequency(uses, vreg);
  }

  /** Reads another register in the place of one. */
  void replaceUse(Vreg old, Vreg other) {
    Collections.replaceAll(uses, old, other);
  }

  /** The same instruction again, into another register, if it needs nothing; null otherwise. */
  Node again(int place, int number, Vreg other) {
    boolean constant =
        uses.isEmpty()
            && template instanceof Slot.Alu alu
            && alu.opcode() == Opcode.MOV
            && !alu.b().isRegister();
    return constant ? new Node(place, number, maker, other, List.of(), origin) : null;
  }

  int origin() {
    return origin;
  }

  /** The slot, with registers that mean nothing. */
  Slot template() {
    return template;
  }

  Slot slot() {
    int[] registers = uses.stream().mapToInt(Vreg::physical).toArray();
    return maker.make(def == null ? 0 : def.physical(), registers);
  }

  Unit unit() {
    return template.opcode().unit();
  }

  Region region() {
    return template.region();
  }

  boolean isControl() {
    return unit() == Unit.BRANCH;
  }

  boolean isCall() {
    return unit() == Unit.CALL;
  }

  boolean isTailCall() {
    return template.opcode() == Opcode.TAIL_CALL;
  }

  /** Whether it must not happen when control left before it. */
  boolean isEffect() {
    return isCall() || template instanceof Slot.Store || template instanceof Slot.Atomic;
  }

  boolean movesBounds() {
    return template instanceof Slot.Call call && call.helper().movesPacketBounds();
  }

  boolean readsFact() {
    return template instanceof Slot.ReadFact || template.operandFact() != null;
  }

  /** The helper that it calls, or null. */
  HelperFunction helper() {
    return template instanceof Slot.Call call ? call.helper() : null;
  }

  List<Edge> followers() {
    return followers;
  }

  /** For a call the bytes of the stack that it reads; null when that is not known. */
  BitSet stackRead() {
    return stackRead;
  }

  void setStackRead(BitSet bytes) {
    stackRead = bytes;
  }

  /** The map whose value an access goes to, or 0 when that is not known. */
  int map() {
    return map;
  }

  void setMap(int handle) {
    map = handle;
  }

  /** Makes another node wait for this one. */
  void before(Node other, int rows, boolean ordered) {
    followers.add(new Edge(other, rows, ordered));
    other.waiting++;
  }

  int waiting() {
    return waiting;
  }

  void waitedFor(int until) {
    waiting--;
    earliest = Math.max(earliest, until);
  }

  /** The first row that it may stand in. */
  int earliest() {
    return earliest;
  }

  double priority() {
    return priority;
  }

  void setPriority(double value) {
    priority = value;
  }

  int row() {
    return row;
  }

  void setRow(int value) {
    row = value;
  }
}
