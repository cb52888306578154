package org.weft.sim.callback;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Parser;
import org.weft.compiler.ebpf.StructureCheck;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.xdp.MapDefinition;

/**
 * Objects of one program from assembly text with labels: {@code name:} before an instruction;
 * {@code r2 = function name}, {@code r1 = map 0}, {@code r1 = map 0 + 8} for an address in its
 * first value, {@code call name} and {@code ... goto name} beside what {@link Parser} reads.
 * Instructions end with a semicolon or a line.
 */
final class Assembly {
  private Assembly() {}

  static XdpObject object(String text, MapDefinition... maps) {
    return object(List.of(program("main", text)), maps);
  }

  static XdpObject object(List<Program> programs, MapDefinition... maps) {
    return new XdpObject("test.o", programs, List.of(maps), "GPL", List.of());
  }

  static Program program(String name, String text) {
    return new Program(
        name,
        "xdp",
        code(text),
        List.of(new Program.Function(0, name)),
        List.of(new Program.SourceLine(0, name + ".c", 3, "")));
  }

  private static List<Instruction> code(String text) {
    List<String> lines = new ArrayList<>();
    Map<String, Integer> labels = new HashMap<>();
    int at = 0;
    for (String part : text.split("[;\n]")) {
      String line = part.strip();
      while (line.matches("\\w+:.*")) {
        labels.put(line.substring(0, line.indexOf(':')), at);
        line = line.substring(line.indexOf(':') + 1).strip();
      }
      if (!line.isEmpty()) {
        lines.add(line);
        at += isWide(line) ? 2 : 1;
      }
    }
    List<Instruction> code = new ArrayList<>();
    lines.forEach(line -> add(code, line, labels));
    StructureCheck.check(code);
    return code;
  }

  private static boolean isWide(String line) {
    return line.matches("r\\d = (map|function) .*") || line.endsWith(" ll");
  }

  private static void add(List<Instruction> code, String line, Map<String, Integer> labels) {
    String[] words = line.split(" ");
    String last = words[words.length - 1];
    Integer target = labels.get(last);
    int distance = target == null ? 0 : target - code.size() - 1;
    if (line.matches("r\\d = map \\d+ \\+ .*")) {
      long value = Long.parseLong(last) << 32 | Long.parseLong(words[words.length - 3]);
      wide(code, line, ImmediateKind.MAP_INDEX_VALUE, value);
    } else if (line.matches("r\\d = map .*")) {
      wide(code, line, ImmediateKind.MAP_INDEX, Integer.parseInt(last));
    } else if (line.matches("r\\d = function .*")) {
      wide(code, line, ImmediateKind.CODE, distance & 0xffffffffL);
    } else if (target == null) {
      code.addAll(Parser.parse(line));
    } else if (line.startsWith("call ")) {
      code.add(new Instruction.CallLocal(distance));
    } else {
      String jump = line.substring(0, line.length() - last.length());
      code.addAll(Parser.parse(jump + (distance < 0 ? "" : "+") + distance));
    }
  }

  private static void wide(List<Instruction> code, String line, ImmediateKind kind, long value) {
    code.add(new Instruction.LoadImmediate(line.charAt(1) - '0', kind, value));
    code.add(Instruction.WideTail.WIDE_TAIL);
  }
}
