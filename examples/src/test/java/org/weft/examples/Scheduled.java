package org.weft.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.weft.compiler.build.IrBuilder;
import org.weft.compiler.cfg.ControlFlow;
import org.weft.compiler.check.Original;
import org.weft.compiler.emit.Emitter;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.library.HelperLibrary;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.compiler.pass.PassContext;
import org.weft.compiler.pass.Passes;
import org.weft.compiler.region.RegionAnalysis;
import org.weft.compiler.schedule.Schedule;
import org.weft.compiler.schedule.ScheduleChecker;
import org.weft.compiler.schedule.TraceScheduling;
import org.weft.compiler.verifier.Facts;
import org.weft.compiler.verifier.Verifier;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;

/** A program's graph and its schedule, which the compiler keeps for itself. */
record Scheduled(
    List<MapDefinition> maps,
    Program program,
    MachineSpec machine,
    Original original,
    Graph graph,
    Schedule schedule) {

  static Scheduled of(XdpObject object, Program program, MachineSpec machine) {
    List<MapDefinition> maps = new ArrayList<>(object.maps());
    maps.addAll(HelperLibrary.maps(List.of(program)));
    PassContext context = new PassContext(machine, maps);
    Facts facts = Verifier.verify(program, maps);
    ControlFlow flow = ControlFlow.of(program, facts, maps);
    Graph graph = IrBuilder.run(flow, RegionAnalysis.run(flow, maps), machine);
    Passes.ALL.forEach(pass -> pass.run(graph, context));
    Original original = new Original(graph);
    Schedule schedule = new TraceScheduling().run(graph, context);
    return new Scheduled(maps, program, machine, original, graph, schedule);
  }

  /** hxdp with so many lanes and registers. */
  static MachineSpec machine(int lanes, int registers) {
    MachineSpec hxdp = MachineSpec.preset("hxdp");
    return MachineFile.with(
        hxdp,
        Map.of(
            "name", lanes + "x" + registers,
            "lanes", Integer.toString(lanes),
            "registers", Integer.toString(registers)));
  }

  ProgramImage image(Schedule other) {
    Emitter emitter = new Emitter(machine);
    emitter.add(program, other);
    return emitter.image(maps);
  }

  /** Whether rows keep the rules of a row. */
  boolean isWellFormed(Schedule other) {
    try {
      ScheduleChecker.check(image(other));
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /** What the symbolic check says against rows; empty when it accepts them. */
  String wrong(Schedule other) {
    try {
      other.verify(original, graph, maps);
      return "";
    } catch (IllegalStateException e) {
      return e.getMessage();
    }
  }
}
