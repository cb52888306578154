package org.weft.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.weft.sim.nic.Account;
import org.weft.sim.nic.Fate;
import org.weft.sim.nic.Measurement;

/** Where measurements go. */
abstract class BenchReport {
  /** A measurement of a program, with what was swept over. */
  abstract void add(String program, Map<String, String> variant, Measurement measured)
      throws IOException;

  /** A program that the machine does not run, with the reason. */
  abstract void refused(String program, Map<String, String> variant, String reason)
      throws IOException;

  void finish() throws IOException {}

  /** All figures by name. Times are in clocks where they do not say ns. */
  private static Map<String, Number> figures(Measurement m) {
    Map<String, Number> figures = new LinkedHashMap<>();
    figures.put("cores", m.machine().cores());
    figures.put("lanes", m.machine().lanes());
    figures.put("cycles", m.clocks());
    figures.put("packets", m.packets());
    figures.put("packets_per_cycle", m.packetsPerCycle());
    figures.put("cycles_per_packet_per_core", m.cyclesPerPacketPerCore());
    figures.put("mpps", m.mpps());
    figures.put("rows_per_packet", m.rowsPerPacket());
    figures.put("latency_min", m.least());
    figures.put("latency_median", m.median());
    figures.put("latency_p99", m.p99());
    figures.put("latency_max", m.most());
    figures.put("latency_min_ns", m.nanoseconds(m.least()));
    figures.put("latency_median_ns", m.nanoseconds(m.median()));
    figures.put("latency_p99_ns", m.nanoseconds(m.p99()));
    figures.put("latency_max_ns", m.nanoseconds(m.most()));
    shares(m.account()).forEach((name, share) -> figures.put("share_" + name, share));
    for (int lane = 0; lane < m.lanes().size(); lane++) {
      figures.put("lane_" + lane, m.lanes().get(lane));
    }
    figures.put("memory_accesses_per_row", m.memoryPorts());
    figures.put("map_accesses", m.mapAccesses());
    figures.put("map_conflicts", m.mapConflicts());
    figures.put("table_calls", m.tableCalls());
    for (Fate fate : Fate.values()) {
      figures.put(fate.name().toLowerCase(Locale.ROOT), m.fates().getOrDefault(fate, 0L));
    }
    figures.put("seconds", m.seconds());
    return figures;
  }

  private static Map<String, Double> shares(Account account) {
    Map<String, Double> shares = new LinkedHashMap<>();
    double all = Math.max(1, account.total());
    shares.put("issue", account.issued() / all);
    shares.put("cpu", account.cpu() / all);
    shares.put("helper", account.helper() / all);
    shares.put("packet_data", account.packetData() / all);
    shares.put("map_bank", account.mapBank() / all);
    shares.put("divider", account.divider() / all);
    shares.put("pipeline", account.pipeline() / all);
    shares.put("no_packet", account.noPacket() / all);
    return shares;
  }

  /** A table for people. */
  static final class Table extends BenchReport {
    private final PrintStream out;
    private boolean begun;

    Table(PrintStream out) {
      this.out = out;
    }

    private void head() {
      if (!begun) {
        begun = true;
        out.printf(
            Locale.ROOT,
            "%-32s %8s %8s %8s %7s %22s  %5s %5s %5s %5s %5s %5s %5s %5s %8s%n",
            "program",
            "pkts/cyc",
            "cyc/core",
            "Mpps",
            "rows",
            "latency ns med/p99/max",
            "issue",
            "cpu",
            "helpr",
            "data",
            "bank",
            "pipe",
            "none",
            "other",
            "lost");
      }
    }

    private static String label(String program, Map<String, String> variant) {
      return program
          + variant.entrySet().stream()
              .map(e -> " " + e.getKey() + "=" + e.getValue())
              .collect(Collectors.joining());
    }

