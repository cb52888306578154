package org.weft.compiler.ir;

import java.util.List;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.xdp.HelperFunction;

/**
 * What an instruction does, without its operands. All but constants, parameters and phis are
 * instructions of the row machine, whose semantics they have.
 */
public sealed interface Operation {

  /** A number; stands in no block. */
  record Constant(long value) implements Operation {}

  /** What a register holds when the program begins. */
  record Parameter(int register) implements Operation {}

  /** One operand for each predecessor, in their order. */
  record Phi() implements Operation {}

  /** Operand b, or operands a and b. */
  record Alu(Opcode opcode, boolean is32) implements Operation {}

  /** No operand. */
  record ReadFact(Fact fact) implements Operation {}

  /**
   * Operand: the base address.
   *
   * @param map handle of the map whose value it is, or 0 when the address says it
   */
  record Load(Region region, int map, int offset, int bytes, boolean signed, boolean swapped)
      implements Operation {}

  /** Operands: base address, value. */
  record Store(Region region, int map, int offset, int bytes, boolean swapped)
      implements Operation {}

  /** Operands: base address, value, and for CMPXCHG what memory is compared with. */
  record Atomic(Opcode opcode, boolean is32, boolean fetch, Region region, int map, int offset)
      implements Operation {}

  /** Operands: the helper's arguments, without the context. */
  record Call(HelperFunction helper, List<Region> regions) implements Operation {
    public Call {
      regions = List.copyOf(regions);
    }
  }

  /** Operands: map, index. */
  record TailCall() implements Operation {}

  /** Whether it yields a number. */
  default boolean hasResult() {
    return !(this instanceof Store
        || this instanceof TailCall
        || this instanceof Atomic atomic && !atomic.fetch());
  }

  /** Whether it does nothing but yield a number, so that it may go or be done early. */
  default boolean isPure() {
    return this instanceof Constant
        || this instanceof Parameter
        || this instanceof Phi
        || this instanceof Alu
        || this instanceof ReadFact
        || this instanceof Load;
  }

  /**
   * Whether nothing is left of it where nobody uses its number; a text, which nobody reads in a
   * NIC, is no more than its length.
   */
  default boolean isForItsResult() {
    return isPure() || this instanceof Call call && call.helper.isTrace();
  }

  /** The region that a load, store or atomic goes to; null for all others. */
  default Region region() {
    if (this instanceof Load load) {
      return load.region;
    } else if (this instanceof Store store) {
      return store.region;
    }
    return this instanceof Atomic atomic ? atomic.region : null;
  }

  /** The map that a load, store or atomic names, or 0. */
  default int map() {
    if (this instanceof Load load) {
      return load.map;
    } else if (this instanceof Store store) {
      return store.map;
    }
    return ((Atomic) this).map;
  }

  /** The same access elsewhere. */
  default Operation at(int newMap, int newOffset) {
    if (this instanceof Load o) {
      return new Load(o.region, newMap, newOffset, o.bytes, o.signed, o.swapped);
    } else if (this instanceof Store o) {
      return new Store(o.region, newMap, newOffset, o.bytes, o.swapped);
    }
    Atomic o = (Atomic) this;
    return new Atomic(o.opcode, o.is32, o.fetch, o.region, newMap, newOffset);
  }

  /** The offset of a load, store or atomic. */
  default int offset() {
    if (this instanceof Load load) {
      return load.offset;
    } else if (this instanceof Store store) {
      return store.offset;
    }
    return ((Atomic) this).offset;
  }

  /** Bytes that a load, store or atomic touches. */
  default int bytes() {
    if (this instanceof Load load) {
      return load.bytes;
    } else if (this instanceof Store store) {
      return store.bytes;
    }
    return ((Atomic) this).is32 ? 4 : 8;
  }
}
