package org.weft.compiler.check;

import java.util.List;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;

/** Whether slots are what instructions of the program say, on the operands that they say. */
final class Matching {
  private static final int WIDE = 64;
  private static final int NARROW = 32;
  private static final int ADDRESS = 16;

  private final Meaning meaning;

  Matching(Meaning meaning) {
    this.meaning = meaning;
  }

  int[] operand(State state, Operand operand) {
    return operand.isRegister() ? state.register(operand.value()) : number(operand.value());
  }

  private int[] number(long number) {
    return new int[] {meaning.name(number)};
  }

  int[] base(State state, int base) {
    return base == Slot.NO_BASE ? number(0) : state.register(base);
  }

  private boolean isBase(State state, int base, Value access) {
    // Without a base an access begins at address 0 of its region; the low bits of a map value's
    // address are 0, too, when the instruction names the map.
    return meaning.is(base(state, base), access.operand(0), WIDE);
  }

  /** Whether a slot has the effect of an instruction. */
  boolean isEffect(State state, Slot slot, Value effect) {
    Operation operation = effect.operation();
    if (slot instanceof Slot.Store s && operation instanceof Operation.Store o) {
      return s.region() == o.region()
          && s.map() == o.map()
          && s.offset() == o.offset()
          && s.bytes() == o.bytes()
          && s.swapped() == o.swapped()
          && isBase(state, s.base(), effect)
          && meaning.is(operand(state, s.value()), effect.operand(1), 8 * o.bytes());
    } else if (slot instanceof Slot.Atomic s && operation instanceof Operation.Atomic o) {
      return isAtomic(state, s, effect, o);
    } else if (slot instanceof Slot.Call s && operation instanceof Operation.Call o) {
      return isCall(state, s, effect, o);
    }
    return slot instanceof Slot.TailCall s
        && operation instanceof Operation.TailCall
        && meaning.is(state.register(s.map()), effect.operand(0), WIDE)
        && meaning.is(state.register(s.index()), effect.operand(1), NARROW);
  }

  private boolean isAtomic(State state, Slot.Atomic s, Value effect, Operation.Atomic o) {
    int[] value =
        s.value() < Slot.FIRST_CONSTANT
            ? state.register(s.value())
            : number(s.value() - Slot.FIRST_CONSTANT);
    int bits = o.is32() ? NARROW : WIDE;
    return s.opcode() == o.opcode()
        && s.is32() == o.is32()
        && s.fetch() == o.fetch()
        && s.region() == o.region()
        && s.map() == o.map()
        && s.offset() == o.offset()
        && isBase(state, s.base(), effect)
        && meaning.is(value, effect.operand(1), bits)
        && (o.opcode() != Opcode.ATOMIC_CMPXCHG
            || meaning.is(state.register(s.compare()), effect.operand(2), bits));
  }

  private boolean isCall(State state, Slot.Call s, Value effect, Operation.Call o) {
    if (s.helper() != o.helper() || !s.regions().equals(o.regions())) {
      return false;
    }
    List<HelperFunction.Arg> args = o.helper().args();
    int operand = 0;
    int memory = 0;
    for (int i = 0; i < args.size(); i++) {
      if (args.get(i) == HelperFunction.Arg.CONTEXT) {
        continue;
      }
      boolean onStack = args.get(i).isMemory() && o.regions().get(memory++) == Region.STACK;
      int argument = s.arguments().get(i);
      boolean named = argument >= Slot.FIRST_CONSTANT;
      int[] contents = named ? number(argument - Slot.FIRST_CONSTANT) : state.register(argument);
      if (!meaning.is(contents, effect.operand(operand++), named && onStack ? ADDRESS : WIDE)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a condition is a branch's: 1, or its inverse: -1; 0 when it is neither.
   *
   * @param left what the first operand holds
   */
  int orientation(State state, Slot slot, int[] left, Terminator.Branch branch) {
    boolean is32 = slot instanceof Slot.Exit e ? e.is32() : ((Slot.Branch) slot).is32();
    Operand b = slot instanceof Slot.Exit e ? e.b() : ((Slot.Branch) slot).b();
    int bits = is32 ? NARROW : WIDE;
    boolean same =
        is32 == branch.is32()
            && meaning.is(left, branch.a(), bits)
            && meaning.is(operand(state, b), branch.b(), bits);
    Condition condition = slot.opcode().condition();
    if (!same) {
      return 0;
    }
    return condition == branch.condition() ? 1 : condition == branch.condition().inverse() ? -1 : 0;
  }

  /** Whether something is the verdict of an exit. */
  boolean isVerdict(int[] contents, Terminator.Exit exit) {
    return meaning.is(contents, exit.verdict(), NARROW);
  }
}
