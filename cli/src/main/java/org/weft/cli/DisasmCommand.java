package org.weft.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Printer;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.xdp.HelperFunction;

/** {@code weft disasm}: an object's programs, or an image's rows, as text. */
final class DisasmCommand {
  private static final int COMMENT_COLUMN = 48;

  private final PrintStream out;

  DisasmCommand(PrintStream out) {
    this.out = out;
  }

  int run(String... args) throws ParseException, IOException {
    Arguments arguments = new Arguments(new Options(), args);
    if (arguments.help(out, "disasm PROG.o|IMAGE")) {
      return 0;
    }
    Path file = arguments.file("an object or image");
    Input input = Input.read(file);
    if (input.image() != null) {
      ImageListing.print(input.image(), out);
      return 0;
    }
    input.object().notes().forEach(note -> out.println("; note: " + note));
    boolean first = input.object().notes().isEmpty();
    for (Program program : input.object().programs()) {
      if (!first) {
        out.println();
      }
      first = false;
      print(input.object(), program, out);
    }
    return 0;
  }

  /** Prints one program with its functions, source lines and the names of what it uses. */
  static void print(XdpObject object, Program program, PrintStream out) {
    out.println("; section " + program.section() + ", program " + program.name());
    int function = 0;
    Program.SourceLine last = null;
    for (int i = 0; i < program.code().size(); i++) {
      if (function < program.functions().size() && program.functions().get(function).index() == i) {
        out.println(program.functions().get(function++).name() + ":");
      }
      Program.SourceLine line = program.lineAt(i);
      if (line != null && !line.equals(last)) {
        out.println("; " + line.file() + ":" + line.line() + " " + line.text());
        last = line;
      }
      Instruction instruction = program.code().get(i);
      if (instruction instanceof Instruction.WideTail) {
        continue;
      }
      StringBuilder text = new StringBuilder();
      String index = Integer.toString(i);
      text.append(" ".repeat(Math.max(0, 8 - index.length()))).append(index).append(": ");
      text.append(Printer.print(instruction, i));
      String comment = comment(object, instruction);
      if (!comment.isEmpty()) {
        text.append(" ".repeat(Math.max(1, COMMENT_COLUMN - text.length()))).append("; ");
        text.append(comment);
      }
      out.println(text);
    }
  }

  private static String comment(XdpObject object, Instruction instruction) {
    if (instruction instanceof Instruction.CallHelper call) {
      HelperFunction helper = HelperFunction.of(call.number());
      return helper == null ? "" : helper.functionName();
    }
    if (instruction instanceof Instruction.LoadImmediate load
        && (load.kind() == ImmediateKind.MAP_INDEX
            || load.kind() == ImmediateKind.MAP_INDEX_VALUE)) {
      return object.maps().get(load.low()).name();
    }
    return "";
  }
}
