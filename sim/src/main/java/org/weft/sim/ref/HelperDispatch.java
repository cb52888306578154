package org.weft.sim.ref;

import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.HelperNames;
import org.weft.isa.xdp.MapDefinition;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.helper.HelperCalls;
import org.weft.sim.helper.MapAccess;
import org.weft.sim.helper.PointerReader;
import org.weft.sim.map.Little;
import org.weft.sim.map.MapTable;
import org.weft.sim.map.RingBuffer;
import org.weft.sim.map.SoftMap;

/** Helper calls of the interpreter: resolves pointers, then asks {@link HelperCalls}. */
final class HelperDispatch {
  /** {@code BPF_MAX_VAR_SIZ}. */
  private static final int MAX_MEMORY_BYTES = 1 << 29;

  private static final int BYTES_PER_INSTRUCTION = 32;
  private static final boolean[] TAKES_CONTEXT = new boolean[256];

  static {
    for (HelperFunction helper : HelperFunction.values()) {
      TAKES_CONTEXT[helper.number()] =
          !helper.args().isEmpty() && helper.args().get(0) == HelperFunction.Arg.CONTEXT;
    }
  }

  private final Memory memory;
  private final MapTable maps;
  private final HelperCalls calls;
  private final FlatProgram[] programs;
  private final PointerReader strings = this::read;
  private final byte[] index = new byte[4];
  private int work;

  HelperDispatch(Memory memory, MapTable maps, HelperCalls calls, FlatProgram[] programs) {
    this.memory = memory;
    this.maps = maps;
    this.calls = calls;
    this.programs = programs;
  }

  /** The result of a call, which becomes r0. */
  long call(int number, long[] r) {
    HelperFunction helper = HelperFunction.of(number);
    if (helper == null) {
      throw new ProgramFault(
          "calls " + HelperNames.describe(number) + ", which weft does not have");
    }
    work = 0;
    if (TAKES_CONTEXT[number] && r[1] != RefEngine.CONTEXT) {
      throw new ProgramFault(
          "calls " + helper.functionName() + " with something else than the context in r1");
    }
    return switch (helper) {
      case MAP_LOOKUP_ELEM -> lookup(r[1], r[2]);
      case MAP_UPDATE_ELEM -> update(r);
      case MAP_DELETE_ELEM -> {
        SoftMap map = maps.map(mapIndex(helper, r[1]));
        memory.resolve(r[2], map.keyBytes(), false);
        yield map.delete(memory.array, memory.offset);
      }
      case KTIME_GET_NS, KTIME_GET_BOOT_NS, KTIME_GET_COARSE_NS, KTIME_GET_TAI_NS ->
          calls.timeNs(memory.packet);
      case JIFFIES64 -> calls.jiffies(memory.packet);
      case GET_PRANDOM_U32 -> calls.random(memory.packet);
      case GET_SMP_PROCESSOR_ID -> memory.packet.cpu;
      case GET_NUMA_NODE_ID -> 0;
      case TRACE_PRINTK -> {
        memory.resolve(r[1], some(r[2]), false);
        byte[] format = memory.array;
        yield calls.tracePrintk(format, memory.offset, (int) r[2], r[3], r[4], r[5], strings);
      }
      case TRACE_VPRINTK -> traceVprintk(r);
      case REDIRECT -> calls.redirect(memory.packet, r[1], r[2]);
      case REDIRECT_MAP -> calls.redirectMap(memory.packet, mapIndex(helper, r[1]), r[2], r[3]);
      case PERF_EVENT_OUTPUT -> {
        int map = mapIndex(helper, r[2]);
        outsidePacket(helper, r[4]);
        int bytes = size(r[5]);
        memory.resolve(r[4], bytes, false);
        yield calls.perfEventOutput(memory.packet, map, r[3]);
      }
      case CSUM_DIFF -> csumDiff(r);
      case XDP_ADJUST_HEAD -> calls.adjustHead(memory.packet, (int) r[2]);
      case XDP_ADJUST_META -> calls.adjustMeta(memory.packet, (int) r[2]);
      case XDP_ADJUST_TAIL -> calls.adjustTail(memory.packet, (int) r[2]);
      case XDP_GET_BUFF_LEN -> memory.packet.length();
      case XDP_LOAD_BYTES -> {
        outsidePacket(helper, r[3]);
        memory.resolve(r[3], some(r[4]), true);
        yield calls.loadBytes(memory.packet, (int) r[2], memory.array, memory.offset, (int) r[4]);
      }
      case XDP_STORE_BYTES -> {
        outsidePacket(helper, r[3]);
        memory.resolve(r[3], some(r[4]), false);
        yield calls.storeBytes(memory.packet, (int) r[2], memory.array, memory.offset, (int) r[4]);
      }
      case PROBE_READ_KERNEL -> probeRead(helper, r);
      case STRNCMP -> compare(helper, r);
      case SPIN_LOCK, SPIN_UNLOCK -> lock(helper, r[1]);
      case FIB_LOOKUP -> {
        outsidePacket(helper, r[2]);
        memory.resolve(r[2], some(r[3]), true);
        yield calls.fibLookup(memory.packet, memory.array, memory.offset, (int) r[3], (int) r[4]);
      }
      case CHECK_MTU -> {
        outsidePacket(helper, r[3]);
        memory.resolve(r[3], HelperFunction.Arg.WORD_BYTES, true);
        yield calls.checkMtu(
            memory.packet, (int) r[2], memory.array, memory.offset, (int) r[4], r[5]);
      }
      case RINGBUF_OUTPUT -> {
        int map = mapIndex(helper, r[1]);
        outsidePacket(helper, r[2]);
        memory.resolve(r[2], size(r[3]), false);
        yield calls.ring(map).output(memory.array, memory.offset, (int) r[3], r[4]);
      }
      case RINGBUF_RESERVE -> {
        int map = mapIndex(helper, r[1]);
        int record = calls.ring(map).reserve(r[2], r[3]);
        yield record < 0 ? 0 : Address.ofValue(map, record);
      }
      case RINGBUF_SUBMIT, RINGBUF_DISCARD -> {
        commit(helper, r[1]);
        yield 0;
      }
      case RINGBUF_QUERY -> calls.ring(mapIndex(helper, r[1])).query(r[2]);
      case TAIL_CALL, LOOP -> throw new IllegalStateException("the interpreter makes this call");
    };
  }

