package org.weft.compiler.verifier;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.weft.compiler.ebpf.AtomicOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.isa.xdp.ContextField;
import org.weft.isa.xdp.MapDefinition;

/**
 * Loads, stores and atomics, and what helpers read and write ({@code check_mem_access} in Linux).
 */
final class Memory {
  private static final int FRAME_POINTER = 10;

  private final Environment environment;
  private final Map<Integer, Integer> depths = new HashMap<>();
  private final Map<Integer, Integer> pointed = new HashMap<>();

  Memory(Environment environment) {
    this.environment = environment;
  }

  /** By function: bytes below its frame pointer that are accessed. */
  Map<Integer, Integer> depths() {
    return Collections.unmodifiableMap(depths);
  }

  /** Of these, those that are accessed through another register than r10. */
  Map<Integer, Integer> pointed() {
    return Collections.unmodifiableMap(pointed);
  }

  /** Bytes of stack that the function beginning at an instruction was seen to use. */
  int depth(int function) {
    return depths.getOrDefault(function, 0);
  }

  void apply(PathState state, Instruction.Load load) {
    Cell base = pointer(state, load.base());
    Value pointer = base.value();
    int bytes = load.bytes();
    Cell result;
    if (pointer.is(Kind.CONTEXT)) {
      result = field(pointer, load);
    } else {
      check(state, load.base(), base, load.offset(), bytes, false);
      result =
          switch (pointer.kind()) {
            case STACK -> fromStack(state, pointer, load.offset(), bytes);
            case MAP_VALUE -> fromMap(base, load.offset(), bytes);
            default -> Cell.computed(Scalar.loaded(bytes, false));
          };
    }
    if (load.signed() && result.value().isNumber()) {
      result = Cell.computed(result.value().number().signExtended(8 * bytes), result);
    }
    state.top().set(load.dst(), result);
  }

  void apply(PathState state, Instruction.Store store) {
    Cell value = Arithmetic.operand(state, store.value());
    Cell base = pointer(state, store.base());
    check(state, store.base(), base, store.offset(), store.bytes(), true);
    if (base.value().is(Kind.STACK)) {
      boolean whole =
          value.value().isNumber()
              && value.value().number().low(8 * store.bytes()).equals(value.value().number());
      if (whole && store.value().isRegister()) {
        value = environment.shared(state, store.value().value());
      }
      toStack(state, base.value(), store.offset(), store.bytes(), value);
    } else {
      environment.asNumber(value.value());
    }
  }

  void apply(PathState state, Instruction.Atomic atomic) {
    environment.asNumber(state.read(atomic.src()).value());
    boolean compares = atomic.op() == AtomicOp.CMPXCHG;
    if (compares) {
      environment.asNumber(state.read(0).value());
    }
    Cell base = pointer(state, atomic.base());
    Value pointer = base.value();
    int bytes = atomic.is64() ? 8 : 4;
    if (!pointer.is(Kind.STACK) && !pointer.is(Kind.MAP_VALUE) && !pointer.is(Kind.RECORD)) {
      throw new RefusalException(
          "atomic operation through " + pointer.kind().description(),
          "atomics work on map values and the stack");
    }
    check(state, atomic.base(), base, atomic.offset(), bytes, true);
    checkAligned(pointer, atomic.offset(), bytes);
    Cell old = Cell.computed(Scalar.loaded(bytes, false));
    if (pointer.is(Kind.STACK)) {
      old = fromStack(state, pointer, atomic.offset(), bytes);
      writeStack(state, pointer, atomic.offset(), bytes);
    }
    if (atomic.fetch()) {
      state.top().set(compares ? 0 : atomic.src(), old);
    }
  }

  /**
   * Checks memory that a helper is given.
   *
   * @param bytes how much of it, at most
   */
  void checkArgument(PathState state, int register, long bytes, boolean writes) {
    Cell base = pointer(state, register);
    if (!base.value().kind().isMemory()) {
      throw new RefusalException(
          "r" + register + " is " + base.value().kind().description() + ", not memory",
          "pass a pointer to the stack, a map value or the packet");
    }
    if (bytes == 0) {
      return;
    }
    check(state, register, base, 0, bytes, writes);
    if (base.value().is(Kind.STACK)) {
      if (writes) {
        writeStack(state, base.value(), 0, (int) bytes);
      } else {
        readStack(state, base.value(), (int) bytes);
      }
    }
  }

  /** The pointer in a register, which must not be null. */
  private static Cell pointer(PathState state, int register) {
    Cell cell = state.read(register);
    Value value = cell.value();
    if (value.isNumber()) {
      throw new RefusalException(
          value.isNull()
              ? "accesses memory through r" + register + ", which is NULL"
              : "accesses memory through r" + register + ", which is a number and not a pointer",
          "derive pointers from the context, the stack, or a lookup; packet pointers end with"
              + " bpf_xdp_adjust_head and its like");
    }
    if (value.maybeNull()) {
      throw new RefusalException(
          "accesses memory through r" + register + ", which may be null",
          "compare the result of the lookup with NULL first");
    }
    return cell;
  }

