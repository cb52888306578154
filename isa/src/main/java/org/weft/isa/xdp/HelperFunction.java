package org.weft.isa.xdp;

import static org.weft.isa.xdp.HelperFunction.Arg.CONSTANT;
import static org.weft.isa.xdp.HelperFunction.Arg.CONTEXT;
import static org.weft.isa.xdp.HelperFunction.Arg.FUNCTION;
import static org.weft.isa.xdp.HelperFunction.Arg.KEY;
import static org.weft.isa.xdp.HelperFunction.Arg.LOCK;
import static org.weft.isa.xdp.HelperFunction.Arg.MAP;
import static org.weft.isa.xdp.HelperFunction.Arg.MEMORY;
import static org.weft.isa.xdp.HelperFunction.Arg.MEMORY_OR_NULL;
import static org.weft.isa.xdp.HelperFunction.Arg.RECORD;
import static org.weft.isa.xdp.HelperFunction.Arg.SCALAR;
import static org.weft.isa.xdp.HelperFunction.Arg.SIZE;
import static org.weft.isa.xdp.HelperFunction.Arg.STACK_OR_NULL;
import static org.weft.isa.xdp.HelperFunction.Arg.STRING;
import static org.weft.isa.xdp.HelperFunction.Arg.UNCHECKED_MEMORY;
import static org.weft.isa.xdp.HelperFunction.Arg.UPDATED_MEMORY;
import static org.weft.isa.xdp.HelperFunction.Arg.UPDATED_WORD;
import static org.weft.isa.xdp.HelperFunction.Arg.VALUE;
import static org.weft.isa.xdp.HelperFunction.Arg.WRITABLE_MEMORY;

import java.util.List;
import java.util.Locale;

/** Helper functions that weft runs, numbered as {@code enum bpf_func_id} in {@code linux/bpf.h}. */
public enum HelperFunction {
  MAP_LOOKUP_ELEM(1, MAP, KEY),
  MAP_UPDATE_ELEM(2, MAP, KEY, VALUE, SCALAR),
  MAP_DELETE_ELEM(3, MAP, KEY),
  KTIME_GET_NS(5),
  TRACE_PRINTK(6, MEMORY, SIZE, SCALAR, SCALAR, SCALAR),
  GET_PRANDOM_U32(7),
  GET_SMP_PROCESSOR_ID(8),
  TAIL_CALL(12, CONTEXT, MAP, SCALAR),
  REDIRECT(23, SCALAR, SCALAR),
  PERF_EVENT_OUTPUT(25, CONTEXT, MAP, SCALAR, MEMORY, SIZE),
  CSUM_DIFF(28, MEMORY_OR_NULL, SIZE, MEMORY_OR_NULL, SIZE, SCALAR),
  GET_NUMA_NODE_ID(42),
  XDP_ADJUST_HEAD(44, CONTEXT, SCALAR),
  REDIRECT_MAP(51, MAP, SCALAR, SCALAR),
  XDP_ADJUST_META(54, CONTEXT, SCALAR),
  XDP_ADJUST_TAIL(65, CONTEXT, SCALAR),
  FIB_LOOKUP(69, CONTEXT, UPDATED_MEMORY, SIZE, SCALAR),
  SPIN_LOCK(93, LOCK),
  SPIN_UNLOCK(94, LOCK),
  PROBE_READ_KERNEL(113, WRITABLE_MEMORY, SIZE, UNCHECKED_MEMORY),
  JIFFIES64(118),
  KTIME_GET_BOOT_NS(125),
  RINGBUF_OUTPUT(130, MAP, MEMORY, SIZE, SCALAR),
  RINGBUF_RESERVE(131, MAP, CONSTANT, SCALAR),
  RINGBUF_SUBMIT(132, RECORD, SCALAR),
  RINGBUF_DISCARD(133, RECORD, SCALAR),
  RINGBUF_QUERY(134, MAP, SCALAR),
  KTIME_GET_COARSE_NS(160),
  CHECK_MTU(163, CONTEXT, SCALAR, UPDATED_WORD, SCALAR, SCALAR),
  TRACE_VPRINTK(177, MEMORY, SIZE, MEMORY_OR_NULL, SIZE),
  LOOP(181, SCALAR, FUNCTION, STACK_OR_NULL, SCALAR),
  STRNCMP(182, MEMORY, SIZE, STRING),
  XDP_GET_BUFF_LEN(188, CONTEXT),
  XDP_LOAD_BYTES(189, CONTEXT, SCALAR, WRITABLE_MEMORY, SIZE),
  XDP_STORE_BYTES(190, CONTEXT, SCALAR, MEMORY, SIZE),
  KTIME_GET_TAI_NS(208);

