package org.weft.sim.validate;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Operand;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.HelperFunction;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.map.MapTable;

/**
 * Validates one compilation: searches for packets and map contents that reach every edge of the
 * eBPF program in {@code ref}, and compares on them what the image does in {@code rows}.
 *
 * <p>The search is a coverage-guided fuzzer: what reaches something new is kept and changed
 * further; where a jump has gone one way only, a {@link Solver} looks at why.
 */
public final class Validator {
  /** Random changes between two attempts at an edge. */
  private static final int CHANGES = 200;

  /** Random numbers of the programs are those of {@code weft run} without {@code --seed}. */
  private static final long PROGRAM_SEED = 0;

  private final XdpObject object;
  private final ProgramImage image;
  private final ValidationOptions options;
  private final Edges edges;
  private final Findings findings = new Findings();
  private final Judge judge;
  private final Search search;
  private final Solver solver;
  private final Mutator mutator;
  private final SplittableRandom random;
  private final Goals goals;

  /** Bytes of metadata that a packet may come with. */
  private final int mostMetadata;

  private Validator(
      XdpObject object, Program program, ProgramImage image, ValidationOptions options) {
    this.object = object;
    this.image = image;
    this.options = options;
    random = new SplittableRandom(options.seed());
    edges = new Edges(object, names(program));
    EngineOptions engines = new EngineOptions(options.cpus(), PROGRAM_SEED, options.network());
    Recorder recorder = new Recorder(edges);
    Subject subject = new Subject(object, program, engines, recorder);
    judge = new Judge(object, program, image, engines);
    search = new Search(edges, recorder, subject, judge, findings, options.runs());
    List<String> programs = image.entries().stream().map(ProgramImage.Entry::program).toList();
    Entries entries = new Entries(subject.maps(), programs, random.split());
    goals = new Goals(search);
    mostMetadata = mostMetadata(object);
    solver = new Solver(search, entries);
    mutator = new Mutator(random.split(), entries, constants(), Seeds.frames());
  }

  /**
   * Validates an image of a program.
   *
   * @throws org.weft.isa.InputException when a map cannot be made
   */
  public static Validation validate(
      XdpObject object, Program program, ProgramImage image, ValidationOptions options) {
    return new Validator(object, program, image, options).run();
  }

  /** The programs whose edges count: the one, and if it makes tail calls all in the image. */
  private Set<String> names(Program program) {
    Set<String> names = new TreeSet<>(Set.of(program.name()));
    if (program.calls(HelperFunction.TAIL_CALL)) {
      image.entries().forEach(entry -> names.add(entry.program()));
    }
    return names;
  }

  /**
   * Packets come to a machine without metadata, so that rows move only what programs added when
   * they move a packet's begin.
   */
  private static int mostMetadata(XdpObject object) {
    boolean moves =
        object.programs().stream().anyMatch(p -> p.calls(HelperFunction.XDP_ADJUST_HEAD));
    return moves ? 0 : Scenario.MAX_METADATA_BYTES;
  }

  /** The numbers that stand in the programs. */
  private long[] constants() {
    Set<Long> constants = new TreeSet<>();
    for (Program program : object.programs()) {
      for (Instruction instruction : program.code()) {
        Operand operand =
            instruction instanceof Instruction.Jump jump
                ? jump.src()
                : instruction instanceof Instruction.Alu alu ? alu.src() : null;
        if (operand != null && !operand.isRegister()) {
          constants.add((long) operand.value());
        } else if (instruction instanceof Instruction.LoadImmediate load) {
          constants.add(load.value());
        }
      }
    }
    return constants.stream().mapToLong(Long::longValue).toArray();
  }

  private Validation run() {
    for (byte[] frame : Seeds.frames()) {
      search.run(Scenario.of(frame, mostMetadata));
    }
    for (byte[] frame : Seeds.frames(options.network())) {
      search.run(Scenario.of(frame, mostMetadata));
    }
    while (!search.isOver()) {
      solve(goals.nextEdge());
      solve(goals.nextBoundary());
      for (int i = 0; i < CHANGES && !search.isOver(); i++) {
        search.run(mutator.mutate(pick(), pick()));
      }
    }
    return result();
  }

  private Search.Kept pick() {
    List<Search.Kept> corpus = search.corpus();
    return corpus.isEmpty()
        ? new Search.Kept(Scenario.of(new byte[64], mostMetadata), List.of())
        : corpus.get(random.nextInt(corpus.size()));
  }

  private void solve(Goals.Goal goal) {
    if (goal == null || search.isOver()) {
      return;
    }
    Search.Kept witness = goal.witness();
    Scenario scenario = goal.isRepeated() ? mutator.mutate(witness, pick()) : witness.scenario();
    solver.solve(goal.edge(), goal.feature(), scenario, goal.isThorough());
  }

  private Validation result() {
    List<Edge> unreached = new ArrayList<>();
    for (int edge = edges.next(0); edge >= 0; edge = edges.next(edge + 1)) {
      if (!search.coverage.isReached(edge)) {
        unreached.add(edges.describe(edge));
      }
    }
    BitSet wrong = edges.impossible();
    for (int edge = wrong.nextSetBit(0); edge >= 0; edge = wrong.nextSetBit(edge + 1)) {
      if (search.coverage.isReached(edge)) {
        throw new IllegalStateException("reached though impossible: " + edges.describe(edge));
      }
    }
    List<Difference> differences = new ArrayList<>();
    for (Findings.Finding finding : findings.kept()) {
      differences.add(smallest(finding.scenario()));
    }
    return new Validation(
        edges.count(),
        wrong.cardinality(),
        unreached,
        search.runs(),
        search.compared(),
        search.faults(),
        search.firstFault(),
        findings.count(),
        differences);
  }

  /** The same difference on less. */
  private Difference smallest(Scenario scenario) {
    Scenario small =
        Shrinker.shrink(scenario, s -> search.isSound(s) && !judge.differences(s).isEmpty());
    MapTable maps = judge.mapsOf(small);
    List<String> entries = new ArrayList<>();
    for (MapEntry entry : small.entries) {
      if (entry.map() < maps.size()) {
        HexFormat hex = HexFormat.of();
        String value = entry.target() == null ? hex.formatHex(entry.value()) : entry.target();
        String name = maps.map(entry.map()).definition().name();
        entries.add(name + ":" + hex.formatHex(entry.key()) + ":" + value);
      }
    }
    return new Difference(
        judge.differences(small),
        Bytes.of(small.frame),
        small.ifindex(),
        small.queue(),
        small.cpu(options.cpus()),
        small.time(),
        small.number(),
        Bytes.of(small.metadata),
        entries);
  }
}
