package org.weft.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.weft.compiler.Compiler;
import org.weft.compiler.ebpf.Decoder;
import org.weft.compiler.ebpf.Instruction;
import org.weft.isa.InputException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.nic.NicEngine;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.ref.RefEngine;
import org.weft.sim.rows.RowsEngine;
import org.weft.sim.rtl.RtlEngine;

/** {@code weft exec}: the plugin protocol of bpf_conformance. */
final class ExecCommand {
  private static final int MAX_PROGRAM_CHARACTERS = 1 << 26;

  /** A frame of Ethernet. */
  private static final int LEAST_FRAME = 60;

  private final InputStream in;
  private final PrintStream out;

  ExecCommand(InputStream in, PrintStream out) {
    this.in = in;
    this.out = out;
  }

  int run(String... args) throws ParseException, IOException {
    Options options = new Options();
    options.addOption(
        Arguments.value(null, "engine", "ref|rows|sim|rtl", "the engine; ref by default"));
    options.addOption(
        Arguments.value("m", "machine", "M", "preset or machine file; nic100 by default"));
    Arguments arguments = new Arguments(options, args);
    if (arguments.help(out, "exec [--engine ref|rows|sim|rtl] [-m MACHINE] [MEM] < PROGRAM")) {
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
    MachineSpec machine = Input.machine(arguments.text("machine", "nic100"));
    EngineOptions plain = EngineOptions.DEFAULT;
    long result =
        switch (arguments.text("engine", "ref")) {
          case "ref" -> RefEngine.exec(code, memory);
          case "rows" -> RowsEngine.exec(Compiler.compileExec(code, machine), memory);
          case "sim" ->
              inPacket(
                  code,
                  machine,
                  memory,
                  image -> new NicEngine(image, plain, NicOptions.DEFAULT.memoryLatency()));
          case "rtl" -> inPacket(code, machine, memory, image -> new RtlEngine(image, plain));
          default ->
              throw new InputException(
                  "--engine " + arguments.text("engine", "") + ": exec has ref, rows, sim and rtl");
        };
    out.println(Long.toHexString(result));
    return 0;
  }

  /** Runs a program on an engine that only gets packets. */
  private static long inPacket(
      List<Instruction> code,
      MachineSpec machine,
      byte[] memory,
      Function<ProgramImage, Engine> engines) {
    ProgramImage image = Compiler.compileExecInPacket(code, machine, memory.length);
    byte[] frame = Arrays.copyOf(memory, Math.max(LEAST_FRAME, memory.length + Long.BYTES));
    if (frame.length > machine.frameBytes()) {
      throw new InputException(
          "memory of "
              + memory.length
              + " bytes: a packet of machine "
              + machine.name()
              + " holds "
              + (machine.frameBytes() - Long.BYTES));
    }
    PacketBuffer packet = new PacketBuffer();
    packet.receive(frame, 0, frame.length);
    try (Engine engine = engines.apply(image)) {
      engine.run(packet);
    }
    return ByteBuffer.wrap(packet.bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .getLong(packet.data + memory.length);
  }
}
