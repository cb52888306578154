package org.weft.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
import org.weft.sim.map.MapStore;
import org.weft.sim.network.Network;
import org.weft.sim.nic.NicEngine;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.ref.RefEngine;
import org.weft.sim.rows.RowsEngine;
import org.weft.sim.rtl.RtlEngine;
import org.weft.sim.rtl.RtlModel;
import org.weft.sim.trace.TraceReader;
import org.weft.sim.trace.Traces;

/** What commands that run packets have in common: the programs, their engines, the packets. */
final class Setup {
  static final String ENGINES = "ref, kernel, rows, sim, rtl";
  static final String KERNEL = "kernel";
  static final String SIM = "sim";
  static final String RTL = "rtl";

  private static final int DEFAULT_CPUS = 8;
  private static final int MAX_CPUS = 256;

  /** The queues of a network device that Linux makes at most. */
  private static final int MAX_QUEUES = 4096;

  final Input input;
  private final InputStream standardInput;
  private final PrintStream err;
  private final MachineSpec machine;
  private final String pcap;
  private final String program;
  private final int ifindex;
  private final int queue;
  private final int cpu;
  private final long seed;
  private final long time;
  private final long limit;
  private final int memoryLatency;
  private final List<MapArgument> maps;
  private final Network network;

  Setup(Arguments arguments, InputStream standardInput, PrintStream err) {
    this(arguments, "pcap", input(arguments), standardInput, err);
  }

  private static Input input(Arguments arguments) {
    if (!arguments.has("pcap")) {
      throw new InputException("no trace given; give one with --pcap");
    }
    return Input.read(arguments, "an object or image");
  }

  /** A set-up for a program that is read already; the option says where the trace is. */
  Setup(
      Arguments arguments, String option, Input input, InputStream standardInput, PrintStream err) {
    ReadOnlyData data = ReadOnlyData.set(input, arguments.maps());
    this.input = data.input();
    maps = data.others();
    network = arguments.network();
    this.standardInput = standardInput;
    this.err = err;
    pcap = arguments.text(option, "");
    ifindex = arguments.number("ifindex", 1, 1, Integer.MAX_VALUE);
    queue = arguments.number("queue", 0, 0, MAX_QUEUES - 1);
    cpu = arguments.number("cpu", 0, 0, MAX_CPUS - 1);
    seed = arguments.longNumber("seed", 0, Long.MIN_VALUE, Long.MAX_VALUE);
    time = arguments.longNumber("time", -1, 0, Long.MAX_VALUE);
    memoryLatency = arguments.number(Arguments.MEMORY_LATENCY, 100, 1, 10_000);
    limit = arguments.longNumber("limit", Long.MAX_VALUE, 0, Long.MAX_VALUE);
    program = arguments.text("program", null);
    if (input.image() != null && (program != null || arguments.has("machine"))) {
      throw new InputException(
          input.file() + ": an image has one program and one machine; leave -p and -m out");
    }
    machine =
        input.image() == null
            ? Input.machine(arguments.text("machine", "nic100"))
            : input.image().machine();
  }

  /** The program of an object that was asked for, or its first; null for an image. */
  Program program() {
    return input.image() == null ? input.object().program(program) : null;
  }

  /** Says which program was taken, where the object has several and none was asked for. */
  void noteProgram() {
    if (program == null && input.object() != null && input.object().programs().size() > 1) {
      List<String> names = input.object().programs().stream().map(Program::name).toList();
      note(names.get(0) + " was run, the first of " + String.join(", ", names) + "; -p chooses");
    }
  }

  /** The program that was asked for, or all that the object has. */
  List<Program> programs() {
    List<Program> all = input.requireObject().programs();
    return program != null || all.isEmpty() ? List.of(program()) : all;
  }

  /**
   * The packets' logical CPU is one that the hardware of a machine has.
   *
   * @throws InputException when it is not
   */
  void requireCpu(MachineSpec of) {
    if (cpu >= of.cpus()) {
      String has = of.cpus() == 1 ? "CPU 0 only" : "CPUs 0 to " + (of.cpus() - 1);
      throw new InputException("--cpu " + cpu + ": machine " + of.name() + " has logical " + has);
    }
  }

  /** The options of engines that run alone. */
  EngineOptions options() {
    return new EngineOptions(
        Math.max(Math.max(DEFAULT_CPUS, machine.cpus()), cpu + 1), seed, network);
  }

