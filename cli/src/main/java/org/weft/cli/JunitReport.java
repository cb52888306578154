package org.weft.cli;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.weft.isa.WholeFile;
import org.weft.sim.engine.Aspect;
import org.weft.sim.engine.Tallies;
import org.weft.sim.engine.Tally;

/**
 * Verifications as JUnit XML: a suite for each program, in it a test case for each pair of engines
 * and aspect. An engine that refuses the program is an error, one that cannot be used here is
 * skipped, and so is a case in which nothing could be compared.
 */
final class JunitReport {
  private final XMLStreamWriter xml;

  private JunitReport(XMLStreamWriter xml) {
    this.xml = xml;
  }

  /** Writes a report, whole or not at all. */
  static void write(Path path, List<VerifyReport> reports) {
    StringWriter out = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(out);
      new JunitReport(xml).print(reports);
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
    WholeFile.write(path, out.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void print(List<VerifyReport> reports) throws XMLStreamException {
    xml.writeStartDocument("UTF-8", "1.0");
    xml.writeStartElement("testsuites");
    for (VerifyReport report : reports) {
      suite(report);
    }
    xml.writeEndElement();
    xml.writeEndDocument();
  }

  private void suite(VerifyReport report) throws XMLStreamException {
    int tests = report.refused().size() + report.unavailable().size();
    int failures = 0;
    int skipped = report.unavailable().size();
    for (Tallies comparison : report.comparisons()) {
      for (Aspect aspect : comparison.aspects()) {
        tests++;
        failures += comparison.tally(aspect).differentCount() > 0 ? 1 : 0;
        skipped += isSkipped(comparison.tally(aspect)) ? 1 : 0;
      }
    }
    xml.writeStartElement("testsuite");
    attribute("name", "weft verify " + report.file() + " " + report.program());
    attribute("tests", Integer.toString(tests));
    attribute("failures", Integer.toString(failures));
    attribute("errors", Integer.toString(report.refused().size()));
    attribute("skipped", Integer.toString(skipped));
    for (Tallies comparison : report.comparisons()) {
      for (Aspect aspect : comparison.aspects()) {
        comparison(report, comparison, aspect);
      }
    }
    for (Map.Entry<String, String> entry : report.refused().entrySet()) {
      start(report, entry.getKey() + " takes the program");
      message("error", entry.getValue());
      xml.writeEndElement();
    }
    for (Map.Entry<String, String> entry : report.unavailable().entrySet()) {
      start(report, entry.getKey());
      message("skipped", entry.getValue());
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private static boolean isSkipped(Tally tally) {
    return tally.equalCount() + tally.differentCount() == 0 && tally.incomparableCount() > 0;
  }

  private void comparison(VerifyReport report, Tallies comparison, Aspect aspect)
      throws XMLStreamException {
    Tally tally = comparison.tally(aspect);
    start(report, VerifyReport.name(comparison) + " " + VerifyReport.label(aspect));
    if (tally.differentCount() > 0) {
      xml.writeStartElement("failure");
      attribute(
          "message", tally.differentCount() + " differ, " + tally.equalCount() + " are equal");
      text(String.join("\n", tally.firstDifferences()));
      xml.writeEndElement();
    } else if (isSkipped(tally)) {
      message("skipped", "nothing could be compared");
    }
    xml.writeStartElement("system-out");
    StringBuilder out = new StringBuilder().append(tally.equalCount()).append(" equal\n");
    notComparable(tally, out);
    if (aspect == Aspect.VERDICTS) {
      notComparable(comparison.redirects(), out);
    }
    text(out.toString());
    xml.writeEndElement();
    xml.writeEndElement();
  }

  private static void notComparable(Tally tally, StringBuilder out) {
    for (Map.Entry<String, Long> entry : tally.incomparable().entrySet()) {
      out.append(entry.getValue()).append(" not comparable: ").append(entry.getKey()).append('\n');
    }
  }

  private void start(VerifyReport report, String name) throws XMLStreamException {
    xml.writeStartElement("testcase");
    attribute("classname", report.file() + "." + report.program());
    attribute("name", name);
  }

  private void message(String element, String message) throws XMLStreamException {
    xml.writeStartElement(element);
    attribute("message", message);
    xml.writeEndElement();
  }

  private void attribute(String name, String value) throws XMLStreamException {
    xml.writeAttribute(name, clean(value));
  }

  private void text(String text) throws XMLStreamException {
    xml.writeCharacters(clean(text));
  }

  /** Without the characters that XML cannot hold. */
  static String clean(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      boolean possible =
          c == '\n'
              || c == '\t'
              || c >= ' ' && c < 0xd800
              || c >= 0xe000 && c != 0xfffe && c != 0xffff;
      clean.appendCodePoint(possible ? c : '?');
    }
    return clean.toString();
  }
}
