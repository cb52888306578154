package org.weft.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.weft.compiler.Compiler;
import org.weft.compiler.ebpf.Decoder;
import org.weft.compiler.ebpf.Instruction;
import org.weft.isa.InputException;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.ref.RefEngine;
import org.weft.sim.rows.RowsEngine;

/** {@code weft exec}: the plugin protocol of bpf_conformance. */
final class ExecCommand {
  private static final int MAX_PROGRAM_CHARACTERS = 1 << 26;

  private final InputStream in;
  private final PrintStream out;

  ExecCommand(InputStream in, PrintStream out) {
    this.in = in;
    this.out = out;
  }

  int run(String... args) throws ParseException, IOException {
    Options options = new Options();
    options.addOption(Arguments.value(null, "engine", "ref|rows", "the engine; ref by default"));
    Arguments arguments = new Arguments(options, args);
    if (arguments.help(out, "exec [--engine ref|rows] [MEM] < PROGRAM")) {
      return 0;
    }
    if (arguments.positional().size() > 1) {
      throw new InputException("give the memory as one argument, in quotes if it has spaces");
    }
    String text = arguments.positional().isEmpty() ? "" : arguments.positional().get(0);
    byte[] memory = Hex.parse(text, "memory");
    byte[] program = in.readNBytes(MAX_PROGRAM_CHARACTERS);
    List<Instruction> code =
        Decoder.decode(Hex.parse(new String(program, StandardCharsets.ISO_8859_1), "program"));
    long result =
        switch (arguments.text("engine", "ref")) {
          case "ref" -> RefEngine.exec(code, memory);
          case "rows" ->
              RowsEngine.exec(Compiler.compileExec(code, MachineSpec.preset("nic100")), memory);
          default ->
              throw new InputException(
                  "--engine " + arguments.text("engine", "") + ": exec has ref and rows");
        };
    out.println(Long.toHexString(result));
    return 0;
  }
}
