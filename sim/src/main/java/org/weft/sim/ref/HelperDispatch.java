package org.weft.sim.ref;

import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.helper.HelperCalls;
import org.weft.sim.map.Little;
import org.weft.sim.map.MapTable;
import org.weft.sim.map.SoftMap;

/** Helper calls of the interpreter: resolves pointers, then asks {@link HelperCalls}. */
final class HelperDispatch {
  private static final int MAX_MEMORY_BYTES = 1 << 29;

  private final Memory memory;
  private final MapTable maps;
  private final HelperCalls calls;
  private final FlatProgram[] programs;

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
      throw new ProgramFault("calls helper " + number + ", which weft does not have");
    }
    return switch (helper) {
      case MAP_LOOKUP_ELEM -> lookup(r[1], r[2]);
      case MAP_UPDATE_ELEM -> update(r);
      case MAP_DELETE_ELEM -> {
        SoftMap map = map(r[1]);
        memory.resolve(r[2], map.keyBytes(), false);
        yield map.delete(memory.array, memory.offset);
      }
      case KTIME_GET_NS, KTIME_GET_BOOT_NS, KTIME_GET_COARSE_NS, KTIME_GET_TAI_NS ->
          calls.timeNs(memory.packet);
      case JIFFIES64 -> calls.jiffies(memory.packet);
      case GET_PRANDOM_U32 -> calls.random(memory.packet);
      case GET_SMP_PROCESSOR_ID -> memory.packet.cpu;
      case TRACE_PRINTK -> {
        memory.resolve(r[1], size(r[2]), false);
        yield calls.tracePrintk(memory.array, memory.offset, (int) r[2], r[3], r[4], r[5]);
      }
      case REDIRECT -> calls.redirect(memory.packet, r[1], r[2]);
      case REDIRECT_MAP -> {
        SoftMap map = map(r[1]);
        if (!map.definition().type().isRedirectTarget()) {
          throw new ProgramFault(
              "redirects through map "
                  + map.definition().name()
                  + " of type "
                  + map.definition().type().label());
        }
        yield calls.redirectMap(memory.packet, mapIndex(r[1]), r[2], r[3]);
      }
      case PERF_EVENT_OUTPUT -> {
        SoftMap map = map(r[2]);
        if (map.definition().type() != MapType.PERF_EVENT_ARRAY) {
          throw new ProgramFault("map " + map.definition().name() + " is no perf event array");
        }
        memory.resolve(r[4], size(r[5]), false);
        yield calls.perfEventOutput(memory.packet, mapIndex(r[2]), r[3]);
      }
      case CSUM_DIFF -> csumDiff(r);
      case XDP_ADJUST_HEAD -> calls.adjustHead(memory.packet, (int) r[2]);
      case XDP_ADJUST_META -> calls.adjustMeta(memory.packet, (int) r[2]);
      case XDP_ADJUST_TAIL -> calls.adjustTail(memory.packet, (int) r[2]);
      case XDP_GET_BUFF_LEN -> memory.packet.length();
      case XDP_LOAD_BYTES -> {
        memory.resolve(r[3], size(r[4]), true);
        yield calls.loadBytes(memory.packet, (int) r[2], memory.array, memory.offset, (int) r[4]);
      }
      case XDP_STORE_BYTES -> {
        memory.resolve(r[3], size(r[4]), false);
        yield calls.storeBytes(memory.packet, (int) r[2], memory.array, memory.offset, (int) r[4]);
      }
      case TAIL_CALL -> throw new IllegalStateException("tail calls are the interpreter's");
    };
  }

  /** The program at an index of a program array, or null. */
  FlatProgram tailCallTarget(long mapAddress, long index) {
    SoftMap map = map(mapAddress);
    if (map.definition().type() != MapType.PROG_ARRAY) {
      throw new ProgramFault("map " + map.definition().name() + " is no program array");
    }
    byte[] key = new byte[4];
    Little.INT.set(key, 0, (int) index);
    int program = map.reference(key, 0);
    return program < 0 ? null : programs[program];
  }

  private static int size(long register) {
    if (register < 0 || register > MAX_MEMORY_BYTES) {
      throw new ProgramFault("gives a helper memory of " + register + " bytes; check its range");
    }
    return (int) register;
  }

  private int mapIndex(long address) {
    int memoryNumber = Address.memory(address);
    int index = memoryNumber & ~Address.MAP_BIT;
    if ((memoryNumber & Address.MAP_BIT) == 0 || (int) address != 0 || index >= maps.size()) {
      throw new ProgramFault(
          "gives a helper 0x"
              + Long.toHexString(address)
              + " for a map; check the result of the lookup before use");
    }
    return index;
  }

  private SoftMap map(long address) {
    return maps.map(mapIndex(address));
  }

  private long lookup(long mapAddress, long key) {
    int index = mapIndex(mapAddress);
    SoftMap map = maps.map(index);
    memory.resolve(key, map.keyBytes(), false);
    if (map.definition().type().isMapOfMaps()) {
      int inner = map.reference(memory.array, memory.offset);
      return inner < 0 ? 0 : Address.ofMap(inner);
    }
    int at = map.lookup(memory.array, memory.offset, memory.packet.cpu);
    return at < 0 ? 0 : Address.ofValue(index, at);
  }

  private long update(long[] r) {
    SoftMap map = map(r[1]);
    memory.resolve(r[2], map.keyBytes(), false);
    byte[] key = memory.array;
    int keyOffset = memory.offset;
    memory.resolve(r[3], map.valueBytes(), false);
    return map.update(key, keyOffset, memory.array, memory.offset, r[4], memory.packet.cpu);
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