  private void check(
      PathState state, int register, Cell base, int offset, long bytes, boolean writes) {
    Value pointer = base.value();
    switch (pointer.kind()) {
      case PACKET -> packet(pointer, offset, bytes, "data_end");
      case PACKET_META -> packet(pointer, offset, bytes, "data");
      case MAP_VALUE -> mapValue(pointer, offset, bytes, writes);
      case STACK -> stack(state, register, pointer, offset, bytes);
      case RECORD -> record(pointer, offset, bytes);
      case SOCKET -> {
        if (writes || offset != 0 || bytes != 4) {
          throw new RefusalException(
              "accesses a socket at offset " + offset, "only queue_id may be read");
        }
      }
      default ->
          throw new RefusalException(
              (writes ? "writes to " : "reads from ") + pointer.kind().description(),
              "access the packet, the stack or map values");
    }
  }

  private static void packet(Value pointer, int offset, long bytes, String end) {
    if (pointer.number().wide().smin() < 0) {
      throw new RefusalException(
          "accesses the packet at an offset that may be negative: " + pointer,
          "use an unsigned index, or test that it is not negative");
    }
    long from = (long) pointer.offset() + offset;
    if (from < 0 || from + bytes > pointer.range()) {
      throw new RefusalException(
          "accesses "
              + bytes
              + " bytes of the packet at "
              + shown(pointer, from)
              + (pointer.range() > 0
                  ? ", of which only the first " + pointer.range() + " are checked"
                  : ", which were not checked"),
          "compare the end of what is accessed with " + end + " on every path that leads here");
    }
  }

  private static String shown(Value pointer, long from) {
    return pointer.number().isZero() ? "offset " + from : "a variable offset plus " + from;
  }

  private static void mapValue(Value pointer, int offset, long bytes, boolean writes) {
    MapDefinition map = pointer.map();
    Bounds bounds = pointer.number().wide();
    long from = (long) pointer.offset() + offset;
    if (bounds.smin() < 0 && (bounds.smin() <= -Arithmetic.MAX_OFFSET || from + bounds.smin() < 0)
        || from + bounds.smin() < 0) {
      throw new RefusalException(
          "accesses the value of map "
              + map.name()
              + " at an offset that may be negative: "
              + pointer,
          "use an unsigned index, or test that it is not negative");
    }
    boolean unbounded = Long.compareUnsigned(bounds.umax(), Arithmetic.MAX_OFFSET) >= 0;
    if (unbounded || from + bounds.umax() + bytes > map.valueSize()) {
      throw new RefusalException(
          "accesses "
              + bytes
              + " bytes of map "
              + map.name()
              + " at offset "
              + (bounds.isConstant()
                  ? from + bounds.umin()
                  : unbounded ? "without upper bound" : "up to " + (from + bounds.umax()))
              + "; a value has "
              + map.valueSize()
              + " bytes",
          "test the index against the size first");
    }
    if (map.hasLock()
        && from + bounds.smin() < map.lock() + MapDefinition.LOCK_BYTES
        && map.lock() < from + bounds.umax() + bytes) {
      throw new RefusalException(
          "accesses the spin lock of map " + map.name(),
          "only bpf_spin_lock and bpf_spin_unlock may; leave out its "
              + MapDefinition.LOCK_BYTES
              + " bytes at offset "
              + map.lock());
    }
    if (writes && ((map.flags() & MapDefinition.RDONLY_PROG) != 0 || isDevices(map))) {
      throw new RefusalException(
          "writes to map " + map.name() + ", which programs may only read",
          "keep what changes in another map");
    }
  }

  private static void record(Value pointer, int offset, long bytes) {
    Bounds bounds = pointer.number().wide();
    long from = (long) pointer.offset() + offset;
    if (from + bounds.smin() < 0
        || bounds.smax() >= Arithmetic.MAX_OFFSET
        || from + bounds.smax() + bytes > pointer.range()) {
      throw new RefusalException(
          "accesses " + bytes + " bytes of a record at " + shown(pointer, from),
          "it was reserved with " + pointer.range() + " bytes: test the index against that first");
    }
  }

  private static boolean isDevices(MapDefinition map) {
    return switch (map.type()) {
      case DEVMAP, DEVMAP_HASH -> true;
      default -> false;
    };
  }

  private void stack(PathState state, int register, Value pointer, int offset, long bytes) {
    Bounds bounds = pointer.number().wide();
    long from = (long) pointer.offset() + offset + bounds.smin();
    long to = (long) pointer.offset() + offset + bounds.smax() + bytes;
    boolean unbounded =
        bounds.smin() <= -Arithmetic.MAX_OFFSET || bounds.smax() >= Arithmetic.MAX_OFFSET;
    if (unbounded || from < -CallFrame.STACK_BYTES || to > 0) {
      throw new RefusalException(
          "accesses "
              + bytes
              + " bytes of the stack at "
              + (unbounded
                  ? "an unbounded offset"
                  : "offset " + from + (bounds.isConstant() ? "" : " to " + (to - bytes))),
          "a frame has offsets -512 to -1");
    }
    int function = state.frame(pointer.frame()).function();
    depths.merge(function, (int) -from, Math::max);
    if (register != FRAME_POINTER) {
      pointed.merge(function, (int) -from, Math::max);
    }
  }

