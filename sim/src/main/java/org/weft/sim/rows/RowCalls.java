package org.weft.sim.rows;

import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.helper.EventSink;
import org.weft.sim.helper.HelperCalls;
import org.weft.sim.helper.PointerReader;
import org.weft.sim.map.Little;
import org.weft.sim.map.MapTable;
import org.weft.sim.map.RingBuffer;
import org.weft.sim.map.SoftMap;
import org.weft.sim.packet.PacketBuffer;

/** Helper calls of rows: turns registers and regions into arguments of {@link HelperCalls}. */
final class RowCalls {
  /** In place of clocks: a memory argument that is in a register. */
  static final int IN_REGISTER = -1;

  private static final int MAX_MEMORY_BYTES = 1 << 29;

  /** An offset that is in no map. */
  private static final long OUTSIDE = 0xffff_fff8L;

  private final MapTable maps;
  private final HelperCalls helpers;
  private final ProgramImage image;
  private final byte[] index = new byte[4];

  RowCalls(MapTable maps, HelperCalls helpers, ProgramImage image) {
    this.maps = maps;
    this.helpers = helpers;
    this.image = image;
  }

  private SoftMap map(long handle) {
    return maps.map(mapIndex(handle));
  }

  private RingBuffer ring(long handle) {
    if (map(handle) instanceof RingBuffer ring) {
      return ring;
    }
    throw new ProgramFault(
        "map " + map(handle).definition().name() + " is no ring buffer; reserve from one");
  }

  /** What a call answers that asks for a ring's positions; a record is not yet reserved. */
  long ringAnswer(CallForm call, long[] r) {
    long handle = call.argument(r, 0);
    RingBuffer ring = ring(handle);
    if (call.helper() == HelperFunction.RINGBUF_QUERY) {
      return ring.query(call.argument(r, 1));
    }
    boolean hasRoom = ring.hasRoom(call.argument(r, 1), call.argument(r, 2));
    return hasRoom ? handle << 32 | ring.next() + RingBuffer.HEADER_BYTES : 0;
  }

  /** Reserves the record that was answered. */
  void takeRecord(CallForm call, long[] r) {
    ring(call.argument(r, 0)).take(call.argument(r, 1));
  }

  /** Where in a ring the next record's header will be. */
  int nextHeader(CallForm call, long[] r) {
    return ring(call.argument(r, 0)).next();
  }

  /** Submits a record, or discards it. */
  void commit(long record, boolean discards) {
    if (!ring(record >>> 32).commit((int) record, discards)) {
      throw new ProgramFault(
          discards
              ? "gives bpf_ringbuf_discard no reserved record"
              : "gives bpf_ringbuf_submit no reserved record");
    }
  }

  private int mapIndex(long handle) {
    if (handle < 1 || handle > maps.size()) {
      throw new ProgramFault(
          "gives a helper " + handle + " for a map; check the lookup before use");
    }
    return (int) handle - 1;
  }

  private static int size(long bytes) {
    if (bytes < 0 || bytes > MAX_MEMORY_BYTES) {
      throw new ProgramFault("gives a helper memory of " + bytes + " bytes; check its range");
    }
    return (int) bytes;
  }

