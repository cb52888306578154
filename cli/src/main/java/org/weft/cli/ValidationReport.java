package org.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import org.weft.compiler.object.Program;
import org.weft.sim.trace.TraceWriter;
import org.weft.sim.trace.Traces;
import org.weft.sim.validate.Difference;
import org.weft.sim.validate.Edge;
import org.weft.sim.validate.Validation;

/** What the validation of one image found, as text, JSON and trace. */
final class ValidationReport {
  private final String file;
  private final String fib;
  private final Program program;
  private final Validation validation;

  /**
   * A report.
   *
   * @param fib the file with routes that was given; null for none
   */
  ValidationReport(String file, String fib, Program program, Validation validation) {
    this.file = file;
    this.fib = fib;
    this.program = program;
    this.validation = validation;
  }

  void print(PrintStream out) {
    String impossible =
        validation.impossible() == 0 ? "" : "; " + validation.impossible() + " more are impossible";
    out.println("edges reached " + validation.reached() + " of " + validation.edges() + impossible);
    for (Edge edge : validation.unreached()) {
      String where =
          edge.program().equals(program.name()) ? "" : "program " + edge.program() + ", ";
      out.println("  not reached: " + Main.oneLine(where + edge));
    }
    out.println(
        validation.runs()
            + " runs, "
            + validation.compared()
            + " compared with rows, "
            + validation.differing()
            + (hasFailed() ? " DIFFERENT" : " different"));
    if (validation.faults() > 0) {
      out.println(
          validation.faults()
              + " not compared, because the program does what Linux refuses: "
              + Main.oneLine(validation.firstFault()));
    }
    for (Difference difference : validation.differences()) {
      print(difference, out);
    }
  }

  private void print(Difference difference, PrintStream out) {
    String first = "difference: ";
    for (String text : difference.texts()) {
      out.println(first + Main.oneLine(text));
      first = " ".repeat(first.length());
    }
    out.println("  packet of " + difference.frame().length() + " bytes: " + difference.frame());
    if (difference.metadata().length() > 0) {
      out.println("  metadata before it: " + difference.metadata());
    }
    if (difference.number() > 0) {
      out.println("  number of the packet in its trace: " + difference.number());
    }
    StringBuilder replay = new StringBuilder("  weft verify ");
    replay.append(file).append(" -p ").append(program.name()).append(" --engines ref,rows");
    replay.append(" --pcap PACKET --ifindex ").append(difference.ifindex());
    replay.append(" --queue ").append(difference.queue()).append(" --cpu ");
    replay.append(difference.cpu()).append(" --time ").append(difference.timeNs());
    if (fib != null) {
      replay.append(" --fib ").append(fib);
    }
    difference.maps().forEach(map -> replay.append(" --map ").append(map));
    out.println(Main.oneLine(replay.toString()));
  }

  void printJson(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("validation");
    json.writeNumberField("edges", validation.edges());
    json.writeNumberField("reached", validation.reached());
    json.writeNumberField("impossible", validation.impossible());
    json.writeArrayFieldStart("not_reached");
    for (Edge edge : validation.unreached()) {
      json.writeStartObject();
      json.writeStringField("program", edge.program());
      json.writeNumberField("insn", edge.instruction());
      json.writeStringField("outcome", edge.outcome());
      if (edge.line() > 0) {
        json.writeStringField("file", edge.file());
        json.writeNumberField("line", edge.line());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeNumberField("runs", validation.runs());
    json.writeNumberField("compared", validation.compared());
    json.writeNumberField("faults", validation.faults());
    json.writeNumberField("different", validation.differing());
    json.writeArrayFieldStart("differences");
    for (Difference difference : validation.differences()) {
      json.writeStartObject();
      writeArray(json, "texts", difference.texts());
      json.writeStringField("packet", difference.frame().toString());
      json.writeStringField("meta", difference.metadata().toString());
      json.writeNumberField("n", difference.number());
      json.writeNumberField("ifindex", difference.ifindex());
      json.writeNumberField("queue", difference.queue());
      json.writeNumberField("cpu", difference.cpu());
      json.writeNumberField("time", difference.timeNs());
      writeArray(json, "maps", difference.maps());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeArray(JsonGenerator json, String name, Iterable<String> texts)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  /** Writes the packets that differ, one for each kind of difference. */
  void writeTrace(Path path) throws IOException {
    try (TraceWriter writer = Traces.create(path)) {
      for (Difference difference : validation.differences()) {
        byte[] frame = difference.frame().toArray();
        writer.write(frame, 0, frame.length, difference.timeNs());
      }
    }
  }

  boolean hasFailed() {
    return validation.differing() > 0;
  }
}
