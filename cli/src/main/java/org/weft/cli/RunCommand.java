package org.weft.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.xdp.XdpAction;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.kernel.KernelEngine;
import org.weft.sim.map.MapStore;
import org.weft.sim.nic.NicOptions;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.rtl.RtlModel;
import org.weft.sim.trace.TraceReader;
import org.weft.sim.trace.TraceWriter;
import org.weft.sim.trace.Traces;

/** {@code weft run}: one engine over a trace. */
final class RunCommand {
  private static final int MAX_REPEATS = 1_000_000_000;

  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;

  RunCommand(InputStream in, PrintStream out, PrintStream err) {
    this.in = in;
    this.out = out;
    this.err = err;
  }

  int run(String... args) throws ParseException, IOException {
    Options options = Arguments.forPackets();
    options.addOption(
        Arguments.value(null, "engine", "E", "the engine: " + Setup.ENGINES + "; rows by default"));
    options.addOption(
        Arguments.value(
            null, "out", "PCAP", "write the packets that leave by PASS, TX or REDIRECT"));
    options.addOption(Arguments.flag("maps", "with --json: print the maps, too"));
    options.addOption(Arguments.flag("json", "print one JSON object per packet, map and summary"));
    options.addOption(
        Arguments.value(
            null,
            "repeat",
            "N",
            "with --engine kernel: run every packet N times more, for the kernel's own time"));
    options.addOption(
        Arguments.value(
            null,
            "wave",
            "FILE",
            "what happens in each clock, for GTKWave: with --engine sim as VCD, with rtl as FST"));
    Arguments arguments = new Arguments(options, args);
    if (arguments.help(out, "run PROG.o|IMAGE --pcap IN [options]")) {
      return 0;
    }
    String name = arguments.text("engine", "rows");
    if (arguments.has("repeat") && !name.equals(Setup.KERNEL)) {
      throw new InputException("--repeat is for --engine kernel: no other has a clock of its own");
    }
    if (arguments.has("wave") && !name.equals(Setup.SIM) && !name.equals(Setup.RTL)) {
      throw new InputException("--wave is for --engine sim or rtl: no other has clocks");
    }
    if (arguments.has(Arguments.MEMORY_LATENCY) && !name.equals(Setup.SIM)) {
      throw new InputException("--memory-latency is for --engine sim: no other has that memory");
    }
    if (name.equals(Setup.SIM) && arguments.text("wave", "").endsWith(".fst")) {
      throw new InputException("--wave: --engine sim writes VCD; name the file .vcd");
    }
    arguments.number("repeat", 0, 1, MAX_REPEATS);
    arguments.checkFiles(arguments.positional(), "pcap", "out", "wave");
    Setup setup = new Setup(arguments, in, err);
    Summary summary = new Summary();
    try (TraceReader trace = setup.trace()) {
      String file = arguments.text("out", null);
      if (file == null) {
        run(arguments, setup, name, trace, null, summary);
      } else {
        write(arguments, setup, name, trace, file, summary);
      }
      setup.noteObject();
      setup.noteProgram();
      setup.noteCutFrames(trace.cutFrames());
      if (summary.notRun() > 0) {
        setup.note(summary.notRun() + " packets were not run: " + summary.notRunReason());
      }
      if (summary.noPort() > 0) {
        setup.note(
            summary.noPort()
                + " packets did not leave: they were redirected to interfaces without a port");
      }
      if (summary.noRoom() > 0) {
        setup.note(summary.noRoom() + " packets did not leave: their port's queue was full");
      }
    }
    return 0;
  }

  private void write(
      Arguments arguments,
      Setup setup,
      String name,
      TraceReader trace,
      String file,
      Summary summary)
      throws IOException {
    try (TraceWriter writer = Traces.create(Arguments.path(file))) {
      try {
        run(arguments, setup, name, trace, writer, summary);
      } catch (IOException | RuntimeException | Error e) {
        writer.abandon();
        throw e;
      }
    }
  }

  private void run(
      Arguments arguments,
      Setup setup,
      String name,
      TraceReader trace,
      TraceWriter writer,
      Summary summary)
      throws IOException {
    if (name.equals(Setup.SIM)) {
      ProgramImage image = setup.image(setup.program());
      NicOptions options = new NicOptions(setup.memoryLatency(), arguments.has("cpu"));
      String wave = arguments.text("wave", null);
      new NicRun(setup, image, options, trace, maps -> report(arguments, maps), writer, summary)
          .run(wave == null ? null : Arguments.path(wave));
      return;
    }
    int repeats = arguments.number("repeat", 0, 1, MAX_REPEATS);
    Path wave = arguments.fst();
    try (Engine engine =
        wave == null
            ? setup.open(name, setup.program(), setup.options())
            : setup.openWithWave(RtlModel.Wave.all(wave))) {
      Report report = report(arguments, engine.maps());
      new Loop(setup, engine, trace, report, repeats, summary).run(writer);
    }
  }

  private Report report(Arguments arguments, MapStore maps) throws IOException {
    return arguments.has("json")
        ? new JsonReport(out, maps, arguments.has("maps"))
        : new TableReport(out);
  }

  /** The packets of a trace through an engine. */
  private static final class Loop {
    private final Setup setup;
    private final Engine engine;
    private final TraceReader trace;
    private final Report report;
    private final int repeats;
    private final PacketBuffer packet = new PacketBuffer();
    private final Summary summary;

    Loop(
        Setup setup,
        Engine engine,
        TraceReader trace,
        Report report,
        int repeats,
        Summary summary) {
      this.summary = summary;
      this.setup = setup;
      this.engine = engine;
      this.trace = trace;
      this.report = report;
      this.repeats = repeats;
    }

    void run(TraceWriter writer) throws IOException {
      summary.start();
      try (Progress progress = new Progress(setup.traceBytes())) {
        for (long number = 0; setup.wants(number) && trace.next(); number++) {
          String reason = Setup.tooLong(trace.length());
          if (reason == null) {
            setup.receive(trace, number, packet);
            reason = engine.refuses(packet).orElse(null);
          }
          if (reason == null) {
            one(writer);
          } else {
            summary.leaveOut(number, reason);
          }
          progress.step(number, trace);
        }
      } finally {
        report.flush();
      }
      summary.stop();
      report.finish(engine.maps(), summary);
    }

    private void one(TraceWriter writer) throws IOException {
      if (repeats > 0 && engine instanceof KernelEngine kernel) {
        summary.kernelNanos =
            Math.max(summary.kernelNanos, 0) + kernel.nanosPerPacket(packet, repeats);
      }
      int ret;
      try {
        ret = engine.run(packet);
      } catch (ProgramFault e) {
        throw new RefusedException("packet " + packet.number + ": " + e.getMessage());
      }
      long rows = engine.rowsExecuted();
      boolean changed = Summary.isChanged(packet, trace.frame(), trace.length());
      summary.count(ret, rows, changed);
      report.packet(ret, rows, engine.cycles(), packet, changed);
      if (writer != null && XdpAction.of(ret).ordinal() >= XdpAction.PASS.ordinal()) {
        writer.write(packet.bytes, packet.data, packet.length(), trace.timestampNs());
      }
    }
  }
}