  long call(CallForm call, long[] r, RowMemory memory) {
    PacketBuffer packet = memory.packet;
    return switch (call.helper()) {
      case MAP_LOOKUP_ELEM -> lookup(call, r, memory);
      case MAP_UPDATE_ELEM -> update(call, r, memory);
      case MAP_DELETE_ELEM -> {
        SoftMap map = map(call.argument(r, 0));
        memory.borrow(call.region(0), call.argument(r, 1), map.keyBytes());
        yield map.delete(memory.array, memory.at);
      }
      case KTIME_GET_NS, KTIME_GET_BOOT_NS, KTIME_GET_COARSE_NS, KTIME_GET_TAI_NS ->
          helpers.timeNs(packet);
      case JIFFIES64 -> helpers.jiffies(packet);
      case GET_PRANDOM_U32 -> helpers.random(packet);
      case GET_SMP_PROCESSOR_ID -> packet.cpu;
      case TRACE_PRINTK -> {
        int bytes = size(call.argument(r, 1));
        memory.borrow(call.region(0), call.argument(r, 0), bytes);
        yield helpers.tracePrintk(
            memory.array,
            memory.at,
            bytes,
            call.argument(r, 2),
            call.argument(r, 3),
            call.argument(r, 4));
      }
      case TRACE_VPRINTK -> traceVprintk(call, r, memory);
      case REDIRECT -> helpers.redirect(packet, call.argument(r, 0), call.argument(r, 1));
      case REDIRECT_MAP -> {
        int map = mapIndex(call.argument(r, 0));
        if (!maps.map(map).definition().type().isRedirectTarget()) {
          throw new ProgramFault("redirects through map " + maps.map(map).definition().name());
        }
        yield helpers.redirectMap(packet, map, call.argument(r, 1), call.argument(r, 2));
      }
      case PERF_EVENT_OUTPUT -> {
        int map = mapIndex(call.argument(r, 1));
        memory.borrow(call.region(0), call.argument(r, 3), size(call.argument(r, 4)));
        yield helpers.perfEventOutput(packet, map, call.argument(r, 2));
      }
      case CSUM_DIFF -> csumDiff(call, r, memory);
      case XDP_ADJUST_HEAD -> helpers.moveHead(packet, (int) call.argument(r, 1));
      case XDP_ADJUST_META -> helpers.adjustMeta(packet, (int) call.argument(r, 1));
      case XDP_ADJUST_TAIL -> helpers.adjustTail(packet, (int) call.argument(r, 1));
      case XDP_GET_BUFF_LEN -> packet.length();
      case XDP_LOAD_BYTES -> {
        int bytes = size(call.argument(r, 3));
        memory.borrow(call.region(0), call.argument(r, 2), bytes);
        long error =
            helpers.loadBytes(packet, (int) call.argument(r, 1), memory.array, memory.at, bytes);
        if (error == 0) {
          memory.filled(call.region(0), call.argument(r, 2), bytes);
        }
        yield error;
      }
      case XDP_STORE_BYTES -> {
        int bytes = size(call.argument(r, 3));
        memory.borrow(call.region(0), call.argument(r, 2), bytes);
        yield helpers.storeBytes(packet, (int) call.argument(r, 1), memory.array, memory.at, bytes);
      }
      case SPIN_LOCK, SPIN_UNLOCK -> lock(call, r, memory);
      case RINGBUF_RESERVE -> {
        long record = ringAnswer(call, r);
        if (record != 0) {
          takeRecord(call, r);
        }
        yield record;
      }
      case RINGBUF_SUBMIT, RINGBUF_DISCARD -> {
        commit(call.argument(r, 0), call.helper() == HelperFunction.RINGBUF_DISCARD);
        yield 0;
      }
      case RINGBUF_QUERY -> ringAnswer(call, r);
      case TAIL_CALL -> throw new IllegalStateException("tail calls have a slot of their own");
      case LOOP,
          STRNCMP,
          PROBE_READ_KERNEL,
          RINGBUF_OUTPUT,
          FIB_LOOKUP,
          CHECK_MTU,
          GET_NUMA_NODE_ID ->
          throw new IllegalStateException("loops, copies and functions are written out");
    };
  }

  /**
   * Clocks in which a call reads or writes packet and stack, a word of eight bytes in each: for its
   * first or second memory argument; what is copied is read in one and written in another. What it
   * makes zero behind a packet that grows takes one for each line. An argument in a register takes
   * one in which nothing is read: {@link #IN_REGISTER}.
   */
  int clocks(CallForm call, int number, long[] r, RowMemory memory) {
    PacketBuffer packet = memory.packet;
    if (call.helper() == HelperFunction.XDP_ADJUST_TAIL) {
      int growth = number == 0 ? (int) call.argument(r, 1) : 0;
      return growth > 0 ? memory.lines(growth + memory.inLine(packet.dataEnd)) : 0;
    } else if (call.helper() == HelperFunction.REDIRECT_MAP) {
      return number == 0 && !isIndexed(call, r) ? IN_REGISTER : 0;
    } else if (number == 1 && call.copies() && call.region(0) == Region.REGISTER) {
      return argumentBytes(call, r, 0) > 0 ? 1 : 0; // Written as what is copied from memory is.
    } else if (number >= call.memories()) {
      // An event has bytes of the packet in the place of a second argument.
      return call.helper() == HelperFunction.PERF_EVENT_OUTPUT
          ? words(helpers.perfEventPacketBytes(call.argument(r, 2)))
          : 0;
    }
    return switch (call.region(number)) {
      case REGISTER -> argumentBytes(call, r, number) > 0 ? IN_REGISTER : 0;
      case PACKET, STACK -> words(argumentBytes(call, r, number)) * (call.copies() ? 2 : 1);
      default -> 0;
    };
  }

  private static int words(int bytes) {
    return bytes + 7 >> 3;
  }

