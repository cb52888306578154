package org.weft.compiler;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.build.IrBuilder;
import org.weft.compiler.cfg.ControlFlow;
import org.weft.compiler.check.Original;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.StructureCheck;
import org.weft.compiler.emit.Emitter;
import org.weft.compiler.emit.TooManyRowsException;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.IrCheck;
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
  private final Map<String, Integer> changes = new LinkedHashMap<>();
  private final Map<String, Double> expectedRows = new LinkedHashMap<>();
  private final Map<String, Integer> visited = new LinkedHashMap<>();

  private Compiler(MachineSpec machine, CompilerOptions options) {
    this.machine = machine;
    this.options = options;
  }

  /** Compiles a program of an object with every pass. */
  public static ProgramImage compile(XdpObject object, Program program, MachineSpec machine) {
    return compile(object, program, machine, CompilerOptions.DEFAULT).image();
  }

  /**
   * Compiles a program of an object. When the object has program arrays, its other programs go into
   * the image, too, as far as the machine can run them; those that are initial values must, if the
   * program makes tail calls. What does not fit the instruction memory is compiled once more
   * without the passes that make programs larger.
   *
   * @throws RefusedException when the program is not safe ({@link Verifier}), or the machine cannot
   *     run it; with instruction and cause
   */
  public static Compilation compile(
      XdpObject object, Program program, MachineSpec machine, CompilerOptions options) {
    try {
      return compileOnce(object, program, machine, options);
    } catch (TooManyRowsException e) {
      if (options.skipped().containsAll(Passes.GROWING)) {
        throw e;
      }
      return compileOnce(object, program, machine, options.without(Passes.GROWING));
    }
  }

  private static Compilation compileOnce(
      XdpObject object, Program program, MachineSpec machine, CompilerOptions options) {
    Compiler compiler = new Compiler(machine, options);
    Emitter emitter = new Emitter(machine);
    emitter.add(program, compiler.schedule(program, object.maps()));
    List<MapDefinition> maps = object.maps();
    if (maps.stream().anyMatch(map -> map.type() == MapType.PROG_ARRAY)) {
      for (Program other : object.programs()) {
        if (!other.name().equals(program.name())) {
          maps = compiler.addOther(other, makesTailCalls(program), maps, emitter);
        }
      }
    }
    ProgramImage image = emitter.image(maps);
    ScheduleChecker.check(image);
    return new Compilation(image, compiler.changes, compiler.expectedRows, compiler.visited);
  }

  /**
   * Compiles a bare program, whose r1 is the address of its memory argument.
   *
   * @throws org.weft.isa.InputException when control goes where no instruction is
   * @throws RefusedException when the machine cannot run it
   */
  public static ProgramImage compileExec(List<Instruction> code, MachineSpec machine) {
    StructureCheck.check(code);
    Program program = new Program("exec", "", code, List.of(), List.of());
    ControlFlow flow = ControlFlow.of(program, Facts.NONE);
    Emitter emitter = new Emitter(machine);
    Graph graph = IrBuilder.runBare(flow, RegionAnalysis.runBare(flow), machine);
    Compiler compiler = new Compiler(machine, CompilerOptions.DEFAULT);
    emitter.add(program, compiler.optimise(graph, List.of()));
    ProgramImage image = emitter.image(List.of());
    ScheduleChecker.check(image);
    return image;
  }

  private Schedule schedule(Program program, List<MapDefinition> maps) {
    Facts facts = Verifier.verify(program, maps);
    visited.put(program.name(), facts.visited());
    ControlFlow flow = ControlFlow.of(program, facts);
    Regions regions = RegionAnalysis.run(flow, maps);
    Graph graph = IrBuilder.run(flow, regions, machine);
    options.profiles().getOrDefault(program.name(), Profile.NONE).annotate(graph);
    Schedule schedule = optimise(graph, maps);
    expectedRows.put(program.name(), schedule.expectedRows());
    return schedule;
  }

  private Schedule optimise(Graph graph, List<MapDefinition> maps) {
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

  /** Adds another program, or takes it out of the maps' initial values if that is not possible. */
  private List<MapDefinition> addOther(
      Program program, boolean needed, List<MapDefinition> maps, Emitter emitter) {
    try {
      emitter.add(program, schedule(program, maps));
      return maps;
    } catch (RefusedException e) {
      if (e instanceof TooManyRowsException && !options.skipped().containsAll(Passes.GROWING)) {
        throw e;
      }
      boolean initial =
          maps.stream()
              .flatMap(map -> map.references().stream())
              .anyMatch(reference -> reference.target().equals(program.name()));
      if (needed && initial) {
        throw e;
      }
      return maps.stream().map(map -> map.withoutReferencesTo(program.name())).toList();
    }
  }

  private static boolean makesTailCalls(Program program) {
    for (Instruction instruction : program.code()) {
      if (instruction instanceof Instruction.CallHelper call
          && call.number() == HelperFunction.TAIL_CALL.number()) {
        return true;
      }
    }
    return false;
  }
}