  /** Checks a pointer to memory that is accessed as one number. */
  static void checkAligned(Value pointer, int offset, int bytes) {
    Bits at = pointer.number().bits().plus(Bits.of((long) pointer.offset() + offset));
    if (!at.isMultipleOf(bytes)) {
      throw new RefusalException(
          "accesses " + bytes + " bytes at an address that is no multiple of " + bytes,
          "align the variable");
    }
  }

  private Cell fromStack(PathState state, Value pointer, int offset, int bytes) {
    checkAligned(pointer, offset, bytes);
    CallFrame frame = state.frame(pointer.frame());
    Bounds by = pointer.number().wide();
    int from = (int) (pointer.offset() + offset + by.smin());
    noteStale(frame, from, (int) (from + by.smax() - by.smin()) + bytes);
    return by.isConstant()
        ? Stack.read(frame, from, bytes)
        : Stack.readBetween(frame, from, (int) (from + by.smax() - by.smin()) + bytes, bytes);
  }

  private static void toStack(PathState state, Value pointer, int offset, int bytes, Cell value) {
    checkAligned(pointer, offset, bytes);
    CallFrame frame = state.frame(pointer.frame());
    Bounds by = pointer.number().wide();
    int from = (int) (pointer.offset() + offset + by.smin());
    if (by.isConstant()) {
      frame.write(from, from + bytes);
      Stack.write(frame, from, bytes, value);
    } else {
      Stack.writeBetween(frame, from, (int) (from + by.smax() - by.smin()) + bytes, value);
    }
  }

  /** What a helper reads are numbers to it. */
  private void readStack(PathState state, Value pointer, int bytes) {
    Bounds by = pointer.number().wide();
    int from = (int) (pointer.offset() + by.smin());
    int to = (int) (pointer.offset() + by.smax()) + bytes;
    CallFrame frame = state.frame(pointer.frame());
    noteStale(frame, from, to);
    Stack.spills(frame, from, to).forEach(environment::asNumber);
  }

  /** Something unknown is written. */
  private static void writeStack(PathState state, Value pointer, int offset, int bytes) {
    Bounds by = pointer.number().wide();
    int from = (int) (pointer.offset() + offset + by.smin());
    int to = (int) (pointer.offset() + offset + by.smax()) + bytes;
    CallFrame frame = state.frame(pointer.frame());
    if (by.isConstant()) {
      frame.write(from, to);
    }
    Stack.writeBetween(frame, from, to, null);
  }

  /** Linux lets privileged programs read what was never written; what it is differs. */
  private void noteStale(CallFrame frame, int from, int to) {
    if (!frame.isWritten(from, to)) {
      environment.readsStaleStack();
    }
  }

  /** Read-only data is what the object says. */
  private static Cell fromMap(Cell base, int offset, int bytes) {
    Value pointer = base.value();
    MapDefinition map = pointer.map();
    boolean constant = map.isReadOnlyData() && pointer.number().isConstant();
    if (!constant) {
      return Cell.computed(Scalar.loaded(bytes, false));
    }
    int from = (int) (pointer.offset() + offset + pointer.number().value());
    long value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      int at = from + i;
      value = value << 8 | (at < map.data().length() ? map.data().at(at) & 0xff : 0);
    }
    return new Cell(Value.number(Scalar.of(value)), base);
  }

  private Cell field(Value pointer, Instruction.Load load) {
    if (pointer.offset() != 0 || !pointer.number().isZero()) {
      throw new RefusalException(
          "reads the context through a pointer that was moved", "use the context as it was passed");
    }
    ContextField field = ContextField.at(load.offset());
    if (field == null || load.bytes() != 4 || load.signed() && field.isPointer()) {
      throw new RefusalException(
          "reads " + load.bytes() + " bytes of the context at offset " + load.offset(),
          "struct xdp_md has fields of four bytes at offsets 0 to 20");
    }
    return switch (field) {
      case DATA -> new Cell(Value.pointer(Kind.PACKET));
      case DATA_META -> new Cell(Value.pointer(Kind.PACKET_META));
      case DATA_END -> new Cell(Value.pointer(Kind.PACKET_END));
      case EGRESS_IFINDEX -> {
        if (!environment.isEgress()) {
          throw new RefusalException(
              "reads egress_ifindex", "only programs in section xdp/devmap have one");
        }
        yield Cell.computed(Scalar.loaded(4, false));
      }
      default -> Cell.computed(Scalar.loaded(4, false));
    };
  }
}
