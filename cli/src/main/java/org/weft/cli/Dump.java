package org.weft.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.WholeFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

/** Writes what a compilation goes through into files of a directory, as text. */
final class Dump {
  private Dump() {}

  /** What goes in: {@code PROGRAM.ebpf} and {@code PROGRAM.machine}. */
  static void program(Path directory, XdpObject object, Program program, MachineSpec machine) {
    WholeFile.makeDirectories(directory);
    write(directory, program, ".ebpf", out -> DisasmCommand.print(object, program, out));
    write(directory, program, ".machine", out -> out.print(MachineFile.print(machine)));
  }

  /** What comes out: {@code PROGRAM.rows}. */
  static void image(Path directory, Program program, ProgramImage image) {
    write(directory, program, ".rows", out -> ImageListing.print(image, out));
  }

  /** What a pass left: {@code PROGRAM.STEP-PASS.ir}. */
  static void graph(Path directory, Program program, int step, String pass, Graph graph) {
    String suffix = String.format(Locale.ROOT, ".%02d-%s.ir", step, pass);
    write(directory, program, suffix, out -> out.print(graph));
  }

  private interface Content {
    void print(PrintStream out);
  }

  /** Symbols may hold any character, a separator of directories, too. */
  private static void write(Path directory, Program program, String suffix, Content content) {
    Path file = directory.resolve(Main.oneLine(program.name()).replace('/', '_') + suffix);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
      content.print(out);
    }
    WholeFile.write(file, bytes.toByteArray());
  }
}
