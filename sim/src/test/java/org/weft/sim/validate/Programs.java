package org.weft.sim.validate;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Parser;
import org.weft.compiler.object.Program;

/** Programs from assembly text, in which {@code map} loads map 0 into r1. */
final class Programs {
  private Programs() {}

  static Program of(String text) {
    List<Instruction> code = new ArrayList<>();
    for (String line : text.strip().split("\n")) {
      if (line.equals("map")) {
        code.add(new Instruction.LoadImmediate(1, ImmediateKind.MAP_INDEX, 0));
        code.add(Instruction.WideTail.WIDE_TAIL);
      } else {
        code.addAll(Parser.parse(line));
      }
    }
    return new Program("main", "xdp", code, List.of(new Program.Function(0, "main")), List.of());
  }
}
