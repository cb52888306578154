package org.weft.compiler.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.xdp.HelperFunction;

/**
 * A graph as text; {@link IrParser} reads it back. {@code @N} names the eBPF instruction.
 *
 * <pre>
 * b0:
 *   %1 = load16 pkt[12] @5
 *   if %1 == 8 goto b1 else b2 @7
 * </pre>
 */
public final class IrPrinter {
  private IrPrinter() {}

  /** The whole graph. */
  public static String print(Graph graph) {
    StringBuilder text = new StringBuilder("graph ").append(graph.name()).append('\n');
    for (Block block : graph.blocks()) {
      text.append(print(block));
    }
    return text.toString();
  }

  /** One block. */
  public static String print(Block block) {
    StringBuilder text = new StringBuilder().append(block).append(":\n");
    for (Value phi : block.phis()) {
      text.append("  ").append(print(phi)).append('\n');
    }
    for (Value value : block.values()) {
      text.append("  ").append(print(value)).append('\n');
    }
    return text.append("  ").append(print(block.terminator())).append('\n').toString();
  }

  private static String origin(int origin) {
    return origin < 0 ? "" : " @" + origin;
  }

  /** One instruction. */
  public static String print(Value value) {
    String result = value.operation().hasResult() ? value + " = " : "";
    return result + text(value) + origin(value.origin());
  }

  private static String text(Value value) {
    Operation operation = value.operation();
    if (operation instanceof Operation.Constant constant) {
      return Long.toString(constant.value());
    } else if (operation instanceof Operation.Parameter parameter) {
      return "parameter r" + parameter.register();
    } else if (operation instanceof Operation.Phi) {
      return phi(value);
    } else if (operation instanceof Operation.Alu alu) {
      return alu.opcode().mnemonic() + (alu.is32() ? ".32 " : " ") + list(value.operands());
    } else if (operation instanceof Operation.ReadFact fact) {
      return "fact " + fact.fact().name().toLowerCase(Locale.ROOT);
    } else if (operation instanceof Operation.Load load) {
      String kind = (load.signed() ? "s" : "") + (load.swapped() ? "swap" : "");
      return "load" + 8 * load.bytes() + kind + " " + place(value);
    } else if (operation instanceof Operation.Store store) {
      String kind = store.swapped() ? "swap" : "";
      return "store" + 8 * store.bytes() + kind + " " + place(value) + " = " + value.operand(1);
    } else if (operation instanceof Operation.Atomic atomic) {
      String compared = atomic.opcode() == Opcode.ATOMIC_CMPXCHG ? ", " + value.operand(2) : "";
      String width = atomic.is32() ? ".32 " : " ";
      return atomic.opcode().mnemonic() + width + place(value) + ", " + value.operand(1) + compared;
    } else if (operation instanceof Operation.Call call) {
      String name = call.helper().name().toLowerCase(Locale.ROOT);
      return "call " + name + "(" + arguments(value, call) + ")";
    }
    return "tail_call " + list(value.operands());
  }

  private static String list(List<Value> values) {
    return String.join(", ", values.stream().map(Value::toString).toList());
  }

  private static String phi(Value value) {
    List<String> operands = new ArrayList<>();
    for (int i = 0; i < value.size(); i++) {
      operands.add(value.block().predecessors().get(i) + ": " + value.operand(i));
    }
    return "phi " + String.join(", ", operands);
  }

  private static String place(Value value) {
    Operation operation = value.operation();
    int offset = operation.offset();
    String region = operation.region().label() + (operation.map() == 0 ? "" : operation.map());
    if (value.operand(0).isConstant(0)) {
      return region + "[" + offset + "]";
    }
    String sign = offset < 0 ? " - " : " + ";
    return region + "[" + value.operand(0) + (offset == 0 ? "" : sign + Math.abs(offset)) + "]";
  }

  private static String arguments(Value value, Operation.Call call) {
    List<String> arguments = new ArrayList<>();
    int region = 0;
    int operand = 0;
    for (HelperFunction.Arg arg : call.helper().args()) {
      if (arg == HelperFunction.Arg.CONTEXT) {
        continue;
      }
      Region memory = arg.isMemory() ? call.regions().get(region++) : null;
      String prefix = memory == null ? "" : memory.label() + " ";
      arguments.add(prefix + value.operand(operand++));
    }
    return String.join(", ", arguments);
  }

  /** How control leaves. */
  public static String print(Terminator terminator) {
    if (terminator instanceof Terminator.Goto jump) {
      return "goto " + jump.next();
    } else if (terminator instanceof Terminator.Exit exit) {
      return "exit " + exit.verdict() + origin(exit.origin());
    }
    Terminator.Branch branch = (Terminator.Branch) terminator;
    String likely =
        branch.likelihood() < 0
            ? ""
            : String.format(Locale.ROOT, " likelihood %.4f", branch.likelihood());
    return "if "
        + branch.a()
        + " "
        + branch.condition().symbol()
        + (branch.is32() ? ".32 " : " ")
        + branch.b()
        + " goto "
        + branch.taken()
        + " else "
        + branch.next()
        + likely
        + origin(branch.origin());
  }
}