  /** Bytes that the last call went over, in units that take about as long as an instruction. */
  int work() {
    return work / BYTES_PER_INSTRUCTION;
  }

  /** The first instruction of the function that is given to a helper. */
  static int function(HelperFunction helper, FlatProgram program, long address) {
    int start = (int) address;
    int end = program.program.code().size();
    if (Address.memory(address) != Address.FUNCTION || start < 0 || start >= end) {
      throw new ProgramFault(
          "calls "
              + helper.functionName()
              + " with 0x"
              + Long.toHexString(address)
              + " for a function");
    }
    return start;
  }

  /** A packet has the maps for itself here: a lock that is held stays so. */
  private long lock(HelperFunction helper, long address) {
    memory.resolve(address, MapDefinition.LOCK_BYTES, true);
    SoftMap map = maps.mapOrNull(Address.memory(address) - Address.FIRST_VALUE);
    if (map == null
        || !map.definition().hasLock()
        || (int) address % map.stride() != map.definition().lock()) {
      throw new ProgramFault(
          "calls " + helper.functionName() + " with something else than the lock in a map's value");
    }
    boolean takes = helper == HelperFunction.SPIN_LOCK;
    boolean held = (int) Little.INT.get(memory.array, memory.offset) != 0;
    if (held == takes) {
      throw new ProgramFault(
          takes ? "takes a spin lock that is held" : "gives back a spin lock that is not held");
    }
    Little.INT.set(memory.array, memory.offset, takes ? 1 : 0);
    return 0;
  }

  /** The program that a tail call goes to, or null. */
  FlatProgram tailCallTarget(long[] r) {
    if (r[1] != RefEngine.CONTEXT) {
      throw new ProgramFault("calls bpf_tail_call with something else than the context in r1");
    }
    SoftMap map = maps.map(mapIndex(HelperFunction.TAIL_CALL, r[2]));
    Little.INT.set(index, 0, (int) r[3]);
    int program = map.reference(index, 0);
    return program < 0 ? null : programs[program];
  }

  private int size(long register) {
    if (register < 0 || register > MAX_MEMORY_BYTES) {
      throw new ProgramFault("gives a helper memory of " + register + " bytes; check its range");
    }
    work += (int) register;
    return (int) register;
  }

  /** A size that Linux does not let be 0. */
  private int some(long register) {
    if (register == 0) {
      throw new ProgramFault("gives a helper memory of 0 bytes, which Linux refuses");
    }
    return size(register);
  }

  /** Bytes behind the packet are read as zero. */
  private long probeRead(HelperFunction helper, long[] r) {
    outsidePacket(helper, r[1]);
    byte[] read = new byte[size(r[2])];
    boolean inPacket = Address.memory(r[3]) == Address.PACKET;
    int bytes = inPacket ? memory.available(r[3], read.length) : read.length;
    if (bytes > 0) {
      memory.resolve(r[3], bytes, false);
      System.arraycopy(memory.array, memory.offset, read, 0, bytes);
    }
    memory.resolve(r[1], read.length, true);
    System.arraycopy(read, 0, memory.array, memory.offset, read.length);
    return 0;
  }

