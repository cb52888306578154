package org.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import org.weft.cli.report.Compiled;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.object.Program;
import org.weft.compiler.profile.Profile;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.ref.BranchCounts;
import org.weft.sim.ref.RefEngine;
import org.weft.sim.rows.RowsEngine;
import org.weft.sim.trace.TraceReader;

/** The trace of {@code compile --profile}: what it says of jumps, and of rows. */
final class Profiling {
  private final Setup setup;
  private final String file;
  private long packets;
  private long jumps;
  private long reached;
  private long notRun;
  private String first;
  private long cutFrames;

  /** Profiling on a set-up's trace, whose name is given for messages. */
  Profiling(Setup setup, String file) {
    this.setup = setup;
    this.file = file;
  }

  /** Runs the trace: which way the jumps of the object's programs go. */
  Map<String, Profile> run(Program program) throws IOException {
    BranchCounts counts = new BranchCounts(setup.input.object());
    RefEngine engine = new RefEngine(setup.input.object(), program, setup.options(), counts);
    run(setup.filled(engine));
    jumps =
        program.code().stream()
            .filter(i -> i instanceof Instruction.Jump jump && jump.op() != JumpOp.JA)
            .count();
    reached = counts.profiles().get(program.name()).jumps().size();
    return counts.profiles();
  }

  /** Says what is odd about the trace; after success only, so that a failure is one line. */
  void printNotes() {
    setup.noteCutFrames(cutFrames);
    if (notRun > 0) {
      setup.note(notRun + " packets were not run: " + first);
    }
    if (packets == 0) {
      setup.note(file + ": no packet was run; all likelihoods are guessed");
    }
  }

  void print(PrintStream out, double expectedRows) {
    out.printf(
        Locale.ROOT,
        "profile of %d packets: %d of %d jumps reached; %.2f rows a packet expected%n",
        packets,
        reached,
        jumps,
        expectedRows);
  }

  void printJson(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("profile");
    json.writeNumberField("packets", packets);
    json.writeNumberField("jumps", jumps);
    json.writeNumberField("reached", reached);
    json.writeEndObject();
  }

  /** What an image's rows do on the trace, which is read again; null when it has no packet. */
  Compiled.Trace rows(ProgramImage image) throws IOException {
    if (packets == 0) {
      return null;
    }
    RowsEngine engine = setup.filled(new RowsEngine(image, setup.options()));
    engine.countRows();
    run(engine);
    return new Compiled.Trace(file, packets, engine.rowCounts());
  }

  private void run(Engine engine) throws IOException {
    PacketBuffer packet = new PacketBuffer();
    packets = 0;
    notRun = 0;
    try (Engine open = engine;
        TraceReader trace = setup.trace();
        Progress progress = new Progress(setup.traceBytes())) {
      for (long number = 0; setup.wants(number) && trace.next(); number++) {
        String reason = Setup.tooLong(trace.length());
        if (reason == null) {
          setup.receive(trace, number, packet);
          one(open, packet);
          packets++;
        } else if (notRun++ == 0) {
          first = "packet " + number + ": " + reason;
        }
        progress.step(number, trace);
      }
      cutFrames = trace.cutFrames();
    }
  }

  private static void one(Engine engine, PacketBuffer packet) {
    try {
      engine.run(packet);
    } catch (ProgramFault e) {
      throw new RefusedException("packet " + packet.number + ": " + e.getMessage());
    }
  }
}
