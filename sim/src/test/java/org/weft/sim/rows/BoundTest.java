package org.weft.sim.rows;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weft.compiler.Compiler;
import org.weft.compiler.CompilerOptions;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.object.ObjectLoader;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Slot;
import org.weft.isa.row.Unit;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.trace.TraceReader;
import org.weft.sim.trace.Traces;

/**
 * Executed rows against the fewest that the path's operations need.
 *
 * <p>{@code -Dweft.bound.commands=FILE} takes programs, packets and maps from lines {@code weft run
 * OBJECT --pcap TRACE [-p PROGRAM] [--ifindex N] [--map MAP:KEY:VALUE]...}, paths from {@code
 * -Dweft.bound.objects=FOLDER} or the file's folder; a line {@code # NAME} before gives the name.
 * The trace's last packet is the one that counts; of an example's trace it is the most frequent
 * path. {@code -Dweft.bound.machine=NAME}, {@code -Dweft.bound.rows=true} prints the rows.
 */
class BoundTest {
  private static final Path EXAMPLES = Path.of("..", "examples");

  record Case(
      String name, Path object, Path trace, String program, int ifindex, List<String> maps) {}

  record Measured(
      int rows, int height, int slots, String unit, int sharp, RowUse use, List<String> earliest) {
    double ratio() {
      return (double) rows / Math.max(height, slots);
    }
  }

  @Test
  void noExampleTakesFewerRowsThanItsBound() throws IOException {
    for (Case one : examples()) {
      Measured measured = measure(one, MachineSpec.preset("hxdp"));
      assertTrue(measured.sharp() >= Math.max(measured.height(), measured.slots()), one.name());
      assertTrue(measured.rows() >= measured.sharp(), one.name() + ": " + measured);
    }
  }

  @Test
  @Tag("campaign")
  void table() throws IOException {
    String commands = System.getProperty("weft.bound.commands");
    List<Case> cases = commands == null ? examples() : commands(Path.of(commands));
    MachineSpec machine = MachineSpec.preset(System.getProperty("weft.bound.machine", "hxdp"));
    double logs = 0;
    double sharpLogs = 0;
    System.out.printf(
        "%-62s %5s %7s %6s %-12s %6s %5s %6s  %s%n",
        "program, path", "rows", "height", "slots", "of", "ratio", "sharp", "ratio", "slots are");
    for (Case one : cases) {
      Measured measured = measure(one, machine);
      logs += Math.log(measured.ratio());
      sharpLogs += Math.log((double) measured.rows() / measured.sharp());
      System.out.printf(
          "%-62s %5d %7d %6d %-12s %6.2f %5d %6.2f  %s%n",
          one.name(),
          measured.rows(),
          measured.height(),
          measured.slots(),
          measured.unit(),
          measured.ratio(),
          measured.sharp(),
          (double) measured.rows() / measured.sharp(),
          new TreeMap<>(measured.use().totals()));
      if (Boolean.getBoolean("weft.bound.rows")) {
        measured.use().lines().forEach(System.out::println);
        measured.earliest().forEach(System.out::println);
      }
    }
    System.out.printf(
        "geometric mean of the ratio: %.3f, to the sharp bound %.3f%n",
        Math.exp(logs / cases.size()), Math.exp(sharpLogs / cases.size()));
  }

  static List<Case> examples() throws IOException {
    List<Case> cases = new ArrayList<>();
    try (var folders = Files.list(EXAMPLES)) {
      for (Path folder : folders.sorted(Comparator.comparing(Path::toString)).toList()) {
        String name = folder.getFileName().toString();
        Path object = folder.resolve(name + ".o");
        if (!Files.exists(object)) {
          continue;
        }
        List<String> maps = new ArrayList<>();
        if (Files.exists(folder.resolve("maps"))) {
          for (String line : Files.readAllLines(folder.resolve("maps"))) {
            if (!line.isEmpty() && !line.startsWith("#")) {
              maps.add(line);
            }
          }
        }
        cases.add(new Case(name, object, folder.resolve("traffic.pcap"), null, 1, maps));
      }
    }
    return cases;
  }

