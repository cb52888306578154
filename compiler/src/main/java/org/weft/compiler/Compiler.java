package org.weft.compiler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.weft.compiler.build.IrBuilder;
import org.weft.compiler.cfg.ControlFlow;
import org.weft.compiler.check.Original;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.StructureCheck;
import org.weft.compiler.emit.Emitter;
import org.weft.compiler.emit.TooManyRowsException;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.IrCheck;
import org.weft.compiler.library.HelperLibrary;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.compiler.pass.Pass;
import org.weft.compiler.pass.PassContext;
import org.weft.compiler.pass.Passes;
import org.weft.compiler.profile.Profile;
import org.weft.compiler.region.RegionAnalysis;
import org.weft.compiler.region.Regions;
import org.weft.compiler.schedule.Schedule;
import org.weft.compiler.schedule.ScheduleChecker;
import org.weft.compiler.schedule.TooFewRegistersException;
import org.weft.compiler.verifier.Facts;
import org.weft.compiler.verifier.Verifier;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** The compiler: one method lists the passes. */
public final class Compiler {
  private final MachineSpec machine;
  private final CompilerOptions options;

  private Compiler(MachineSpec machine, CompilerOptions options) {
    this.machine = machine;
    this.options = options;
  }

  /** What became of a program: a schedule, or why there is none. */
  private record Attempt(
      Program program,
      Schedule schedule,
      Map<String, Integer> changes,
      int visited,
      RefusedException refusal) {}

  /**
   * What programs of an image share.
   *
   * @param maps those of the object, behind them those of the library
   * @param metadata whether a program may find metadata that another one added
   * @param gpl whether their licence is compatible with the GPL
   */
  private record Shared(List<MapDefinition> maps, boolean metadata, boolean gpl) {}

  /** Compiles a program of an object with every pass. */
  public static ProgramImage compile(XdpObject object, Program program, MachineSpec machine) {
    return compile(object, program, machine, CompilerOptions.DEFAULT).image();
  }

  /**
   * Compiles a program of an object. When the object has program arrays, its other programs go into
   * the image, too, as far as the machine can run them; those that are initial values must, if the
   * program makes tail calls. What does not fit the instruction memory, and what has too few
   * registers, is compiled without the passes that make programs larger.
   *
   * @throws RefusedException when the program is not safe ({@link Verifier}), or the machine cannot
   *     run it; with instruction and cause
   */
  public static Compilation compile(
      XdpObject object, Program program, MachineSpec machine, CompilerOptions options) {
    List<Program> programs = programs(object, program);
    List<MapDefinition> maps = new ArrayList<>(object.maps());
    maps.addAll(HelperLibrary.maps(programs));
    boolean metadata =
        programs.size() > 1
            && programs.stream().anyMatch(p -> p.calls(HelperFunction.XDP_ADJUST_META));
    Shared shared = new Shared(maps, metadata, object.isGpl());
    CompilerOptions small = options.without(Passes.GROWING);
    if (options.equals(small) || isHopeless(programs, machine)) {
      return new Compiler(machine, small).compile(programs, shared, true);
    }
    try {
      return new Compiler(machine, options).compile(programs, shared, false);
    } catch (TooManyRowsException e) {
      return new Compiler(machine, small).compile(programs, shared, true);
    }
  }

  /** The program, and those that it may call. */
  private static List<Program> programs(XdpObject object, Program program) {
    List<Program> programs = new ArrayList<>(List.of(program));
    if (object.maps().stream().anyMatch(map -> map.type() == MapType.PROG_ARRAY)) {
      object.programs().stream()
          .filter(other -> !other.name().equals(program.name()))
          .forEach(programs::add);
    }
    return programs;
  }

  /** With more instructions than the machine has slots there is no room to grow. */
  private static boolean isHopeless(List<Program> programs, MachineSpec machine) {
    long instructions = programs.stream().mapToLong(program -> program.code().size()).sum();
    return instructions > (long) machine.rows() * machine.lanes();
  }

  private Compilation compile(List<Program> programs, Shared shared, boolean last) {
    Stream<Program> stream = options.isWatched() ? programs.stream() : programs.parallelStream();
    List<Attempt> attempts = stream.map(program -> attempt(program, shared)).toList();
    boolean needed = programs.get(0).calls(HelperFunction.TAIL_CALL);
    Emitter emitter = new Emitter(machine);
    List<MapDefinition> maps = shared.maps();
    Map<String, Integer> changes = new LinkedHashMap<>();
    Map<String, Double> expectedRows = new LinkedHashMap<>();
    Map<String, Integer> visited = new LinkedHashMap<>();
    for (Attempt attempt : attempts) {
      Program program = attempt.program();
      try {
        add(attempt, emitter);
        attempt.changes().forEach((pass, count) -> changes.merge(pass, count, Integer::sum));
        expectedRows.put(program.name(), attempt.schedule().expectedRows());
        visited.put(program.name(), attempt.visited());
      } catch (RefusedException e) {
        // The first one is what was asked for.
        boolean wanted = expectedRows.isEmpty() || needed && isInitial(program, maps);
        if (wanted || e instanceof TooManyRowsException && !last) {
          throw e;
        }
        maps = maps.stream().map(map -> map.withoutReferencesTo(program.name())).toList();
      }
    }
    ProgramImage image = HelperLibrary.withRoutes(emitter.image(maps));
    ScheduleChecker.check(image);
    return new Compilation(image, changes, expectedRows, visited);
  }

