package org.weft.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.weft.sim.engine.Aspect;
import org.weft.sim.engine.Tallies;
import org.weft.sim.engine.Tally;

/** What the verification of one program found, as text or JSON. */
final class VerifyReport {
  private final String file;
  private final String program;
  private final Map<String, String> unavailable;
  private final Map<String, String> refused = new LinkedHashMap<>();
  private List<? extends Tallies> comparisons = List.of();
  private List<String> window = List.of();

  /**
   * A report without results.
   *
   * @param unavailable engines that cannot be used on this system, with the reason
   */
  VerifyReport(String file, String program, Map<String, String> unavailable) {
    this.file = file;
    this.program = program;
    this.unavailable = unavailable;
  }

  void verified(List<? extends Tallies> finished) {
    comparisons = finished;
  }

  /** What happened around the first difference, a line each. */
  void around(List<String> lines) {
    window = lines;
  }

  /** An engine does not take the program. */
  void refused(String engine, String reason) {
    refused.put(engine, reason);
  }

  String file() {
    return file;
  }

  String program() {
    return program;
  }

  boolean isUnavailable(String engine) {
    return unavailable.containsKey(engine);
  }

  Map<String, String> unavailable() {
    return unavailable;
  }

  Map<String, String> refused() {
    return refused;
  }

  List<? extends Tallies> comparisons() {
    return comparisons;
  }

  /** Whether there are differences, or an engine refused the program. */
  boolean hasFailed() {
    for (Tallies comparison : comparisons()) {
      if (comparison.differs()) {
        return true;
      }
    }
    return !refused.isEmpty();
  }

  void print(PrintStream out) {
    out.println(Main.oneLine(file + ", program " + program));
    for (Tallies comparison : comparisons()) {
      print(comparison, out);
    }
    for (String line : window) {
      out.println("      " + line);
    }
    for (Map.Entry<String, String> entry : refused.entrySet()) {
      out.println("  " + entry.getKey() + " refuses it: " + Main.oneLine(entry.getValue()));
    }
    for (Map.Entry<String, String> entry : unavailable.entrySet()) {
      out.println("  " + entry.getKey() + " is left out: " + Main.oneLine(entry.getValue()));
    }
  }

  private static void print(Tallies comparison, PrintStream out) {
    StringBuilder line = new StringBuilder("  ").append(name(comparison)).append(": ");
    for (Aspect aspect : comparison.aspects()) {
      Tally tally = comparison.tally(aspect);
      line.append(aspect.ordinal() == 0 ? "" : "; ").append(label(aspect)).append(' ');
      line.append(tally.equalCount()).append(" equal");
      if (tally.differentCount() > 0) {
        line.append(", ").append(tally.differentCount()).append(" DIFFERENT");
      }
      if (tally.incomparableCount() > 0) {
        line.append(", ").append(tally.incomparableCount()).append(" not comparable");
      }
    }
    out.println(line);
    for (Aspect aspect : comparison.aspects()) {
      for (String difference : comparison.tally(aspect).firstDifferences()) {
        out.println("    " + Main.oneLine(difference));
      }
    }
    for (Map.Entry<String, Long> entry : reasons(comparison).entrySet()) {
      out.println("    not comparable: " + Main.oneLine(entry.getKey()) + ": " + entry.getValue());
    }
  }

  static String name(Tallies comparison) {
    return comparison.left() + "/" + comparison.right();
  }

  static String label(Aspect aspect) {
    return aspect.name().toLowerCase(Locale.ROOT);
  }

  /** Why things could not be compared; a packet that was left out counts once. */
  private static Map<String, Long> reasons(Tallies comparison) {
    Map<String, Long> reasons = new LinkedHashMap<>();
    for (Aspect aspect : comparison.aspects()) {
      reasons.putAll(comparison.tally(aspect).incomparable());
    }
    reasons.putAll(comparison.redirects().incomparable());
    return reasons;
  }

  void printJson(PrintStream out) throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.writeStartObject();
      json.writeStringField("file", file);
      json.writeStringField("program", program);
      json.writeArrayFieldStart("comparisons");
      for (Tallies comparison : comparisons()) {
        printJson(comparison, json);
      }
      json.writeEndArray();
      if (!window.isEmpty()) {
        json.writeArrayFieldStart("window");
        for (String line : window) {
          json.writeString(line);
        }
        json.writeEndArray();
      }
      texts("refused", refused, json);
      texts("unavailable", unavailable, json);
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  private static void printJson(Tallies comparison, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("left", comparison.left());
    json.writeStringField("right", comparison.right());
    for (Aspect aspect : comparison.aspects()) {
      Tally tally = comparison.tally(aspect);
      json.writeObjectFieldStart(label(aspect));
      json.writeNumberField("equal", tally.equalCount());
      json.writeNumberField("different", tally.differentCount());
      json.writeNumberField("not_comparable", tally.incomparableCount());
      json.writeArrayFieldStart("first_differences");
      for (String difference : tally.firstDifferences()) {
        json.writeString(difference);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeObjectFieldStart("not_comparable");
    for (Map.Entry<String, Long> entry : reasons(comparison).entrySet()) {
      json.writeNumberField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void texts(String name, Map<String, String> texts, JsonGenerator json)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, String> entry : texts.entrySet()) {
      json.writeStringField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
  }
}