  /**
   * The options of engines that are compared with the kernel, which has the CPUs of this system.
   */
  EngineOptions optionsLikeKernel() {
    return new EngineOptions(
        Math.min(Math.max(KernelEngine.cpus(), cpu + 1), MAX_CPUS), seed, network);
  }

  /** An engine with its maps filled. */
  Engine open(String name, Program program, EngineOptions options) {
    Engine engine =
        switch (name) {
          case "ref" -> new RefEngine(input.requireObject(), program, options);
          case KERNEL ->
              KernelEngine.open(
                  input.requireObject(),
                  program,
                  options,
                  new KernelOptions(ifindex, queue, cpu, Set.of()));
          case "rows" -> new RowsEngine(image(program), options);
          case SIM -> new NicEngine(image(program), options, memoryLatency);
          case RTL -> new RtlEngine(image(program), options);
          default -> throw noEngine(name);
        };
    return filled(engine);
  }

  /** Engine rtl with its maps filled, and its signals in a file. */
  Engine openWithWave(RtlModel.Wave wave) {
    return filled(new RtlEngine(image(program()), options(), wave));
  }

  /** Fills maps as the arguments say. */
  void fill(MapStore store) {
    for (MapArgument map : maps) {
      map.apply(store);
    }
  }

  /** The network port that packets come in on. */
  int port(MachineSpec of) {
    return (ifindex - 1) % of.ports();
  }

  /** Clocks that the memory behind the memory port takes. */
  int memoryLatency() {
    return memoryLatency;
  }

  /** The same engine, with its maps filled. */
  <E extends Engine> E filled(E engine) {
    try {
      fill(engine.maps());
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
    return engine;
  }

  static InputException noEngine(String name) {
    return new InputException("no engine " + name + "; there are " + ENGINES);
  }

  /** The image of a program. */
  ProgramImage image(Program program) {
    try {
      return input.image() == null
          ? Compiler.compile(input.object(), program, machine)
          : input.image();
    } catch (RefusedException e) {
      throw new RefusedException(input.file() + ": " + e.getMessage());
    }
  }

  /** Whether the trace comes from standard input, and so once only. */
  boolean isStandardInput() {
    return pcap.equals("-");
  }

  TraceReader trace() throws IOException {
    return isStandardInput()
        ? Traces.open("standard input", standardInput)
        : Traces.open(Arguments.path(pcap));
  }

  /** Bytes of the trace, or -1 when they are not known before it ends. */
  long traceBytes() throws IOException {
    if (isStandardInput() || limit != Long.MAX_VALUE) {
      return -1;
    }
    Path path = Arguments.path(pcap);
    return Files.isRegularFile(path) ? Files.size(path) : -1;
  }

  /** Whether the packet with this number, from 0, is to be run. */
  boolean wants(long number) {
    return number < limit;
  }

  /** Puts the trace's current frame, which fits, into a buffer. */
  void receive(TraceReader trace, long number, PacketBuffer packet) {
    packet.number = number;
    packet.ingressIfindex = ifindex;
    packet.rxQueueIndex = queue;
    packet.cpu = cpu;
    packet.timestampNs = time >= 0 ? time : trace.timestampNs();
    packet.receive(trace.frame(), 0, trace.length());
  }

  /** The trace's current frame, for as soon as there is room. */
  RtlModel.Offer offer(TraceReader trace) {
    byte[] frame = Arrays.copyOf(trace.frame(), trace.length());
    long clock = time >= 0 ? time : trace.timestampNs();
    return new RtlModel.Offer(port(machine), -1, frame, ifindex, queue, clock, cpu);
  }

  /** Why a frame fits no buffer, or null. */
  static String tooLong(int length) {
    return length > PacketBuffer.MAX_PACKET_BYTES
        ? "frame over " + PacketBuffer.MAX_PACKET_BYTES + " bytes"
        : null;
  }

  /** Says once what is odd about a trace that has been read. */
  void noteCutFrames(long cutFrames) {
    if (cutFrames > 0) {
      note(
          cutFrames
              + " packets were captured in part (snap length); what was captured is taken for all");
    }
  }

  /** Says what the loader left aside; after success only, so that a failure is one line. */
  void noteObject() {
    input.printNotes(err);
  }

  void note(String text) {
    err.println("weft: note: " + Main.oneLine(text));
  }
}
