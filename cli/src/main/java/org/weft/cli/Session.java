package org.weft.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.Program;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.kernel.KernelEngine;
import org.weft.sim.kernel.KernelOptions;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.ref.RefEngine;
import org.weft.sim.rows.RowsEngine;
import org.weft.sim.trace.TraceReader;
import org.weft.sim.trace.Traces;

/** What {@code run} and {@code verify} have in common: the program, its engines and its packets. */
final class Session {
  static final String ENGINES = "ref, kernel, rows";

  final Input input;
  private final Program program;
  private final MachineSpec machine;
  private final Arguments arguments;
  private final EngineOptions options;
  private final int ifindex;
  private final int queue;
  private final int cpu;
  private final long time;
  private final List<MapArgument> maps = new ArrayList<>();

  Session(Arguments arguments) {
    this.arguments = arguments;
    if (!arguments.has("pcap")) {
      throw new InputException("no trace given; give one with --pcap");
    }
    ifindex = arguments.number("ifindex", 1, 1, Integer.MAX_VALUE);
    queue = arguments.number("queue", 0, 0, 4095);
    cpu = arguments.number("cpu", 0, 0, 255);
    time = arguments.longNumber("time", -1, 0, Long.MAX_VALUE);
    long seed = arguments.longNumber("seed", 0, Long.MIN_VALUE, Long.MAX_VALUE);
    input = Input.read(arguments.file("an object or image"));
    program =
        input.object() == null ? null : input.object().program(arguments.text("program", null));
    machine =
        input.image() == null
            ? Input.machine(arguments.text("machine", "nic100"))
            : input.image().machine();
    if (input.image() != null && (arguments.has("program") || arguments.has("machine"))) {
      throw new InputException(
          input.file() + ": an image has one program and one machine; leave -p and -m out");
    }
    options = new EngineOptions(Math.max(Math.max(8, machine.cpus()), cpu + 1), seed);
    for (String text : arguments.all("map")) {
      maps.add(new MapArgument(text));
    }
  }

  /** An engine with its maps filled. */
  Engine open(String name) {
    Engine engine =
        switch (name) {
          case "ref" -> new RefEngine(input.requireObject(), program, options);
          case "kernel" ->
              KernelEngine.open(
                  input.requireObject(),
                  program,
                  options,
                  new KernelOptions(ifindex, queue, cpu, Set.of()));
          case "rows" -> new RowsEngine(image(), options);
          default -> throw new InputException("no engine " + name + "; there are " + ENGINES);
        };
    try {
      for (MapArgument map : maps) {
        map.apply(engine.maps());
      }
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
    return engine;
  }

  /** Why an engine cannot be used on this system, or null. */
  String unavailable(String engine) {
    return engine.equals("kernel") ? KernelEngine.unavailable().orElse(null) : null;
  }

  private ProgramImage image() {
    try {
      return input.image() == null
          ? Compiler.compile(input.object(), program, machine)
          : input.image();
    } catch (RefusedException e) {
      throw new RefusedException(input.file() + ": " + e.getMessage());
    }
  }

  /** The name of the program that runs. */
  String programName() {
    return program == null ? input.image().entries().get(0).program() : program.name();
  }

  TraceReader trace() throws IOException {
    String name = arguments.text("pcap", "");
    return name.equals("-")
        ? Traces.open("standard input", System.in)
        : Traces.open(Arguments.path(name));
  }

  static Path output(String name) {
    return Arguments.path(name);
  }

  /** Puts the trace's current frame into a buffer. */
  void receive(TraceReader trace, long number, PacketBuffer packet) {
    packet.number = number;
    packet.ingressIfindex = ifindex;
    packet.rxQueueIndex = queue;
    packet.cpu = cpu;
    packet.timestampNs = time >= 0 ? time : trace.timestampNs();
    packet.receive(trace.frame(), 0, trace.length());
  }
}