  /** What the call of an event answers at once for its flags, or 0. */
  long eventFlagsError(CallForm call, long[] r, PacketBuffer packet) {
    return helpers.perfEventFlagsError(packet, call.argument(r, 2));
  }

  /** What it answers for the entry that it names, or 0. */
  long eventEntryError(CallForm call, long[] r, PacketBuffer packet) {
    return helpers.perfEventEntryError(packet, mapIndex(call.argument(r, 1)), call.argument(r, 2));
  }

  /** Gives the event to who takes it. */
  void giveEvent(CallForm call, long[] r, RowMemory memory, EventSink sink) {
    PacketBuffer packet = memory.packet;
    int bytes = size(call.argument(r, 4));
    memory.borrow(call.region(0), call.argument(r, 3), bytes);
    int packetBytes = helpers.perfEventPacketBytes(call.argument(r, 2));
    int map = mapIndex(call.argument(r, 1));
    sink.take(packet, map, memory.array, memory.at, bytes, packetBytes);
  }

  /** Eight-byte words of map values that a call reads or writes; no more than a page. */
  int mapWords(CallForm call, long... r) {
    int bytes = 0;
    for (int i = 0; i < call.memories(); i++) {
      bytes += call.region(i) == Region.MAP ? argumentBytes(call, r, i) : 0;
    }
    return words(Math.min(bytes, PacketBuffer.BUFFER_BYTES));
  }

  /** Bytes of a call's first or second memory argument. */
  private int argumentBytes(CallForm call, long[] r, int number) {
    return switch (call.kind(number)) {
      case KEY -> map(call.argument(r, 0)).keyBytes();
      case VALUE -> map(call.argument(r, 0)).valueBytes();
      case LOCK -> 0;
      case UPDATED_WORD -> HelperFunction.Arg.WORD_BYTES;
      default -> size(call.argument(r, call.number(number) + 1) & 0xffffffffL);
    };
  }

  /** The map that a call works on. */
  SoftMap calledMap(CallForm call, long[] r) {
    return map(call.argument(r, 0));
  }

  /** Its number. */
  int calledIndex(CallForm call, long[] r) {
    return mapIndex(call.argument(r, 0));
  }

  /** Copies the key that a call gives. */
  void copyKey(CallForm call, long[] r, RowMemory memory, byte[] target) {
    if (call.hasKey()) {
      int bytes = map(call.argument(r, 0)).keyBytes();
      memory.borrow(call.region(0), call.argument(r, 1), bytes);
      System.arraycopy(memory.array, memory.at, target, 0, bytes);
    } else {
      Little.INT.set(target, 0, (int) call.argument(r, 1));
    }
  }

  /** The flags of an update; 0 for other calls. */
  long flags(CallForm call, long[] r) {
    return call.helper() == HelperFunction.MAP_UPDATE_ELEM ? call.argument(r, 3) : 0;
  }

  int writtenWords(CallForm call, long[] r) {
    return switch (call.helper()) {
      case MAP_UPDATE_ELEM -> 1 + (map(call.argument(r, 0)).valueBytes() + 7 >> 3);
      case MAP_DELETE_ELEM -> 1;
      default -> 0;
    };
  }

  /** Whether a call goes to a table whose entries are found by their number, without a search. */
  boolean isIndexed(CallForm call, long[] r) {
    return call.hasMap() && map(call.argument(r, 0)).isIndexed();
  }

  /** Where the entry that a call to such a table names lies: map handle and offset. */
  long entry(CallForm call, long[] r, RowMemory memory) {
    long handle = call.argument(r, 0);
    if (call.helper() == HelperFunction.PERF_EVENT_OUTPUT) {
      return entry(call.argument(r, 1), helpers.perfEventIndex(memory.packet, call.argument(r, 2)));
    }
    long key = call.argument(r, 1);
    if (call.hasKey()) {
      memory.borrow(call.region(0), key, 4);
      key = (int) Little.INT.get(memory.array, memory.at);
    }
    return entry(handle, key);
  }

  private long entry(long handle, long key) {
    SoftMap map = map(handle);
    long number = key & 0xffffffffL;
    boolean inside = number < map.definition().maxEntries();
    return handle << 32 | (inside ? number * map.stride() : OUTSIDE);
  }

  /** The same for a tail call. */
  long entry(Slot.TailCall call, long[] r) {
    return entry(r[call.map()], r[call.index()]);
  }

