package org.weft.sim.rows;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weft.compiler.Compiler;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.object.ObjectLoader;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

/**
 * The tables of {@code docs/results.md}, in Markdown: of the examples, or of the cases in {@code
 * -Dweft.bound.commands=FILE} as {@link BoundTest} reads them.
 */
@Tag("campaign")
class ResultsTest {
  private static final MachineSpec HXDP = MachineSpec.preset("hxdp");
  private static final int[] LANES = {2, 3, 4, 6, 8};
  private static final int[] REGISTERS = {16, 24, 32};

  /**
   * What hXDP's paper says of a path.
   *
   * @param rows of the whole program, 0 when it does not say
   * @param cycles for each packet at 156.25 MHz
   * @param goal rows that weft is to execute at most
   */
  private record Published(int rows, double cycles, int goal) {}

  /** By name of the case. */
  private static final Map<String, Published> PUBLISHED = new LinkedHashMap<>();

  static {
    PUBLISHED.put("xdp1, IPv4 UDP, count, DROP", new Published(36, 13.9, 6));
    PUBLISHED.put("xdp2, IPv4 UDP, count, swap MACs, TX", new Published(43, 22.7, 8));
    PUBLISHED.put("xdp_adjust_tail, 700 bytes, ICMP too big, TX", new Published(43, 60, 20));
    PUBLISHED.put("xdp_router_ipv4, route, neighbour known, REDIRECT", new Published(50, 39, 13));
    PUBLISHED.put("xdp_rxq_info, DROP, packet not touched", new Published(46, 14.0, 6));
    PUBLISHED.put("xdp_rxq_info, TX, swap MACs", new Published(46, 15.8, 7));
    PUBLISHED.put("xdp_tx_iptunnel, IPv4 UDP, encapsulate, TX", new Published(100, 62, 22));
    PUBLISHED.put("xdp_redirect_map, count, swap MACs, REDIRECT", new Published(0, 15.9, 6));
    PUBLISHED.put("firewall, outgoing, flow known, REDIRECT", new Published(27, 23.9, 10));
    PUBLISHED.put("katran, UDP, LRU hit, encapsulate, TX", new Published(102, 54.3, 24));
  }

  private static List<BoundTest.Case> cases() throws IOException {
    String commands = System.getProperty("weft.bound.commands");
    return commands == null ? BoundTest.examples() : BoundTest.commands(Path.of(commands));
  }

  /** Cases whose paths are published, or all when there is none of them. */
  private static List<BoundTest.Case> mainCases() throws IOException {
    List<BoundTest.Case> main = new ArrayList<>(cases());
    Predicate<BoundTest.Case> other = one -> !PUBLISHED.containsKey(one.name());
    if (!main.stream().allMatch(other)) {
      main.removeIf(other);
    }
    return main;
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static long instructions(Program program) {
    return program.code().stream().filter(i -> !(i instanceof Instruction.WideTail)).count();
  }

  /** Static and executed rows beside those of hXDP. */
  @Test
  void hxdp() throws IOException {
    System.out.println(
        "\n| program, path | insns | rows | hXDP | ratio | executed | goal | hXDP cycles | times |"
            + "\n|---|---|---|---|---|---|---|---|---|");
    double rowLogs = 0;
    double speedLogs = 0;
    int paths = 0;
    Set<String> programs = new TreeSet<>();
    for (BoundTest.Case one : cases()) {
      XdpObject object = ObjectLoader.load(one.object());
      Program program = object.program(one.program());
      int rows = Compiler.compile(object, program, HXDP).rows().size();
      int executed = BoundTest.measure(one, HXDP).rows();
      Published published = PUBLISHED.getOrDefault(one.name(), new Published(0, 0, 0));
      if (published.cycles() > 0) {
        speedLogs += Math.log(published.cycles() / executed);
        paths++;
      }
      boolean counts = published.rows() > 0 && programs.add(program.name() + one.object());
      rowLogs += counts ? Math.log((double) rows / published.rows()) : 0;
      System.out.println(
          format("| %s | %d | %d | ", one.name(), instructions(program), rows)
              + (published.rows() == 0
                  ? "– | – |"
                  : format("%d | %.2f |", published.rows(), (double) rows / published.rows()))
              + format(" %d | ", executed)
              + (published.cycles() == 0
                  ? "– | – | – |"
                  : format(
                      "%d | %.1f | %.2f |",
                      published.goal(), published.cycles(), published.cycles() / executed)));
    }
    System.out.println(
        format(
            "%nGeometric means: rows over hXDP's %.3f (%d programs), hXDP's cycles over executed"
                + " rows %.2f (%d paths).",
            Math.exp(rowLogs / programs.size()),
            programs.size(),
            Math.exp(speedLogs / paths),
            paths));
  }

  /** Executed rows against the bound. */
  @Test
  void bounds() throws IOException {
    System.out.println(
        "\n| program, path | executed | chain | slots | of | bound | ratio |"
            + "\n|---|---|---|---|---|---|---|");
    double logs = 0;
    List<BoundTest.Case> cases = cases();
    for (BoundTest.Case one : cases) {
      BoundTest.Measured measured = BoundTest.measure(one, HXDP);
      double ratio = (double) measured.rows() / measured.sharp();
      logs += Math.log(ratio);
      System.out.println(
          format(
              "| %s | %d | %d | %d | %s | %d | %.2f |",
              one.name(),
              measured.rows(),
              measured.height(),
              measured.slots(),
              measured.unit(),
              measured.sharp(),
              ratio));
      assertTrue(ratio >= 1, one.name());
    }
    System.out.println(format("%nGeometric mean: %.3f.", Math.exp(logs / cases.size())));
  }

  /** Executed rows on machines with other lanes and registers. */
  @Test
  void machines() throws IOException {
    StringBuilder head = new StringBuilder("\n| program, path |");
    StringBuilder rule = new StringBuilder("|---|");
    for (int lanes : LANES) {
      for (int registers : REGISTERS) {
        head.append(format(" %d×%d |", lanes, registers));
        rule.append("---|");
      }
    }
    System.out.println(head);
    System.out.println(rule);
    double[] logs = new double[LANES.length * REGISTERS.length];
    int[] counts = new int[logs.length];
    for (BoundTest.Case one : mainCases()) {
      StringBuilder line = new StringBuilder("| " + one.name() + " |");
      for (int i = 0; i < logs.length; i++) {
        int lanes = LANES[i / REGISTERS.length];
        int registers = REGISTERS[i % REGISTERS.length];
        MachineSpec machine =
            MachineFile.parse(
                format("preset = hxdp%nlanes = %d%nregisters = %d%n", lanes, registers));
        try {
          int rows = BoundTest.measure(one, machine).rows();
          logs[i] += Math.log(rows);
          counts[i]++;
          line.append(format(" %d |", rows));
        } catch (RefusedException e) {
          line.append(" – |");
        }
      }
      System.out.println(line);
    }
    StringBuilder means = new StringBuilder("| geometric mean |");
    for (int i = 0; i < logs.length; i++) {
      means.append(format(" %.2f |", Math.exp(logs[i] / counts[i])));
    }
    System.out.println(means);
  }
}