  private static void add(Attempt attempt, Emitter emitter) {
    if (attempt.refusal() != null) {
      throw attempt.refusal();
    }
    emitter.add(attempt.program(), attempt.schedule());
  }

  private static boolean isInitial(Program program, List<MapDefinition> maps) {
    return maps.stream()
        .flatMap(map -> map.references().stream())
        .anyMatch(reference -> reference.target().equals(program.name()));
  }

  /**
   * Compiles a bare program, whose r1 is the address of its memory argument.
   *
   * @throws org.weft.isa.InputException when control goes where no instruction is
   * @throws RefusedException when the machine cannot run it
   */
  public static ProgramImage compileExec(List<Instruction> code, MachineSpec machine) {
    return compileExec(
        code, machine, flow -> IrBuilder.runBare(flow, RegionAnalysis.runBare(flow), machine));
  }

  /**
   * Compiles a bare program for a machine that only gets packets: its memory argument is the
   * packet's first bytes, r0 is in the eight bytes behind it, little-endian, when the packet is
   * sent back (TX).
   *
   * @param bytes length of the memory argument
   * @throws org.weft.isa.InputException when control goes where no instruction is
   * @throws RefusedException when the machine cannot run it
   */
  public static ProgramImage compileExecInPacket(
      List<Instruction> code, MachineSpec machine, int bytes) {
    return compileExec(
        code,
        machine,
        flow -> IrBuilder.runInPacket(flow, RegionAnalysis.runBare(flow), machine, bytes));
  }

  private static ProgramImage compileExec(
      List<Instruction> code, MachineSpec machine, Function<ControlFlow, Graph> builder) {
    StructureCheck.check(code);
    Program program = new Program("exec", "", code, List.of(), List.of());
    Graph graph = builder.apply(ControlFlow.of(program, Facts.NONE, List.of()));
    Emitter emitter = new Emitter(machine);
    Compiler compiler = new Compiler(machine, CompilerOptions.DEFAULT);
    emitter.add(program, compiler.optimise(graph, List.of(), new LinkedHashMap<>()));
    ProgramImage image = emitter.image(List.of());
    ScheduleChecker.check(image);
    return image;
  }

  private Attempt attempt(Program program, Shared shared) {
    Attempt attempt = attemptOnce(program, shared);
    CompilerOptions small = options.without(Passes.GROWING);
    return attempt.refusal() instanceof TooFewRegistersException && !options.equals(small)
        ? new Compiler(machine, small).attemptOnce(program, shared)
        : attempt;
  }

  private Attempt attemptOnce(Program program, Shared shared) {
    List<MapDefinition> maps = shared.maps();
    Map<String, Integer> changes = new LinkedHashMap<>();
    try {
      Facts facts = Verifier.verify(program, maps, shared.metadata(), shared.gpl());
      ControlFlow flow = ControlFlow.of(program, facts, maps);
      Regions regions = RegionAnalysis.run(flow, maps);
      Graph graph = IrBuilder.run(flow, regions, machine);
      options.profiles().getOrDefault(program.name(), Profile.NONE).annotate(graph);
      Schedule schedule = optimise(graph, maps, changes);
      return new Attempt(program, schedule, changes, facts.visited(), null);
    } catch (RefusedException e) {
      return new Attempt(program, null, changes, 0, e);
    }
  }

  private Schedule optimise(Graph graph, List<MapDefinition> maps, Map<String, Integer> changes) {
    PassContext context = new PassContext(machine, maps);
    IrCheck.check(graph, "construction");
    options.watcher().after(0, "construction", graph);
    int step = 0;
    for (Pass pass : Passes.ALL) {
      if (!options.skipped().contains(pass.name())) {
        changes.merge(pass.name(), pass.run(graph, context), Integer::sum);
        IrCheck.check(graph, pass.name());
        options.watcher().after(++step, pass.name(), graph);
      }
      if (pass.name().equals(options.last())) {
        break;
      }
    }
    Original original = new Original(graph);
    Schedule schedule = options.scheduler().run(graph, context);
    schedule.verify(original, graph, maps);
    return schedule;
  }
}
