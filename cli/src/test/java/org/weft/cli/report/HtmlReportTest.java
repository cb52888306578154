package org.weft.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.weft.compiler.Compiler;
import org.weft.compiler.CompilerOptions;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Parser;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.compiler.profile.Profile;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.xml.sax.InputSource;

class HtmlReportTest {
  /** Closes every context that names may stand in, and tries to run something. */
  private static final String HOSTILE =
      "\"'></td></title></style><script>alert(1)</script><img src=x onerror=alert(2)>&amp;\u0000"
          + "\u202e\u2028";

  private static final String CODE =
      """
      r6 = *(u32 *)(r1 + 0)
      r7 = *(u32 *)(r1 + 4)
      r2 = r6
      r2 += 34
      if r2 > r7 goto +2
      r3 = *(u16 *)(r6 + 12)
      if r3 == 8 goto +2
      r0 = 2
      exit
      *(u8 *)(r6 + 0) = 0
      r0 = 3
      exit
      """;

  private static Compiled compiled(String name, Profile profile) {
    List<Instruction> code = new ArrayList<>();
    CODE.lines().forEach(line -> code.addAll(Parser.parse(line)));
    Program program =
        new Program(
            name,
            "xdp/" + name,
            code,
            List.of(new Program.Function(0, name)),
            List.of(new Program.SourceLine(0, name + ".c", 10, "  if (" + name + ")")));
    XdpObject object =
        new XdpObject(
            name + ".o",
            List.of(program),
            List.of(MapDefinition.of(name, MapType.ARRAY, 4, 8, 2, 0)),
            "GPL",
            List.of());
    CompilerOptions options =
        new CompilerOptions(
            Set.of("widen-loads"), null, (step, pass, graph) -> {}, Map.of(name, profile));
    var compilation = Compiler.compile(object, program, MachineSpec.preset("nic100"), options);
    long[] executions = new long[compilation.image().rows().size()];
    executions[0] = 7;
    return new Compiled(
        name + ".o",
        object,
        program,
        options,
        compilation,
        profile.jumps().isEmpty() ? null : new Compiled.Trace(name + ".pcap", 7, executions));
  }

  private static final Profile PROFILE = new Profile(Map.of(4, new Profile.Outcomes(5, 2)));

  /** The page is well-formed XML, too, so that a parser can say that all tags are in order. */
  private static String text(String page) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    return factory
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(page)))
        .getDocumentElement()
        .getTextContent();
  }

  @Test
  void namesOfTheObjectAreTextAndNothingElse() throws Exception {
    String page = HtmlReport.print(compiled(HOSTILE, PROFILE));
    assertFalse(page.contains("<script"), page);
    assertFalse(page.contains("<img"), page);
    assertFalse(page.contains("\u202e"), "turns the direction of writing");
    String shown =
        HOSTILE.replace('\u0000', '\ufffd').replace('\u202e', '\ufffd').replace('\u2028', '\ufffd');
    String text = text(page);
    assertTrue(text.contains("program" + shown + " (section xdp/" + shown + ")"), text);
    assertTrue(text.contains("if (" + shown + ")"), text);
    assertTrue(text.contains(shown + ".pcap, 7 packets"), text);
  }

  @Test
  void thePageNeedsNothingElse() {
    String page = HtmlReport.print(compiled("main", PROFILE));
    assertTrue(page.contains("default-src 'none'"), page);
    assertFalse(Pattern.compile("src=|@import|url\\(|<link|<script|https?:").matcher(page).find());
  }

  @Test
  void linksLeadToRows() {
    String page = HtmlReport.print(compiled("main", Profile.NONE));
    Set<String> targets = new HashSet<>();
    Matcher ids = Pattern.compile(" id=\"([^\"]*)\"").matcher(page);
    while (ids.find()) {
      assertTrue(targets.add(ids.group(1)), ids.group(1) + " twice");
    }
    Matcher links = Pattern.compile(" href=\"#([^\"]*)\"").matcher(page);
    while (links.find()) {
      assertTrue(targets.contains(links.group(1)), links.group(1));
    }
  }

  @Test
  void slotsStandWithTheirInstructionAndLine() throws Exception {
    String text = text(HtmlReport.print(compiled("main", Profile.NONE)));
    assertTrue(
        text.contains("if length < 344: if r2 > r7 goto +2main.c:10 if (main)"), "not " + text);
  }

  @Test
  void everyPassIsListedWithWhatItDidOrThatItDidNotRun() throws Exception {
    String text = text(HtmlReport.print(compiled("main", Profile.NONE)));
    assertTrue(text.contains("widen-loadsadjacent loads become one of up to eight bytesnot run"));
    assertTrue(text.matches("(?s).*simplifyconstants, copies, [a-z ,]*\\d+\n.*"), text);
  }

  @Test
  void jumpsAndRowsShowTheTraceOnlyWhereThereIsOne() throws Exception {
    String with = text(HtmlReport.print(compiled("main", PROFILE)));
    assertTrue(with.contains("7 packets"), with);
    assertTrue(with.contains("5271.4 %"), with);
    assertTrue(with.contains("never reached; guessed"), with);
    assertTrue(with.contains("by the profile"), with);
    assertTrue(with.contains("rows a packet of the trace1.00"), with);
    String without = text(HtmlReport.print(compiled("main", Profile.NONE)));
    assertFalse(without.contains("Jumps"), without);
    assertFalse(without.contains("of the trace"), without);
    assertTrue(without.contains("as guessed"), without);
  }

  @Test
  void theSameCompilationGivesTheSamePage() {
    assertEquals(
        HtmlReport.print(compiled("main", PROFILE)), HtmlReport.print(compiled("main", PROFILE)));
  }
}