  /** The row of the program at an index of a program array, or -1. */
  int tailCall(Slot.TailCall call, long[] r) {
    SoftMap map = map(r[call.map()]);
    if (map.definition().type() != MapType.PROG_ARRAY) {
      throw new ProgramFault("map " + map.definition().name() + " is no program array");
    }
    Little.INT.set(index, 0, (int) r[call.index()]);
    int entry = map.reference(index, 0);
    if (entry >= image.entries().size()) {
      // The compiler makes no stores to program arrays; what wrote the image may have.
      throw new ProgramFault(
          "map "
              + map.definition().name()
              + " has entries that are no program's: a row stored to it");
    }
    return entry < 0 ? -1 : image.entries().get(entry).row();
  }

  /** The spin lock that a call takes or gives back; whether it is held. */
  private boolean isHeld(CallForm call, long[] r, RowMemory memory) {
    if (!memory.resolve(Region.MAP, call.argument(r, 0), MapDefinition.LOCK_BYTES)) {
      throw new ProgramFault(
          "calls " + call.helper().functionName() + " with something else than a map's value");
    }
    return (int) Little.INT.get(memory.array, memory.at) != 0;
  }

  private long lock(CallForm call, long[] r, RowMemory memory) {
    boolean takes = call.helper() == HelperFunction.SPIN_LOCK;
    if (isHeld(call, r, memory) == takes) {
      throw new ProgramFault(
          takes ? "takes a spin lock that is held" : "gives back a spin lock that is not held");
    }
    Little.INT.set(memory.array, memory.at, takes ? 1 : 0);
    return 0;
  }

  /** Whether a call has to wait for a spin lock. */
  boolean waits(CallForm call, long[] r, RowMemory memory) {
    return call.helper() == HelperFunction.SPIN_LOCK && isHeld(call, r, memory);
  }

  private long lookup(CallForm call, long[] r, RowMemory memory) {
    long handle = call.argument(r, 0);
    SoftMap map = map(handle);
    memory.borrow(call.region(0), call.argument(r, 1), map.keyBytes());
    if (map.definition().type().isMapOfMaps()) {
      return map.reference(memory.array, memory.at) + 1L;
    }
    int at = map.lookup(memory.array, memory.at, memory.packet.cpu);
    return at < 0 ? 0 : handle << 32 | map.address(at);
  }

  private long update(CallForm call, long[] r, RowMemory memory) {
    SoftMap map = map(call.argument(r, 0));
    memory.borrow(call.region(0), call.argument(r, 1), map.keyBytes());
    byte[] key = memory.array;
    int keyAt = memory.at;
    memory.borrow(call.region(1), call.argument(r, 2), map.valueBytes());
    return map.update(key, keyAt, memory.array, memory.at, call.argument(r, 3), memory.packet.cpu);
  }

  /** The same for a value that the table's writer has put into its place. */
  long commitUpdate(CallForm call, long[] r, RowMemory memory) {
    SoftMap map = map(call.argument(r, 0));
    memory.borrow(call.region(0), call.argument(r, 1), map.keyBytes());
    return map.commit(memory.array, memory.at, call.argument(r, 3), memory.packet.cpu);
  }

  /** A word of the value that an update gives. */
  long updateWord(CallForm call, long[] r, RowMemory memory, int word) {
    int bytes = map(call.argument(r, 0)).valueBytes();
    memory.borrow(call.region(1), call.argument(r, 2), bytes);
    return Little.word(memory.array, memory.at + 8 * word, Math.min(8, bytes - 8 * word));
  }

  private long traceVprintk(CallForm call, long[] r, RowMemory memory) {
    int bytes = size(call.argument(r, 1) & 0xffffffffL);
    memory.borrow(call.region(0), call.argument(r, 0), bytes);
    byte[] format = memory.array;
    int formatAt = memory.at;
    int dataBytes = size(call.argument(r, 3) & 0xffffffffL);
    memory.borrow(call.region(1), call.argument(r, 2), dataBytes);
    return helpers.traceVprintk(
        format, formatAt, bytes, memory.array, memory.at, dataBytes, PointerReader.NONE);
  }

  private long csumDiff(CallForm call, long[] r, RowMemory memory) {
    int fromBytes = size(call.argument(r, 1) & 0xffffffffL);
    memory.borrow(call.region(0), call.argument(r, 0), fromBytes);
    byte[] from = memory.array;
    int fromAt = memory.at;
    int toBytes = size(call.argument(r, 3) & 0xffffffffL);
    memory.borrow(call.region(1), call.argument(r, 2), toBytes);
    return helpers.csumDiff(
        from, fromAt, fromBytes, memory.array, memory.at, toBytes, call.argument(r, 4));
  }
}
