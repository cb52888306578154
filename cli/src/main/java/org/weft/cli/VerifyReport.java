package org.weft.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.weft.isa.InputException;
import org.weft.sim.engine.Comparison;

/** What a verification found, as text, JSON or a JUnit report. */
final class VerifyReport {
  private final String file;
  private final String program;
  private final List<Comparison> comparisons = new ArrayList<>();
  private final Map<String, String> skipped = new LinkedHashMap<>();

  VerifyReport(String file, String program) {
    this.file = file;
    this.program = program;
  }

  void add(Comparison comparison) {
    comparisons.add(comparison);
  }

  void skipped(String engine, String reason) {
    skipped.put(engine, reason);
  }

  boolean differs() {
    return comparisons.stream().anyMatch(c -> c.differing() > 0);
  }

  void print(PrintStream out) {
    out.println(file + ", program " + program);
    for (Comparison comparison : comparisons) {
      String result =
          comparison.differing() == 0 ? "no difference" : comparison.differing() + " differences";
      out.println(
          comparison.name()
              + ": "
              + result
              + " in "
              + comparison.compared()
              + " packets and "
              + comparison.comparedMaps()
              + " maps");
      comparison.differences().forEach(line -> out.println("  " + line));
      comparison
          .incomparable()
          .forEach(
              (reason, count) -> out.println("  not comparable: " + reason + " (" + count + ")"));
    }
    skipped.forEach((engine, reason) -> out.println(engine + ": left out: " + reason));
  }

  void printJson(PrintStream out) throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.writeStartObject();
      json.writeStringField("file", file);
      json.writeStringField("program", program);
      json.writeArrayFieldStart("comparisons");
      for (Comparison comparison : comparisons) {
        json.writeStartObject();
        json.writeStringField("engines", comparison.name());
        json.writeNumberField("packets", comparison.compared());
        json.writeNumberField("maps", comparison.comparedMaps());
        json.writeNumberField("differences", comparison.differing());
        json.writeArrayFieldStart("first");
        for (String difference : comparison.differences()) {
          json.writeString(difference);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("incomparable");
        for (Map.Entry<String, Long> entry : comparison.incomparable().entrySet()) {
          json.writeNumberField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeObjectFieldStart("skipped");
      for (Map.Entry<String, String> entry : skipped.entrySet()) {
        json.writeStringField(entry.getKey(), entry.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  void writeJunit(Path path) {
    try (Writer out = Files.newBufferedWriter(path, StandardCharsets.UTF_8)) {
      XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(out);
      long failures = comparisons.stream().filter(c -> c.differing() > 0).count();
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeStartElement("testsuite");
      xml.writeAttribute("name", "weft verify " + program);
      xml.writeAttribute("tests", Integer.toString(comparisons.size() + skipped.size()));
      xml.writeAttribute("failures", Long.toString(failures));
      xml.writeAttribute("errors", "0");
      xml.writeAttribute("skipped", Integer.toString(skipped.size()));
      for (Comparison comparison : comparisons) {
        start(xml, comparison.name());
        if (comparison.differing() > 0) {
          xml.writeStartElement("failure");
          xml.writeAttribute("message", clean(comparison.differing() + " differences"));
          xml.writeCharacters(clean(String.join("\n", comparison.differences())));
          xml.writeEndElement();
        }
        StringBuilder text = new StringBuilder();
        comparison
            .incomparable()
            .forEach(
                (reason, count) ->
                    text.append("not comparable: ")
                        .append(reason)
                        .append(" (")
                        .append(count)
                        .append(")\n"));
        if (text.length() > 0) {
          xml.writeStartElement("system-out");
          xml.writeCharacters(clean(text.toString()));
          xml.writeEndElement();
        }
        xml.writeEndElement();
      }
      for (Map.Entry<String, String> entry : skipped.entrySet()) {
        start(xml, entry.getKey());
        xml.writeStartElement("skipped");
        xml.writeAttribute("message", clean(entry.getValue()));
        xml.writeEndElement();
        xml.writeEndElement();
      }
      xml.writeEndElement();
      xml.writeEndDocument();
      xml.close();
    } catch (IOException | XMLStreamException e) {
      throw new InputException(path + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private void start(XMLStreamWriter xml, String name) throws XMLStreamException {
    xml.writeStartElement("testcase");
    xml.writeAttribute("classname", clean(file + "." + program));
    xml.writeAttribute("name", name);
  }

  /** Without the characters that XML cannot hold. */
  private static String clean(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints()
        .map(
            c ->
                c == '\n'
                        || c == '\t'
                        || c >= ' ' && c != 0xfffe && c != 0xffff && !(c >= 0xd800 && c < 0xe000)
                    ? c
                    : '?')
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }
}