  /** What an argument is. */
  public enum Arg {
    /** A number. */
    SCALAR,
    /** A number that is known when the program is loaded. */
    CONSTANT,
    /** The length in bytes of the memory argument before it. */
    SIZE,
    /** The program's context. */
    CONTEXT,
    /** A map. */
    MAP,
    /** A function of the program. */
    FUNCTION,
    /** An address in the stack that is handed on, or null. */
    STACK_OR_NULL,
    /** A record that was reserved in a ring buffer. */
    RECORD,
    /** Memory of the map's key size. */
    KEY,
    /** Memory of the map's value size. */
    VALUE,
    /** Memory that the helper reads; its size is the next argument. */
    MEMORY,
    /** The same, or null with size 0. */
    MEMORY_OR_NULL,
    /** A text in read-only data, with a zero at its end. */
    STRING,
    /** The spin lock in a map's value. */
    LOCK,
    /** Memory that the helper reads as far as it is there; its size is the argument before it. */
    UNCHECKED_MEMORY,
    /** Memory that the helper writes; its size is the next argument. */
    WRITABLE_MEMORY,
    /** Memory that the helper reads and writes; its size is the next argument. */
    UPDATED_MEMORY,
    /** Four bytes that the helper reads and writes. */
    UPDATED_WORD;

    /** Bytes of {@link #UPDATED_WORD}. */
    public static final int WORD_BYTES = 4;

    /** Whether the argument is an address, so that an instruction must say its region. */
    public boolean isMemory() {
      return ordinal() >= KEY.ordinal();
    }

    /** Whether the helper writes the memory that the argument is the address of. */
    public boolean isWritten() {
      return ordinal() >= WRITABLE_MEMORY.ordinal();
    }

    /** Whether the helper reads it. */
    public boolean isRead() {
      return isMemory() && this != WRITABLE_MEMORY;
    }
  }

  /** Nanoseconds of a jiffy: there are 250 in a second. */
  public static final int NS_PER_JIFFY = 4_000_000;

  private static final HelperFunction[] BY_NUMBER = new HelperFunction[256];

  static {
    for (HelperFunction helper : values()) {
      BY_NUMBER[helper.number] = helper;
    }
  }

  private final int number;
  private final List<Arg> args;

  HelperFunction(int number, Arg... args) {
    this.number = number;
    this.args = List.of(args);
  }

  /** The number in {@code enum bpf_func_id}. */
  public int number() {
    return number;
  }

  /** The arguments, from r1 on; five at most. */
  public List<Arg> args() {
    return args;
  }

  /** The C name, {@code bpf_map_lookup_elem}. */
  public String functionName() {
    return "bpf_" + name().toLowerCase(Locale.ROOT);
  }

  /** Whether the call may move the packet's bounds, which makes earlier packet pointers invalid. */
  public boolean movesPacketBounds() {
    return this == XDP_ADJUST_HEAD || this == XDP_ADJUST_META || this == XDP_ADJUST_TAIL;
  }

  /** Whether the call works on a map or may write a map's value. */
  public boolean touchesMaps() {
    return args.contains(Arg.MAP) || args.contains(Arg.RECORD) || writesMemory() || isLock();
  }

  /** Whether the call takes or gives back a spin lock. */
  public boolean isLock() {
    return this == SPIN_LOCK || this == SPIN_UNLOCK;
  }

  /** Whether the call writes memory that it is given the address of. */
  public boolean writesMemory() {
    return args.stream().anyMatch(Arg::isWritten);
  }

  /** Whether the call asks for a ring buffer's positions. */
  public boolean asksRing() {
    return this == RINGBUF_RESERVE || this == RINGBUF_QUERY;
  }

  /** Whether the call gives a record to the reader of its ring, which is a store to its header. */
  public boolean commitsRecord() {
    return this == RINGBUF_SUBMIT || this == RINGBUF_DISCARD;
  }

  /** Whether the call makes a text for people, and nothing else but its length. */
  public boolean isTrace() {
    return this == TRACE_PRINTK || this == TRACE_VPRINTK;
  }

  /**
   * Whether the compiler writes code in the place of the call: loops, copies, comparisons, records,
   * lookups of routes and MTUs, what is always the same. No row makes it.
   */
  public boolean isWrittenOut() {
    return switch (this) {
      case LOOP, STRNCMP, PROBE_READ_KERNEL, RINGBUF_OUTPUT, FIB_LOOKUP, CHECK_MTU -> true;
      case GET_NUMA_NODE_ID -> true;
      default -> false;
    };
  }

  /** Whether only programs with a licence that is compatible with the GPL may call it. */
  public boolean isGplOnly() {
    return switch (this) {
      case TRACE_PRINTK, TRACE_VPRINTK, PERF_EVENT_OUTPUT, PROBE_READ_KERNEL -> true;
      case FIB_LOOKUP, CHECK_MTU -> true;
      default -> false;
    };
  }

  /** The helper with this number, or null when weft has none. */
  public static HelperFunction of(int number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
  }
}
