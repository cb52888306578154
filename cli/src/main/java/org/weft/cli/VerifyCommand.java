package org.weft.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.weft.isa.InputException;
import org.weft.sim.engine.Comparison;
import org.weft.sim.engine.Engine;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.trace.TraceReader;

/** {@code weft verify}: several engines over one trace, compared packet by packet. */
final class VerifyCommand {
  private static final String TOO_LONG = "frame over " + PacketBuffer.MAX_PACKET_BYTES + " bytes";

  private final PrintStream out;
  private final PrintStream err;

  VerifyCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  int run(String... args) throws ParseException, IOException {
    Options options = Arguments.forPackets();
    options.addOption(
        Arguments.value(
            null,
            "engines",
            "E,E...",
            "the engines; ref,kernel,rows by default, fewer where the"
                + " system forbids the kernel"));
    options.addOption(Arguments.value(null, "junit", "FILE", "write a JUnit report"));
    options.addOption(Arguments.flag("json", "print the result as one JSON object"));
    Arguments arguments = new Arguments(options, args);
    if (arguments.help(out, "verify PROG.o --pcap IN [options]")) {
      return 0;
    }
    Session session = new Session(arguments);
    VerifyReport report = new VerifyReport(session.input.file(), session.programName());
    List<Engine> engines = new ArrayList<>();
    try {
      for (String name : arguments.text("engines", "kernel,ref,rows").split(",", -1)) {
        String reason = session.unavailable(name);
        if (reason == null) {
          engines.add(session.open(name));
        } else {
          report.skipped(name, reason);
          err.println("weft: engine " + name + " is left out: " + reason);
        }
      }
      // The kernel judges ref, ref judges rows, whatever the order they were named in.
      engines.sort((a, b) -> Integer.compare(rank(a), rank(b)));
      compare(session, engines, report);
    } finally {
      engines.forEach(Engine::close);
    }
    String junit = arguments.text("junit", null);
    if (junit != null) {
      report.writeJunit(Session.output(junit));
    }
    if (arguments.has("json")) {
      report.printJson(out);
    } else {
      report.print(out);
    }
    return report.differs() ? 1 : 0;
  }

  private static int rank(Engine engine) {
    return switch (engine.name()) {
      case "kernel" -> 0;
      case "ref" -> 1;
      default -> 2;
    };
  }

  private void compare(Session session, List<Engine> engines, VerifyReport report)
      throws IOException {
    if (engines.size() < 2) {
      throw new InputException(
          "nothing to compare: " + engines.size() + " engine is left of those named");
    }
    List<Comparison> comparisons = new ArrayList<>();
    for (int i = 0; i + 1 < engines.size(); i++) {
      boolean redirects = !engines.get(i).name().equals("kernel");
      comparisons.add(new Comparison(engines.get(i), engines.get(i + 1), redirects));
    }
    PacketBuffer[] packets = new PacketBuffer[engines.size()];
    int[] rets = new int[engines.size()];
    for (int i = 0; i < packets.length; i++) {
      packets[i] = new PacketBuffer();
    }
    Progress progress = new Progress();
    try (TraceReader trace = session.trace()) {
      for (long number = 0; trace.next(); number++) {
        if (trace.length() > PacketBuffer.MAX_PACKET_BYTES) {
          comparisons.forEach(c -> c.incomparable(TOO_LONG, 1));
          continue;
        }
        String reason = null;
        for (int i = 0; i < packets.length; i++) {
          session.receive(trace, number, packets[i]);
          reason = reason == null ? engines.get(i).incomparable(packets[i]).orElse(null) : reason;
        }
        if (reason != null) {
          String why = reason;
          comparisons.forEach(c -> c.incomparable(why, 1));
          continue;
        }
        for (int i = 0; i < packets.length; i++) {
          rets[i] = engines.get(i).run(packets[i]);
        }
        for (int i = 0; i < comparisons.size(); i++) {
          comparisons.get(i).packet(number, rets[i], packets[i], rets[i + 1], packets[i + 1]);
        }
        progress.step(number);
      }
    }
    progress.done();
    for (Comparison comparison : comparisons) {
      comparison.maps();
      report.add(comparison);
    }
  }
}