  private long compare(HelperFunction helper, long[] r) {
    outsidePacket(helper, r[1]);
    byte[] bytes = new byte[some(r[2])];
    memory.resolve(r[1], bytes.length, false);
    System.arraycopy(memory.array, memory.offset, bytes, 0, bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      memory.resolve(r[3] + i, 1, false);
      int difference = Byte.compareUnsigned(bytes[i], memory.array[memory.offset]);
      if (difference != 0 || bytes[i] == 0) {
        return Integer.signum(difference);
      }
    }
    return 0;
  }

  private static void outsidePacket(HelperFunction helper, long address) {
    if (Address.memory(address) == Address.PACKET) {
      throw new ProgramFault(
          "calls "
              + helper.functionName()
              + " with memory in the packet, which Linux refuses: copy it to the stack");
    }
  }

  private int mapIndex(HelperFunction helper, long address) {
    int memoryNumber = Address.memory(address);
    int map = memoryNumber & ~Address.MAP_BIT;
    if ((memoryNumber & Address.MAP_BIT) == 0 || (int) address != 0 || map >= maps.size()) {
      throw new ProgramFault(
          "gives a helper 0x"
              + Long.toHexString(address)
              + " for a map; check the result of the lookup before use");
    }
    String refusal = MapAccess.refusal(helper, maps.map(map).definition());
    if (refusal != null) {
      throw new ProgramFault(refusal);
    }
    return map;
  }

  private void commit(HelperFunction helper, long address) {
    SoftMap map = maps.mapOrNull(Address.memory(address) - Address.FIRST_VALUE);
    boolean discard = helper == HelperFunction.RINGBUF_DISCARD;
    if (!(map instanceof RingBuffer ring) || !ring.commit((int) address, discard)) {
      throw new ProgramFault(
          "calls "
              + helper.functionName()
              + " with what is no reserved record: give it what bpf_ringbuf_reserve gave, once");
    }
  }

  private long lookup(long mapAddress, long key) {
    int map = mapIndex(HelperFunction.MAP_LOOKUP_ELEM, mapAddress);
    SoftMap target = maps.map(map);
    memory.resolve(key, target.keyBytes(), false);
    if (target.definition().type().isMapOfMaps()) {
      int inner = target.reference(memory.array, memory.offset);
      return inner < 0 ? 0 : Address.ofMap(inner);
    }
    int at = target.lookup(memory.array, memory.offset, memory.packet.cpu);
    return at < 0 ? 0 : Address.ofValue(map, at);
  }

  private long update(long[] r) {
    SoftMap map = maps.map(mapIndex(HelperFunction.MAP_UPDATE_ELEM, r[1]));
    memory.resolve(r[2], map.keyBytes(), false);
    byte[] key = memory.array;
    int keyOffset = memory.offset;
    memory.resolve(r[3], map.valueBytes(), false);
    work += map.valueBytes();
    return map.update(key, keyOffset, memory.array, memory.offset, r[4], memory.packet.cpu);
  }

  /** Follows a pointer for a helper, which in the kernel survives any number. */
  private int read(long address, byte[] to, int toOffset, int bytes) {
    int readable = memory.available(address, bytes);
    if (readable == 0) {
      return 0;
    }
    try {
      memory.resolve(address, readable, false);
    } catch (ProgramFault e) {
      return 0;
    }
    System.arraycopy(memory.array, memory.offset, to, toOffset, readable);
    return readable;
  }

  private long traceVprintk(long[] r) {
    int bytes = some(r[2]);
    memory.resolve(r[1], bytes, false);
    byte[] format = memory.array;
    int formatOffset = memory.offset;
    int dataBytes = size(r[4] & 0xffffffffL);
    if (dataBytes > 0) {
      memory.resolve(r[3], dataBytes, false);
    }
    return calls.traceVprintk(
        format, formatOffset, bytes, memory.array, memory.offset, dataBytes, strings);
  }

  private long csumDiff(long[] r) {
    int fromBytes = size(r[2] & 0xffffffffL);
    byte[] from = null;
    int fromOffset = 0;
    if (fromBytes > 0) {
      memory.resolve(r[1], fromBytes, false);
      from = memory.array;
      fromOffset = memory.offset;
    }
    int toBytes = size(r[4] & 0xffffffffL);
    if (toBytes > 0) {
      memory.resolve(r[3], toBytes, false);
    }
    return calls.csumDiff(from, fromOffset, fromBytes, memory.array, memory.offset, toBytes, r[5]);
  }
}