  static List<Case> commands(Path file) throws IOException {
    List<Case> cases = new ArrayList<>();
    String objects = System.getProperty("weft.bound.objects");
    Path folder = objects != null ? Path.of(objects) : file.toAbsolutePath().getParent();
    String name = "";
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("# ")) {
        name = line.substring(2);
      } else if (line.startsWith("weft run ")) {
        cases.add(command(name, folder, line));
      }
    }
    return cases;
  }

  private static Case command(String name, Path folder, String line) {
    Path trace = null;
    String program = null;
    int ifindex = 1;
    List<String> maps = new ArrayList<>();
    String[] words = line.split(" ");
    for (int i = 3; i + 1 < words.length; i++) {
      switch (words[i]) {
        case "--pcap" -> trace = folder.resolve(words[i + 1]);
        case "-p" -> program = words[i + 1];
        case "--ifindex" -> ifindex = Integer.parseInt(words[i + 1]);
        case "--map" -> maps.add(words[i + 1]);
        default -> {
          // Other options do not change what a packet does.
        }
      }
    }
    return new Case(name, folder.resolve(words[2]), trace, program, ifindex, maps);
  }

  static Measured measure(Case one, MachineSpec machine) throws IOException {
    XdpObject object = ObjectLoader.load(one.object());
    Program program = object.program(one.program());
    Map<String, Graph> graphs = new HashMap<>();
    CompilerOptions options =
        new CompilerOptions(
            Set.of(), null, (step, pass, graph) -> graphs.put(graph.name(), graph), Map.of());
    ProgramImage image = Compiler.compile(object, program, machine, options).image();
    NaiveRows rows = new NaiveRows(image, EngineOptions.DEFAULT);
    Map<String, Integer> inner = new HashMap<>();
    for (String map : one.maps()) {
      put(object, inner, rows, map.split(":", -1));
    }
    PacketBuffer packet = new PacketBuffer();
    packet.ingressIfindex = one.ifindex();
    boolean last = !one.object().startsWith(EXAMPLES);
    Map<String, List<int[]>> paths = new LinkedHashMap<>();
    Map<String, Integer> counts = new HashMap<>();
    String chosen = "";
    try (TraceReader trace = Traces.open(one.trace())) {
      while (trace.next()) {
        packet.receive(trace.frame(), 0, trace.length());
        packet.timestampNs = trace.timestampNs();
        packet.number++;
        rows.run(packet);
        String text = rows.path.stream().map(Arrays::toString).toList().toString();
        paths.put(text, List.copyOf(rows.path));
        int count = counts.merge(text, 1, Integer::sum);
        chosen = last || count > counts.getOrDefault(chosen, 0) ? text : chosen;
      }
    }
    List<int[]> path = paths.get(chosen);
    return measure(object, image, graphs, program, path);
  }

  private static Measured measure(
      XdpObject object,
      ProgramImage image,
      Map<String, Graph> graphs,
      Program program,
      List<int[]> path) {
    String name = program.name();
    int height = 0;
    int sharp = 0;
    List<String> earliest = new ArrayList<>();
    int executed = 0;
    Map<String, Integer> slots = new HashMap<>();
    int from = 0;
    for (int i = 0; i <= path.size(); i++) {
      if (i < path.size() && path.get(i)[0] >= 0) {
        executed++;
        continue;
      }
      Bound bound =
          new Bound(
              graphs.get(name), object.maps(), image.machine(), new Taken(image, path, from, i));
      height += bound.height();
      sharp += bound.sharp();
      earliest.addAll(bound.lines());
      bound.slots().forEach((unit, count) -> slots.merge(unit, count, Integer::sum));
      from = i + 1;
      if (i < path.size()) {
        int row = path.get(i)[1];
        name =
            image.entries().stream()
                .filter(e -> e.row() == row)
                .findFirst()
                .orElseThrow()
                .program();
      }
    }
    Map.Entry<String, Integer> most =
        slots.entrySet().stream()
            .max(Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry::getKey))
            .orElseThrow();
    RowUse use = new RowUse(image, path, graphs.get(program.name()).stackFloor());
    return new Measured(executed, height, most.getValue(), most.getKey(), sharp, use, earliest);
  }

  /** Sets a map's value; inner maps get their names with the first value that refers to them. */
  private static void put(
      XdpObject object, Map<String, Integer> inner, NaiveRows rows, String... parts) {
    int map = inner.containsKey(parts[0]) ? inner.get(parts[0]) : object.mapIndex(parts[0]);
    byte[] key = HexFormat.of().parseHex(parts[1]);
    if (parts[2].matches("([0-9a-f]{2})+")) {
      rows.maps.put(map, key, HexFormat.of().parseHex(parts[2]));
    } else {
      inner.put(parts[2], rows.maps.putReference(map, key, parts[2]));
    }
  }

  /** What the branches in executed rows did, in order. */
  private static final class Taken implements Bound.Decisions {
    private record Event(Condition condition, boolean taken) {}

    private final Iterator<Event> events;

    Taken(ProgramImage image, List<int[]> path, int from, int to) {
      List<Event> found = new ArrayList<>();
      for (int i = from; i < to; i++) {
        List<Slot> slots = image.rows().get(path.get(i)[0]).slots();
        int effective = path.get(i)[1];
        for (int slot = 0; slot < slots.size() && slot <= effective; slot++) {
          Condition condition = slots.get(slot).opcode().condition();
          if (slots.get(slot).opcode().unit() == Unit.BRANCH && condition != Condition.ALWAYS) {
            found.add(new Event(condition, slot == effective));
          } else if (slots.get(slot) instanceof Slot.TailCall) {
            found.add(new Event(null, i + 1 == to && to < path.size()));
          }
        }
      }
      events = found.iterator();
    }

    @Override
    public boolean isTaken(Terminator.Branch branch) {
      Event event = events.next();
      if (event.condition() == branch.condition()) {
        return event.taken();
      } else if (event.condition() == branch.condition().inverse()) {
        return !event.taken();
      }
      throw new IllegalStateException(branch + " is not " + event);
    }

    @Override
    public boolean leaves() {
      return events.next().taken();
    }
  }
}
