package org.weft.sim.kernel;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Parser;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapType;
import org.weft.isa.xdp.RandomNumbers;
import org.weft.sim.packet.PacketBuffer;

/**
 * Gives the time and random helpers the same results as in the other engines. Each of their calls
 * becomes a call of a function appended to the program (one instruction for one, so that nothing
 * else moves), which reads a hidden array map that is set before each packet:
 *
 * <pre>
 *  0  time in nanoseconds
 *  8  state of random numbers, see {@link RandomNumbers}
 * 16  time in jiffies
 * </pre>
 */
final class FixedHelpers implements AutoCloseable {
  /** Kernel configuration {@code HZ} that every engine assumes: one jiffy in nanoseconds. */
  static final long JIFFY_NS = 4_000_000;

  private static final int MMAPABLE = 1 << 10;
  private static final int STATE_BYTES = 24;
  private static final int PAGE_BYTES = 4096;
  private static final int READ_WRITE = 3;
  private static final int SHARED = 1;

  private static final Map<Integer, String> FUNCTIONS =
      Map.of(
          HelperFunction.KTIME_GET_NS.number(), field(0),
          HelperFunction.KTIME_GET_BOOT_NS.number(), field(0),
          HelperFunction.KTIME_GET_COARSE_NS.number(), field(0),
          HelperFunction.KTIME_GET_TAI_NS.number(), field(0),
          HelperFunction.JIFFIES64.number(), field(16),
          HelperFunction.GET_PRANDOM_U32.number(), random());

  private final int seed;
  private final int fd;
  private final Pointer memory;
  private final ByteBuffer state;

  private FixedHelpers(long seed, int fd, long address) {
    this.seed = RandomNumbers.seed(seed);
    this.fd = fd;
    this.memory = new Pointer(address);
    this.state = memory.getByteBuffer(0, STATE_BYTES).order(ByteOrder.nativeOrder());
  }

  /** Makes the hidden map. */
  static FixedHelpers open(Bpf bpf, long seed) {
    int fd = bpf.createMap(MapType.ARRAY.number(), 4, STATE_BYTES, 1, MMAPABLE, 0, "weft_fixed");
    long address = fd < 0 ? fd : SystemCall.MMAP.call(0, PAGE_BYTES, READ_WRITE, SHARED, fd, 0);
    if (address < 0 && address > -PAGE_BYTES) {
      if (fd >= 0) {
        SystemCall.CLOSE.call(fd);
      }
      throw new RefusedException(
          "the kernel refuses the map for time and random numbers: "
              + Errno.describe(address)
              + "; it must be Linux 5.5 or newer");
    }
    return new FixedHelpers(seed, fd, address);
  }

  /** Whether code calls a helper whose result must be fixed. */
  static boolean usedBy(List<Instruction> code) {
    return code.stream().anyMatch(FixedHelpers::isFixed);
  }

  private static boolean isFixed(Instruction instruction) {
    return instruction instanceof Instruction.CallHelper call
        && FUNCTIONS.containsKey(call.number());
  }

  /** The code with the helpers' calls replaced and the functions behind it. */
  List<Instruction> rewrite(List<Instruction> code) {
    List<Instruction> rewritten = new ArrayList<>(code);
    Map<String, Integer> places = new HashMap<>();
    for (int i = 0; i < code.size(); i++) {
      if (isFixed(code.get(i))) {
        String function = FUNCTIONS.get(((Instruction.CallHelper) code.get(i)).number());
        Integer place = places.get(function);
        if (place == null) {
          place = rewritten.size();
          places.put(function, place);
          rewritten.addAll(Parser.parse(function));
          rewritten.set(place, new Instruction.LoadImmediate(1, ImmediateKind.MAP_FD_VALUE, fd));
        }
        rewritten.set(i, new Instruction.CallLocal(place - i - 1));
      }
    }
    return rewritten;
  }

  /** Sets time and random numbers for a packet. */
  void set(PacketBuffer packet) {
    state.putLong(0, packet.timestampNs);
    state.putInt(8, RandomNumbers.state(seed, packet.number));
    state.putLong(16, Long.divideUnsigned(packet.timestampNs, JIFFY_NS));
  }

  private static String random() {
    StringBuilder function =
        new StringBuilder("r1 = 0 ll\nr0 = *(u32 *)(r1 + 8)\n")
            .append("w0 += " + RandomNumbers.STEP + "\n*(u32 *)(r1 + 8) = r0\n");
    for (int round = 0; round < RandomNumbers.ROUNDS; round++) {
      function
          .append("w2 = w0\nw2 <<= " + RandomNumbers.left(round) + "\nw0 += w2\n")
          .append("w2 = w0\nw2 >>= " + RandomNumbers.right(round) + "\nw0 ^= w2\n");
    }
    return function.append("exit\n").toString();
  }

  private static String field(int offset) {
    return "r1 = 0 ll\nr0 = *(u64 *)(r1 + " + offset + ")\nexit\n";
  }

  @Override
  public void close() {
    SystemCall.MUNMAP.call(Pointer.nativeValue(memory), PAGE_BYTES, 0);
    SystemCall.CLOSE.call(fd);
  }
}
