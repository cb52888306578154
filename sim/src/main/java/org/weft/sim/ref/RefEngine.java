package org.weft.sim.ref;

import java.util.List;
import java.util.function.Consumer;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Printer;
import org.weft.compiler.ebpf.StructureCheck;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.InputException;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.HelperNames;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.helper.HelperCalls;
import org.weft.sim.map.MapTable;
import org.weft.sim.packet.PacketBuffer;

/** The reference: an interpreter of eBPF, the definition of right for the other engines. */
public final class RefEngine implements Engine {
  static final long CONTEXT = Address.of(Address.CONTEXT, 0);

  private final MapTable maps;
  private final Memory memory;
  private final HelperCalls calls;
  private final Watch watch;
  private final Interpreter interpreter;
  private final FlatProgram program;

  /**
   * An engine for one program of an object; the others are there for tail calls.
   *
   * @throws org.weft.isa.InputException when a map cannot be made
   */
  public RefEngine(XdpObject object, Program program, EngineOptions options) {
    this(object, program, options, null);
  }

  /**
   * The same, observed. It is slower then; without an observer being observable costs nothing.
   *
   * @param observer is told which way the programs go; null for nobody
   * @throws org.weft.isa.InputException when a map cannot be made
   */
  public RefEngine(XdpObject object, Program program, EngineOptions options, Observer observer) {
    List<String> names = object.programs().stream().map(Program::name).toList();
    maps = new MapTable(object.maps(), names, options.cpus(), MapTable.Model.LINUX);
    memory = new Memory(maps, new byte[0]);
    calls = new HelperCalls(maps, options.seed(), options.network());
    FlatProgram[] programs =
        object.programs().stream().map(FlatProgram::new).toArray(FlatProgram[]::new);
    watch = observer == null ? null : new Watch(memory, maps, observer);
    for (int i = 0; observer != null && i < programs.length; i++) {
      programs[i] = programs[i].observed(i);
    }
    this.program = programs[object.programs().indexOf(program)];
    interpreter = new Interpreter(memory, new HelperDispatch(memory, maps, calls, programs), watch);
  }

  /**
   * Runs a bare program: r1 is the memory's address (0 when it is empty), r2 its length. Helpers
   * that take no context can be called.
   *
   * @return r0
   * @throws org.weft.isa.InputException when control goes where no instruction is, or an
   *     instruction needs what only an XDP program or a kernel has
   * @throws org.weft.sim.engine.ProgramFault when the program reads or writes outside its memory,
   *     or does not end
   */
  public static long exec(List<Instruction> code, byte[] memory) {
    StructureCheck.check(code);
    checkBare(code);
    MapTable maps = new MapTable(List.of(), List.of(), 1, MapTable.Model.LINUX);
    Memory view = new Memory(maps, memory);
    view.packet = new PacketBuffer();
    HelperDispatch helpers =
        new HelperDispatch(view, maps, new HelperCalls(maps, 0), new FlatProgram[0]);
    Program program = new Program("exec", "", code, List.of(), List.of());
    long address = memory.length == 0 ? 0 : Address.of(Address.ARGUMENT, 0);
    return new Interpreter(view, helpers).run(new FlatProgram(program), address, memory.length);
  }

  private static void checkBare(List<Instruction> code) {
    for (int i = 0; i < code.size(); i++) {
      Instruction instruction = code.get(i);
      if (instruction instanceof Instruction.CallHelper call
          && HelperFunction.of(call.number()) == null) {
        throw new InputException(
            "insn "
                + i
                + ": calls "
                + HelperNames.describe(call.number())
                + ", which weft does not have");
      }
      if (instruction instanceof Instruction.CallKernel
          || instruction instanceof Instruction.LoadImmediate load
              && load.kind() != ImmediateKind.NUMBER) {
        throw new InputException(
            "insn "
                + i
                + ": needs an object or a kernel, which a bare program has not: "
                + Printer.print(instruction, i));
      }
    }
  }

  @Override
  public String name() {
    return "ref";
  }

  @Override
  public int run(PacketBuffer packet) {
    memory.packet = packet;
    calls.begin();
    maps.drainRings();
    if (watch != null) {
      watch.begin();
    }
    int result = (int) interpreter.run(program, CONTEXT, 0);
    String ring = maps.reservedIn();
    if (ring != null) {
      throw new ProgramFault(
          "ends with a record of "
              + ring
              + " that is reserved, which Linux refuses: submit or discard it");
    }
    return result;
  }

  /** Where the text of {@code bpf_trace_printk} goes; null, the default, throws it away. */
  public void traceTo(Consumer<String> sink) {
    calls.traceTo(sink);
  }

  @Override
  public MapTable maps() {
    return maps;
  }
}
