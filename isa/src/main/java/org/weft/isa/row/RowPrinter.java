package org.weft.isa.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.XdpAction;

/**
 * Rows as text: the slots in order, separated by {@code " | "}. {@link RowParser} reads it back.
 *
 * <pre>
 * r1 = load16 pkt[r2 + 12] | exit DROP if r3 &lt; 34 | goto 7 if w1 s&gt; r2 | nop
 * </pre>
 */
public final class RowPrinter {
  private RowPrinter() {}

  /** One row. */
  public static String print(Row row) {
    List<String> slots = new ArrayList<>();
    for (Slot slot : row.slots()) {
      slots.add(print(slot));
    }
    return String.join(" | ", slots);
  }

  /** One slot. */
  public static String print(Slot slot) {
    if (slot instanceof Slot.Nop) {
      return "nop";
    } else if (slot instanceof Slot.Alu s) {
      String name = s.opcode().mnemonic() + (s.is32() ? ".32" : "");
      String a = s.isBinary() ? " " + left(s.a()) + "," : "";
      return "r" + s.dst() + " = " + name + a + " " + s.b();
    } else if (slot instanceof Slot.Load s) {
      String name = "load" + 8 * s.bytes() + (s.signed() ? "s" : "") + (s.swapped() ? "swap" : "");
      return "r" + s.dst() + " = " + name + " " + place(s.region(), s.map(), s.base(), s.offset());
    } else if (slot instanceof Slot.Store s) {
      String name = "store" + 8 * s.bytes() + (s.swapped() ? "swap" : "");
      return name + " " + place(s.region(), s.map(), s.base(), s.offset()) + " = " + s.value();
    } else if (slot instanceof Slot.ReadFact s) {
      return "r" + s.dst() + " = fact " + s.fact().name().toLowerCase(Locale.ROOT);
    } else if (slot instanceof Slot.Atomic s) {
      String dst = s.fetch() ? "r" + s.dst() + " = " : "";
      String compare = s.opcode() == Opcode.ATOMIC_CMPXCHG ? ", r" + s.compare() : "";
      return dst
          + s.opcode().mnemonic()
          + (s.is32() ? ".32" : "")
          + " "
          + place(s.region(), s.map(), s.base(), s.offset())
          + ", "
          + (s.value() < Slot.FIRST_CONSTANT
              ? "r" + s.value()
              : String.valueOf(s.value() - Slot.FIRST_CONSTANT))
          + compare;
    } else if (slot instanceof Slot.Call s) {
      return "r"
          + s.dst()
          + " = call "
          + s.helper().name().toLowerCase(Locale.ROOT)
          + "("
          + arguments(s)
          + ")";
    } else if (slot instanceof Slot.TailCall s) {
      return "tail_call r" + s.map() + ", r" + s.index();
    } else if (slot instanceof Slot.Branch s) {
      return "goto " + s.target() + condition(s.opcode(), s.is32(), s.a(), s.b());
    } else if (slot instanceof Slot.Exit s) {
      return "exit " + verdict(s.verdict()) + condition(s.opcode(), s.is32(), s.a(), s.b());
    }
    throw new IllegalStateException("no text for " + slot);
  }

  private static String verdict(Operand verdict) {
    boolean named = !verdict.isRegister() && verdict.value() < XdpAction.values().length;
    return named ? XdpAction.values()[verdict.value()].name() : verdict.toString();
  }

  private static String place(Region region, int map, int base, int offset) {
    String label = region.label() + (map == 0 ? "" : map);
    if (base == Slot.NO_BASE) {
      return label + "[" + offset + "]";
    }
    String sign = offset < 0 ? " - " : " + ";
    return label + "[r" + base + (offset == 0 ? "" : sign + Math.abs(offset)) + "]";
  }

  private static String left(int a) {
    Fact fact = Slot.factOf(a);
    return fact == null ? "r" + a : fact.name().toLowerCase(Locale.ROOT);
  }

  private static String condition(Opcode opcode, boolean is32, int a, Operand b) {
    if (opcode.condition() == Condition.ALWAYS) {
      return "";
    }
    boolean fact = Slot.factOf(a) != null;
    String left = fact ? left(a) + (is32 ? ".32" : "") : (is32 ? "w" : "r") + a;
    return " if " + left + " " + opcode.condition().symbol() + " " + b;
  }

  private static String arguments(Slot.Call call) {
    List<String> arguments = new ArrayList<>();
    int region = 0;
    for (int i = 0; i < call.arguments().size(); i++) {
      HelperFunction.Arg arg = call.helper().args().get(i);
      int argument = call.arguments().get(i);
      String label = arg.isMemory() ? call.regions().get(region++).label() : "map";
      if (arg == HelperFunction.Arg.CONTEXT) {
        arguments.add("ctx");
      } else if (argument < Slot.FIRST_CONSTANT) {
        arguments.add((arg.isMemory() ? label + " " : "") + "r" + argument);
      } else {
        arguments.add(label + (arg.isMemory() ? " " : "") + (argument - Slot.FIRST_CONSTANT));
      }
    }
    return String.join(", ", arguments);
  }
}
