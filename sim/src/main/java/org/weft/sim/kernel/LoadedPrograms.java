package org.weft.sim.kernel;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.weft.compiler.ebpf.Encoder;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.sim.packet.PacketBuffer;

/** The programs of an object that are in the kernel; each is loaded when it is first asked for. */
final class LoadedPrograms implements AutoCloseable {
  private static final int HAS_FRAGS = 1 << 5;
  private static final int ATTACH_ANY = 0;
  private static final int ATTACH_DEVMAP = 33;
  private static final int ATTACH_CPUMAP = 35;
  private static final int LOG_BYTES = 16 << 20;

  /**
   * A program in the kernel.
   *
   * @param fd descriptor
   * @param id the kernel's identifier, which user space reads out of program arrays
   */
  record Loaded(String name, int fd, int id) {}

  private final Bpf bpf;
  private final XdpObject object;
  private final IntUnaryOperator mapDescriptor;
  private final long seed;
  private final Map<String, Loaded> loaded = new LinkedHashMap<>();
  private final BitSet usedMaps = new BitSet();
  private FixedHelpers fixed;
  private String notFixed;

  LoadedPrograms(Bpf bpf, XdpObject object, IntUnaryOperator mapDescriptor, long seed) {
    this.bpf = bpf;
    this.object = object;
    this.mapDescriptor = mapDescriptor;
    this.seed = seed;
  }

  /**
   * The program of that name, loaded.
   *
   * @throws org.weft.isa.InputException when the object has none of that name
   * @throws VerifierRefusal when the kernel refuses it
   */
  Loaded get(String name) {
    Loaded present = loaded.get(name);
    return present != null ? present : get(object.program(name));
  }

  /** The program, loaded. */
  Loaded get(Program program) {
    Loaded present = loaded.get(program.name());
    if (present == null) {
      int fd = load(program);
      present = new Loaded(program.name(), fd, bpf.identifier(fd));
      loaded.put(program.name(), present);
    }
    return present;
  }

  /** The name of the loaded program with this identifier of the kernel's, or null. */
  String nameOf(int id) {
    for (Loaded program : loaded.values()) {
      if (program.id() == id) {
        return program.name();
      }
    }
    return null;
  }

  /** The maps that the loaded programs name, by index. */
  BitSet usedMaps() {
    return usedMaps;
  }

  /** Why time and random numbers are the kernel's own in some loaded program, or null. */
  String notFixed() {
    return notFixed;
  }

  /** Sets time and random numbers for the packet that comes next. */
  void prepare(PacketBuffer packet) {
    if (fixed != null) {
      fixed.set(packet);
    }
  }

  private int load(Program program) {
    List<Instruction> code = withMaps(program.code());
    int fd = load(program, code, ATTACH_ANY, null);
    if (fd < 0) {
      throw refusal(program, code, fd);
    }
    if (!FixedHelpers.usedBy(code)) {
      return fd;
    }
    // The program as it came has been verified: what is refused now is only the rewritten one.
    if (fixed == null) {
      fixed = FixedHelpers.open(bpf, seed);
    }
    int rewritten = load(program, fixed.rewrite(code), ATTACH_ANY, null);
    if (rewritten < 0) {
      notFixed =
          "program "
              + program.name()
              + " reads the kernel's own time or random numbers: with ones given by user space it"
              + " is refused, as when its calls are eight deep";
      return fd;
    }
    SystemCall.CLOSE.call(fd);
    return rewritten;
  }

  private int load(Program program, List<Instruction> code, int attachType, NativeBlock log) {
    boolean frags = program.section().startsWith("xdp.frags");
    return bpf.loadProgram(
        Encoder.encode(code),
        object.license(),
        program.name(),
        frags ? HAS_FRAGS : 0,
        attachType,
        log,
        KernelTypes.functions(code));
  }

  private VerifierRefusal refusal(Program program, List<Instruction> code, int result) {
    int attachType = attachType(program.section());
    if (attachType != ATTACH_ANY) {
      int fd = load(program, code, attachType, null);
      if (fd >= 0) {
        SystemCall.CLOSE.call(fd);
        return new VerifierRefusal(
            "program "
                + program.name()
                + " (section "
                + program.section()
                + "): the kernel runs it behind a redirect only, not on packets of a trace",
            "");
      }
    }
    NativeBlock block = NativeBlock.of(LOG_BYTES);
    int again = load(program, code, ATTACH_ANY, block);
    if (again >= 0) {
      SystemCall.CLOSE.call(again);
    }
    String text = text(block);
    VerifierLog log = VerifierLog.read(text);
    boolean known = log.instruction() >= 0 && log.instruction() < program.code().size();
    String place = known ? program.place(log.instruction()) : "program " + program.name();
    String cause = log.cause().isEmpty() ? Errno.describe(result) : log.cause();
    return new VerifierRefusal(place + ": the kernel's verifier refuses it: " + cause, text);
  }

  /**
   * Programs of these sections are attached to map entries. The kernel's test run takes none of
   * them, so they are loaded as ordinary ones, which works unless they read the egress interface.
   */
  private static int attachType(String section) {
    String name = section.replaceFirst("^xdp(\\.frags)?[/_]", "");
    if (name.startsWith("devmap")) {
      return ATTACH_DEVMAP;
    }
    return name.startsWith("cpumap") ? ATTACH_CPUMAP : ATTACH_ANY;
  }

  private static String text(NativeBlock log) {
    int length = 0;
    while (length < log.bytes.capacity() && log.bytes.get(length) != 0) {
      length++;
    }
    return new String(log.get(0, length), StandardCharsets.UTF_8);
  }

  private List<Instruction> withMaps(List<Instruction> code) {
    List<Instruction> linked = new ArrayList<>(code);
    for (int i = 0; i < code.size(); i++) {
      if (code.get(i) instanceof Instruction.LoadImmediate load) {
        if (load.kind() == ImmediateKind.MAP_INDEX) {
          linked.set(i, load(load, ImmediateKind.MAP_FD, 0));
        } else if (load.kind() == ImmediateKind.MAP_INDEX_VALUE) {
          linked.set(i, load(load, ImmediateKind.MAP_FD_VALUE, load.high()));
        }
      }
    }
    return linked;
  }

  private Instruction load(Instruction.LoadImmediate load, ImmediateKind kind, int high) {
    usedMaps.set(load.low());
    long fd = mapDescriptor.applyAsInt(load.low());
    return new Instruction.LoadImmediate(load.dst(), kind, (long) high << 32 | fd);
  }

  @Override
  public void close() {
    for (Loaded program : loaded.values()) {
      SystemCall.CLOSE.call(program.fd());
    }
    loaded.clear();
    if (fixed != null) {
      fixed.close();
      fixed = null;
    }
  }
}