    @Override
    void add(String program, Map<String, String> variant, Measurement m) {
      head();
      Map<String, Double> shares = shares(m.account());
      long lost =
          m.fates().entrySet().stream()
              .filter(e -> !e.getKey().isVerdict())
              .mapToLong(Map.Entry::getValue)
              .sum();
      out.printf(
          Locale.ROOT,
          "%-32s %8.4f %8.2f %8.2f %7.2f %22s  %4.0f%% %4.0f%% %4.0f%% %4.0f%% %4.0f%% %4.0f%%"
              + " %4.0f%% %4.0f%% %8d%n",
          label(program, variant),
          m.packetsPerCycle(),
          m.cyclesPerPacketPerCore(),
          m.mpps(),
          m.rowsPerPacket(),
          String.format(
              Locale.ROOT,
              "%.0f/%.0f/%.0f",
              m.nanoseconds(m.median()),
              m.nanoseconds(m.p99()),
              m.nanoseconds(m.most())),
          100 * shares.get("issue"),
          100 * shares.get("cpu"),
          100 * shares.get("helper"),
          100 * shares.get("packet_data"),
          100 * shares.get("map_bank"),
          100 * shares.get("pipeline"),
          100 * shares.get("no_packet"),
          100 * shares.get("divider"),
          lost);
    }

    @Override
    void refused(String program, Map<String, String> variant, String reason) {
      head();
      out.printf(Locale.ROOT, "%-32s refused: %s%n", label(program, variant), Main.oneLine(reason));
    }
  }

  /** Comma-separated values, with a line of names first. */
  static final class Csv extends BenchReport {
    private final PrintStream out;
    private String names;

    Csv(PrintStream out) {
      this.out = out;
    }

    private static String quoted(String text) {
      return text.matches("[\\w.+-]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private void line(String program, Map<String, String> variant, Map<String, ?> figures) {
      Map<String, String> all = new LinkedHashMap<>();
      all.put("program", quoted(program));
      variant.forEach((key, value) -> all.put("sweep_" + key, quoted(value)));
      figures.forEach((key, value) -> all.put(key, quoted(String.valueOf(value))));
      String head = String.join(",", all.keySet());
      if (!head.equals(names)) {
        names = head;
        out.println(head);
      }
      out.println(String.join(",", all.values()));
    }

    @Override
    void add(String program, Map<String, String> variant, Measurement m) {
      Map<String, Number> figures = figures(m);
      figures.keySet().removeIf(name -> name.startsWith("lane_"));
      line(program, variant, figures);
    }

    @Override
    void refused(String program, Map<String, String> variant, String reason) {
      out.println("# " + quoted(program) + " " + variant + " refused: " + Main.oneLine(reason));
    }
  }

  /** One JSON object a line. */
  static final class Json extends BenchReport {
    private final JsonGenerator json;

    Json(PrintStream out) throws IOException {
      json = new JsonFactory().createGenerator(out);
      json.setRootValueSeparator(new SerializedString("\n"));
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    }

    private void begin(String program, Map<String, String> variant) throws IOException {
      json.writeStartObject();
      json.writeStringField("program", program);
      json.writeObjectFieldStart("sweep");
      for (Map.Entry<String, String> entry : variant.entrySet()) {
        json.writeStringField(entry.getKey(), entry.getValue());
      }
      json.writeEndObject();
    }

    @Override
    void add(String program, Map<String, String> variant, Measurement m) throws IOException {
      begin(program, variant);
      json.writeStringField("machine", m.machine().name());
      for (Map.Entry<String, Number> figure : figures(m).entrySet()) {
        json.writeFieldName(figure.getKey());
        if (figure.getValue() instanceof Double number) {
          json.writeNumber(Math.round(number * 1e6) / 1e6);
        } else {
          json.writeNumber(figure.getValue().longValue());
        }
      }
      json.writeEndObject();
    }

    @Override
    void refused(String program, Map<String, String> variant, String reason) throws IOException {
      begin(program, variant);
      json.writeStringField("refused", reason);
      json.writeEndObject();
    }

    @Override
    void finish() throws IOException {
      json.writeRaw('\n');
      json.flush();
    }
  }
}
