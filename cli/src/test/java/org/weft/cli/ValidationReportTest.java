package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.compiler.object.Program;
import org.weft.isa.xdp.Bytes;
import org.weft.sim.trace.TraceReader;
import org.weft.sim.trace.Traces;
import org.weft.sim.validate.Difference;
import org.weft.sim.validate.Edge;
import org.weft.sim.validate.Validation;

class ValidationReportTest {
  private static final Difference DIFFERENCE =
      new Difference(
          List.of("returns: ref 1, rows 2", "map m: 1 entry differs"),
          Bytes.of((byte) 1, (byte) 2, (byte) 3),
          4,
          5,
          6,
          7_000_000_008L,
          9,
          Bytes.of((byte) 10, (byte) 11, (byte) 12, (byte) 13),
          List.of("m:00:01", "p:01:other"));

  private static final List<Edge> UNREACHED =
      List.of(new Edge("x", 41, "taken", "x.c", 120), new Edge("y", 7, "stays", "", 0));

  @TempDir Path directory;

  private static ValidationReport report(Difference... differences) {
    Program program = new Program("x", "xdp", List.of(), List.of(), List.of());
    Validation validation =
        new Validation(
            60, 3, UNREACHED, 1000, 100, 2, "reads null", differences.length, List.of(differences));
    return new ValidationReport("x.o", "routes", program, validation);
  }

  private static String print(ValidationReport report) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
      report.print(out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void namesEdgesThatWereNotReached() {
    assertEquals(
        """
        edges reached 58 of 60; 3 more are impossible
          not reached: insn 41 taken (x.c:120)
          not reached: program y, insn 7 stays
        1000 runs, 100 compared with rows, 0 different
        2 not compared, because the program does what Linux refuses: reads null
        """,
        print(report()));
    assertFalse(report().hasFailed());
  }

  @Test
  void saysHowToSeeADifferenceAgain() {
    String text = print(report(DIFFERENCE));
    String expected =
        """
        1000 runs, 100 compared with rows, 1 DIFFERENT
        2 not compared, because the program does what Linux refuses: reads null
        difference: returns: ref 1, rows 2
                    map m: 1 entry differs
          packet of 3 bytes: 010203
          metadata before it: 0a0b0c0d
          number of the packet in its trace: 9
          weft verify x.o -p x --engines ref,rows --pcap PACKET --ifindex 4 --queue 5 --cpu 6 \
        --time 7000000008 --fib routes --map m:00:01 --map p:01:other
        """;
    assertEquals(expected, text.substring(text.indexOf("1000 runs")));
    assertTrue(report(DIFFERENCE).hasFailed());
  }

  @Test
  void saysTheSameAsJson() throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      report(DIFFERENCE).printJson(json);
      json.writeEndObject();
    }
    assertEquals(
        "{'validation':{'edges':60,'reached':58,'impossible':3,'not_reached':["
            + "{'program':'x','insn':41,'outcome':'taken','file':'x.c','line':120},"
            + "{'program':'y','insn':7,'outcome':'stays'}],"
            + "'runs':1000,'compared':100,'faults':2,'different':1,'differences':[{'texts':["
            + "'returns: ref 1, rows 2','map m: 1 entry differs'],'packet':'010203',"
            + "'meta':'0a0b0c0d','n':9,'ifindex':4,'queue':5,'cpu':6,'time':7000000008,"
            + "'maps':['m:00:01','p:01:other']}]}}",
        text.toString().replace('"', '\''));
  }

  @Test
  void writesThePacketsAsATrace() throws IOException {
    Path path = directory.resolve("x.pcap");
    report(DIFFERENCE).writeTrace(path);
    try (TraceReader trace = Traces.open(path)) {
      assertTrue(trace.next());
      assertArrayEquals(new byte[] {1, 2, 3}, Arrays.copyOf(trace.frame(), trace.length()));
      assertEquals(7_000_000_008L, trace.timestampNs());
      assertFalse(trace.next());
    }
  }
}
