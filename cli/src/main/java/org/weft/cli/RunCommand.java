package org.weft.cli;

import java.io.IOException;
import java.io.PrintStream;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.weft.isa.InputException;
import org.weft.isa.xdp.XdpAction;
import org.weft.sim.engine.Engine;
import org.weft.sim.kernel.KernelEngine;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.rows.RowsEngine;
import org.weft.sim.trace.TraceReader;
import org.weft.sim.trace.TraceWriter;
import org.weft.sim.trace.Traces;

/** {@code weft run}: one engine over a trace. */
final class RunCommand {
  private final PrintStream out;

  RunCommand(PrintStream out) {
    this.out = out;
  }

  int run(String... args) throws ParseException, IOException {
    Options options = Arguments.forPackets();
    options.addOption(
        Arguments.value(
            null, "engine", "E", "the engine: " + Session.ENGINES + "; rows by default"));
    options.addOption(
        Arguments.value(null, "out", "PCAP", "write the packets that leave (PASS, TX, REDIRECT)"));
    options.addOption(Arguments.flag("maps", "with --json: print the maps, too"));
    options.addOption(Arguments.flag("json", "print one JSON object per packet, map and summary"));
    options.addOption(
        Arguments.value(
            null,
            "repeat",
            "N",
            "with --engine kernel: run the first packet N times more and report the kernel's own"
                + " time for it"));
    Arguments arguments = new Arguments(options, args);
    if (arguments.help(out, "run PROG.o|IMAGE --pcap IN [options]")) {
      return 0;
    }
    Session session = new Session(arguments);
    int repeat = arguments.number("repeat", 0, 1, 1_000_000_000);
    if (repeat > 0 && !arguments.text("engine", "rows").equals("kernel")) {
      throw new InputException("--repeat asks for the kernel's time; give --engine kernel, too");
    }
    try (Engine engine = session.open(arguments.text("engine", "rows"));
        TraceReader trace = session.trace()) {
      String file = arguments.text("out", null);
      TraceWriter writer = file == null ? null : Traces.create(Session.output(file));
      Report report =
          arguments.has("json") ? new JsonReport(out, arguments.has("maps")) : new TableReport(out);
      try {
        loop(session, engine, trace, writer, report, repeat);
      } finally {
        if (writer != null) {
          writer.close();
        }
      }
    }
    return 0;
  }

  private void loop(
      Session session,
      Engine engine,
      TraceReader trace,
      TraceWriter writer,
      Report report,
      int repeat)
      throws IOException {
    PacketBuffer packet = new PacketBuffer();
    Progress progress = new Progress();
    Summary summary = new Summary();
    PacketBuffer first = null;
    for (long number = 0; trace.next(); number++) {
      if (trace.length() > PacketBuffer.MAX_PACKET_BYTES) {
        summary.tooLong++;
        continue;
      }
      session.receive(trace, number, packet);
      if (repeat > 0 && first == null) {
        first = new PacketBuffer();
        session.receive(trace, number, first);
      }
      int ret = engine.run(packet);
      XdpAction action = XdpAction.of(ret);
      summary.count(action);
      long rows = engine instanceof RowsEngine counting ? counting.rowsExecuted() : -1;
      report.packet(number, ret, rows, packet, trace);
      if (writer != null && action.ordinal() >= XdpAction.PASS.ordinal()) {
        writer.write(packet.bytes, packet.data, packet.length(), trace.timestampNs());
      }
      progress.step(number);
    }
    progress.done();
    summary.stop();
    if (repeat > 0 && first != null) {
      summary.kernelNanos = ((KernelEngine) engine).nanosPerPacket(first, repeat);
    }
    report.maps(engine.maps());
    report.summary(summary);
  }
}
